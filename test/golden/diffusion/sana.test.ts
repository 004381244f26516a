import * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';

import {
  buildConnectorGraph,
  buildCrossAttentionKvGraph,
  buildDenoiserGraph,
  buildReferenceConnectorGraph,
  sanaTransformerConfigSchema,
} from '../../../native-models/graphs/diffusion/index.js';
import type { SanaTransformerConfig } from '../../../native-models/graphs/diffusion/index.js';
import type { GraphModel } from '../../../native-models/graphs/index.js';
import { caseNames, floats, loadGraph, maxAbsError, readCase, tensorOf } from '../support/cases.js';
import type { GoldenCase } from '../support/cases.js';

const TOLERANCE = 1e-4;
const BOTH = ['fused', 'portable'] as const;

interface Case extends GoldenCase {
  readonly parsed: SanaTransformerConfig;
}

type Feeds = Readonly<Record<string, ort.Tensor>>;

async function open(name: string): Promise<Case> {
  const golden = await readCase('diffusion', name);
  return { ...golden, parsed: sanaTransformerConfigSchema.parse(golden.config) };
}

/** Runs a graph once and checks that what comes out has the shapes it declares. */
async function run(
  { folder }: Case,
  model: GraphModel,
  feeds: Feeds,
): Promise<Record<string, ort.Tensor>> {
  const session = await loadGraph(model, folder);
  expect(Object.keys(feeds).sort()).toEqual(model.inputs.map(({ name }) => name).sort());
  const outputs = await session.run(feeds);
  await session.release();
  for (const { name, shape } of model.outputs) {
    const dims = outputs[name]?.dims ?? [];
    expect(dims).toEqual(shape.map((size, axis) => (typeof size === 'string' ? dims[axis] : size)));
  }
  return outputs;
}

function context({ golden }: Case): ort.Tensor {
  const [text, picture] = [tensorOf(golden, 'text_context'), tensorOf(golden, 'reference_context')];
  const [batch = 0, first = 0, size = 0] = text.dims;
  const second = picture.dims[1] ?? 0;
  const joined = Array.from({ length: batch }, (_, row) => [
    ...floats(text).subarray(row * first * size, (row + 1) * first * size),
    ...floats(picture).subarray(row * second * size, (row + 1) * second * size),
  ]).flat();
  return new ort.Tensor('float32', Float32Array.from(joined), [batch, first + second, size]);
}

/** Rows of a batch from `row` on, as a batch of their own. */
function rowsOf(batch: ort.Tensor | undefined, row: number, count = 1): ort.Tensor {
  const [, ...dims] = batch?.dims ?? [];
  const size = dims.reduce((product, dim) => product * dim, 1);
  const data = floats(batch).slice(row * size, (row + count) * size);
  return new ort.Tensor('float32', data, [count, ...dims]);
}

/** The picture of one row, with `contexts` rows of keys and values from that row on. */
function rowFeeds(feeds: Feeds, row: number, contexts = 1): Feeds {
  const rows = Object.entries(feeds).map(([key, batch]) => {
    const count = /^(key|value)\./.test(key) ? contexts : 1;
    return [key, rowsOf(batch, row, count)] as const;
  });
  return Object.fromEntries(rows);
}

/** Denoises every picture of a batch in its own context. */
async function predictAll(golden: Case, model: GraphModel, feeds: Feeds): Promise<ort.Tensor> {
  const [batch = 0] = feeds.latents?.dims ?? [];
  const rows: ort.Tensor[] = [];
  for (let row = 0; row < batch; row++) {
    const { noise_pred: prediction } = await run(golden, model, rowFeeds(feeds, row));
    if (prediction !== undefined) rows.push(prediction);
  }
  const data = Float32Array.from(rows.flatMap((row) => [...floats(row)]));
  return new ort.Tensor('float32', data, [batch, ...(rows[0]?.dims.slice(1) ?? [])]);
}

/** Everything the denoiser reads, keys and values computed by their own graph. */
async function denoiserFeeds(golden: Case, operators: 'fused' | 'portable'): Promise<Feeds> {
  const kv = buildCrossAttentionKvGraph(golden.parsed, golden.tensors, { operators });
  const values = await run(golden, kv, { encoder_hidden_states: context(golden) });
  const names = ['latents', 'timestep', ...(golden.parsed.guidance_embeds ? ['guidance'] : [])];
  const feeds = names.map((name) => [name, tensorOf(golden.golden, name)] as const);
  return { ...Object.fromEntries(feeds), ...values };
}

