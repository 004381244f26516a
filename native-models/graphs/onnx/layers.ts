/** Neural-network layers in PyTorch's terms, written with a {@link GraphBuilder}. */
import { MICROSOFT } from './graph-builder.js';
import type { GraphBuilder, RowRange, Value } from './graph-builder.js';
import { float } from './proto.js';
import { quantizedLinear } from './quantized.js';

/** Sizes of a linear layer. */
export interface LinearOptions {
  readonly inFeatures: number;
  readonly outFeatures: number;
  /** Whether `${prefix}.bias` is added. */
  readonly bias: boolean;
  /** Compute only these output features, reading only their rows of the weight. */
  readonly rows?: RowRange;
}

/**
 * `torch.nn.Linear`: x [..., inFeatures] -> [..., outFeatures], from `${prefix}.weight`
 * [outFeatures, inFeatures] and, if the layer has one, `${prefix}.bias`.
 */
export function linear(g: GraphBuilder, x: Value, prefix: string, options: LinearOptions): Value {
  const quantized = quantizedLinear(g, x, prefix, options);
  if (quantized !== undefined) return quantized;
  const { inFeatures, outFeatures, bias, rows } = options;
  const weight = g.parameter(`${prefix}.weight`, [outFeatures, inFeatures], rows, g.products);
  const product = g.product(matMulTransposed(g, g.factor(x), weight, prefix));
  return bias ? g.add(product, g.parameter(`${prefix}.bias`, [outFeatures], rows)) : product;
}

/**
 * `linear` of rows, x [rows, inFeatures] -> [rows, outFeatures]: one operator adds the bias too.
 */
export function linearRows(
  g: GraphBuilder,
  x: Value,
  prefix: string,
  options: Omit<LinearOptions, 'rows'>,
): Value {
  if (!options.bias) return linear(g, x, prefix, options);
  const quantized = quantizedLinear(g, x, prefix, options);
  if (quantized !== undefined) return quantized;
  const { inFeatures, outFeatures } = options;
  const weight = g.parameter(`${prefix}.weight`, [outFeatures, inFeatures], undefined, g.products);
  return productAndBias(g, x, weight, prefix, outFeatures);
}

/**
 * A 1 x 1 convolution over rows, computed as the linear layer that it is: x [..., inFeatures] ->
 * [..., outFeatures], from `${prefix}.weight` [outFeatures, inFeatures, 1, 1]. With a bias, x must
 * be [rows, inFeatures].
 */
export function pointwise(
  g: GraphBuilder,
  x: Value,
  prefix: string,
  options: Omit<LinearOptions, 'rows'>,
): Value {
  const quantized = quantizedLinear(g, x, prefix, options);
  if (quantized !== undefined) return quantized;
  const { inFeatures, outFeatures, bias } = options;
  const shape = [outFeatures, inFeatures, 1, 1];
  const kernel = g.parameter(`${prefix}.weight`, shape, undefined, g.products);
  const weight = g.reshape(kernel, [outFeatures, inFeatures]);
  if (!bias) return g.product(matMulTransposed(g, g.factor(x), weight, prefix));
  return productAndBias(g, x, weight, prefix, outFeatures);
}

/** x [rows, k] times the transpose of `weight` [n, k], and `${prefix}.bias` [n]. */
function productAndBias(
  g: GraphBuilder,
  x: Value,
  weight: Value,
  prefix: string,
  outFeatures: number,
): Value {
  const shift = g.parameter(`${prefix}.bias`, [outFeatures], undefined, g.products);
  const inputs = [g.factor(x), weight, shift];
  return g.product(g.op('Gemm', inputs, { transB: 1 }, { name: prefix }));
}

/**
 * x [..., k] times the transpose of `weight` [n, k]. The fused operator reads the weight as PyTorch
 * lays it out; without it the transposition is folded into a constant when the graph is loaded.
 */
export function matMulTransposed(g: GraphBuilder, x: Value, weight: Value, name: string): Value {
  if (g.operators === 'fused') {
    return g.op('FusedMatMul', [x, weight], { transB: 1 }, { domain: MICROSOFT, name });
  }
  return g.op('MatMul', [x, g.transpose(weight, [1, 0])], {}, { name });
}

/**
 * `torch.nn.Embedding`: ids int64 [...] -> float32 [..., size], from `${prefix}.weight`
 * [count, size]. Rows are looked up as they are stored and only those are cast.
 */
export function embedding(
  g: GraphBuilder,
  ids: Value,
  prefix: string,
  count: number,
  size: number,
): Value {
  return g.lookUp(g.storedParameter(`${prefix}.weight`, [count, size]), ids, prefix);
}

/** `torch.nn.LayerNorm` over the last axis; `prefix` undefined means no learned scale and shift. */
export function layerNorm(
  g: GraphBuilder,
  x: Value,
  prefix: string | undefined,
  size: number,
  epsilon: number,
): Value {
  const attributes = { axis: -1, epsilon: float(epsilon) };
  if (prefix === undefined) {
    const ones = g.constant(new Array<number>(size).fill(1));
    return g.op('LayerNormalization', [x, ones], attributes);
  }
  const scale = g.parameter(`${prefix}.weight`, [size]);
  const shift = g.parameter(`${prefix}.bias`, [size]);
  return g.op('LayerNormalization', [x, scale, shift], attributes, { name: prefix });
}

/** Scale and shift of a norm that something else decides, [size] each. */
export interface Modulation {
  readonly scale: Value;
  readonly shift: Value;
}

/** Layer norm over the last axis with a scale and a shift that are already values. */
export function layerNormWith(
  g: GraphBuilder,
  x: Value,
  { scale, shift }: Modulation,
  epsilon: number,
): Value {
  const attributes = { axis: -1, epsilon: float(epsilon) };
  return g.op('LayerNormalization', [x, scale, shift], attributes);
}

/** RMS normalisation over the last axis with `${prefix}.weight` [size]: x / rms(x) * weight. */
export function rmsNorm(
  g: GraphBuilder,
  x: Value,
  prefix: string,
  size: number,
  epsilon: number,
): Value {
  const scale = g.parameter(`${prefix}.weight`, [size]);
  return rmsNormWith(g, x, scale, epsilon, prefix);
}

/** RMS normalisation over the last axis with a scale that is already a value. */
export function rmsNormWith(
  g: GraphBuilder,
  x: Value,
  scale: Value,
  epsilon: number,
  name?: string,
): Value {
  const attributes = { axis: -1, epsilon: float(epsilon), stash_type: 1 };
  return g.op('SimplifiedLayerNormalization', [x, scale], attributes, name ? { name } : {});
}

/** Sizes of a 2-D convolution; the kernel is square. */
export interface Conv2dOptions {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernel: number;
  readonly stride?: number;
  readonly padding?: number;
  readonly groups?: number;
  readonly bias: boolean;
}

/** `torch.nn.Conv2d`: x [batch, inChannels, h, w] -> [batch, outChannels, h', w']. */
export function conv2d(g: GraphBuilder, x: Value, prefix: string, options: Conv2dOptions): Value {
  const { inChannels, outChannels, kernel, stride = 1, padding = 0, groups = 1, bias } = options;
  const shape = [outChannels, inChannels / groups, kernel, kernel];
  const weight = g.parameter(`${prefix}.weight`, shape);
  const shift = bias ? g.parameter(`${prefix}.bias`, [outChannels]) : undefined;
  const attributes = {
    kernel_shape: [kernel, kernel],
    strides: [stride, stride],
    pads: [padding, padding, padding, padding],
    group: groups,
  };
  return g.op('Conv', [x, weight, shift], attributes, { name: prefix });
}
