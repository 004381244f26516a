/** The diffusion transformer: diffusers' `SanaTransformer2DModel` without its caption path. */
import { GraphBuilder, conv2d, layerNormWith, linearRows, pointwise } from '../onnx/index.js';
import type { ArithmeticOptions, Modulation, Value } from '../onnx/index.js';
import type { GraphModel, TensorMap } from '../types.js';
import {
  TRANSFORMER_PREFIX,
  crossAttention,
  crossKvShape,
  crossQueries,
  linearSelfAttention,
} from './attention.js';
import type { SanaTransformerConfig } from './config.js';
import { embedPatches, embedStep } from './embeddings.js';
import type { Grid } from './embeddings.js';

/** How the denoiser's graph is built. */
export interface DenoiserOptions extends ArithmeticOptions {
  /**
   * Where the caller puts a reference's clean latents. `width`: beside the noisy ones,
   * [batch, channels, h, 2 w], and the prediction for the left half comes back. `channels` or
   * absent: along the channels, if `in_channels` has room for them, and nothing is cut.
   */
  readonly referenceLayout?: 'width' | 'channels';
}

/** Fixed in SANA's output norm, whatever `norm_eps` is. */
const OUTPUT_NORM_EPSILON = 1e-6;

/** What all blocks share. */
interface Context {
  readonly g: GraphBuilder;
  readonly config: SanaTransformerConfig;
  readonly grid: Grid;
  /** Of the step, [6, inner]. */
  readonly modulation: Value;
  /** How many contexts there are, int64 [1]. */
  readonly batch: Value;
}

/**
 * Builds one step of denoising of one picture, for as many contexts as the branches of guidance
 * have: what comes before the first cross-attention is computed once for all of them.
 *
 * Inputs: `latents` float32 [1, in_channels, height, width], a multiple of the patch size each;
 * `timestep` float32 [1], sigma * 1000; with `guidance_embeds` also `guidance` float32 [1], the
 * guidance scale as the user gives it; `key.N` and `value.N` float32
 * [batch, cross_heads, tokens, cross_head_dim] of `cross_attention_kv`. Output: `noise_pred` float32
 * [batch, out_channels, height, width], with `referenceLayout: 'width'` the left half.
 * @throws NativaError MISSING_PARAMETER, CONFIG_WEIGHTS_MISMATCH
 */
export function buildDenoiserGraph(
  config: SanaTransformerConfig,
  tensors: TensorMap,
  { operators, products, referenceLayout }: DenoiserOptions = {},
): GraphModel {
  const g = new GraphBuilder({ name: 'denoiser', tensors, operators, products });
  const { in_channels: inChannels, out_channels: outChannels } = config;
  const latents = g.input('latents', 'float32', [1, inChannels, 'height', 'width']);
  const timestep = g.input('timestep', 'float32', [1]);
  const guidance = config.guidance_embeds ? g.input('guidance', 'float32', [1]) : undefined;
  const kv = contextInputs(g, config);
  const { rows, grid } = embedPatches(g, config, latents);
  const { modulation, embedded } = embedStep(g, config, timestep, guidance);
  const batch = g.op('Shape', [kv[0]?.key], { start: 0, end: 1 });
  const context = { g, config, grid, modulation, batch };
  let x = rows;
  kv.forEach((keysAndValues, layer) => {
    x = block(context, layer, x, keysAndValues);
  });
  const predicted = toPicture(context, outputTokens(context, x, embedded));
  const half = referenceLayout === 'width';
  const output = half ? leftHalf(g, predicted) : predicted;
  const width = half ? 'half_width' : 'width';
  g.output('noise_pred', output, 'float32', ['batch', outChannels, 'height', width]);
  return g.build();
}

/** Keys and values of one layer's cross-attention. */
interface KeysAndValues {
  readonly key: Value;
  readonly value: Value;
}

function contextInputs(g: GraphBuilder, config: SanaTransformerConfig): KeysAndValues[] {
  const shape = crossKvShape(config);
  return Array.from({ length: config.num_layers }, (_, layer) => ({
    key: g.input(`key.${layer}`, 'float32', shape),
    value: g.input(`value.${layer}`, 'float32', shape),
  }));
}

/**
 * norm -> linear attention -> gate -> cross-attention -> norm -> GLUMBConv -> gate, over rows
 * [tokens, inner] in the first layer and [batch * tokens, inner] behind its cross-attention.
 */
function block(context: Context, layer: number, x: Value, keysAndValues: KeysAndValues): Value {
  const { g, config, grid } = context;
  const { norm_eps: epsilon } = config;
  const prefix = `${TRANSFORMER_PREFIX}.transformer_blocks.${layer}`;
  const { attention, feedForward } = modulations(context, prefix);

  const normed = layerNormWith(g, x, attention, epsilon);
  const attended = linearSelfAttention(g, config, `${prefix}.attn1`, normed, grid.tokens);
  const first = g.add(x, g.mul(attention.gate, attended));

  const each = (rows: Value): Value => (layer === 0 ? forEachContext(context, rows) : rows);
  const queries = each(crossQueries(g, config, `${prefix}.attn2`, first));
  const crossed = crossAttention(g, config, `${prefix}.attn2`, queries, {
    ...keysAndValues,
    tokens: grid.tokens,
  });

  const second = g.add(each(first), crossed);
  const middle = layerNormWith(g, second, feedForward, epsilon);
  const fed = gatedConvolution(context, `${prefix}.ff`, middle);
  return g.add(second, g.mul(feedForward.gate, fed));
}

