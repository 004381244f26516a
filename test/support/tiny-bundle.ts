/** Writes a complete bundle with random weights, small enough to run in a unit test. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { writeManifest } from '../../native-models/bundle/index.js';
import { NativaError } from '../../native-models/errors.js';
import {
  DEFAULT_GRAPH_OPTIONS,
  autoencoderConfigSchema,
  buildGraph,
  qwen3ConfigSchema,
  sanaTransformerConfigSchema,
  taTokConfigSchema,
} from '../../native-models/graphs/index.js';
import type { GraphName, GraphSource } from '../../native-models/graphs/index.js';
import type { TensorLocation } from '../../native-models/graphs/types.js';
import { RandomStream } from '../../main/engine/rng.js';

/** What can differ between tiny bundles. */
export interface TinyBundleOptions {
  /** Fields of `config.json` to set. */
  readonly ar?: Readonly<Record<string, unknown>>;
  /** Fields of `bundle.json` to set. */
  readonly manifest?: Readonly<Record<string, unknown>>;
  /** Changes a parameter before it is written, for fault tests. */
  readonly spoil?: (name: string, values: Float32Array) => void;
}

/** Image codes of the tiny bundle. */
export const TINY_CODES = 32;
/** Side of the square it paints, in pixels. */
export const TINY_RESOLUTION = 48;

const SPECIAL = [
  ...['<|endoftext|>', '<|im_start|>', '<|im_end|>', '<|vision_start|>', '<|vision_end|>'],
  ...['<im_start>', '<im_end>', '<S0>', '<S1>', '<S2>'],
];
const IMAGE_TOKENS = Array.from({ length: TINY_CODES }, (_, index) => `<I${index}>`);
const BYTES = 256;
const IMAGE_START = BYTES + SPECIAL.length;

const VISION = {
  model_type: 'ta_tok',
  encoder: {
    hidden_size: 16,
    intermediate_size: 24,
    num_hidden_layers: 3,
    num_attention_heads: 2,
    image_size: 48,
    patch_size: 12,
  },
  select_layer_id: -2,
  bottleneck: { token_dim: 8, codebook_size: TINY_CODES, l2_normalized: true },
};
const VAE = {
  latent_channels: 4,
  attention_head_dim: 8,
  encoder_block_types: 'ResBlock',
  decoder_block_types: 'ResBlock',
  encoder_block_out_channels: [8, 8, 16],
  decoder_block_out_channels: [8, 8, 16],
  encoder_layers_per_block: [1, 1, 1],
  decoder_layers_per_block: [1, 1, 1],
  encoder_qkv_multiscales: [[], [], []],
  decoder_qkv_multiscales: [[], [], []],
  scaling_factor: 0.5,
};

function arConfig(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return {
    vocab_size: IMAGE_START + TINY_CODES,
    hidden_size: 32,
    intermediate_size: 48,
    num_hidden_layers: 2,
    num_attention_heads: 4,
    num_key_value_heads: 2,
    head_dim: 16,
    max_position_embeddings: 512,
    image_start_tag_id: BYTES + SPECIAL.indexOf('<im_start>'),
    image_end_tag_id: BYTES + SPECIAL.indexOf('<im_end>'),
    scale_start_token_id: BYTES + SPECIAL.indexOf('<S0>'),
    scale_end_token_id: BYTES + SPECIAL.indexOf('<S2>'),
    image_start_token_id: IMAGE_START,
    image_end_token_id: IMAGE_START + TINY_CODES - 1,
    num_image_tokens: 16,
    use_und_image_vae: true,
    use_und_image_vae_as_noise: true,
    und_image_vae_as_noise_layout: 'channels',
    ...fields,
  };
}

function transformerConfig(channelsLayout: boolean): Record<string, unknown> {
  return {
    in_channels: channelsLayout ? 8 : 4,
    out_channels: 4,
    num_attention_heads: 4,
    attention_head_dim: 8,
    num_layers: 2,
    num_cross_attention_heads: 2,
    cross_attention_head_dim: 16,
    cross_attention_dim: 32,
    caption_channels: 24,
    sample_size: 12,
    interpolation_scale: 1,
  };
}

/** GPT-2's table of printable characters, one per byte. */
function byteCharacters(): string[] {
  const printable = (byte: number): boolean =>
    (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || (byte >= 174 && byte <= 255);
  let next = BYTES;
  return Array.from({ length: BYTES }, (_, byte) =>
    String.fromCharCode(printable(byte) ? byte : next++),
  );
}

function tokenizerJson(): unknown {
  const vocab = Object.fromEntries(byteCharacters().map((character, byte) => [character, byte]));
  const added = [...SPECIAL, ...IMAGE_TOKENS].map((content, index) => ({
    id: BYTES + index,
    content,
    special: true,
    normalized: false,
    single_word: false,
    lstrip: false,
    rstrip: false,
  }));
  return {
    version: '1.0',
    added_tokens: added,
    normalizer: { type: 'NFC' },
    pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: false },
    post_processor: null,
    decoder: { type: 'ByteLevel' },
    model: { type: 'BPE', vocab, merges: [] },
  };
}

