/** Blocks of DC-AE (Chen et al. 2024, arXiv 2410.10733); pictures are [batch, channels, h, w]. */
import { conv2d, float, rmsNorm } from '../onnx/index.js';
import type { GraphBuilder, Value } from '../onnx/index.js';
import type { Activation, StageConfig } from './config.js';

/** Fixed in diffusers' normalisations. */
const NORM_EPSILON = 1e-5;
/** Keeps the normaliser of linear attention from being zero; diffusers' value. */
const LINEAR_ATTENTION_EPSILON = 1e-15;
/** How much wider the feed-forward of an EfficientViT block is; fixed in DC-AE. */
const EXPAND_RATIO = 4;

/** Applies an activation by diffusers' name; null is none. */
export function activate(g: GraphBuilder, x: Value, name: Activation | null): Value {
  switch (name) {
    case null:
      return x;
    case 'silu':
    case 'swish':
      return g.silu(x);
    case 'gelu':
      return g.gelu(x, 'none');
    case 'relu':
      return g.op('Relu', [x]);
    case 'mish':
      return g.op('Mish', [x]);
  }
}

/** RMS norm over the channels of a picture, with scale and shift. */
export function channelRmsNorm(g: GraphBuilder, x: Value, prefix: string, channels: number): Value {
  const last = g.transpose(x, [0, 2, 3, 1]);
  const scaled = rmsNorm(g, last, prefix, channels, NORM_EPSILON);
  const shifted = g.add(scaled, g.parameter(`${prefix}.bias`, [channels]));
  return g.transpose(shifted, [0, 3, 1, 2]);
}

/** The norm a stage has, over the channels of a picture. */
function normalize(
  g: GraphBuilder,
  x: Value,
  prefix: string,
  channels: number,
  norm: StageConfig['norm'],
): Value {
  if (norm === 'rms_norm') return channelRmsNorm(g, x, prefix, channels);
  const parameters = ['weight', 'bias', 'running_mean', 'running_var'].map((name) =>
    g.parameter(`${prefix}.${name}`, [channels]),
  );
  const attributes = { epsilon: float(NORM_EPSILON) };
  return g.op('BatchNormalization', [x, ...parameters], attributes, { name: prefix });
}

/** 3 x 3 convolution that keeps the size. */
export function conv3(
  g: GraphBuilder,
  x: Value,
  prefix: string,
  inChannels: number,
  outChannels: number,
  options: { readonly bias?: boolean; readonly stride?: number } = {},
): Value {
  const { bias = true, stride = 1 } = options;
  return conv2d(g, x, prefix, { inChannels, outChannels, kernel: 3, padding: 1, stride, bias });
}

/** One block of a stage; channels stay as they are. */
export function stageBlock(
  g: GraphBuilder,
  x: Value,
  prefix: string,
  stage: StageConfig,
  headDim: number,
): Value {
  if (stage.blockType === 'ResBlock') return residualBlock(g, x, prefix, stage);
  const attended = multiscaleAttention(g, x, `${prefix}.attn`, stage, headDim);
  return gatedConvolution(g, attended, `${prefix}.conv_out`, stage.channels);
}

/** Convolution -> activation -> convolution -> norm -> add. */
function residualBlock(g: GraphBuilder, x: Value, prefix: string, stage: StageConfig): Value {
  const { channels } = stage;
  const first = conv3(g, x, `${prefix}.conv1`, channels, channels);
  const activated = activate(g, first, stage.activation);
  const second = conv3(g, activated, `${prefix}.conv2`, channels, channels, { bias: false });
  return g.add(normalize(g, second, `${prefix}.norm`, channels, stage.norm), x);
}

/**
 * Linear attention over ReLU features at one or more scales (EfficientViT): queries, keys and
 * values, and copies of them aggregated by depthwise and grouped convolutions, are cut into groups
 * of 3 * headDim channels, each of which attends by itself; then projection, norm, add. diffusers
 * takes the quadratic form of the same sum where there are no more positions than headDim.
 */
