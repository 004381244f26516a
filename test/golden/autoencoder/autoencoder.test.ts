import { describe, expect, it } from 'vitest';

import {
  autoencoderConfigSchema,
  buildDecoderGraph,
  buildEncoderGraph,
} from '../../../native-models/graphs/autoencoder/index.js';
import type { AutoencoderConfig } from '../../../native-models/graphs/autoencoder/index.js';
import type { GraphModel } from '../../../native-models/graphs/index.js';
import { caseNames, floats, loadGraph, maxAbsError, readCase, tensorOf } from '../support/cases.js';
import type { GoldenCase } from '../support/cases.js';

const TOLERANCE = 1e-4;
const BOTH = ['fused', 'portable'] as const;

interface Case extends GoldenCase {
  readonly parsed: AutoencoderConfig;
}

async function open(name: string): Promise<Case> {
  const golden = await readCase('autoencoder', name);
  return { ...golden, parsed: autoencoderConfigSchema.parse(golden.config) };
}

/** Runs a graph on one golden tensor and compares its output with another. */
async function expectEqual(
  { golden, folder }: Case,
  model: GraphModel,
  names: { readonly input: string; readonly expected: string },
): Promise<void> {
  const session = await loadGraph(model, folder);
  const [input, output] = [model.inputs[0]?.name ?? '', model.outputs[0]?.name ?? ''];
  const outputs = await session.run({ [input]: tensorOf(golden, names.input) });
  await session.release();
  const expected = tensorOf(golden, names.expected);
  expect(outputs[output]?.dims).toEqual(expected.dims);
  const error = maxAbsError(floats(outputs[output]), floats(expected));
  expect(error).toBeLessThan(TOLERANCE);
}

const names = await caseNames('autoencoder');

it('has cases of every kind', () => {
  expect(names.length).toBeGreaterThanOrEqual(6);
});

describe.each(names)('AutoencoderDC %s', (name) => {
  it.each(BOTH)('encodes as the reference does (%s operators)', async (operators) => {
    const golden = await open(name);
    const model = buildEncoderGraph(golden.parsed, golden.tensors, { operators });
    await expectEqual(golden, model, { input: 'sample', expected: 'latent' });
  });

  it.each(BOTH)('decodes as the reference does (%s operators)', async (operators) => {
    const golden = await open(name);
    const model = buildDecoderGraph(golden.parsed, golden.tensors, { operators });
    await expectEqual(golden, model, { input: 'random_latent', expected: 'decoded' });
  });

  it('reads every parameter of the checkpoint', async () => {
    const { parsed, tensors } = await open(name);
    const graphs = [buildEncoderGraph(parsed, tensors), buildDecoderGraph(parsed, tensors)];
    const read = graphs.flatMap(({ parameters }) => parameters);
    expect(read.sort()).toEqual([...tensors.keys()].sort());
  });
});
