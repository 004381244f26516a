import { checkFinite, checkNotDegenerate } from '../checks.js';
import type { ModelShape } from '../model.js';
import { Tensor } from '../runtime/session.js';
import type { Network } from '../runtime/session.js';

/** Scaled latents of one picture, [channels, height, width]. */
export interface Latents {
  readonly data: Float32Array<ArrayBuffer>;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

/** Pixels of one picture in the model's range, [3, height, width] in [-1, 1]. */
export interface ModelPixels {
  readonly data: Float32Array<ArrayBuffer>;
  readonly height: number;
  readonly width: number;
}

/**
 * Pixels to latents the diffusion model works on: (latent - shift_factor) * scaling_factor.
 * @param network `vae_encoder`
 * @throws NativaError DEGENERATE_OUTPUT
 */
export async function encodeLatents(
  network: Network,
  shape: ModelShape,
  pixels: ModelPixels,
): Promise<Latents> {
  const { height, width } = pixels;
  const outputs = await network.run({
    sample: new Tensor('float32', pixels.data, [1, 3, height, width]),
  });
  const raw = outputs.float32('latent');
  const { scalingFactor, shiftFactor } = shape;
  const data = raw.map((value) => (value - shiftFactor) * scalingFactor);
  // A picture of one colour may well have constant latents; only numbers that are none are wrong.
  checkFinite(data, 'latents of a reference');
  return {
    data,
    channels: shape.latentChannels,
    height: height / shape.compression,
    width: width / shape.compression,
  };
}

/**
 * Latents to pixels: latents / scaling_factor + shift_factor through the decoder.
 * @param network `vae_decoder`
 * @throws NativaError DEGENERATE_OUTPUT
 */
export async function decodeLatents(
  network: Network,
  shape: ModelShape,
  latents: Latents,
): Promise<ModelPixels> {
  const { scalingFactor, shiftFactor } = shape;
  const { channels, height, width } = latents;
  const data = latents.data.map((value) => value / scalingFactor + shiftFactor);
  const outputs = await network.run({
    latent: new Tensor('float32', data, [1, channels, height, width]),
  });
  const pixels = outputs.float32('sample');
  checkNotDegenerate(pixels, 'a picture');
  return {
    data: pixels,
    height: height * shape.compression,
    width: width * shape.compression,
  };
}
