/** The configs of the four networks, as Hugging Face's libraries write them. */
export { qwen3ConfigSchema } from './ar/config.js';
export type { Qwen3Config } from './ar/config.js';
export { taTokConfigSchema } from './vision/config.js';
export type { TaTokConfig } from './vision/config.js';
export { autoencoderConfigSchema } from './autoencoder/config.js';
export type { AutoencoderConfig } from './autoencoder/config.js';
export { sanaTransformerConfigSchema } from './diffusion/config.js';
export type { SanaTransformerConfig } from './diffusion/config.js';
