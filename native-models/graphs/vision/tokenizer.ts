/**
 * The vision tokenizer (TA-Tok): SigLIP2 features, pooled to one of three scales, through a task
 * layer and a bottleneck to the nearest entry of a SimVQ codebook.
 */
import { GraphBuilder, linear, matMulTransposed } from '../onnx/index.js';
import type { ArithmeticOptions, Value } from '../onnx/index.js';
import type { GraphModel, TensorMap } from '../types.js';
import type { TaTokConfig } from './config.js';
import { patchGrid, siglipTower } from './siglip.js';

/** Token scales and the pooling each one stands for. */
export const TOKEN_SCALES = Object.freeze({ S0: 1, S1: 2, S2: 3 });

/** Name of a token scale. */
export type TokenScale = keyof typeof TOKEN_SCALES;

/** How the vision graph is built. */
export interface VisionGraphOptions extends ArithmeticOptions {
  /** Which scales get codes; default all. Each costs its tokens times the codebook in memory. */
  readonly scales?: readonly TokenScale[];
  /** Whether `features` is an output; default not. */
  readonly features?: boolean;
}

/** Side of the token grid at a scale: average pooling drops what does not fill a window. */
export function tokenGrid(config: TaTokConfig, scale: TokenScale): number {
  return Math.floor(patchGrid(config.encoder) / TOKEN_SCALES[scale]);
}

/** Places of the tokenizer's parameters: a bundle's, then those of a BLIP3o checkpoint. */
const ROOTS = ['model.vision_tower.', 'model.vision_tower.vision_tower.'];
/** Places of the tower below that; transformers before version 5 has no inner `vision_model`. */
const TOWERS = ['encoder.vision_model.', 'encoder.'];

/** Smallest length a vector is divided by, as in `torch.nn.functional.normalize`. */
const NORMALIZE_EPSILON = 1e-12;

/**
 * Builds the graph of the vision tokenizer.
 *
 * Input: `pixel_values` float32 [batch, 3, image_size, image_size], normalised with the config's
 * mean and std. Outputs: `codes_s0`, `codes_s1`, `codes_s2` int64 [batch, side * side], rows first;
 * with the option `features` float32 [batch, tokens, hidden], what the bottleneck of S0 reads.
 * @throws NativaError MISSING_PARAMETER, CONFIG_WEIGHTS_MISMATCH
 */
export function buildVisionGraph(
  config: TaTokConfig,
  tensors: TensorMap,
  options: VisionGraphOptions = {},
): GraphModel {
  const { scales = ['S0', 'S1', 'S2'], features = false, operators, products } = options;
  const g = new GraphBuilder({ name: 'vision', tensors, operators, products });
  const { encoder } = config;
  const size = encoder.image_size;
  const pixels = g.input('pixel_values', 'float32', ['batch', 3, size, size]);
  const [root, tower] = findPrefixes(tensors);
  const tokens = siglipTower(g, encoder, tower, pixels, selectedLayer(config));
  // All scales go through the layers as one sequence, so that no weight is held more than once.
  const used: TokenScale[] = features && !scales.includes('S0') ? ['S0', ...scales] : [...scales];
  const lengths = used.map((scale) => tokenGrid(config, scale) ** 2);
  const pooled = used.map((scale) => poolTokens(g, config, tokens, scale));
  const joined = pooled.length === 1 && pooled[0] !== undefined ? pooled[0] : g.concat(pooled, 1);
  const task = taskLayer(g, config, root, joined);
  const parts = used.length === 1 ? [task] : g.split(task, lengths, 1);
  if (scales.length > 0) {
    const kept = scales.map((scale) => parts[used.indexOf(scale)] ?? '');
    const all = used.length === scales.length ? task : g.concat(kept, 1);
    addCodes(g, config, scales, nearestCodes(g, config, root, all));
  }
  const s0 = parts[used.indexOf('S0')];
  if (features && s0 !== undefined) {
    const count = tokenGrid(config, 'S0') ** 2;
    g.output('features', s0, 'float32', ['batch', count, encoder.hidden_size]);
  }
  return g.build();
}

/** transformers' `hidden_states` has the embeddings at 0 and the output of block n at n. */
function selectedLayer({ select_layer_id: layer, encoder }: TaTokConfig): number {
  return layer < 0 ? encoder.num_hidden_layers + 1 + layer : layer;
}

