export { buildDecoderGraph, buildEncoderGraph } from './autoencoder.js';
export type { AutoencoderOptions } from './autoencoder.js';
export { autoencoderDcConfigSchema, spatialCompression } from './config.js';
export type { AutoencoderDcConfig } from './config.js';
