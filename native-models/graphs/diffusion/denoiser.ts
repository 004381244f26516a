/** The diffusion transformer: diffusers' `SanaTransformer2DModel` without its caption path. */
import { GraphBuilder, conv2d, layerNorm, linear, matMulTransposed } from '../onnx/index.js';
import type { OperatorSet, Value } from '../onnx/index.js';
import type { GraphModel, TensorMap } from '../types.js';
import {
  TRANSFORMER_PREFIX,
  crossAttention,
  crossKvShape,
  linearSelfAttention,
} from './attention.js';
import type { SanaTransformerConfig } from './config.js';
import { embedPatches, embedStep } from './embeddings.js';
import type { Grid } from './embeddings.js';

/** How the denoiser's graph is built. */
export interface DenoiserOptions {
  /**
   * Where the caller puts a reference's clean latents. `width`: beside the noisy ones,
   * [batch, channels, h, 2 w], and the prediction for the left half comes back. `channels` or
   * absent: along the channels, if `in_channels` has room for them, and nothing is cut.
   */
  readonly referenceLayout?: 'width' | 'channels';
  /** Default `fused`. */
  readonly operators?: OperatorSet;
}

/** Fixed in SANA's output norm, whatever `norm_eps` is. */
const OUTPUT_NORM_EPSILON = 1e-6;

/** What all blocks share. */
interface Context {
  readonly g: GraphBuilder;
  readonly config: SanaTransformerConfig;
  readonly grid: Grid;
  /** [pictures, 6, inner]. */
  readonly modulation: Value;
}

/**
 * Builds one step of denoising.
 *
 * Inputs: `latents` float32 [pictures, in_channels, height, width], a multiple of the patch size
 * each; `timestep` float32 [pictures], sigma * 1000; with `guidance_embeds` also `guidance` float32
 * [pictures], the guidance scale as the user gives it; `key.N` and `value.N` float32
 * [batch, cross_heads, tokens, cross_head_dim] of `cross_attention_kv`. There are as many pictures
 * as contexts, or one for all of them, as the branches of guidance have it: what comes before the
 * first cross-attention is then computed once. Output: `noise_pred` float32
 * [batch, out_channels, height, width], with `referenceLayout: 'width'` the left half.
 * @throws NativaError MISSING_PARAMETER, CONFIG_WEIGHTS_MISMATCH
 */
export function buildDenoiserGraph(
  config: SanaTransformerConfig,
  tensors: TensorMap,
  { operators = 'fused', referenceLayout }: DenoiserOptions = {},
): GraphModel {
  const g = new GraphBuilder({ name: 'denoiser', tensors, operators });
  const { in_channels: inChannels, out_channels: outChannels } = config;
  const latents = g.input('latents', 'float32', ['pictures', inChannels, 'height', 'width']);
  const timestep = g.input('timestep', 'float32', ['pictures']);
  const guidance = config.guidance_embeds
    ? g.input('guidance', 'float32', ['pictures'])
    : undefined;
  const { tokens, grid } = embedPatches(g, config, latents);
  const { modulation, embedded } = embedStep(g, config, timestep, guidance);
  const rows = g.reshape(modulation, [0, 6, config.inner_dim]);
  const context = { g, config, grid, modulation: rows };
  let x = tokens;
  for (let layer = 0; layer < config.num_layers; layer++) x = block(context, layer, x);
  const predicted = toPicture(context, outputTokens(context, x, embedded));
  const half = referenceLayout === 'width';
  const output = half ? leftHalf(g, predicted) : predicted;
  const width = half ? 'half_width' : 'width';
  g.output('noise_pred', output, 'float32', ['batch', outChannels, 'height', width]);
  return g.build();
}

/** norm -> linear attention -> gate -> cross-attention -> norm -> GLUMBConv -> gate. */
function block(context: Context, layer: number, x: Value): Value {
  const { g, config } = context;
  const { inner_dim: inner, norm_eps: epsilon } = config;
  const prefix = `${TRANSFORMER_PREFIX}.transformer_blocks.${layer}`;
  const table = g.parameter(`${prefix}.scale_shift_table`, [6, inner]);
  const parts = g.split(g.add(context.modulation, table), [1, 1, 1, 1, 1, 1], 1);
  const [shiftA = '', scaleA = '', gateA = '', shiftM = '', scaleM = '', gateM = ''] = parts;

  const normed = modulate(g, layerNorm(g, x, undefined, inner, epsilon), shiftA, scaleA);
  const attended = linearSelfAttention(g, config, `${prefix}.attn1`, normed);
  const first = g.add(x, g.mul(gateA, attended));

  const shape = crossKvShape(config);
  const key = g.input(`key.${layer}`, 'float32', shape);
  const value = g.input(`value.${layer}`, 'float32', shape);
  const crossed = crossAttention(g, config, `${prefix}.attn2`, first, { key, value });
  const second = g.add(first, crossed);

  const norm2 = config.norm_elementwise_affine ? `${prefix}.norm2` : undefined;
  const middle = modulate(g, layerNorm(g, second, norm2, inner, epsilon), shiftM, scaleM);
  return g.add(second, g.mul(gateM, gatedConvolution(context, `${prefix}.ff`, middle)));
}

