import type { TokenScale } from '../../../native-models/bundle/index.js';
import type { ModelShape } from '../model.js';
import { Tensor } from '../runtime/session.js';
import type { Network } from '../runtime/session.js';

/** Codes of one picture at every scale the network was built for, rows first. */
export type ImageCodes = Readonly<Partial<Record<TokenScale, readonly number[]>>>;

/**
 * Reads a picture as discrete tokens.
 * @param network `vision`
 * @param pixels [3, visionSize, visionSize] in [-1, 1]
 * @param scales that are wanted
 */
export async function encodeCodes(
  network: Network,
  shape: ModelShape,
  pixels: Float32Array,
  scales: readonly TokenScale[],
): Promise<ImageCodes> {
  const names = scales.map((scale) => `codes_${scale.toLowerCase()}`);
  const outputs = await network.run(
    pixelFeeds(shape, pixels),
    Object.fromEntries(names.map((name) => [name, null])),
  );
  return Object.fromEntries(scales.map((scale, i) => [scale, outputs.integers(names[i] ?? '')]));
}

/**
 * Reads a picture as continuous features in the autoregressive model's space, for models that take
 * them in the place of codes.
 * @param networks `vision` with its `features` output, and `features_connector`
 * @param pixels [3, visionSize, visionSize] in [-1, 1]
 * @returns [tokens at S0, hidden]
 */
export async function encodeFeatures(
  networks: { readonly vision: Network; readonly connector: Network },
  shape: ModelShape,
  pixels: Float32Array,
): Promise<Float32Array<ArrayBuffer>> {
  const seen = await networks.vision.run(pixelFeeds(shape, pixels), { features: null });
  const outputs = await networks.connector.run({ features: seen.tensor('features') });
  return outputs.float32('inputs_embeds');
}

function pixelFeeds(shape: ModelShape, pixels: Float32Array): { readonly pixel_values: Tensor } {
  const size = shape.visionSize;
  const data = normalizePixels(pixels, shape.visionMean, shape.visionStd);
  return { pixel_values: new Tensor('float32', data, [1, 3, size, size]) };
}

/**
 * Pixels in [-1, 1] as the tower wants them: (value in [0, 1] - mean) / std per channel.
 * @param pixels [3, height, width]
 */
export function normalizePixels(
  pixels: Float32Array,
  mean: readonly number[],
  std: readonly number[],
): Float32Array<ArrayBuffer> {
  const plane = pixels.length / 3;
  const result = new Float32Array(pixels.length);
  for (let i = 0; i < pixels.length; i++) {
    const channel = Math.floor(i / plane);
    const unit = (pixels[i] ?? 0) / 2 + 0.5;
    result[i] = (unit - (mean[channel] ?? 0)) / (std[channel] ?? 1);
  }
  return result;
}
