import { z } from 'zod';

const count = z.int().min(1);
/** What a graph is made as large as, in nodes or in a table of positions. */
const bounded = count.max(1000);
/** Pixels along one side. */
const side = count.max(8192);
const channels = z.tuple([z.number(), z.number(), z.number()]);

/** transformers' `SiglipVisionConfig`, as far as the tower needs it. */
export const siglipVisionConfigSchema = z
  .object({
    hidden_size: count.default(768),
    intermediate_size: count.default(3072),
    num_hidden_layers: bounded.default(12),
    num_attention_heads: count.default(12),
    num_channels: z.literal(3).default(3),
    image_size: side.default(224),
    patch_size: count.default(16),
    hidden_act: z.enum(['gelu_pytorch_tanh', 'gelu']).default('gelu_pytorch_tanh'),
    layer_norm_eps: z.number().positive().default(1e-6),
  })
  .refine((config) => config.hidden_size % config.num_attention_heads === 0, {
    error: 'hidden_size must be a multiple of num_attention_heads',
    path: ['num_attention_heads'],
  })
  .refine((config) => config.image_size >= 3 * config.patch_size, {
    error: 'image_size must hold at least 3 x 3 patches, which pooling by 3 needs',
    path: ['image_size'],
  });

/** The vision tokenizer's `config.json`: the tower, which layer is read, and the quantiser. */
export const taTokConfigSchema = z
  .object({
    model_type: z.literal('ta_tok'),
    encoder: siglipVisionConfigSchema,
    /** Index into transformers' `hidden_states` (0 = embeddings); negative counts from the end. */
    select_layer_id: z.int().default(-2),
    bottleneck: z.object({
      token_dim: count,
      codebook_size: count,
      l2_normalized: z.boolean().default(false),
    }),
    image_mean: channels.default([0.5, 0.5, 0.5]),
    image_std: channels.default([0.5, 0.5, 0.5]),
  })
  .refine(
    ({ encoder, select_layer_id: layer }) =>
      layer <= encoder.num_hidden_layers && layer >= -encoder.num_hidden_layers - 1,
    { error: 'select_layer_id names no layer of the encoder', path: ['select_layer_id'] },
  );

/** A parsed `config.json` of the vision tower. */
export type SiglipVisionConfig = z.output<typeof siglipVisionConfigSchema>;

/** A parsed `config.json` of the vision tokenizer. */
export type TaTokConfig = z.output<typeof taTokConfigSchema>;
