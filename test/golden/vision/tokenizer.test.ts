import type * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';

import { qwen3ConfigSchema, taTokConfigSchema } from '../../../native-models/graphs/index.js';
import type { GraphModel, TensorMap } from '../../../native-models/graphs/index.js';
import { buildFeaturesConnectorGraph } from '../../../native-models/graphs/vision/features-connector.js';
import { buildVisionGraph } from '../../../native-models/graphs/vision/tokenizer.js';
import type { VisionGraphOptions } from '../../../native-models/graphs/vision/tokenizer.js';
import { caseNames, floats, loadGraph, maxAbsError, readCase, tensorOf } from '../support/cases.js';
import type { GoldenCase } from '../support/cases.js';

const TOLERANCE = 1e-4;
/** Of the autoregressive model the connector needs only the hidden size. */
const ANY_AR = qwen3ConfigSchema.parse({
  vocab_size: 1,
  hidden_size: 1,
  intermediate_size: 1,
  num_hidden_layers: 1,
  num_attention_heads: 1,
});
const CODES = ['codes_s0', 'codes_s1', 'codes_s2'] as const;

function build(golden: GoldenCase, options: VisionGraphOptions, tensors?: TensorMap): GraphModel {
  const config = taTokConfigSchema.parse(golden.config);
  return buildVisionGraph(config, tensors ?? golden.tensors, options);
}

async function run(
  golden: GoldenCase,
  options: VisionGraphOptions,
  tensors?: TensorMap,
): Promise<ort.InferenceSession.ReturnType> {
  const session = await loadGraph(build(golden, options, tensors), golden.folder);
  return session.run({ pixel_values: tensorOf(golden.golden, 'pixel_values') });
}

const names = await caseNames('vision');

it('has cases of every kind of weights', () => {
  expect(names.length).toBeGreaterThanOrEqual(5);
});

describe.each(names)('vision tokenizer %s', (name) => {
  it.each(['fused', 'portable'] as const)(
    'equals the reference at all scales (%s operators)',
    async (operators) => {
      const golden = await readCase('vision', name);
      const outputs = await run(golden, { features: true, operators });
      const features = floats(tensorOf(golden.golden, 'features'));
      expect(maxAbsError(floats(outputs['features']), features)).toBeLessThan(TOLERANCE);
      for (const codes of CODES) {
        const expected = tensorOf(golden.golden, codes);
        expect(outputs[codes]?.dims).toEqual(expected.dims);
        expect(outputs[codes]?.data).toEqual(expected.data);
      }
    },
  );

  it.each([['S0'], ['S1'], ['S2']] as const)('gives the codes of %s alone', async (scale) => {
    const golden = await readCase('vision', name);
    const outputs = await run(golden, { scales: [scale] });
    const codes = `codes_${scale.toLowerCase()}`;
    expect(Object.keys(outputs)).toEqual([codes]);
    expect(outputs[codes]?.data).toEqual(tensorOf(golden.golden, codes).data);
  });

  it('gives features beside the codes of a pooled scale', async () => {
    const golden = await readCase('vision', name);
    const outputs = await run(golden, { scales: ['S2'], features: true });
    expect(Object.keys(outputs).sort()).toEqual(['codes_s2', 'features']);
    expect(outputs['codes_s2']?.data).toEqual(tensorOf(golden.golden, 'codes_s2').data);
    const features = floats(tensorOf(golden.golden, 'features'));
    expect(maxAbsError(floats(outputs['features']), features)).toBeLessThan(TOLERANCE);
  });

  it('maps features to embeddings as the reference does', async () => {
    const golden = await readCase('vision', name);
    const embeds = tensorOf(golden.golden, 'inputs_embeds');
    const model = buildFeaturesConnectorGraph(
      taTokConfigSchema.parse(golden.config),
      { ...ANY_AR, hidden_size: embeds.dims[2] ?? 0 },
      golden.tensors,
    );
    const session = await loadGraph(model, golden.folder);
    const outputs = await session.run({ features: tensorOf(golden.golden, 'features') });
    const error = maxAbsError(floats(outputs['inputs_embeds']), floats(embeds));
    expect(error).toBeLessThan(TOLERANCE);
  });

  it('finds its parameters under the names of an original checkpoint too', async () => {
    const golden = await readCase('vision', name);
    const original = new Map(
      [...golden.tensors].map(([key, location]) => [
        key
          .replace('model.vision_tower.', 'model.vision_tower.vision_tower.')
          .replace('encoder.vision_model.', 'encoder.'),
        location,
      ]),
    );
    const outputs = await run(golden, {}, original);
    expect(outputs['codes_s0']?.data).toEqual(tensorOf(golden.golden, 'codes_s0').data);
  });
});
