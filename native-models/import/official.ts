/**
 * Configs of the released bases at their published sizes: a BLIP3o-NEXT folder has weights of all
 * networks but the config of one. They are used where nothing else is found, and then every shape
 * is checked against them.
 */

/** `transformer/config.json` of SANA 1.5 1.6B at 1024 pixels. */
export const SANA_TRANSFORMER = {
  in_channels: 32,
  out_channels: 32,
  num_attention_heads: 70,
  attention_head_dim: 32,
  num_layers: 20,
  num_cross_attention_heads: 20,
  cross_attention_head_dim: 112,
  cross_attention_dim: 2240,
  caption_channels: 2304,
  mlp_ratio: 2.5,
  attention_bias: false,
  sample_size: 32,
  patch_size: 1,
  norm_elementwise_affine: false,
  norm_eps: 1e-6,
  interpolation_scale: null,
  guidance_embeds: false,
  qk_norm: 'rms_norm_across_heads',
  timestep_scale: 1,
} as const;

const STAGES = ['ResBlock', 'ResBlock', 'ResBlock'] as const;
const ATTENTIVE = ['EfficientViTBlock', 'EfficientViTBlock', 'EfficientViTBlock'] as const;
const CHANNELS = [128, 256, 512, 512, 1024, 1024] as const;
const SCALES = [[], [], [], [5], [5], [5]] as const;

/** `vae/config.json` of the same: DC-AE f32c32. */
export const SANA_VAE = {
  in_channels: 3,
  latent_channels: 32,
  attention_head_dim: 32,
  encoder_block_types: [...STAGES, ...ATTENTIVE],
  decoder_block_types: [...STAGES, ...ATTENTIVE],
  encoder_block_out_channels: CHANNELS,
  decoder_block_out_channels: CHANNELS,
  encoder_layers_per_block: [2, 2, 2, 3, 3, 3],
  decoder_layers_per_block: [3, 3, 3, 3, 3, 3],
  encoder_qkv_multiscales: SCALES,
  decoder_qkv_multiscales: SCALES,
  upsample_block_type: 'interpolate',
  downsample_block_type: 'Conv',
  decoder_norm_types: 'rms_norm',
  decoder_act_fns: 'silu',
  scaling_factor: 0.41407,
} as const;

/** `vision_config` of SigLIP2 so400m patch14 384. */
export const SIGLIP2 = {
  hidden_size: 1152,
  intermediate_size: 4304,
  num_hidden_layers: 27,
  num_attention_heads: 16,
  num_channels: 3,
  image_size: 384,
  patch_size: 14,
  hidden_act: 'gelu_pytorch_tanh',
  layer_norm_eps: 1e-6,
} as const;

/** What TA-Tok was made with, as far as its weights do not tell. */
export const TA_TOK = { token_dim: 1536, l2_normalized: true, select_layer_id: -2 } as const;

/** Repositories of the bases, by which folders beside a checkpoint are known. */
export const REPOSITORIES = {
  diffusion: 'Efficient-Large-Model/SANA1.5_1.6B_1024px_diffusers',
  tokenizer: 'csuhan/TA-Tok',
  tower: 'google/siglip2-so400m-patch14-384',
} as const;
