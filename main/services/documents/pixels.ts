import { MAX_PIXELS } from '../../engine/images/index.js';
import { NativaError } from '../../../native-models/errors.js';
import type { Blobs } from './blobs-port.js';

/** Longest side of a document or layer, in pixels. */
export const MAX_SIDE = 65_535;
/** Most layers and groups on one level, as the contract says. */
export const MAX_LAYERS = 500;
/** Most groups inside each other. */
export const MAX_NESTING = 50;
/** Most pixels that all layers of a file may have together: 4 GB decoded. */
const MAX_LAYER_PIXELS = 1_000_000_000;

interface Size {
  readonly width: number;
  readonly height: number;
}

/** @throws NativaError IMAGE_TOO_LARGE, UNREADABLE_IMAGE where there is no pixel */
export function checkSize(name: string, { width, height }: Size, maxSide = MAX_SIDE): void {
  if (width >= 1 && height >= 1) {
    if (width * height <= MAX_PIXELS && Math.max(width, height) <= maxSide) return;
    throw new NativaError(
      'IMAGE_TOO_LARGE',
      `${name} is ${width}x${height} pixels; at most ${MAX_PIXELS / 1e6} megapixels and ` +
        `${maxSide} on a side can be opened, so scale it down first.`,
    );
  }
  throw new NativaError('UNREADABLE_IMAGE', `${name} is ${width}x${height}: it has no pixels.`);
}

/** Counts the pixels of a file's layers, which are few in an honest file. */
export class PixelBudget {
  #left = MAX_LAYER_PIXELS;

  constructor(readonly name: string) {}

  /** @throws NativaError IMAGE_TOO_LARGE once all layers together are too large */
  take(size: Size): void {
    checkSize(this.name, size);
    this.#left -= size.width * size.height;
    if (this.#left >= 0) return;
    throw new NativaError(
      'IMAGE_TOO_LARGE',
      `The layers of ${this.name} have over ${MAX_LAYER_PIXELS / 1e6} megapixels together; ` +
        'merge some of them in another program first.',
    );
  }
}

/**
 * Raw RGBA under an id.
 * @throws NativaError BAD_PIXELS where the bytes are not of that size
 */
export async function readRgba(blobs: Blobs, id: string, size: Size): Promise<Uint8Array> {
  return readSized(blobs, id, size, 4);
}

/**
 * A mask, one byte a pixel.
 * @throws NativaError BAD_PIXELS where the bytes are not of that size
 */
export async function readMask(
  blobs: Blobs,
  { pixels, ...size }: Size & { readonly pixels: string },
): Promise<Uint8Array> {
  return readSized(blobs, pixels, size, 1);
}

async function readSized(
  blobs: Blobs,
  id: string,
  size: Size,
  channels: number,
): Promise<Uint8Array> {
  const bytes = await blobs.read(id);
  if (bytes.length === size.width * size.height * channels) return bytes;
  throw new NativaError(
    'BAD_PIXELS',
    `A layer's pixels are ${bytes.length} bytes, not ${size.width}x${size.height}; try again.`,
  );
}
