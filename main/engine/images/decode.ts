import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';

import { NativaError } from '../../../native-models/errors.js';
import { sharp } from './sharp.js';
import { describeUnknown, isCutShort, pngHeaderSize, sniffFormat } from './sniff.js';
import type { DecodedImage, ImageFormat, ImageInput, Pixels, Size } from './types.js';

/** Most pixels a picture may have. */
export const MAX_PIXELS = 100_000_000;
/** Longest side a picture may have, in pixels. */
const MAX_SIDE = 65_535;
/** Most bytes an encoded picture may have. */
const MAX_BYTES = 512 * 1024 * 1024;

const READABLE = 'PNG, JPEG, WebP, AVIF, TIFF or GIF';
const CUT =
  /premature end|unexpected end|end of (gif|file|data|stream)|truncated|bad seek|got \d+ bytes, expected/i;

/** What messages call an input: its path, the name given with its bytes, or "the picture". */
export function inputName(input: ImageInput): string {
  return 'path' in input ? input.path : (input.name ?? 'The picture');
}

function tooManyBytes(name: string, bytes: number): NativaError {
  const size = Math.round(bytes / 1024 / 1024);
  const most = MAX_BYTES / 1024 / 1024;
  return new NativaError(
    'IMAGE_TOO_LARGE',
    `${name} is ${size} MiB, and at most ${most} MiB can be read; save it smaller or compressed.`,
  );
}

function fileError(path: string, error: unknown): NativaError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new NativaError('FILE_NOT_FOUND', `There is no file ${path}; check its name.`);
  }
  const reason = code === 'EACCES' || code === 'EPERM' ? 'reading it is not permitted' : code;
  return new NativaError(
    'UNREADABLE_IMAGE',
    `${path} cannot be opened (${reason}); check its permissions or copy it elsewhere.`,
    { cause: error },
  );
}

/**
 * Reads a file of at most {@link MAX_BYTES}, regular files only: a pipe or device could block.
 * @throws NativaError FILE_NOT_FOUND, UNREADABLE_IMAGE, IMAGE_TOO_LARGE
 */
async function readBounded(path: string): Promise<Uint8Array> {
  try {
    const file = await open(path, 'r');
    try {
      const stat = await file.stat();
      if (!stat.isFile()) {
        const kind = stat.isDirectory() ? 'a folder' : 'no regular file';
        throw new NativaError('UNREADABLE_IMAGE', `${path} is ${kind}; name a picture file.`);
      }
      if (stat.size > MAX_BYTES) throw tooManyBytes(path, stat.size);
      return await file.readFile();
    } finally {
      await file.close();
    }
  } catch (error) {
    throw error instanceof NativaError ? error : fileError(path, error);
  }
}

/**
 * The encoded bytes of an input, bounded in size.
 * @throws NativaError FILE_NOT_FOUND, UNREADABLE_IMAGE, IMAGE_TOO_LARGE
 */
export async function readInput(input: ImageInput): Promise<Uint8Array> {
  if ('path' in input) return readBounded(input.path);
  if (input.data.length > MAX_BYTES) throw tooManyBytes(inputName(input), input.data.length);
  return input.data;
}

/** @throws NativaError IMAGE_TOO_LARGE, UNREADABLE_IMAGE */
function checkSize(name: string, { width, height }: Size): void {
  if (width < 1 || height < 1) {
    throw new NativaError('UNREADABLE_IMAGE', `${name} is ${width}x${height}: it has no pixels.`);
  }
  if (width * height <= MAX_PIXELS && Math.max(width, height) <= MAX_SIDE) return;
  throw new NativaError(
    'IMAGE_TOO_LARGE',
    `${name} is ${width}x${height} pixels; at most ${MAX_PIXELS / 1e6} megapixels and ` +
      `${MAX_SIDE} on a side can be read, so scale it down first.`,
  );
}