/** Repeats the one picture's rows [tokens, size] for every context: [batch * tokens, size]. */
function forEachContext({ g, batch }: Context, rows: Value): Value {
  const repeats = g.concat([batch, g.constant([1], 'int64')], 0);
  return g.op('Tile', [rows, repeats]);
}

/** A norm's modulation, and the gate of what follows it, [inner]. */
interface Gated extends Modulation {
  readonly gate: Value;
}

/** What the step says to a block's two halves: its table and the step's own numbers together. */
function modulations(
  { g, config, modulation }: Context,
  prefix: string,
): { readonly attention: Gated; readonly feedForward: Gated } {
  const { inner_dim: inner } = config;
  const table = g.parameter(`${prefix}.scale_shift_table`, [6, inner]);
  const [shiftA = '', scaleA = '', gateA = '', shiftM = '', scaleM = '', gateM = ''] = vectors(
    g,
    g.add(modulation, table),
    6,
    inner,
  );
  const factor = g.add(scaleM, g.scalar(1));
  const affine = config.norm_elementwise_affine;
  const norm2 = (part: string): Value => g.parameter(`${prefix}.norm2.${part}`, [inner]);
  const feedForward = affine
    ? {
        scale: g.mul(norm2('weight'), factor),
        shift: g.add(g.mul(norm2('bias'), factor), shiftM),
      }
    : { scale: factor, shift: shiftM };
  return {
    attention: { scale: g.add(scaleA, g.scalar(1)), shift: shiftA, gate: gateA },
    feedForward: { ...feedForward, gate: gateM },
  };
}

/** The rows of a table [count, size] as vectors [size]. */
function vectors(g: GraphBuilder, table: Value, count: number, size: number): readonly Value[] {
  return g.split(g.reshape(table, [-1]), new Array<number>(count).fill(size), 0);
}

/**
 * GLUMBConv: widen, SiLU, depthwise 3 x 3, gate one half by the other, narrow; rows as they come. The
 * 1 x 1 convolutions are computed as the linear layers that they are.
 */
function gatedConvolution({ g, config, grid }: Context, prefix: string, x: Value): Value {
  const inner = config.inner_dim;
  const hidden = Math.floor(config.mlp_ratio * inner);
  const wide = { inFeatures: inner, outFeatures: 2 * hidden, bias: true };
  const inverted = g.silu(pointwise(g, x, `${prefix}.conv_inverted`, wide));
  const convolved = conv2d(g, asPicture(g, grid, inverted, 2 * hidden), `${prefix}.conv_depth`, {
    inChannels: 2 * hidden,
    outChannels: 2 * hidden,
    kernel: 3,
    padding: 1,
    groups: 2 * hidden,
    bias: true,
  });
  const [value = '', gate = ''] = g.split(convolved, [hidden, hidden], 1);
  const gated = g.reshape(g.mul(value, g.silu(gate)), [0, hidden, -1]);
  const narrow = { inFeatures: hidden, outFeatures: inner, bias: false };
  const product = pointwise(g, g.transpose(gated, [0, 2, 1]), `${prefix}.conv_point`, narrow);
  return g.reshape(product, [-1, inner]);
}

/** Rows [batch * tokens, channels] as pictures [batch, channels, height, width]. */
function asPicture(g: GraphBuilder, grid: Grid, rows: Value, channels: number): Value {
  const one = (size: number): Value => g.constant([size], 'int64');
  const shape = g.concat([one(-1), grid.height, grid.width, one(channels)], 0);
  return g.transpose(g.op('Reshape', [rows, shape]), [0, 3, 1, 2]);
}

/** Output norm, modulated by the step, and projection: rows [batch * tokens, patch² * channels]. */
function outputTokens({ g, config }: Context, x: Value, embedded: Value): Value {
  const { inner_dim: inner, patch_size: patch, out_channels: outChannels } = config;
  const table = g.parameter(`${TRANSFORMER_PREFIX}.scale_shift_table`, [2, inner]);
  const [shift = '', scale = ''] = vectors(g, g.add(table, embedded), 2, inner);
  const modulation = { scale: g.add(scale, g.scalar(1)), shift };
  const normed = layerNormWith(g, x, modulation, OUTPUT_NORM_EPSILON);
  return linearRows(g, normed, `${TRANSFORMER_PREFIX}.proj_out`, {
    inFeatures: inner,
    outFeatures: patch * patch * outChannels,
    bias: true,
  });
}

/**
 * Patches back to a picture: features of a token are ordered (row in the patch, column in the
 * patch, channel), which is what DepthToSpace calls DCR.
 */
function toPicture({ g, config, grid }: Context, rows: Value): Value {
  const { patch_size: patch, out_channels: outChannels } = config;
  const picture = asPicture(g, grid, rows, patch * patch * outChannels);
  return patch === 1 ? picture : g.op('DepthToSpace', [picture], { blocksize: patch, mode: 'DCR' });
}

/** Columns [0, width / 2) of a picture. */
function leftHalf(g: GraphBuilder, picture: Value): Value {
  const width = g.op('Shape', [picture], { start: 3, end: 4 });
  const half = g.div(width, g.constant([2], 'int64'));
  return g.op('Slice', [picture, g.constant([0], 'int64'), half, g.constant([3], 'int64')]);
}