function multiscaleAttention(
  g: GraphBuilder,
  x: Value,
  prefix: string,
  stage: StageConfig,
  headDim: number,
): Value {
  const { channels, multiscales, norm } = stage;
  const heads = Math.floor(channels / headDim);
  const inner = heads * headDim;
  const qkv = projectQkv(g, x, prefix, channels, inner);
  const scales = multiscales.map((kernel, index) => {
    const path = `${prefix}.to_qkv_multiscale.${index}`;
    const all = { inChannels: 3 * inner, outChannels: 3 * inner, bias: false };
    const depthwise = { ...all, kernel, padding: (kernel - 1) / 2, groups: 3 * inner };
    const near = conv2d(g, qkv, `${path}.proj_in`, depthwise);
    return conv2d(g, near, `${path}.proj_out`, { ...all, kernel: 1, groups: 3 * heads });
  });
  const joined = scales.length === 0 ? qkv : g.concat([qkv, ...scales], 1);
  const groups = heads * (1 + scales.length);
  const flat = g.reshape(joined, [0, groups, 3 * headDim, -1]);
  const attended = linearAttention(g, flat, headDim);
  const size = groups * headDim;
  const shape = g.concat([g.constant([0, size], 'int64'), spatialShape(g, x)], 0);
  const picture = g.op('Reshape', [attended, shape]);
  const out = pointwise(g, picture, [`${prefix}.to_out`], size, channels);
  return g.add(normalize(g, out, `${prefix}.norm_out`, channels, norm), x);
}

/** x [batch, groups, 3 * headDim, positions] = q, k, v -> [batch, groups, headDim, positions]. */
function linearAttention(g: GraphBuilder, x: Value, headDim: number): Value {
  const [features = '', value = ''] = g.split(x, [2 * headDim, headDim], 2);
  const [query = '', key = ''] = g.split(g.op('Relu', [features]), [headDim, headDim], 2);
  const pads = g.constant([0, 0, 0, 0, 0, 0, 1, 0], 'int64');
  const values = g.op('Pad', [value, pads, g.scalar(1)]);
  const mixed = g.matMul(g.matMul(values, g.transpose(key, [0, 1, 3, 2])), query);
  const [sums = '', weights = ''] = g.split(mixed, [headDim, 1], 2);
  return g.div(sums, g.add(weights, g.scalar(LINEAR_ATTENTION_EPSILON)));
}

/** Queries, keys and values, one above the other: [batch, 3 * inner, h, w]. */
function projectQkv(
  g: GraphBuilder,
  x: Value,
  prefix: string,
  channels: number,
  inner: number,
): Value {
  const names = ['to_q', 'to_k', 'to_v'].map((name) => `${prefix}.${name}`);
  return pointwise(g, x, names, channels, inner);
}

/**
 * Linear layers without bias on every position of a picture, as one 1 x 1 convolution; their
 * weights are joined when the session is made.
 */
function pointwise(
  g: GraphBuilder,
  x: Value,
  layers: readonly string[],
  inFeatures: number,
  outFeatures: number,
): Value {
  const weights = layers.map((name) => g.parameter(`${name}.weight`, [outFeatures, inFeatures]));
  const [first = ''] = weights;
  const joined = weights.length === 1 ? first : g.concat(weights, 0);
  const kernel = g.unsqueeze(joined, [2, 3]);
  return g.op('Conv', [x, kernel], { kernel_shape: [1, 1] });
}

/** Height and width of a picture as int64 [2]. */
function spatialShape(g: GraphBuilder, x: Value): Value {
  return g.op('Shape', [x], { start: 2, end: 4 });
}

/** GLUMBConv: widen, SiLU, depthwise 3 x 3, gate one half by the other, narrow, norm, add. */
function gatedConvolution(g: GraphBuilder, x: Value, prefix: string, channels: number): Value {
  const hidden = EXPAND_RATIO * channels;
  const wide = { inChannels: channels, outChannels: 2 * hidden, kernel: 1, bias: true };
  const inverted = g.silu(conv2d(g, x, `${prefix}.conv_inverted`, wide));
  const depth = { inChannels: 2 * hidden, outChannels: 2 * hidden, kernel: 3, padding: 1 };
  const groups = { ...depth, groups: 2 * hidden, bias: true };
  const convolved = conv2d(g, inverted, `${prefix}.conv_depth`, groups);
  const [value = '', gate = ''] = g.split(convolved, [hidden, hidden], 1);
  const narrow = { inChannels: hidden, outChannels: channels, kernel: 1, bias: false };
  const pointed = conv2d(g, g.mul(value, g.silu(gate)), `${prefix}.conv_point`, narrow);
  return g.add(channelRmsNorm(g, pointed, `${prefix}.norm`, channels), x);
}
