import { describe, expect, it } from 'vitest';

import { qwen3ConfigSchema } from '../../../../native-models/graphs/index.js';
import type { TensorLocation, TensorMap } from '../../../../native-models/graphs/index.js';
import { buildArGraph } from '../../../../native-models/graphs/ar/qwen3.js';

/** Qwen3-1.7B with the image vocabulary of BLIP3o-NEXT: 2 tags, 3 scales, 65,536 image tokens. */
const OFFICIAL = {
  vocab_size: 151_669 + 2 + 3 + 65_536,
  hidden_size: 2048,
  intermediate_size: 6144,
  num_hidden_layers: 28,
  num_attention_heads: 16,
  num_key_value_heads: 8,
  head_dim: 128,
  max_position_embeddings: 40_960,
  rope_theta: 1_000_000,
  tie_word_embeddings: false,
};

/** The header a checkpoint of this size has: names and shapes, and no data. */
function header(fields: typeof OFFICIAL): Map<string, TensorLocation> {
  const tensors = new Map<string, TensorLocation>();
  let offset = 10_000;
  const add = (name: string, ...shape: number[]): void => {
    const length = shape.reduce((product, dim) => product * dim, 2);
    tensors.set(name, { file: 'model.safetensors', dtype: 'BF16', shape, offset, length });
    offset += length;
  };
  const { hidden_size: hidden, intermediate_size: inner, head_dim: headDim } = fields;
  add('model.embed_tokens.weight', fields.vocab_size, hidden);
  add('lm_head.weight', fields.vocab_size, hidden);
  add('model.norm.weight', hidden);
  for (let layer = 0; layer < fields.num_hidden_layers; layer++) {
    const prefix = `model.layers.${layer}`;
    add(`${prefix}.input_layernorm.weight`, hidden);
    add(`${prefix}.post_attention_layernorm.weight`, hidden);
    add(`${prefix}.self_attn.q_proj.weight`, fields.num_attention_heads * headDim, hidden);
    add(`${prefix}.self_attn.k_proj.weight`, fields.num_key_value_heads * headDim, hidden);
    add(`${prefix}.self_attn.v_proj.weight`, fields.num_key_value_heads * headDim, hidden);
    add(`${prefix}.self_attn.o_proj.weight`, hidden, fields.num_attention_heads * headDim);
    add(`${prefix}.self_attn.q_norm.weight`, headDim);
    add(`${prefix}.self_attn.k_norm.weight`, headDim);
    add(`${prefix}.mlp.gate_proj.weight`, inner, hidden);
    add(`${prefix}.mlp.up_proj.weight`, inner, hidden);
    add(`${prefix}.mlp.down_proj.weight`, hidden, inner);
  }
  return tensors;
}

function parameterCount(tensors: TensorMap, names: readonly string[]): number {
  return names.reduce((sum, name) => sum + (tensors.get(name)?.length ?? NaN) / 2, 0);
}

describe('the official size', () => {
  const config = qwen3ConfigSchema.parse(OFFICIAL);
  const tensors = header(OFFICIAL);
  const logits = { start: 151_674, end: 151_674 + 65_536 };

  it('reads every parameter and stays small', () => {
    const model = buildArGraph(config, tensors, { logits });
    expect(new Set(model.parameters)).toEqual(new Set(tensors.keys()));
    // 28 layers of 50,336,000 each, the final norm, and two tables of 217,210 x 2048.
    const expected = 28 * 50_336_000 + 2048 + 2 * 217_210 * 2048;
    expect(parameterCount(tensors, model.parameters)).toBe(expected);
    expect(model.bytes.length).toBeLessThan(300_000);
  });

  it('declares its contract', () => {
    const { inputs, outputs } = buildArGraph(config, tensors, { logits });
    const cache = ['batch', 8, 'max_length', 128];
    expect(inputs[0]).toEqual({ name: 'input_ids', type: 'int64', shape: ['batch', 'sequence'] });
    expect(inputs).toContainEqual({
      name: 'past_key_values.27.value',
      type: 'float32',
      shape: cache,
    });
    expect(inputs).toHaveLength(3 + 2 * 28);
    expect(outputs).toContainEqual({ name: 'logits', type: 'float32', shape: ['batch', 65_536] });
    expect(outputs).toContainEqual({
      name: 'last_hidden_state',
      type: 'float32',
      shape: ['batch', 'sequence', 2048],
    });
    expect(outputs).toContainEqual({ name: 'present.0.key', type: 'float32', shape: cache });
    expect(outputs).toHaveLength(2 + 2 * 28);
  });

  it('leaves out what is not asked for', () => {
    const model = buildArGraph(config, tensors, { logits: false, input: 'embeds' });
    expect(model.parameters).not.toContain('lm_head.weight');
    expect(model.parameters).not.toContain('model.embed_tokens.weight');
    expect(model.outputs.map(({ name }) => name)).not.toContain('logits');
  });
});

