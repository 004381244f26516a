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
  const attended = g.op(
    'MultiHeadAttention',
    [project('q_proj', x), project('k_proj', x), project('v_proj', x)],
    { num_heads: config.num_attention_heads },
    { domain: MICROSOFT, name: prefix },
  );
  return project('out_proj', attended);
}
