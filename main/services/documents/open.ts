/** Opening a file of any kind, by what is in it and never by its name. */
import { basename } from 'node:path';

import { NativaError } from '../../../native-models/errors.js';
import type { Opened } from '../../../preload/contract.js';
import {
  decodeRgba,
  readFileRecipe,
  sniffFormat,
  toRgba,
  type Pixels,
  type SvgOptions,
} from '../../engine/images/index.js';
import type { Blobs } from './blobs-port.js';
import { isZip, openOra } from './open-ora.js';
import type { Projects } from './open-packed.js';
import { openPsd } from './open-psd.js';
import { isPsd } from './psd-header.js';
import { bytesSource, type Source } from './source.js';
import { isSvg, openSvg } from './svg.js';

/** Longest recipe that the contract lets through, in characters. */
const MAX_RECIPE = 100_000;
const MAX_NAME = 1000;
/** Bytes by which an archive is known. */
const HEAD = 4;
/** The largest file that is read as a whole; archives are read in pieces. */
const MAX_BYTES = 600 * 1024 * 1024;

/** Options of {@link openFile}. */
export interface OpenOptions {
  /** How drawings are drawn; Electron's host brings its own launcher. */
  readonly svg?: SvgOptions | undefined;
  /** Keeps projects whose pixels are read when they are wanted; absent: all are read at once. */
  readonly projects?: Projects | undefined;
}

/**
 * Opens a picture (PNG, JPEG, WebP, AVIF, TIFF, GIF, SVG) as one layer, a layered file (PSD,
 * OpenRaster) with its layers, or a project of ours. Pixels wait in the blobs as raw RGBA with
 * straight alpha. Archives are read in pieces, whatever their size.
 * @param name the file's name; folders before it are left out
 * @throws NativaError NOT_AN_IMAGE, IMAGE_TOO_LARGE, TRUNCATED_IMAGE, UNREADABLE_IMAGE,
 *   UNREADABLE_DOCUMENT, UNSAFE_ARCHIVE, UNREADABLE_ARCHIVE, EXTERNAL_REFERENCE
 */
export async function openFile(
  name: string,
  file: Uint8Array | Source,
  blobs: Blobs,
  options: OpenOptions = {},
): Promise<Opened> {
  const label = baseName(name);
  const source = file instanceof Uint8Array ? bytesSource(file) : file;
  if (isZip(await source.read(0, HEAD))) {
    return openOra(label, source, blobs, options);
  }
  if (source.size > MAX_BYTES) throw tooLarge(label);
  const bytes = await source.read(0, source.size);
  if (isPsd(bytes)) return openPsd(label, bytes, blobs);
  if (sniffFormat(bytes) === null && isSvg(bytes)) {
    return picture(label, await openSvg(label, bytes, options.svg), null, blobs);
  }
  const [image, recipe] = await Promise.all([
    decodeRgba({ data: bytes, name: label }).catch((error: unknown) => {
      throw withAllFormats(error);
    }),
    recipeOf(bytes),
  ]);
  return picture(label, image, recipe, blobs);
}

function tooLarge(name: string): NativaError {
  const most = MAX_BYTES / 1024 / 1024;
  const message = `${name} is too large to be opened; at most ${most} MiB are read, so save it smaller.`;
  return new NativaError('IMAGE_TOO_LARGE', message);
}

/** The name without its folders, whichever system wrote it. */
function baseName(name: string): string {
  const base = basename(name.replaceAll('\\', '/')).slice(0, MAX_NAME);
  return base === '' ? 'Untitled' : base;
}

/** A layer is called as its file, without the ending. */
function stem(name: string): string {
  const dot = name.lastIndexOf('.');
  return dot > 0 ? name.slice(0, dot) : name;
}

function picture(name: string, image: Pixels, recipe: string | null, blobs: Blobs): Opened {
  const { width, height } = image;
  return {
    kind: 'layers',
    name,
    width,
    height,
    recipe,
    layers: [
      {
        type: 'raster',
        name: stem(name),
        visible: true,
        opacity: 1,
        blendMode: 'normal',
        x: 0,
        y: 0,
        width,
        height,
        pixels: blobs.put(toRgba(image)),
      },
    ],
  };
}

/** A picture is opened whatever is wrong with the recipe it carries. */
async function recipeOf(bytes: Uint8Array): Promise<string | null> {
  try {
    const recipe = await readFileRecipe({ data: bytes });
    const json = recipe === null ? null : JSON.stringify(recipe);
    return json !== null && json.length <= MAX_RECIPE ? json : null;
  } catch (error) {
    if (error instanceof NativaError) return null;
    throw error;
  }
}

/** The studio opens more than the engine reads, and says so. */
function withAllFormats(error: unknown): unknown {
  if (!(error instanceof NativaError) || error.code !== 'NOT_AN_IMAGE') return error;
  const problem = error.message.replace(/; use [^;]*$/, '');
  return new NativaError(
    error.code,
    `${problem}; open PNG, JPEG, WebP, AVIF, TIFF, GIF, SVG, PSD or OpenRaster files.`,
  );
}
