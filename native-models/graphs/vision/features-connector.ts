import type { Qwen3Config } from '../ar/config.js';
import { GraphBuilder, linear, rmsNorm } from '../onnx/index.js';
import type { ArithmeticOptions } from '../onnx/index.js';
import type { GraphModel, TensorMap } from '../types.js';
import type { TaTokConfig } from './config.js';

/** How the graph is built. */
export type FeaturesConnectorOptions = ArithmeticOptions;

/** Fixed in the reference model, whatever the epsilon of the networks on either side. */
const EPSILON = 1e-5;

/**
 * Builds `tar_siglip_features_connector`, which lets the tower's continuous features stand in a
 * prompt in the place of their codes (`use_tar_siglip_features`): Linear, GELU (tanh), Linear,
 * RMSNorm. Input: `features` float32 [batch, tokens, tower hidden], the vision graph's output of
 * that name. Output: `inputs_embeds` float32 [batch, tokens, hidden of the autoregressive model].
 * @throws NativaError MISSING_PARAMETER, CONFIG_WEIGHTS_MISMATCH
 */
export function buildFeaturesConnectorGraph(
  vision: TaTokConfig,
  ar: Qwen3Config,
  tensors: TensorMap,
  { operators, products }: FeaturesConnectorOptions = {},
): GraphModel {
  const g = new GraphBuilder({ name: 'features_connector', tensors, operators, products });
  const prefix = 'model.tar_siglip_features_connector';
  const [inFeatures, outFeatures] = [vision.encoder.hidden_size, ar.hidden_size];
  const x = g.input('features', 'float32', ['batch', 'tokens', inFeatures]);
  const inner = linear(g, x, `${prefix}.0`, { inFeatures, outFeatures, bias: true });
  const outer = { inFeatures: outFeatures, outFeatures, bias: true };
  const mapped = linear(g, g.gelu(inner, 'tanh'), `${prefix}.2`, outer);
  const normed = rmsNorm(g, mapped, `${prefix}.3`, outFeatures, EPSILON);
  g.output('inputs_embeds', normed, 'float32', ['batch', 'tokens', outFeatures]);
  return g.build();
}