function findPrefixes(tensors: TensorMap): [root: string, tower: string] {
  for (const root of ROOTS) {
    for (const tower of TOWERS) {
      const prefix = `${root}${tower}`;
      if (tensors.has(`${prefix}embeddings.patch_embedding.weight`)) return [root, prefix];
    }
  }
  // Nothing there: let the first parameter that is read report itself under the bundle's names.
  return ['model.vision_tower.', 'model.vision_tower.encoder.vision_model.'];
}

/** Average pooling of the token grid: [batch, patches, hidden] -> [batch, side * side, hidden]. */
function poolTokens(g: GraphBuilder, config: TaTokConfig, tokens: Value, scale: TokenScale): Value {
  const pool = TOKEN_SCALES[scale];
  if (pool === 1) return tokens;
  const hidden = config.encoder.hidden_size;
  const side = patchGrid(config.encoder);
  const grid = g.reshape(g.transpose(tokens, [0, 2, 1]), [0, hidden, side, side]);
  const window = { kernel_shape: [pool, pool], strides: [pool, pool] };
  const pooled = g.op('AveragePool', [grid], window, { name: `pool_${scale.toLowerCase()}` });
  const count = tokenGrid(config, scale) ** 2;
  return g.transpose(g.reshape(pooled, [0, hidden, count]), [0, 2, 1]);
}

function taskLayer(g: GraphBuilder, config: TaTokConfig, root: string, x: Value): Value {
  const hidden = config.encoder.hidden_size;
  const sizes = { inFeatures: hidden, outFeatures: hidden, bias: true };
  return g.op('Tanh', [linear(g, x, `${root}encode_task_layer.0`, sizes)]);
}

/**
 * Index of the nearest codebook entry: [batch, tokens, hidden] -> int64 [batch, tokens].
 * With unit vectors that is the largest cosine, in which the length of the token does not matter.
 * Else |z - e|^2 is smallest where z.e - |e|^2 / 2 is largest. The codebook depends on parameters
 * alone and is computed when the graph is loaded.
 */
function nearestCodes(g: GraphBuilder, config: TaTokConfig, root: string, x: Value): Value {
  const { token_dim: size, codebook_size: count, l2_normalized: normalized } = config.bottleneck;
  const hidden = config.encoder.hidden_size;
  const sizes = { inFeatures: hidden, outFeatures: size, bias: true };
  const token = linear(g, x, `${root}bottleneck.in_linear`, sizes);
  const codebook = simVqCodebook(g, root, count, size);
  const scores = normalized
    ? matMulTransposed(g, token, normalizeRows(g, codebook), 'cosines')
    : g.sub(matMulTransposed(g, token, codebook, 'products'), halfSquares(g, codebook));
  return g.op('ArgMax', [scores], { axis: -1, keepdims: 0 });
}

/** SimVQ's codebook [count, size]: a linear layer over a table that was never trained. */
function simVqCodebook(g: GraphBuilder, root: string, count: number, size: number): Value {
  const prefix = `${root}bottleneck.regularizer`;
  const table = g.parameter(`${prefix}.embedding.weight`, [count, size]);
  const sizes = { inFeatures: size, outFeatures: size, bias: true };
  return linear(g, table, `${prefix}.embedding_proj`, sizes);
}

function normalizeRows(g: GraphBuilder, rows: Value): Value {
  const lengths = g.op('ReduceL2', [rows, g.constant([-1], 'int64')], { keepdims: 1 });
  return g.div(rows, g.op('Max', [lengths, g.scalar(NORMALIZE_EPSILON)]));
}

function halfSquares(g: GraphBuilder, rows: Value): Value {
  return g.mul(g.reduceSum(g.mul(rows, rows), [-1], false), g.scalar(0.5));
}

function addCodes(
  g: GraphBuilder,
  config: TaTokConfig,
  scales: readonly TokenScale[],
  codes: Value,
): void {
  const lengths = scales.map((scale) => tokenGrid(config, scale) ** 2);
  const parts = scales.length === 1 ? [codes] : g.split(codes, lengths, 1);
  scales.forEach((scale, index) => {
    const shape = ['batch', lengths[index] ?? 0];
    g.output(`codes_${scale.toLowerCase()}`, parts[index] ?? '', 'int64', shape);
  });
}
