export { buildCrossAttentionKvGraph } from './attention.js';
export type { CrossAttentionKvOptions } from './attention.js';
export { sanaTransformerConfigSchema } from './config.js';
export type { SanaTransformerConfig } from './config.js';
export { buildConnectorGraph, buildReferenceConnectorGraph } from './connector.js';
export type { ConnectorOptions } from './connector.js';
export { buildDenoiserGraph } from './denoiser.js';
export type { DenoiserOptions } from './denoiser.js';