/** x (1 + scale) + shift. */
function modulate(g: GraphBuilder, x: Value, shift: Value, scale: Value): Value {
  return g.add(g.mul(x, g.add(scale, g.scalar(1))), shift);
}

/**
 * GLUMBConv: widen, SiLU, depthwise 3 x 3, gate one half by the other, narrow; token layout. The
 * 1 x 1 convolutions are computed as the linear layers that they are.
 */
function gatedConvolution({ g, config, grid }: Context, prefix: string, x: Value): Value {
  const inner = config.inner_dim;
  const hidden = Math.floor(config.mlp_ratio * inner);
  const wide = { inChannels: inner, outChannels: 2 * hidden, bias: true };
  const inverted = g.silu(pointwise(g, x, `${prefix}.conv_inverted`, wide));
  const shape = g.concat(
    [g.constant([0], 'int64'), grid.height, grid.width, g.constant([2 * hidden], 'int64')],
    0,
  );
  const picture = g.transpose(g.op('Reshape', [inverted, shape]), [0, 3, 1, 2]);
  const depth = { inChannels: 2 * hidden, outChannels: 2 * hidden, kernel: 3, padding: 1 };
  const convolved = conv2d(g, picture, `${prefix}.conv_depth`, {
    ...depth,
    groups: 2 * hidden,
    bias: true,
  });
  const [value = '', gate = ''] = g.split(convolved, [hidden, hidden], 1);
  const gated = g.reshape(g.mul(value, g.silu(gate)), [0, hidden, -1]);
  const narrow = { inChannels: hidden, outChannels: inner, bias: false };
  return pointwise(g, g.transpose(gated, [0, 2, 1]), `${prefix}.conv_point`, narrow);
}

/** A 1 x 1 convolution's parameters as a linear layer: x [batch, tokens, inChannels]. */
function pointwise(
  g: GraphBuilder,
  x: Value,
  prefix: string,
  layer: { readonly inChannels: number; readonly outChannels: number; readonly bias: boolean },
): Value {
  const { inChannels, outChannels, bias } = layer;
  const kernel = g.parameter(`${prefix}.weight`, [outChannels, inChannels, 1, 1]);
  const weight = g.reshape(kernel, [outChannels, inChannels]);
  const product = matMulTransposed(g, x, weight, prefix);
  return bias ? g.add(product, g.parameter(`${prefix}.bias`, [outChannels])) : product;
}

/** Output norm, modulated by the step, and projection: [batch, tokens, patch² * out_channels]. */
function outputTokens({ g, config }: Context, x: Value, embedded: Value): Value {
  const { inner_dim: inner, patch_size: patch, out_channels: outChannels } = config;
  const table = g.parameter(`${TRANSFORMER_PREFIX}.scale_shift_table`, [2, inner]);
  const sum = g.add(table, g.unsqueeze(embedded, [1]));
  const [shift = '', scale = ''] = g.split(sum, [1, 1], 1);
  const normed = layerNorm(g, x, undefined, inner, OUTPUT_NORM_EPSILON);
  return linear(g, modulate(g, normed, shift, scale), `${TRANSFORMER_PREFIX}.proj_out`, {
    inFeatures: inner,
    outFeatures: patch * patch * outChannels,
    bias: true,
  });
}

/**
 * Patches back to a picture: features of a token are ordered (row in the patch, column in the
 * patch, channel), which is what DepthToSpace calls DCR.
 */
function toPicture({ g, config, grid }: Context, tokens: Value): Value {
  const { patch_size: patch, out_channels: outChannels } = config;
  const features = patch * patch * outChannels;
  const shape = g.concat([g.constant([0, features], 'int64'), grid.height, grid.width], 0);
  const picture = g.op('Reshape', [g.transpose(tokens, [0, 2, 1]), shape]);
  return patch === 1 ? picture : g.op('DepthToSpace', [picture], { blocksize: patch, mode: 'DCR' });
}

/** Columns [0, width / 2) of a picture. */
function leftHalf(g: GraphBuilder, picture: Value): Value {
  const width = g.op('Shape', [picture], { start: 3, end: 4 });
  const half = g.div(width, g.constant([2], 'int64'));
  return g.op('Slice', [picture, g.constant([0], 'int64'), half, g.constant([3], 'int64')]);
}
