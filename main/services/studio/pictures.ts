/** Raw RGBA of the studio to what the engine reads, and back. */
import {
  decodeImage,
  encodePng,
  readRecipe,
  toRgba,
  withoutOpaqueAlpha,
} from '../../engine/images/index.js';
import type { Pixels } from '../../engine/images/index.js';
import type { ResultImage } from '../../engine/events.js';
import type { ImageInput } from '../../engine/request.js';
import type { Candidate } from '../../../preload/contract.js';
import type { Blobs } from '../blobs.js';
import { readRgba } from '../documents/pixels.js';

/** Raw RGBA under a blob id, as requests name it. */
export interface PixelsRef {
  readonly blob: string;
  readonly width: number;
  readonly height: number;
}

/**
 * Pixels that a request names.
 * @throws NativaError BLOB_NOT_FOUND, BAD_PIXELS
 */
export async function readPixels(ref: PixelsRef, blobs: Blobs): Promise<Pixels> {
  const { width, height } = ref;
  return { width, height, channels: 4, data: await readRgba(blobs, ref.blob, ref) };
}

/** A picture as the engine takes it, without alpha where all of it is opaque. */
export async function toEngineImage(pixels: Pixels, name: string): Promise<ImageInput> {
  return { data: await encodePng(withoutOpaqueAlpha(pixels)), name };
}

/** A finished picture, its pixels in the store. */
export async function toCandidate(image: ResultImage, blobs: Blobs): Promise<Candidate> {
  const { png, width, height, seed, drift } = image;
  const recipe = JSON.stringify(readRecipe(png) ?? {});
  const pixels = toRgba(await decodeImage({ data: png }));
  return { pixels: blobs.put(pixels), width, height, seed, recipe, drift: drift ?? null };
}
