import { readFile } from 'node:fs/promises';

import type { z } from 'zod';

import {
  firstIssue,
  isUnchanged,
  loadBundle,
  verifyBundle,
  weightFiles,
} from '../../native-models/bundle/index.js';
import type { Bundle, BundleManifest, TokenScale } from '../../native-models/bundle/index.js';
import { NativaError } from '../../native-models/errors.js';
import {
  DEFAULT_GRAPH_OPTIONS,
  autoencoderBytes,
  autoencoderConfigSchema,
  isQuantized,
  openCheckpoint,
  qwen3ConfigSchema,
  sanaTransformerConfigSchema,
  spatialCompression,
  taTokConfigSchema,
  tokenGrid,
  usedGraphs,
} from '../../native-models/graphs/index.js';
import type { GraphOptions, GraphSource } from '../../native-models/graphs/index.js';
import { keptResults } from './results.js';
import type { KeptResults } from './results.js';
import { loadedBytes, networkMemory, runMemory } from './runtime/memory.js';
import { Networks, measureParts } from './runtime/networks.js';
import { AUTO, placeNetworks } from './runtime/placement.js';
import type { AutoencoderRoom } from './autoencoder/autoencoder.js';
import type { NetworkPart, Placement, ProbedProvider } from './runtime/placement.js';
import { supportedProviders } from './runtime/session.js';
import { TextTokenizer } from './tokens/tokenizer.js';

/** Where a reference's clean latents enter noise space, if they do. */
export type NoiseLayout = 'none' | 'width' | 'channels';

/** Sizes of a model that the pipeline needs, read from its configs. */
export interface ModelShape {
  /** Side of the square it was trained at, in pixels. */
  readonly resolution: number;
  /** Hidden size of the autoregressive model. */
  readonly hidden: number;
  /** Longest sequence it reads. */
  readonly maxPositions: number;
  /** Token id of image code 0. */
  readonly imageTokenStart: number;
  /** Image codes there are. */
  readonly codes: number;
  /** Side of the token grid at each scale. */
  readonly tokenSides: Readonly<Record<TokenScale, number>>;
  /** Side of the square the vision tokenizer reads, in pixels. */
  readonly visionSize: number;
  /** Pixels along the side of one of its patches. */
  readonly visionPatch: number;
  readonly visionMean: readonly number[];
  readonly visionStd: readonly number[];
  readonly latentChannels: number;
  /** Pixels along the side of one latent position. */
  readonly compression: number;
  /** Latent positions along the side of one token of the diffusion transformer. */
  readonly patchSize: number;
  readonly scalingFactor: number;
  readonly shiftFactor: number;
  readonly captionChannels: number;
  /** Whether the diffusion transformer predicts the clean latents instead of the velocity. */
  readonly predictsSample: boolean;
  /** Whether the diffusion transformer is told the guidance scale. */
  readonly guidanceEmbeds: boolean;
  /** Whether a reference's latents are appended to the context. */
  readonly referenceContext: boolean;
  /** Whether a reference stands in the prompt as continuous features instead of its codes. */
  readonly referenceFeatures: boolean;
  readonly noiseLayout: NoiseLayout;
}

/** What decides where the networks of a model compute. */
export interface PlacingOptions {
  /** Where networks compute: `auto`, or a provider. */
  readonly provider: string;
  /** Networks that compute elsewhere. */
  readonly networkProviders?: Readonly<Partial<Record<NetworkPart, string>>> | undefined;
  /** Providers that were tried on this machine. */
  readonly probed?: readonly ProbedProvider[] | undefined;
  /** Bytes that networks and what they compute may take; undefined: what there is. */
  readonly memory?: number | undefined;
}

/** How a model is loaded. */
export interface LoadModelOptions extends PlacingOptions {
  readonly threads?: number | undefined;
  /** Folder that remembers which files were verified. */
  readonly cacheDir?: string | undefined;
  readonly signal: AbortSignal;
  /** The model of the same folder that is loaded; kept if the files still are the same. */
  readonly previous?: Model;
  /** Whether results are kept for the next request; default true. */
  readonly remember?: boolean | undefined;
  /** Share of the files' bytes that were verified, 0 to 1. */
  readonly onProgress?: (share: number) => void;
}

/** A bundle ready to run: checked files, parsed configs, tokenizer, networks. */
export interface Model {
  readonly bundle: Bundle;
  readonly manifest: BundleManifest;
  /** SHA-256 over everything its pixels depend on. */
  readonly hash: string;
  readonly shape: ModelShape;
  /** What a run of the autoencoder may take. */
  readonly room: AutoencoderRoom;
  /** Bytes that a person has set; undefined where none were. */
  readonly memory: number | undefined;
  readonly tokenizer: TextTokenizer;
  readonly networks: Networks;
  /** Whether the processor computes every row of a batch as it does alone, to the last bit. */
  readonly rowsAlike: boolean;
  readonly kept: KeptResults;
}

