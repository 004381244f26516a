import { z } from 'zod';

const count = z.int().min(1);
/** Each one is nodes of a graph: a number without measure would be built until memory is full. */
const layers = count.max(1000);
const tokenId = z.int().min(0);

/** What may stand in `rope_parameters` (transformers 5) or `rope_scaling` (before). */
const ropeSchema = z.object({
  rope_type: z.literal('default').optional(),
  rope_theta: z.number().positive().optional(),
});

/**
 * transformers' `Qwen3Config` with BLIP3o's own fields, the `config.json` of a bundle. Parsing
 * fills in transformers' defaults and finds `rope_theta` in either place it is written to.
 */
export const qwen3ConfigSchema = z
  .object({
    vocab_size: count,
    hidden_size: count,
    intermediate_size: count,
    num_hidden_layers: layers,
    num_attention_heads: count,
    num_key_value_heads: count.nullish(),
    head_dim: count.multipleOf(2).nullish(),
    hidden_act: z.literal('silu').default('silu'),
    max_position_embeddings: count.default(32768),
    rms_norm_eps: z.number().positive().default(1e-6),
    rope_theta: z.number().positive().optional(),
    rope_parameters: ropeSchema.nullish(),
    rope_scaling: ropeSchema.nullish(),
    attention_bias: z.boolean().default(false),
    tie_word_embeddings: z.boolean().default(false),
    use_sliding_window: z.literal(false).default(false),
    image_start_tag_id: tokenId.optional(),
    image_end_tag_id: tokenId.optional(),
    scale_start_token_id: tokenId.optional(),
    scale_end_token_id: tokenId.optional(),
    image_start_token_id: tokenId.optional(),
    image_end_token_id: tokenId.optional(),
    num_image_tokens: count.optional(),
    use_und_image_vae: z.boolean().default(false),
    use_und_image_vae_as_noise: z.boolean().default(false),
    only_use_und_image_vae_as_noise: z.boolean().default(false),
    und_image_vae_as_noise_layout: z.enum(['width', 'channels']).default('width'),
    use_tar_siglip_features: z.boolean().default(false),
  })
  .transform(({ rope_theta: theta, rope_parameters: parameters, rope_scaling: _, ...config }) => ({
    ...config,
    num_key_value_heads: config.num_key_value_heads ?? config.num_attention_heads,
    head_dim: config.head_dim ?? DEFAULT_HEAD_DIM,
    rope_theta: parameters?.rope_theta ?? theta ?? DEFAULT_ROPE_THETA,
  }))
  .refine((config) => config.num_attention_heads % config.num_key_value_heads === 0, {
    error: 'num_attention_heads must be a multiple of num_key_value_heads',
    path: ['num_key_value_heads'],
  });

/** transformers' defaults of `Qwen3Config`. */
const DEFAULT_HEAD_DIM = 128;
const DEFAULT_ROPE_THETA = 10_000;

/** A parsed `config.json` of the autoregressive model. */
export type Qwen3Config = z.output<typeof qwen3ConfigSchema>;