const names = await caseNames('diffusion');

it('has cases of every kind', () => {
  expect(names.length).toBeGreaterThanOrEqual(6);
});

describe.each(names)('Sana %s', (name) => {
  it('connects text and reference as the reference does', async () => {
    const golden = await open(name);
    const { parsed, tensors } = golden;
    const hidden = tensorOf(golden.golden, 'hidden_states');
    const latents = tensorOf(golden.golden, 'reference_latents');
    const text = await run(golden, buildConnectorGraph(hidden.dims[2] ?? 0, parsed, tensors), {
      hidden_states: hidden,
    });
    const picture = await run(
      golden,
      buildReferenceConnectorGraph(latents.dims[1] ?? 0, parsed, tensors),
      { latents },
    );
    for (const [outputs, expected] of [
      [text, 'text_context'],
      [picture, 'reference_context'],
    ] as const) {
      const error = maxAbsError(
        floats(outputs.encoder_hidden_states),
        floats(tensorOf(golden.golden, expected)),
      );
      expect(error).toBeLessThan(TOLERANCE);
    }
  });

  it.each(BOTH)('predicts what the reference predicts (%s operators)', async (operators) => {
    const golden = await open(name);
    const model = buildDenoiserGraph(golden.parsed, golden.tensors, { operators });
    const predicted = await predictAll(golden, model, await denoiserFeeds(golden, operators));
    const expected = tensorOf(golden.golden, 'noise_pred');
    expect(predicted.dims).toEqual(expected.dims);
    expect(maxAbsError(floats(predicted), floats(expected))).toBeLessThan(TOLERANCE);
  });

  it.each(BOTH)(
    'computes the same in all contexts at once as alone (%s operators)',
    async (ops) => {
      const golden = await open(name);
      const model = buildDenoiserGraph(golden.parsed, golden.tensors, { operators: ops });
      const feeds = await denoiserFeeds(golden, ops);
      const [batch = 0] = feeds['key.0']?.dims ?? [];
      const together = (await run(golden, model, rowFeeds(feeds, 0, batch))).noise_pred;
      expect(together?.dims[0]).toBe(batch);
      for (let row = 0; row < batch; row++) {
        const kv = Object.entries(rowFeeds(feeds, row)).filter(([key]) =>
          /^(key|value)\./.test(key),
        );
        const own = { ...rowFeeds(feeds, 0), ...Object.fromEntries(kv) };
        const alone = (await run(golden, model, own)).noise_pred;
        const error = maxAbsError(floats(rowsOf(together, row)), floats(alone));
        expect(error).toBeLessThan(1e-5);
      }
    },
  );

  it('returns the left half where references lie beside the noise', async () => {
    const golden = await open(name);
    const options = { referenceLayout: 'width' } as const;
    const model = buildDenoiserGraph(golden.parsed, golden.tensors, options);
    const predicted = await predictAll(golden, model, await denoiserFeeds(golden, 'fused'));
    const expected = tensorOf(golden.golden, 'noise_pred');
    const [batch = 0, channels = 0, height = 0, width = 0] = expected.dims;
    const rows = Array.from({ length: batch * channels * height }, (_, row) => [
      ...floats(expected).subarray(row * width, row * width + width / 2),
    ]);
    const error = maxAbsError(floats(predicted), Float32Array.from(rows.flat()));
    expect(predicted.dims).toEqual([batch, channels, height, width / 2]);
    expect(error).toBeLessThan(TOLERANCE);
  });

  it('reads every parameter of the checkpoint', async () => {
    const { parsed, tensors, golden } = await open(name);
    const hidden = tensorOf(golden, 'hidden_states').dims[2] ?? 0;
    const channels = tensorOf(golden, 'reference_latents').dims[1] ?? 0;
    const graphs = [
      buildConnectorGraph(hidden, parsed, tensors),
      buildReferenceConnectorGraph(channels, parsed, tensors),
      buildCrossAttentionKvGraph(parsed, tensors),
      buildDenoiserGraph(parsed, tensors),
    ];
    const read = new Set(graphs.flatMap(({ parameters }) => parameters));
    expect([...read].sort()).toEqual([...tensors.keys()].sort());
  });
});
