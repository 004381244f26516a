import { describe, expect, it } from 'vitest';

import { taTokConfigSchema, tokenGrid } from '../../../../native-models/graphs/index.js';
import type { TensorLocation } from '../../../../native-models/graphs/index.js';
import { buildVisionGraph } from '../../../../native-models/graphs/vision/tokenizer.js';

/** SigLIP2 so400m patch14 384 with the codebook of TA-Tok. */
const OFFICIAL = {
  model_type: 'ta_tok',
  encoder: {
    hidden_size: 1152,
    intermediate_size: 4304,
    num_hidden_layers: 27,
    num_attention_heads: 16,
    image_size: 384,
    patch_size: 14,
  },
  bottleneck: { token_dim: 1152, codebook_size: 65_536, l2_normalized: true },
};

function header(): Map<string, TensorLocation> {
  const tensors = new Map<string, TensorLocation>();
  let offset = 0;
  const add = (name: string, ...shape: number[]): void => {
    const length = shape.reduce((product, dim) => product * dim, 4);
    const location = { file: 'model.safetensors', dtype: 'F32', shape, offset, length } as const;
    tensors.set(`model.vision_tower.${name}`, location);
    offset += length;
  };
  const addLayer = (name: string, outputs: number, inputs?: number): void => {
    add(`${name}.weight`, ...(inputs === undefined ? [outputs] : [outputs, inputs]));
    add(`${name}.bias`, outputs);
  };
  const tower = 'encoder.vision_model';
  add(`${tower}.embeddings.patch_embedding.weight`, 1152, 3, 14, 14);
  add(`${tower}.embeddings.patch_embedding.bias`, 1152);
  add(`${tower}.embeddings.position_embedding.weight`, 729, 1152);
  for (let layer = 0; layer < 27; layer++) {
    const prefix = `${tower}.encoder.layers.${layer}`;
    for (const name of ['q_proj', 'k_proj', 'v_proj', 'out_proj']) {
      addLayer(`${prefix}.self_attn.${name}`, 1152, 1152);
    }
    addLayer(`${prefix}.layer_norm1`, 1152);
    addLayer(`${prefix}.layer_norm2`, 1152);
    addLayer(`${prefix}.mlp.fc1`, 4304, 1152);
    addLayer(`${prefix}.mlp.fc2`, 1152, 4304);
  }
  addLayer('encode_task_layer.0', 1152, 1152);
  addLayer('bottleneck.in_linear', 1152, 1152);
  add('bottleneck.regularizer.embedding.weight', 65_536, 1152);
  addLayer('bottleneck.regularizer.embedding_proj', 1152, 1152);
  return tensors;
}

const config = taTokConfigSchema.parse(OFFICIAL);

describe('the official size', () => {
  it('has 27 x 27, 13 x 13 and 9 x 9 tokens', () => {
    expect((['S0', 'S1', 'S2'] as const).map((scale) => tokenGrid(config, scale))).toEqual([
      27, 13, 9,
    ]);
    const { outputs } = buildVisionGraph(config, header());
    expect(outputs.map(({ name, shape }) => [name, shape])).toEqual([
      ['codes_s0', ['batch', 729]],
      ['codes_s1', ['batch', 169]],
      ['codes_s2', ['batch', 81]],
    ]);
  });

  it('reads everything but the last layer, and stays small', () => {
    const tensors = header();
    const { bytes, parameters } = buildVisionGraph(config, tensors);
    const unread = [...tensors.keys()].filter((name) => !parameters.includes(name));
    expect(unread).toHaveLength(16);
    expect(unread.every((name) => name.includes('.layers.26.'))).toBe(true);
    expect(bytes.length).toBeLessThan(300_000);
  });
});

describe('errors', () => {
  it('names the parameter that does not fit', () => {
    const bottleneck = { ...OFFICIAL.bottleneck, codebook_size: 1000 };
    const other = taTokConfigSchema.parse({ ...OFFICIAL, bottleneck });
    expect(() => buildVisionGraph(other, header())).toThrow(
      expect.objectContaining({
        code: 'CONFIG_WEIGHTS_MISMATCH',
        message: expect.stringContaining(
          '"model.vision_tower.bottleneck.regularizer.embedding.weight" has shape [65536, 1152]',
        ) as string,
      }) as Error,
    );
  });

  it('names a parameter by its place in a bundle where nothing is there', () => {
    expect(() => buildVisionGraph(config, new Map())).toThrow(
      expect.objectContaining({
        code: 'MISSING_PARAMETER',
        message: expect.stringContaining(
          '"model.vision_tower.encoder.vision_model.embeddings.patch_embedding.weight"',
        ) as string,
      }) as Error,
    );
  });

  it.each([
    ['a layer that is not there', { select_layer_id: 28 }],
    ['heads that do not divide', { encoder: { ...OFFICIAL.encoder, num_attention_heads: 7 } }],
    ['an image of less than 3 x 3 patches', { encoder: { ...OFFICIAL.encoder, image_size: 40 } }],
    ['an activation that is not known', { encoder: { ...OFFICIAL.encoder, hidden_act: 'relu' } }],
  ])('refuses %s', (_, fields) => {
    expect(taTokConfigSchema.safeParse({ ...OFFICIAL, ...fields }).success).toBe(false);
  });
});
