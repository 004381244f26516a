/** Writing pictures for other programs: flattened, or with layers as a Photoshop file. */
import { writePsdUint8Array } from 'ag-psd';
import type { Layer } from 'ag-psd';

import { NativaError } from '../../../native-models/errors.js';
import type { Ask, WireLayer, WriteProject } from '../../../preload/contract.js';
import { encodeImage, withoutOpaqueAlpha, type JsonObject } from '../../engine/images/index.js';
import { toPsdMode } from './blend-modes.js';
import type { Blobs } from './blobs-port.js';
import { readRgba } from './pixels.js';

/** A written file. */
export interface WrittenFile {
  readonly bytes: Uint8Array;
  readonly mime: string;
}

/** What is to be encoded, without the name, which does not matter for it. */
export type ExportRequest = Omit<Ask<'files.export'>, 'name'>;
/** What becomes a Photoshop file: layers bottom first, and the flattened picture. */
export type PsdRequest = Pick<WriteProject, 'width' | 'height' | 'layers' | 'merged'>;

/** Longest side a Photoshop file may have. */
const MAX_PSD_SIDE = 30_000;

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

/**
 * Writes a Photoshop file with layers and groups.
 * @throws NativaError BAD_PIXELS, IMAGE_TOO_LARGE
 */
export async function exportPsd(request: PsdRequest, blobs: Blobs): Promise<WrittenFile> {
  const { width, height, layers, merged } = request;
  if (Math.max(width, height) > MAX_PSD_SIDE) {
    throw new NativaError(
      'IMAGE_TOO_LARGE',
      `Photoshop files have at most ${MAX_PSD_SIDE} pixels on a side, and this document is ` +
        `${width}x${height}; export it as TIFF or save it as a project.`,
    );
  }
  const imageData = { width, height, data: await readRgba(blobs, merged, request) };
  const children: Layer[] = [];
  for (const layer of layers) children.push(await toPsdLayer(layer, blobs));
  const bytes = writePsdUint8Array(
    { width, height, imageData, children },
    { generateThumbnail: false, trimImageData: false, noBackground: true },
  );
  return { bytes, mime: 'image/vnd.adobe.photoshop' };
}

async function toPsdLayer(layer: WireLayer, blobs: Blobs): Promise<Layer> {
  const common: Layer = {
    name: layer.name,
    hidden: !layer.visible,
    opacity: layer.opacity,
    blendMode: toPsdMode(layer.blendMode),
  };
  if (layer.type === 'group') {
    const children: Layer[] = [];
    for (const child of layer.children) children.push(await toPsdLayer(child, blobs));
    return { ...common, opened: true, children };
  }
  const { x, y, width, height } = layer;
  const data = await readRgba(blobs, layer.pixels, layer);
  return { ...common, left: x, top: y, imageData: { width, height, data } };
}
