export { buildDecoderGraph, buildEncoderGraph } from './autoencoder.js';
export type { AutoencoderOptions } from './autoencoder.js';
export { autoencoderBytes, autoencoderConfigSchema, spatialCompression } from './config.js';
export type { AutoencoderConfig } from './config.js';
