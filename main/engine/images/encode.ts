import { extname } from 'node:path';

import type { Sharp } from 'sharp';

import { NativaError } from '../../../native-models/errors.js';
import { recipeXmp, withRecipe, type JsonObject } from './metadata.js';
import { encodeChunk, insertChunks } from './png.js';
import { sharp } from './sharp.js';
import type { Pixels } from './types.js';

/** Formats that are written. */
export type OutputFormat = 'png' | 'jpeg' | 'webp' | 'avif' | 'tiff';

/** Options of {@link encodeImage}. */
export interface EncodeOptions {
  /** What made the picture; put into the file. */
  readonly recipe?: JsonObject | null | undefined;
  /** 1..100 for JPEG, WebP and AVIF; PNG and TIFF are lossless. Default {@link DEFAULT_QUALITY}. */
  readonly quality?: number | undefined;
  /** WebP and AVIF without loss, whatever the quality; WebP to the last bit, AVIF nearly. */
  readonly lossless?: boolean | undefined;
}

/** Quality where none is asked for: no visible loss in any of the three lossy formats. */
const DEFAULT_QUALITY = 92;
/** An XMP packet has to fit one JPEG segment of 65,535 bytes, its own head included. */
const MAX_JPEG_XMP = 65_000;

const EXTENSIONS: Readonly<Record<string, OutputFormat>> = {
  '.png': 'png',
  '.jpg': 'jpeg',
  '.jpeg': 'jpeg',
  '.webp': 'webp',
  '.avif': 'avif',
  '.tif': 'tiff',
  '.tiff': 'tiff',
};

/**
 * Format that a file's extension asks for.
 * @throws NativaError UNSUPPORTED_FORMAT
 */
export function outputFormat(path: string): OutputFormat {
  const extension = extname(path).toLowerCase();
  const format = EXTENSIONS[extension];
  if (format) return format;
  const problem = extension
    ? `Nativa cannot write ${extension} files`
    : 'the name has no extension';
  const known = Object.keys(EXTENSIONS).join(', ');
  throw new NativaError('UNSUPPORTED_FORMAT', `${path}: ${problem}; use one of ${known}.`);
}

function toSharp({ width, height, channels, data }: Pixels): Sharp {
  return sharp(data, { raw: { width, height, channels } });
}

/**
 * Encodes to PNG, marked as sRGB, the recipe in an iTXt chunk. Same pixels and recipe, same bytes.
 * @throws NativaError INVALID_RECIPE
 */
export async function encodePng(image: Pixels, recipe?: JsonObject | null): Promise<Uint8Array> {
  // More effort takes longer and saves a hundredth.
  const bytes = await toSharp(image).png({ compressionLevel: 3 }).toBuffer();
  // rendering intent 0, perceptual
  const png = insertChunks(bytes, [encodeChunk('sRGB', Uint8Array.of(0))]);
  return recipe ? withRecipe(png, recipe) : png;
}

function toFormat(
  image: Pixels,
  format: Exclude<OutputFormat, 'png'>,
  quality: number,
  lossless: boolean,
): Sharp {
  const source = toSharp(image).withIccProfile('srgb');
  switch (format) {
    case 'jpeg':
      return source.flatten({ background: 'white' }).jpeg({ quality, chromaSubsampling: '4:4:4' });
    case 'webp':
      // exact: colours under full transparency are kept as well
      if (lossless) return source.webp({ lossless, exact: true });
      return source.webp({ quality, smartSubsample: true });
    case 'avif':
      if (lossless) return source.avif({ lossless, chromaSubsampling: '4:4:4', effort: 3 });
      return source.avif({ quality: Math.min(quality, 90), chromaSubsampling: '4:4:4', effort: 3 });
    case 'tiff':
      return source.tiff({ compression: 'deflate', predictor: 'horizontal' });
  }
}

/**
 * Encodes a picture, marked as sRGB, with its recipe. JPEG has no alpha: what is transparent is
 * laid over white. A recipe too long for a JPEG segment (65 kB) is left out of a JPEG.
 * @throws NativaError INVALID_RECIPE
 */
export async function encodeImage(
  image: Pixels,
  format: OutputFormat,
  options: EncodeOptions = {},
): Promise<Uint8Array> {
  const { recipe, quality = DEFAULT_QUALITY, lossless = false } = options;
  if (format === 'png') return encodePng(image, recipe);
  let encoder = toFormat(image, format, quality, lossless);
  const xmp = recipe && recipeXmp(recipe);
  if (xmp && (format !== 'jpeg' || Buffer.byteLength(xmp) <= MAX_JPEG_XMP)) {
    encoder = encoder.withXmp(xmp);
  }
  return encoder.toBuffer();
}