/**
 * Opens a bundle: reads it, checks every file's SHA-256 (once; later only size and time), parses
 * the configs and builds the graphs to see that configs and weights agree. Networks are loaded when
 * they are first used.
 * @throws NativaError BUNDLE_*, CONFIG_WEIGHTS_MISMATCH, MISSING_PARAMETER, BAD_TOKENIZER,
 *   PROVIDER_UNAVAILABLE; AbortError
 */
export async function loadModel(folder: string, options: LoadModelOptions): Promise<Model> {
  const { previous } = options;
  if (previous !== undefined && (await isUnchanged(previous.bundle, folder))) return previous;
  checkProvider(options);
  const bundle = await loadBundle(folder);
  const { hash } = await verifyBundle(bundle, {
    cacheDir: options.cacheDir,
    signal: options.signal,
    onProgress: ({ done, total }) => options.onProgress?.(done / total),
  });
  if (previous?.hash === hash && sameManifest(previous.manifest, bundle.manifest)) {
    // Touched, but the same: its networks stay, and it need not be looked at again.
    return { ...previous, bundle };
  }
  await previous?.networks.dispose();
  const checkpoint = await openCheckpoint(bundle.dir, weightFiles(bundle));
  const source = { ...parseConfigs(bundle), tensors: checkpoint.tensors };
  const shape = modelShape(source, bundle.manifest);
  const placed = placeModel(source, shape, bundle.manifest, options);
  const { folder: weights } = checkpoint;
  const networks = new Networks({ source, folder: weights, ...placed, threads: options.threads });
  const tokenizer = new TextTokenizer(JSON.parse(await readFile(bundle.tokenizerPath, 'utf8')));
  checkVocabulary(tokenizer, source, bundle.manifest);
  return {
    bundle,
    manifest: bundle.manifest,
    hash,
    shape,
    room: autoencoderRoom(source, placed.placement, options),
    memory: options.memory,
    tokenizer,
    networks,
    rowsAlike: !isQuantized(checkpoint.tensors),
    kept: keptResults(loadedBytes(checkpoint.tensors.values()), options.remember ?? true),
  };
}

/**
 * Where each network of a bundle would compute; none is loaded, and no file is hashed.
 * @throws NativaError BUNDLE_*, CONFIG_WEIGHTS_MISMATCH, MISSING_PARAMETER, PROVIDER_UNAVAILABLE
 */
export async function planModel(folder: string, options: PlacingOptions): Promise<Placement> {
  checkProvider(options);
  const bundle = await loadBundle(folder);
  const { tensors } = await openCheckpoint(bundle.dir, weightFiles(bundle));
  const source = { ...parseConfigs(bundle), tensors };
  const shape = modelShape(source, bundle.manifest);
  return placeModel(source, shape, bundle.manifest, options).placement;
}

/** Defaults and capabilities are not part of the hash, since no weights depend on them. */
function sameManifest(a: BundleManifest, b: BundleManifest): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** A provider that was tried in vain is no mistake: its networks compute elsewhere. */
function checkProvider({ provider, probed = [] }: PlacingOptions): void {
  const supported = supportedProviders();
  if (provider === AUTO || supported.includes(provider)) return;
  if (probed.some(({ name }) => name === provider)) return;
  const message = `onnxruntime has no provider "${provider}" here; choose one of ${supported.join(', ')}.`;
  throw new NativaError('PROVIDER_UNAVAILABLE', message);
}

function parseConfigs({ configs, manifest }: Bundle): Omit<GraphSource, 'tensors'> {
  const names = manifest.configs;
  return {
    ar: parseConfig(qwen3ConfigSchema, configs.ar, names.ar),
    vision: parseConfig(taTokConfigSchema, configs.vision, names.vision),
    transformer: parseConfig(sanaTransformerConfigSchema, configs.transformer, names.transformer),
    vae: parseConfig(autoencoderConfigSchema, configs.vae, names.vae),
  };
}

function parseConfig<Output>(schema: z.ZodType<Output>, json: unknown, file: string): Output {
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const message = `${file} of the model is not valid: ${firstIssue(parsed.error)}.`;
  throw new NativaError('BUNDLE_INVALID', message);
}

function modelShape(source: GraphSource, manifest: BundleManifest): ModelShape {
  const { ar, vision, transformer, vae } = source;
  const inNoise = ar.use_und_image_vae_as_noise || ar.only_use_und_image_vae_as_noise;
  const noiseLayout = inNoise ? ar.und_image_vae_as_noise_layout : 'none';
  checkChannels(source, manifest, noiseLayout);
  return {
    resolution: manifest.resolution,
    hidden: ar.hidden_size,
    maxPositions: ar.max_position_embeddings,
    imageTokenStart: imageTokenStart(source),
    codes: vision.bottleneck.codebook_size,
    tokenSides: {
      S0: tokenGrid(vision, 'S0'),
      S1: tokenGrid(vision, 'S1'),
      S2: tokenGrid(vision, 'S2'),
    },
    visionSize: vision.encoder.image_size,
    visionPatch: vision.encoder.patch_size,
    visionMean: vision.image_mean,
    visionStd: vision.image_std,
    latentChannels: vae.latent_channels,
    compression: spatialCompression(vae),
    patchSize: transformer.patch_size,
    scalingFactor: vae.scaling_factor,
    shiftFactor: vae.shift_factor ?? 0,
    captionChannels: transformer.caption_channels,
    predictsSample: transformer.prediction_type === 'sample',
    guidanceEmbeds: transformer.guidance_embeds,
    referenceContext: ar.use_und_image_vae && !ar.only_use_und_image_vae_as_noise,
    referenceFeatures: ar.use_tar_siglip_features,
    noiseLayout,
  };
}

