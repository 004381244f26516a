import { checkFinite, checkNotDegenerate } from '../checks.js';
import type { ModelShape } from '../model.js';
import { Tensor } from '../runtime/session.js';
import type { Network } from '../runtime/session.js';
import { runInTiles, tilingFor } from './tiles.js';
import type { Planes, TileScales, Tiling } from './tiles.js';

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

/** Pixels of a picture that one run of each half may take; larger ones go in tiles. */
export interface AutoencoderRoom {
  readonly encoder: number;
  readonly decoder: number;
}

/** Told after every tile, and may end the work by throwing. */
export type OnTile = () => Promise<void>;

/**
 * Pixels to latents the diffusion model works on: (latent - shift_factor) * scaling_factor.
 * @param network `vae_encoder`
 * @param room pixels that one run may take; default all
 * @throws NativaError DEGENERATE_OUTPUT
 */
export async function encodeLatents(
  network: Network,
  shape: ModelShape,
  pixels: ModelPixels,
  room = Infinity,
  onTile?: OnTile,
): Promise<Latents> {
  const { compression } = shape;
  const positions = { height: pixels.height / compression, width: pixels.width / compression };
  const tiling = tilingFor(positions, compression, room);
  const scales = { input: compression, output: 1 };
  const whole = { ...pixels, channels: 3 };
  const raw = await runWhole(network, ['sample', 'latent'], whole, { tiling, scales, onTile });
  const { scalingFactor, shiftFactor } = shape;
  const data = raw.data.map((value) => (value - shiftFactor) * scalingFactor);
  // A picture of one colour may well have constant latents; only numbers that are none are wrong.
  checkFinite(data, 'latents of a reference');
  return { data, channels: shape.latentChannels, ...positions };
}

/**
 * Latents to pixels: latents / scaling_factor + shift_factor through the decoder.
 * @param network `vae_decoder`
 * @param room pixels that one run may take; default all
 * @throws NativaError DEGENERATE_OUTPUT
 */
export async function decodeLatents(
  network: Network,
  shape: ModelShape,
  latents: Latents,
  room = Infinity,
  onTile?: OnTile,
): Promise<ModelPixels> {
  const { scalingFactor, shiftFactor, compression } = shape;
  const data = latents.data.map((value) => value / scalingFactor + shiftFactor);
  const tiling = tilingFor(latents, compression, room);
  const scales = { input: 1, output: compression };
  const whole = { ...latents, data };
  const pixels = await runWhole(network, ['latent', 'sample'], whole, { tiling, scales, onTile });
  checkNotDegenerate(pixels.data, 'a picture');
  return { data: pixels.data, height: pixels.height, width: pixels.width };
}

interface HowToRun {
  /** undefined: all at once. */
  readonly tiling: Tiling | undefined;
  readonly scales: TileScales;
  readonly onTile: OnTile | undefined;
}

/** All of a picture through one half of the autoencoder. */
async function runWhole(
  network: Network,
  [input, output]: readonly [string, string],
  whole: Planes,
  { tiling, scales, onTile }: HowToRun,
): Promise<Planes> {
  const run = async ({ data, channels, height, width }: Planes): Promise<Planes> => {
    const sizes = [1, channels, height, width];
    const outputs = await network.run({ [input]: new Tensor('float32', data, sizes) });
    const made = outputs.float32(output);
    const [down, across] = [height, width].map((side) => (side / scales.input) * scales.output);
    const size = { height: down ?? 0, width: across ?? 0 };
    return { data: made, channels: made.length / (size.height * size.width), ...size };
  };
  if (tiling === undefined) return run(whole);
  return runInTiles(whole, tiling, scales, async (tile) => {
    await onTile?.();
    return run(tile);
  });
}