function decodeError(
  name: string,
  bytes: Uint8Array,
  format: ImageFormat,
  error: unknown,
): NativaError {
  const detail = error instanceof Error ? error.message : String(error);
  if (CUT.test(detail) || isCutShort(bytes, format)) {
    return new NativaError(
      'TRUNCATED_IMAGE',
      `${name} ends too early, so part of the picture is missing; copy or download it again.`,
      { cause: error },
    );
  }
  const reason = (detail.split('\n')[0] ?? '').replace(/\.?\s*$/, '');
  return new NativaError(
    'UNREADABLE_IMAGE',
    `${name} is a damaged or unusual ${format.toUpperCase()} file (${reason}); ` +
      'save it again in another program, as PNG for instance.',
    { cause: error },
  );
}

/**
 * Checks the size in the header and tells whether the picture has 16 bits and a profile, which
 * sharp leaves unconverted on the way in.
 * @throws NativaError IMAGE_TOO_LARGE, UNREADABLE_IMAGE
 */
async function readHeader(name: string, bytes: Uint8Array, format: ImageFormat): Promise<boolean> {
  const stated = format === 'png' ? pngHeaderSize(bytes) : null;
  if (stated) checkSize(name, stated);
  const options = { limitInputPixels: false, failOn: 'error' } as const;
  const { width, height, space, hasProfile } = await sharp(bytes, options).metadata();
  checkSize(name, { width, height });
  return hasProfile && (space === 'rgb16' || space === 'grey16');
}

/**
 * Decodes the first page or frame to upright sRGB bytes: the EXIF orientation is applied, embedded
 * profiles (Display P3, Adobe RGB, CMYK) are converted by littlecms, 16 bits become 8, grey and
 * palette become RGB. `failOn: 'error'` refuses files that are cut or broken, and lets those pass
 * whose decoder merely warns, as many cameras' files do.
 */
async function toPixels(bytes: Uint8Array, profileLeft: boolean, rgba: boolean) {
  const upright = sharp(bytes, { limitInputPixels: MAX_PIXELS, failOn: 'error' }).autoOrient();
  const converted = profileLeft ? upright.withIccProfile('srgb') : upright;
  const plain = converted.toColourspace('srgb');
  return (rgba ? plain.ensureAlpha() : plain)
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
}

interface Decoded extends Pixels {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly format: ImageFormat;
}

async function decode(input: ImageInput, rgba: boolean): Promise<Decoded> {
  const name = inputName(input);
  const bytes = await readInput(input);
  const format = sniffFormat(bytes);
  if (!format) {
    throw new NativaError(
      'NOT_AN_IMAGE',
      `${name} is no picture that can be read: ${describeUnknown(bytes)}; use ${READABLE}.`,
    );
  }
  const { data, info } = await readHeader(name, bytes, format)
    .then((profileLeft) => toPixels(bytes, profileLeft, rgba))
    .catch((error: unknown) => {
      throw error instanceof NativaError ? error : decodeError(name, bytes, format, error);
    });
  const { width, height, channels } = info;
  if ((channels !== 3 && channels !== 4) || data.length !== width * height * channels) {
    throw decodeError(name, bytes, format, new Error(`it has ${channels} channels`));
  }
  const pixels = new Uint8Array(data.buffer, data.byteOffset, data.length);
  return { width, height, channels, data: pixels, name, bytes, format };
}

/**
 * Reads a picture into upright 8-bit sRGB (see {@link toPixels}); alpha is kept. Formats are told
 * by their first bytes, and sizes are checked in the header, before anything is decoded.
 * @throws NativaError FILE_NOT_FOUND, NOT_AN_IMAGE, IMAGE_TOO_LARGE, TRUNCATED_IMAGE,
 *   UNREADABLE_IMAGE
 */
export async function decodeImage(input: ImageInput): Promise<DecodedImage> {
  const { bytes, ...image } = await decode(input, false);
  const sourceHash = createHash('sha256').update(bytes).digest('hex');
  return { ...image, hasAlpha: image.channels === 4, sourceHash };
}

/**
 * The same as {@link decodeImage} with four channels whatever the file has. The decoder adds the
 * alpha while it converts, which saves a second pass over every pixel, and nothing is hashed.
 * @throws as decodeImage
 */
export async function decodeRgba(input: ImageInput): Promise<Pixels> {
  const { width, height, channels, data } = await decode(input, true);
  return { width, height, channels, data };
}