describe('errors', () => {
  const small = { ...OFFICIAL, num_hidden_layers: 2, vocab_size: 100 };
  const tensors = header(small);

  function build(fields: Partial<typeof OFFICIAL>, without?: string): unknown {
    const ar = qwen3ConfigSchema.parse({ ...small, ...fields });
    const kept = new Map([...tensors].filter(([name]) => name !== without));
    return buildArGraph(ar, kept);
  }

  it('builds where config and weights agree', () => {
    expect(() => build({})).not.toThrow();
  });

  it.each([
    [{ hidden_size: 1024 }, 'model.embed_tokens.weight', '[100, 2048]', '[100, 1024]'],
    [
      { num_attention_heads: 8 },
      'model.layers.0.self_attn.q_proj.weight',
      '[2048, 2048]',
      '[1024, 2048]',
    ],
    [
      { intermediate_size: 96 },
      'model.layers.0.mlp.gate_proj.weight',
      '[6144, 2048]',
      '[96, 2048]',
    ],
    [{ vocab_size: 99 }, 'model.embed_tokens.weight', '[100, 2048]', '[99, 2048]'],
  ])('names the parameter and both shapes: %j', (fields, name, stored, expected) => {
    expect(() => build(fields)).toThrow(
      expect.objectContaining({
        code: 'CONFIG_WEIGHTS_MISMATCH',
        message: expect.stringMatching(
          new RegExp(
            [`"${name}"`, stored, expected]
              .map((part) => part.replace(/[[\].]/g, '\\$&'))
              .join('.*'),
          ),
        ) as string,
      }) as Error,
    );
  });

  it.each([['lm_head.weight'], ['model.layers.1.mlp.up_proj.weight'], ['model.norm.weight']])(
    'names a missing parameter: %s',
    (name) => {
      expect(() => build({}, name)).toThrow(
        expect.objectContaining({
          code: 'MISSING_PARAMETER',
          message: expect.stringContaining(`"${name}"`) as string,
        }) as Error,
      );
    },
  );

  it('needs no lm_head where it is tied', () => {
    expect(() => build({ tie_word_embeddings: true }, 'lm_head.weight')).not.toThrow();
  });

  it('refuses a length the model was not made for', () => {
    const ar = qwen3ConfigSchema.parse({ ...small, max_position_embeddings: 64 });
    expect(() => buildArGraph(ar, tensors, { maxLength: 65 })).toThrow(
      expect.objectContaining({ code: 'SEQUENCE_TOO_LONG' }) as Error,
    );
  });
});

describe('qwen3ConfigSchema', () => {
  it('finds rope_theta in either place', () => {
    const { rope_theta: theta, ...rest } = OFFICIAL;
    const newer = { ...rest, rope_parameters: { rope_type: 'default', rope_theta: theta } };
    expect(qwen3ConfigSchema.parse(OFFICIAL).rope_theta).toBe(theta);
    expect(qwen3ConfigSchema.parse(newer).rope_theta).toBe(theta);
  });

  it.each([
    ['a scaled rotation', { rope_scaling: { rope_type: 'yarn', factor: 4 } }],
    ['another activation', { hidden_act: 'gelu' }],
    ['a sliding window', { use_sliding_window: true }],
    ['heads that do not divide', { num_key_value_heads: 3 }],
    ['an odd head size', { head_dim: 127 }],
  ])('refuses %s, which the graph does not have', (_, fields) => {
    expect(qwen3ConfigSchema.safeParse({ ...OFFICIAL, ...fields }).success).toBe(false);
  });
});
