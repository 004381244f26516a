import { z } from 'zod';

const count = z.int().min(1);
/** What a graph is made as large as, in nodes or in a table of positions. */
const bounded = count.max(1000);

/** Ways to normalise queries and keys over all heads at once, which SANA's blocks can use. */
const qkNorm = z.enum(['rms_norm_across_heads', 'layer_norm_across_heads', 'l2']);

/**
 * diffusers' `SanaTransformer2DModel` config. Parsing fills in diffusers' defaults; `out_channels`
 * null means as many as `in_channels`.
 */
export const sanaTransformerConfigSchema = z
  .object({
    in_channels: count.default(32),
    out_channels: count.nullable().default(32),
    num_attention_heads: count.default(70),
    attention_head_dim: count.default(32),
    num_layers: bounded.default(20),
    num_cross_attention_heads: count.default(20),
    cross_attention_head_dim: count.default(112),
    cross_attention_dim: count.default(2240),
    caption_channels: count.default(2304),
    mlp_ratio: z.number().positive().default(2.5),
    attention_bias: z.boolean().default(false),
    sample_size: bounded.default(32),
    patch_size: count.default(1),
    norm_elementwise_affine: z.boolean().default(false),
    norm_eps: z.number().positive().default(1e-6),
    interpolation_scale: z.number().positive().nullable().default(null),
    guidance_embeds: z.boolean().default(false),
    guidance_embeds_scale: z.number().default(0.1),
    qk_norm: qkNorm.nullable().default(null),
    timestep_scale: z.number().default(1),
    /** What the network says: the velocity `noise - latents`, as released, or the clean latents. */
    prediction_type: z.enum(['flow_prediction', 'sample']).default('flow_prediction'),
  })
  .transform((config) => ({
    ...config,
    out_channels: config.out_channels ?? config.in_channels,
    /** Width of the token stream. */
    inner_dim: config.num_attention_heads * config.attention_head_dim,
  }))
  .refine((config) => config.cross_attention_dim === config.inner_dim, {
    error:
      'cross_attention_dim must equal num_attention_heads * attention_head_dim, the width that ' +
      'the caption is projected to',
    path: ['cross_attention_dim'],
  })
  .refine((config) => config.interpolation_scale === null || config.inner_dim % 4 === 0, {
    error: 'num_attention_heads * attention_head_dim must be a multiple of 4 to embed positions',
    path: ['interpolation_scale'],
  })
  .refine((config) => config.sample_size >= config.patch_size, {
    error: 'sample_size must hold at least one patch',
    path: ['sample_size'],
  });

/** A parsed `transformer/config.json`. */
export type SanaTransformerConfig = z.output<typeof sanaTransformerConfigSchema>;
