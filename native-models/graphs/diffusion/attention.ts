/** Both attentions of a SANA block, and the keys and values that do not depend on the step. */
import { GraphBuilder, MICROSOFT, layerNorm, linear, linearRows, rmsNorm } from '../onnx/index.js';
import type { ArithmeticOptions, Value } from '../onnx/index.js';
import type { GraphModel, TensorMap } from '../types.js';
import type { SanaTransformerConfig } from './config.js';

/** Where the transformer's parameters are in a checkpoint. */
export const TRANSFORMER_PREFIX = 'model.sana';

/** Fixed in diffusers' `Attention`. */
const QK_NORM_EPSILON = 1e-5;
/** Fixed in SANA's model code. */
const CAPTION_NORM_EPSILON = 1e-5;
/** Keeps the normaliser of linear attention from being zero; diffusers' value. */
const LINEAR_ATTENTION_EPSILON = 1e-15;

/** How the graph of keys and values is built. */
export type CrossAttentionKvOptions = ArithmeticOptions;

/**
 * Builds everything about the context that no step changes: caption projection and norm, and the
 * cross-attention keys and values of all layers.
 *
 * Input: `encoder_hidden_states` float32 [batch, tokens, caption_channels]. Outputs: `key.N` and
 * `value.N` float32 [batch, cross_heads, tokens, cross_head_dim], what the denoiser takes.
 * @throws NativaError MISSING_PARAMETER, CONFIG_WEIGHTS_MISMATCH
 */
export function buildCrossAttentionKvGraph(
  config: SanaTransformerConfig,
  tensors: TensorMap,
  { operators, products }: CrossAttentionKvOptions = {},
): GraphModel {
  const g = new GraphBuilder({ name: 'cross_attention_kv', tensors, operators, products });
  const context = captionContext(g, config);
  for (let layer = 0; layer < config.num_layers; layer++) {
    const prefix = `${TRANSFORMER_PREFIX}.transformer_blocks.${layer}.attn2`;
    const size = crossDim(config);
    const project = (name: string): Value =>
      linear(g, context, `${prefix}.${name}`, {
        inFeatures: config.cross_attention_dim,
        outFeatures: size,
        bias: true,
      });
    const key = normalizeHeads(g, config, project('to_k'), `${prefix}.norm_k`, size);
    const shape = crossKvShape(config);
    g.output(`key.${layer}`, splitHeads(g, config, key), 'float32', shape);
    g.output(`value.${layer}`, splitHeads(g, config, project('to_v')), 'float32', shape);
  }
  return g.build();
}

/** Shape of every `key.N` and `value.N`. */
export function crossKvShape(config: SanaTransformerConfig): (string | number)[] {
  const { num_cross_attention_heads: heads, cross_attention_head_dim: headDim } = config;
  return ['batch', heads, 'tokens', headDim];
}

function crossDim(config: SanaTransformerConfig): number {
  return config.num_cross_attention_heads * config.cross_attention_head_dim;
}

/** caption_projection (Linear, GELU, Linear) -> caption_norm. */
function captionContext(g: GraphBuilder, config: SanaTransformerConfig): Value {
  const { caption_channels: channels, inner_dim: inner } = config;
  const context = g.input('encoder_hidden_states', 'float32', ['batch', 'tokens', channels]);
  const prefix = `${TRANSFORMER_PREFIX}.caption_projection`;
  const first = { inFeatures: channels, outFeatures: inner, bias: true };
  const activated = g.gelu(linear(g, context, `${prefix}.linear_1`, first), 'tanh');
  const second = { inFeatures: inner, outFeatures: inner, bias: true };
  const projected = linear(g, activated, `${prefix}.linear_2`, second);
  return rmsNorm(g, projected, `${TRANSFORMER_PREFIX}.caption_norm`, inner, CAPTION_NORM_EPSILON);
}

/** [batch, tokens, heads * headDim] -> [batch, heads, tokens, headDim]. */
function splitHeads(g: GraphBuilder, config: SanaTransformerConfig, x: Value): Value {
  const { num_cross_attention_heads: heads, cross_attention_head_dim: headDim } = config;
  return g.transpose(g.reshape(x, [0, 0, heads, headDim]), [0, 2, 1, 3]);
}

/** The norm that `qk_norm` names, over all heads at once: x [..., size]. */
function normalizeHeads(
  g: GraphBuilder,
  config: SanaTransformerConfig,
  x: Value,
  prefix: string,
  size: number,
): Value {
  switch (config.qk_norm) {
    case null:
      return x;
    case 'rms_norm_across_heads':
      return rmsNorm(g, x, prefix, size, QK_NORM_EPSILON);
    case 'layer_norm_across_heads':
      return layerNorm(g, x, prefix, size, QK_NORM_EPSILON);
    case 'l2': {
      const length = g.op('ReduceL2', [x, g.constant([-1], 'int64')]);
      return g.div(x, g.op('Max', [length, g.scalar(QK_NORM_EPSILON)]));
    }
  }
}