/** Whether the diffusion transformer takes and makes what the autoencoder and the layout ask for. */
function checkChannels(
  { transformer, vae }: GraphSource,
  { configs }: BundleManifest,
  layout: NoiseLayout,
): void {
  const wanted = {
    in_channels: layout === 'channels' ? 2 * vae.latent_channels : vae.latent_channels,
    out_channels: vae.latent_channels,
  };
  for (const [name, value] of Object.entries(wanted)) {
    const found = transformer[name === 'in_channels' ? 'in_channels' : 'out_channels'];
    if (found === value) continue;
    const message =
      `${configs.transformer} of the model has ${name} ${found}, and ${configs.ar} and ` +
      `${configs.vae} ask for ${value}; get the model again.`;
    throw new NativaError('BUNDLE_INVALID', message);
  }
}

/** Whether tokenizer and AR model mean the same tokens by the same ids: if not, both still run. */
function checkVocabulary(
  tokenizer: TextTokenizer,
  { ar }: GraphSource,
  { configs }: BundleManifest,
): void {
  const named = [
    ['image_start_tag_id', '<im_start>'],
    ['image_end_tag_id', '<im_end>'],
    ['scale_start_token_id', '<S0>'],
    ['image_start_token_id', '<I0>'],
  ] as const;
  for (const [field, token] of named) {
    const [says, id] = [ar[field], tokenizer.addedId(token)];
    if (says === undefined || id === undefined || says === id) continue;
    const message =
      `${configs.ar} of the model has ${field} ${says}, and ${configs.tokenizer} gives ${token} ` +
      `the id ${id}; get the model again.`;
    throw new NativaError('BUNDLE_INVALID', message);
  }
}

function imageTokenStart({ ar }: GraphSource): number {
  if (ar.image_start_token_id !== undefined) return ar.image_start_token_id;
  const message = 'The config of the AR model has no image_start_token_id; get the model again.';
  throw new NativaError('BUNDLE_INVALID', message);
}

/** Decides where each network computes, once all graphs show that configs and weights agree. */
function placeModel(
  source: GraphSource,
  shape: ModelShape,
  manifest: BundleManifest,
  { provider, networkProviders = {}, probed = [], memory }: PlacingOptions,
): { readonly graphOptions: GraphOptions; readonly placement: Placement } {
  const options = graphOptions(shape, manifest);
  const names = usedGraphs({ ...shape, edit: manifest.capabilities.edit });
  const placement = placeNetworks({
    probed: [...probed, ...notInBuild(Object.values(networkProviders), probed)],
    provider,
    overrides: networkProviders,
    parts: measureParts(source, options, names),
    memory: networkMemory(memory),
  });
  return { graphOptions: options, placement };
}

/** What a run of each half of the autoencoder may take where it computes. */
function autoencoderRoom(
  { vae }: GraphSource,
  { networks }: Placement,
  { probed = [], memory }: PlacingOptions,
): AutoencoderRoom {
  const bytes = autoencoderBytes(vae);
  const pixels = (part: NetworkPart, each: number): number => {
    const provider = networks.find(({ network }) => network === part)?.provider;
    const own = probed.find(({ name }) => name === provider)?.memory;
    return runMemory(own ?? memory) / each;
  };
  return {
    encoder: pixels('vae_encoder', bytes.encoder),
    decoder: pixels('vae_decoder', bytes.decoder),
  };
}

/** Providers of overrides that this build of onnxruntime knows nothing of. */
function notInBuild(names: readonly string[], probed: readonly ProbedProvider[]): ProbedProvider[] {
  const known = new Set([AUTO, ...supportedProviders(), ...probed.map(({ name }) => name)]);
  return names
    .filter((name) => !known.has(name))
    .map((name) => ({ name, available: false, reason: 'onnxruntime was built without it' }));
}

function graphOptions(shape: ModelShape, manifest: BundleManifest): GraphOptions {
  const start = shape.imageTokenStart;
  const scales = new Set<TokenScale>(['S0', ...manifest.capabilities.tokenScales]);
  return {
    ...DEFAULT_GRAPH_OPTIONS,
    ar: {
      logits: { start, end: start + shape.codes },
      input: shape.referenceFeatures ? 'embeds' : 'ids',
    },
    vision: { scales: [...scales], features: shape.referenceFeatures },
  };
}