const GRAPHS: readonly GraphName[] = [
  ...(['ar', 'vision', 'connector', 'reference_connector', 'cross_attention_kv'] as const),
  ...(['denoiser', 'vae_encoder', 'vae_decoder'] as const),
];

/** Names and shapes of every parameter: builders name the first one they miss, so ask until none. */
function parameterShapes(source: Omit<GraphSource, 'tensors'>): Map<string, number[]> {
  const features = source.ar.use_tar_siglip_features;
  const shapes = new Map<string, number[]>();
  const tensors = new Map<string, TensorLocation>();
  for (const name of [...GRAPHS, ...(features ? (['features_connector'] as const) : [])]) {
    for (;;) {
      try {
        buildGraph(name, { ...source, tensors }, DEFAULT_GRAPH_OPTIONS[name]);
        break;
      } catch (error) {
        const missing = /"([^"]+)" of shape \[([\d, ]*)\]/.exec(String(error));
        if (!(error instanceof NativaError) || missing?.[1] === undefined) throw error;
        const shape = (missing[2] ?? '').split(', ').map(Number);
        shapes.set(missing[1], shape);
        tensors.set(missing[1], { file: '', dtype: 'F32', shape, offset: 0, length: 0 });
      }
    }
  }
  return shapes;
}

function initial(name: string, shape: readonly number[], stream: number): Float32Array {
  const count = shape.reduce((product, size) => product * size, 1);
  const isNorm = shape.length === 1 && name.endsWith('.weight');
  if (isNorm) return new Float32Array(count).fill(1);
  const fanIn = shape.slice(1).reduce((product, size) => product * size, 1);
  const deviation = shape.length === 1 ? 0.02 : 1 / Math.sqrt(fanIn);
  return new RandomStream(stream, 'latents').normals(count).map((value) => value * deviation);
}

function safetensors(parameters: ReadonlyMap<string, [number[], Float32Array]>): Uint8Array {
  const header: Record<string, unknown> = {};
  let offset = 0;
  for (const [name, [shape, values]] of parameters) {
    const end = offset + values.byteLength;
    header[name] = { dtype: 'F32', shape, data_offsets: [offset, end] };
    offset = end;
  }
  const json = Buffer.from(JSON.stringify(header));
  const padded = Buffer.concat([json, Buffer.alloc((8 - (json.length % 8)) % 8, ' ')]);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  const data = [...parameters.values()].map(([, values]) => Buffer.from(values.buffer));
  return Buffer.concat([length, padded, ...data]);
}

function manifest(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return {
    schemaVersion: 1,
    id: 'tiny',
    name: 'Tiny',
    version: '1',
    license: 'Apache-2.0',
    description: 'Random weights for tests.',
    modelType: 'blip3o-next',
    resolution: TINY_RESOLUTION,
    languages: ['en'],
    capabilities: { generate: true, edit: true, maxReferences: 1, tokenScales: ['S0', 'S1', 'S2'] },
    defaults: {
      steps: 4,
      guidanceScale: 2,
      imageGuidanceScale: 1,
      temperature: 1,
      topP: 0.95,
      topK: 20,
      tokens: 'S0',
      scheduler: 'euler',
    },
    configs: {
      ar: 'config.json',
      vision: 'vision/config.json',
      transformer: 'transformer/config.json',
      vae: 'vae/config.json',
      tokenizer: 'tokenizer.json',
    },
    weights: ['model.safetensors'],
    ...fields,
  };
}

/**
 * Writes a bundle.
 * @returns its folder
 */
export async function writeTinyBundle(
  folder: string,
  options: TinyBundleOptions = {},
): Promise<string> {
  const ar = arConfig(options.ar ?? {});
  const transformer = transformerConfig(ar['und_image_vae_as_noise_layout'] === 'channels');
  const shapes = parameterShapes({
    ar: qwen3ConfigSchema.parse(ar),
    vision: taTokConfigSchema.parse(VISION),
    transformer: sanaTransformerConfigSchema.parse(transformer),
    vae: autoencoderConfigSchema.parse(VAE),
  });
  const parameters = new Map<string, [number[], Float32Array]>();
  for (const [name, shape] of shapes) {
    const values = initial(name, shape, parameters.size);
    options.spoil?.(name, values);
    parameters.set(name, [shape, values]);
  }
  for (const part of ['vision', 'transformer', 'vae']) {
    await mkdir(join(folder, part), { recursive: true });
  }
  const write = (name: string, content: unknown): Promise<void> =>
    writeFile(join(folder, name), JSON.stringify(content));
  await write('config.json', ar);
  await write('vision/config.json', VISION);
  await write('transformer/config.json', transformer);
  await write('vae/config.json', VAE);
  await write('tokenizer.json', tokenizerJson());
  await write('bundle.json', manifest(options.manifest ?? {}));
  await writeFile(join(folder, 'model.safetensors'), safetensors(parameters));
  await writeManifest(folder);
  return folder;
}
