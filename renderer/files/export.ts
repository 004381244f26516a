/** Pictures on their way out: formats, names, and the file that is ready to be saved. */
import type { EXPORT_FORMATS, ReadyFile, SaveTarget } from '../../preload/contract.js';
import type { Client } from '../bridge/client.js';
import type { Layer, Recipe, StudioDocument } from '../document/types.js';

export type ExportFormat = (typeof EXPORT_FORMATS)[number];
/** Formats of one flat picture. */
export type FlatFormat = Exclude<ExportFormat, 'psd'>;

/** How a picture is written; `quality` from 1 to 100, where the format has one. */
export interface ExportOptions {
  readonly format: ExportFormat;
  readonly quality: number;
  readonly lossless: boolean;
}

/** The whole picture as raw RGBA, uploaded. */
export interface Flattened {
  readonly blob: string;
  readonly width: number;
  readonly height: number;
}

/** What an export needs of the studio. */
export interface ExportHost {
  readonly client: Pick<Client, 'request' | 'saveFile' | 'download'>;
  readonly start: { readonly host: 'electron' | 'browser' };
  readonly files: {
    flattened(document?: StudioDocument, options?: { signal?: AbortSignal }): Promise<Flattened>;
  };
}

const EXTENSIONS: Readonly<Record<ExportFormat, string>> = {
  png: '.png',
  jpeg: '.jpg',
  webp: '.webp',
  avif: '.avif',
  tiff: '.tiff',
  psd: '.psd',
};
const KNOWN = /\.(?:png|jpe?g|webp|avif|tiff?|gif|svg|psd|ora)$/i;
/** What the contract allows a recipe to have. */
const LONGEST_RECIPE = 100_000;

/** Whether a format can be told to lose nothing, loses nothing anyway, or always loses something. */
export const LOSSLESS: Readonly<Record<ExportFormat, 'choice' | 'always' | 'never'>> = {
  png: 'always',
  jpeg: 'never',
  webp: 'choice',
  avif: 'choice',
  tiff: 'always',
  psd: 'always',
};

/** Whether quality makes a difference. */
export function hasQuality({ format, lossless }: ExportOptions): boolean {
  return LOSSLESS[format] === 'never' || (LOSSLESS[format] === 'choice' && !lossless);
}

/** A name without the ending of a picture or project. */
export function baseName(name: string): string {
  return name.replace(KNOWN, '');
}

/** A file's name with the ending of its format. */
export function exportName(name: string, format: ExportFormat): string {
  const base = baseName(name.trim());
  return `${base === '' ? 'nativa' : base}${EXTENSIONS[format]}`;
}

function topRecipe(layers: readonly Layer[]): Recipe | null {
  for (const layer of layers.toReversed()) {
    if (!layer.visible) continue;
    if (layer.type === 'raster' && layer.recipe) return layer.recipe;
    const inside = layer.type === 'group' ? topRecipe(layer.children) : null;
    if (inside) return inside;
  }
  return null;
}

/** JSON of what made the topmost visible layer that a model made; null where there is none. */
export function documentRecipe({ layers }: StudioDocument): string | null {
  const recipe = topRecipe(layers);
  const json = recipe && JSON.stringify(recipe);
  return json !== null && json.length <= LONGEST_RECIPE ? json : null;
}

/**
 * Encodes a flattened picture. @returns a file on the pixel route, to be saved or dropped
 * @throws StudioError
 */
export async function encodePicture(
  { client }: Pick<ExportHost, 'client'>,
  picture: Flattened,
  options: ExportOptions & { readonly format: FlatFormat },
  recipe: string | null,
): Promise<ReadyFile> {
  const { blob, width, height } = picture;
  return client.request('files.export', {
    name: exportName('', options.format),
    format: options.format,
    quality: options.quality,
    lossless: LOSSLESS[options.format] === 'choice' && options.lossless,
    image: { blob, width, height },
    recipe,
  });
}

/** Lets blobs go; that they are gone already is nothing to complain about. */
export function dropBlobs({ client }: Pick<ExportHost, 'client'>, ids: readonly string[]): void {
  if (ids.length > 0) void client.request('blobs.drop', [...ids]).catch(() => undefined);
}

/** Saves an encoded file and lets it go. @returns its name, null if the person thought better of it */
export async function saveReady(
  host: Pick<ExportHost, 'client' | 'start'>,
  name: string,
  { blob }: ReadyFile,
  target?: SaveTarget,
): Promise<string | null> {
  const saved = await host.client.saveFile(name, blob, target);
  // A browser fetches it only after this; there it goes when nobody has asked for it for a while. A
  // saved document's file is kept for it.
  const kept = target !== undefined && saved !== null;
  if (host.start.host === 'electron' && !kept) dropBlobs(host, [blob]);
  return saved;
}
