/**
 * Graphs of all networks: configs and the header of a checkpoint in, ONNX bytes out.
 * See README.md for inputs and outputs of each.
 */
import { buildArGraph, buildEmbedGraph } from './ar/qwen3.js';
import type { ArGraphOptions } from './ar/qwen3.js';
import { buildDecoderGraph, buildEncoderGraph } from './autoencoder/index.js';
import type { AutoencoderOptions } from './autoencoder/index.js';
import type {
  AutoencoderConfig,
  Qwen3Config,
  SanaTransformerConfig,
  TaTokConfig,
} from './configs.js';
import {
  buildConnectorGraph,
  buildCrossAttentionKvGraph,
  buildDenoiserGraph,
  buildReferenceConnectorGraph,
} from './diffusion/index.js';
import type {
  ConnectorOptions,
  CrossAttentionKvOptions,
  DenoiserOptions,
} from './diffusion/index.js';
import type { ArithmeticOptions } from './onnx/index.js';
import type { GraphModel, TensorMap } from './types.js';
import { buildFeaturesConnectorGraph } from './vision/features-connector.js';
import type { FeaturesConnectorOptions } from './vision/features-connector.js';
import { buildVisionGraph } from './vision/tokenizer.js';
import type { VisionGraphOptions } from './vision/tokenizer.js';

export type { ArGraphOptions } from './ar/qwen3.js';
export { autoencoderBytes, spatialCompression } from './autoencoder/index.js';
export type { AutoencoderOptions } from './autoencoder/index.js';
export { ParameterAudit } from './audit.js';
export { openCheckpoint } from './checkpoint.js';
export type { Checkpoint } from './checkpoint.js';
export * from './configs.js';
export type {
  ConnectorOptions,
  CrossAttentionKvOptions,
  DenoiserOptions,
} from './diffusion/index.js';
export { isQuantized } from './onnx/quantized.js';
export type { ArithmeticOptions, ProductType } from './onnx/index.js';
export { isParameterType, readSafetensorsHeader } from './safetensors.js';
export type * from './types.js';
export { tokenGrid } from './vision/tokenizer.js';
export { readParameters } from './weights.js';
export type { FeaturesConnectorOptions } from './vision/features-connector.js';
export type { VisionGraphOptions } from './vision/tokenizer.js';

/** What graphs are built from: the parsed configs of the networks, and where the weights are. */
export interface GraphSource {
  readonly ar: Qwen3Config;
  readonly vision: TaTokConfig;
  readonly transformer: SanaTransformerConfig;
  readonly vae: AutoencoderConfig;
  readonly tensors: TensorMap;
}

/** Options of every graph, by its name. */
export interface GraphOptions {
  readonly ar: ArGraphOptions;
  readonly embed: ArithmeticOptions;
  readonly vision: VisionGraphOptions;
  readonly features_connector: FeaturesConnectorOptions;
  readonly connector: ConnectorOptions;
  readonly reference_connector: ConnectorOptions;
  readonly cross_attention_kv: CrossAttentionKvOptions;
  readonly denoiser: DenoiserOptions;
  readonly vae_encoder: AutoencoderOptions;
  readonly vae_decoder: AutoencoderOptions;
}

/** Options of graphs as their builders have them by themselves. */
export const DEFAULT_GRAPH_OPTIONS: GraphOptions = Object.freeze({
  ar: {},
  embed: {},
  vision: {},
  features_connector: {},
  connector: {},
  reference_connector: {},
  cross_attention_kv: {},
  denoiser: {},
  vae_encoder: {},
  vae_decoder: {},
});

/** Name of a graph. */
export type GraphName = keyof GraphOptions;

/** What a model does, as far as it decides which graphs it needs. */
export interface GraphUse {
  readonly edit: boolean;
  /** Whether a reference's latents are appended to the context. */
  readonly referenceContext: boolean;
  /** Whether a reference stands in the prompt as continuous features instead of its codes. */
  readonly referenceFeatures: boolean;
}

/** Graphs that the requests of a model can reach. */
export function usedGraphs({ edit, referenceContext, referenceFeatures }: GraphUse): GraphName[] {
  const names: GraphName[] = ['ar', 'connector', 'cross_attention_kv', 'denoiser', 'vae_decoder'];
  if (edit) names.push('vision', 'vae_encoder');
  if (edit && referenceContext) names.push('reference_connector');
  if (referenceFeatures) names.push('embed');
  if (edit && referenceFeatures) names.push('features_connector');
  return names;
}

type Builders = {
  readonly [Name in GraphName]: (source: GraphSource, options: GraphOptions[Name]) => GraphModel;
};

const BUILDERS: Builders = {
  ar: ({ ar, tensors }, options) => buildArGraph(ar, tensors, options),
  embed: ({ ar, tensors }) => buildEmbedGraph(ar, tensors),
  vision: ({ vision, tensors }, options) => buildVisionGraph(vision, tensors, options),
  features_connector: ({ vision, ar, tensors }, options) =>
    buildFeaturesConnectorGraph(vision, ar, tensors, options),
  connector: ({ ar, transformer, tensors }, options) =>
    buildConnectorGraph(ar.hidden_size, transformer, tensors, options),
  reference_connector: ({ vae, transformer, tensors }, options) =>
    buildReferenceConnectorGraph(vae.latent_channels, transformer, tensors, options),
  cross_attention_kv: ({ transformer, tensors }, options) =>
    buildCrossAttentionKvGraph(transformer, tensors, options),
  denoiser: ({ transformer, tensors }, options) =>
    buildDenoiserGraph(transformer, tensors, options),
  vae_encoder: ({ vae, tensors }, options) => buildEncoderGraph(vae, tensors, options),
  vae_decoder: ({ vae, tensors }, options) => buildDecoderGraph(vae, tensors, options),
};

/**
 * Builds one graph. It takes some ten milliseconds and no weights are read, so there is nothing to
 * gain from keeping graphs on disk.
 * @throws NativaError MISSING_PARAMETER, CONFIG_WEIGHTS_MISMATCH
 */
export function buildGraph<Name extends GraphName>(
  name: Name,
  source: GraphSource,
  options: GraphOptions[Name],
): GraphModel {
  return BUILDERS[name](source, options);
}
