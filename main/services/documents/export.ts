/** Writing flattened pictures for other programs. */
import { NativaError } from '../../../native-models/errors.js';
import type { Ask } from '../../../preload/contract.js';
import { encodeImage, withoutOpaqueAlpha, type JsonObject } from '../../engine/images/index.js';
import type { Blobs } from './blobs-port.js';
import { readRgba } from './pixels.js';

/** A written file. */
export interface WrittenFile {
  readonly bytes: Uint8Array;
  readonly mime: string;
}

/** What is to be encoded, without the name, which does not matter for it. */
export type ExportRequest = Omit<Ask<'files.export'>, 'name'>;

/** @throws NativaError INVALID_RECIPE */
function parseRecipe(json: string): JsonObject {
  try {
    const value: unknown = JSON.parse(json);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return value as JsonObject;
    }
  } catch {
    // said below
  }
  throw new NativaError(
    'INVALID_RECIPE',
    'The recipe of the picture is damaged; export it without its recipe.',
  );
}

/**
 * Encodes a flattened picture. PNG, TIFF and, where asked for, WebP keep every pixel as it is; JPEG
 * has no transparency, so what is transparent is laid over white. Without any transparency the file
 * has no alpha channel.
 * @throws NativaError BAD_PIXELS, INVALID_RECIPE, IMAGE_TOO_LARGE
 */
export async function exportPicture(
  { format, quality, lossless, image, recipe }: ExportRequest,
  blobs: Blobs,
): Promise<WrittenFile> {
  const data = await readRgba(blobs, image.blob, image);
  const { width, height } = image;
  checkFormatSize(format, width, height);
  const pixels = withoutOpaqueAlpha({ width, height, channels: 4, data });
  const bytes = await encodeImage(pixels, format, {
    quality,
    lossless,
    recipe: recipe === null ? null : parseRecipe(recipe),
  });
  return { bytes, mime: `image/${format}` };
}

/** Longest sides of the formats that do not reach as far as documents do. */
const LONGEST: Readonly<Partial<Record<ExportRequest['format'], number>>> = {
  webp: 16_383,
  avif: 16_384,
  jpeg: 65_500,
};

/** @throws NativaError IMAGE_TOO_LARGE */
function checkFormatSize(format: ExportRequest['format'], width: number, height: number): void {
  const most = LONGEST[format];
  if (most === undefined || Math.max(width, height) <= most) return;
  throw new NativaError(
    'IMAGE_TOO_LARGE',
    `${format.toUpperCase()} files have at most ${most} pixels on a side, and this picture is ` +
      `${width}x${height}; export it as PNG or TIFF.`,
  );
}
