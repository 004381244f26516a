/** The two connectors between what is known about an image and the diffusion transformer. */
import { GraphBuilder, linear, rmsNorm } from '../onnx/index.js';
import type { ArithmeticOptions, Value } from '../onnx/index.js';
import type { GraphModel, TensorMap } from '../types.js';
import type { SanaTransformerConfig } from './config.js';

/** How a connector's graph is built. */
export type ConnectorOptions = ArithmeticOptions;

/** Fixed in the reference model. */
const EPSILON = 1e-5;

/**
 * Builds `diffusion_connector`, which makes hidden states of the autoregressive model the context
 * of the diffusion transformer. Input: `hidden_states` float32 [batch, tokens, hidden]. Output:
 * `encoder_hidden_states` float32 [batch, tokens, caption_channels].
 * @param hidden hidden size of the autoregressive model
 * @throws NativaError MISSING_PARAMETER, CONFIG_WEIGHTS_MISMATCH
 */
export function buildConnectorGraph(
  hidden: number,
  transformer: SanaTransformerConfig,
  tensors: TensorMap,
  { operators, products }: ConnectorOptions = {},
): GraphModel {
  const g = new GraphBuilder({ name: 'connector', tensors, operators, products });
  const x = g.input('hidden_states', 'float32', ['batch', 'tokens', hidden]);
  const size = transformer.caption_channels;
  const context = connect(g, x, 'model.diffusion_connector', hidden, size);
  g.output('encoder_hidden_states', context, 'float32', ['batch', 'tokens', size]);
  return g.build();
}

/**
 * Builds `und_image_vae_connector`, which makes every position of a reference's scaled latents a
 * context vector. Input: `latents` float32 [batch, channels, height, width]. Output:
 * `encoder_hidden_states` float32 [batch, height * width, caption_channels], rows first.
 * @param channels latent channels of the autoencoder
 * @throws NativaError MISSING_PARAMETER, CONFIG_WEIGHTS_MISMATCH
 */
export function buildReferenceConnectorGraph(
  channels: number,
  transformer: SanaTransformerConfig,
  tensors: TensorMap,
  { operators, products }: ConnectorOptions = {},
): GraphModel {
  const g = new GraphBuilder({ name: 'reference_connector', tensors, operators, products });
  const latents = g.input('latents', 'float32', ['batch', channels, 'height', 'width']);
  const positions = g.transpose(g.reshape(latents, [0, channels, -1]), [0, 2, 1]);
  const size = transformer.caption_channels;
  const context = connect(g, positions, 'model.und_image_vae_connector', channels, size);
  g.output('encoder_hidden_states', context, 'float32', ['batch', 'positions', size]);
  return g.build();
}

/** Linear, GELU (tanh), Linear, RMSNorm: [..., inFeatures] -> [..., outFeatures]. */
function connect(
  g: GraphBuilder,
  x: Value,
  prefix: string,
  inFeatures: number,
  outFeatures: number,
): Value {
  const inner = linear(g, x, `${prefix}.0`, { inFeatures, outFeatures, bias: true });
  const outer = { inFeatures: outFeatures, outFeatures, bias: true };
  const mapped = linear(g, g.gelu(inner, 'tanh'), `${prefix}.2`, outer);
  return rmsNorm(g, mapped, `${prefix}.3`, outFeatures, EPSILON);
}
