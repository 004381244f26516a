/** The SigLIP2 vision tower: transformers' `SiglipVisionModel` without its final norm and head. */
import { MICROSOFT, conv2d, layerNorm, linear } from '../onnx/index.js';
import type { GraphBuilder, Value } from '../onnx/index.js';
import type { SiglipVisionConfig } from './config.js';

/** Patches along one side of the image; what is left of the last one is cut off. */
export function patchGrid(config: SiglipVisionConfig): number {
  return Math.floor(config.image_size / config.patch_size);
}

/**
 * Patch embedding and the first `layers` blocks: pixels [batch, 3, image_size, image_size] ->
 * [batch, patches, hidden], which is transformers' `hidden_states[layers]`.
 * @param prefix where the tower's parameters are, with the dot
 */
export function siglipTower(
  g: GraphBuilder,
  config: SiglipVisionConfig,
  prefix: string,
  pixels: Value,
  layers: number,
): Value {
  const { hidden_size: hidden, patch_size: patch, num_channels: inChannels } = config;
  const patches = patchGrid(config) ** 2;
  const size = { inChannels, outChannels: hidden, kernel: patch, stride: patch, bias: true };
  const embedded = conv2d(g, pixels, `${prefix}embeddings.patch_embedding`, size);
  const tokens = g.transpose(g.reshape(embedded, [0, hidden, patches]), [0, 2, 1]);
  const positions = `${prefix}embeddings.position_embedding.weight`;
  let x = g.add(tokens, g.parameter(positions, [patches, hidden]));
  for (let layer = 0; layer < layers; layer++) {
    x = encoderLayer(g, config, `${prefix}encoder.layers.${layer}`, x);
  }
  return x;
}

/** layer_norm1 -> attention -> add -> layer_norm2 -> MLP -> add. */
function encoderLayer(
  g: GraphBuilder,
  config: SiglipVisionConfig,
  prefix: string,
  x: Value,
): Value {
  const { hidden_size: hidden, intermediate_size: inner, layer_norm_eps: epsilon } = config;
  const normed = layerNorm(g, x, `${prefix}.layer_norm1`, hidden, epsilon);
  const attended = g.add(x, selfAttention(g, config, `${prefix}.self_attn`, normed));
  const middle = layerNorm(g, attended, `${prefix}.layer_norm2`, hidden, epsilon);
  const wide = { inFeatures: hidden, outFeatures: inner, bias: true };
  const approximate = config.hidden_act === 'gelu' ? 'none' : 'tanh';
  const activated = g.gelu(linear(g, middle, `${prefix}.mlp.fc1`, wide), approximate);
  const narrow = { inFeatures: inner, outFeatures: hidden, bias: true };
  return g.add(attended, linear(g, activated, `${prefix}.mlp.fc2`, narrow));
}

/** Attention of every patch to every patch. */
function selfAttention(
  g: GraphBuilder,
  config: SiglipVisionConfig,
  prefix: string,
  x: Value,
): Value {
  const hidden = config.hidden_size;
  const project = (name: string, input: Value): Value =>
    linear(g, input, `${prefix}.${name}`, { inFeatures: hidden, outFeatures: hidden, bias: true });
  const [query, key, value] = [project('q_proj', x), project('k_proj', x), project('v_proj', x)];
  return project('out_proj', attend(g, config, prefix, { query, key, value }));
}

/** softmax(q k^T / sqrt(headDim)) v of every head, [batch, patches, hidden] each and together. */
function attend(
  g: GraphBuilder,
  { hidden_size: hidden, num_attention_heads: heads }: SiglipVisionConfig,
  name: string,
  { query, key, value }: { readonly query: Value; readonly key: Value; readonly value: Value },
): Value {
  if (g.operators === 'fused') {
    const options = { domain: MICROSOFT, name };
    return g.op('MultiHeadAttention', [query, key, value], { num_heads: heads }, options);
  }
  // WebGPU's fused attention is wrong on some drivers, and this runs once a picture.
  const headDim = hidden / heads;
  const split = (x: Value, perm: readonly number[]): Value =>
    g.transpose(g.reshape(x, [0, 0, heads, headDim]), perm);
  const queries = split(g.mul(query, g.scalar(headDim ** -0.5)), [0, 2, 1, 3]);
  const scores = g.matMul(queries, split(key, [0, 2, 3, 1]));
  const mixed = g.matMul(g.op('Softmax', [scores], { axis: -1 }), split(value, [0, 2, 1, 3]));
  return g.reshape(g.transpose(mixed, [0, 2, 1, 3]), [0, 0, hidden]);
}