/**
 * Linear self-attention with ReLU features (Katharopoulos et al. 2020, arXiv 2006.16236):
 * out = relu(q) (relu(k)^T v) / (relu(q) sum relu(k) + eps). The normaliser comes out of the same
 * two products, as the column that ones appended to the values make.
 * x [batch * tokens, inner] -> the same, after the output projection.
 * @param tokens of a picture, int64 [1]
 */
export function linearSelfAttention(
  g: GraphBuilder,
  config: SanaTransformerConfig,
  prefix: string,
  x: Value,
  tokens: Value,
): Value {
  const { inner_dim: inner, num_attention_heads: heads, attention_head_dim: headDim } = config;
  const project = (name: string): Value =>
    linearRows(g, x, `${prefix}.${name}`, {
      inFeatures: inner,
      outFeatures: inner,
      bias: config.attention_bias,
    });
  const shape = pictureShape(g, tokens, [heads, headDim]);
  const split = (value: Value): Value => g.op('Reshape', [value, shape]);
  const query = normalizeHeads(g, config, project('to_q'), `${prefix}.norm_q`, inner);
  const key = normalizeHeads(g, config, project('to_k'), `${prefix}.norm_k`, inner);
  const relu = (value: Value): Value => g.op('Relu', [value]);
  const queries = g.transpose(split(relu(query)), [0, 2, 1, 3]);
  const keys = g.transpose(split(relu(key)), [0, 2, 3, 1]);
  const pads = g.constant([0, 0, 0, 0, 0, 0, 0, 1], 'int64');
  const padded = g.op('Pad', [split(project('to_v')), pads, g.scalar(1)]);
  const values = g.transpose(padded, [0, 2, 1, 3]);
  const mixed = g.matMul(queries, g.matMul(keys, values));
  const [sums = '', weights = ''] = g.split(mixed, [headDim, 1], -1);
  const attended = g.div(sums, g.add(weights, g.scalar(LINEAR_ATTENTION_EPSILON)));
  const joined = g.reshape(g.transpose(attended, [0, 2, 1, 3]), [-1, inner]);
  const output = { inFeatures: inner, outFeatures: inner, bias: true };
  return linearRows(g, joined, `${prefix}.to_out.0`, output);
}

/** Shape of rows taken apart into pictures: [-1, tokens, ...rest]. */
export function pictureShape(g: GraphBuilder, tokens: Value, rest: readonly number[]): Value {
  return g.concat([g.constant([-1], 'int64'), tokens, g.constant(rest, 'int64')], 0);
}

/** Queries of cross-attention: x [rows, inner] -> [rows, cross_heads * cross_head_dim]. */
export function crossQueries(
  g: GraphBuilder,
  config: SanaTransformerConfig,
  prefix: string,
  x: Value,
): Value {
  const size = crossDim(config);
  const options = { inFeatures: config.inner_dim, outFeatures: size, bias: true };
  const projected = linearRows(g, x, `${prefix}.to_q`, options);
  return normalizeHeads(g, config, projected, `${prefix}.norm_q`, size);
}

/**
 * Softmax attention of queries [batch * tokens, cross_heads * cross_head_dim] to keys and values
 * [batch, heads, context, headDim] that were projected before -> [batch * tokens, inner].
 * @param tokens of a picture, int64 [1]
 */
export function crossAttention(
  g: GraphBuilder,
  config: SanaTransformerConfig,
  prefix: string,
  queries: Value,
  { key, value, tokens }: { readonly key: Value; readonly value: Value; readonly tokens: Value },
): Value {
  const size = crossDim(config);
  const query = g.op('Reshape', [queries, pictureShape(g, tokens, [size])]);
  const attended = g.reshape(attend(g, config, prefix, query, { key, value }), [-1, size]);
  const output = { inFeatures: size, outFeatures: config.inner_dim, bias: true };
  return linearRows(g, attended, `${prefix}.to_out.0`, output);
}

/** softmax(q k^T / sqrt(headDim)) v, heads joined again: [batch, tokens, heads * headDim]. */
function attend(
  g: GraphBuilder,
  config: SanaTransformerConfig,
  name: string,
  query: Value,
  { key, value }: { readonly key: Value; readonly value: Value },
): Value {
  if (g.operators === 'fused') {
    const attributes = { num_heads: config.num_cross_attention_heads };
    const options = { domain: MICROSOFT, name };
    return g.op('MultiHeadAttention', [query, key, value], attributes, options);
  }
  const scale = g.scalar(config.cross_attention_head_dim ** -0.5);
  const queries = splitHeads(g, config, g.mul(query, scale));
  const scores = g.matMul(queries, g.transpose(key, [0, 1, 3, 2]));
  const mixed = g.matMul(g.op('Softmax', [scores], { axis: -1 }), value);
  return g.reshape(g.transpose(mixed, [0, 2, 1, 3]), [0, 0, crossDim(config)]);
}
