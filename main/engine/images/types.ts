/**
 * A picture in memory: sRGB, 8 bits per channel, interleaved rows from the top left, without
 * padding. `data.length` is `width * height * channels`; a fourth channel is straight (not
 * premultiplied) alpha.
 */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly channels: 3 | 4;
  readonly data: Uint8Array;
}

/** One byte per pixel, rows from the top left: 0 = must not change, 255 = may change freely. */
export interface Mask {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** A rectangle in pixels; a pixel `i` covers `[i, i + 1)`, and edges may be fractions. */
export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Width and height, in pixels or in cells. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** File formats that are read and written (GIF is read only). */
export type ImageFormat = 'png' | 'jpeg' | 'webp' | 'avif' | 'tiff' | 'gif';

/** Where an encoded picture comes from; `name` is what messages call it. */
export type ImageInput =
  { readonly path: string } | { readonly data: Uint8Array; readonly name?: string | undefined };

/** A picture as {@link Pixels}, with what is known of its source. */
export interface DecodedImage extends Pixels {
  readonly hasAlpha: boolean;
  /** SHA-256 of the encoded bytes, lower-case hex. */
  readonly sourceHash: string;
  readonly format: ImageFormat;
  /** What messages call the picture: its path, or the name given with its bytes. */
  readonly name: string;
}

/**
 * Guards a function that takes two pictures of one size.
 * @throws RangeError, since only a mistake in the caller can cause it
 */
export function requireSameSize(what: string, a: Size, b: Size): void {
  if (a.width === b.width && a.height === b.height) return;
  throw new RangeError(`${what}: ${a.width}x${a.height} and ${b.width}x${b.height} differ`);
}
