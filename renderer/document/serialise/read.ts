/** Reading documents from tables. */
import { DocumentError } from '../errors.js';
import { MAX_DEPTH, MAX_LAYERS } from '../layers/limits.js';
import { MASK_TILE_BYTES, TILE_BYTES } from '../pixels/tiles.js';
import type { Layer, Mask, Raster, Recipe, StudioDocument } from '../types.js';
import { READ_BUDGET } from './format.js';
import type { State } from './format.js';
import { areRuns, eachOf, lengthOf } from './runs.js';

type Tables = Pick<State, 'tiles' | 'rasters' | 'masks' | 'recipes' | 'layers' | 'documents'>;
type JsonLayer = State['layers'][number];

/** A tile by the id that the JSON has for it, and its length; undefined if there is none. */
export type TileSource = (
  id: number,
  bytes: number,
) => { readonly id: number; readonly data: Uint8ClampedArray } | undefined;

/** The error for a file that is not as it should be. */
export function badProject(what: string, cause?: unknown): DocumentError {
  return new DocumentError('BAD_PROJECT', `The project is damaged and cannot be opened: ${what}.`, {
    cause,
  });
}

interface ReadLayer {
  readonly layer: Layer;
  /** With all that lies in it. */
  readonly count: number;
  readonly depth: number;
}

/** Documents of tables, in their order. @throws DocumentError BAD_PROJECT */
export function readDocuments(tables: Tables, source: TileSource): readonly StudioDocument[] {
  const parts = readParts(tables, source);
  const layers: ReadLayer[] = [];
  // A group's layers stand before it, so that none can lie in itself.
  for (const json of tables.layers) layers.push(readLayer(json, parts, layers));
  return tables.documents.map((json): StudioDocument => {
    const found = json.layers.map((index) => entry(layers, index));
    const children = found.map(({ layer }) => layer);
    const { count } = measure(found);
    const ids = idsOf(children);
    if (ids.size !== count) throw badProject('two layers have the same id');
    return {
      ...json,
      layers: children,
      selection: optional(parts.masks, json.selection),
      protection: optional(parts.masks, json.protection),
      active: json.active.filter((id) => ids.has(id)),
    };
  });
}

interface Parts {
  readonly rasters: readonly Raster[];
  readonly masks: readonly Mask[];
  readonly recipes: readonly Recipe[];
}

function readParts(tables: Tables, source: TileSource): Parts {
  return { ...readPixels(tables, source), recipes: tables.recipes };
}

/** Rasters and masks of tables, in their order. @throws DocumentError BAD_PROJECT */
export function readPixels(
  tables: Pick<Tables, 'tiles' | 'rasters' | 'masks'>,
  source: TileSource,
): Omit<Parts, 'recipes'> {
  let references = 0;
  for (const { runs, ...size } of [...tables.rasters, ...tables.masks]) {
    if (!areRuns(runs, size)) throw badProject('tiles lie outside of their layer');
    references += lengthOf(runs);
    if (references > READ_BUDGET.references) throw badProject('it has too many tiles');
  }
  const bytes = new Map(tables.tiles);
  type Found = NonNullable<ReturnType<TileSource>>;
  const known = new Map<number, Found>();
  const tileOf = (id: number): Found => {
    const old = known.get(id);
    if (old) return old;
    const found = source(id, bytes.get(id) ?? 0);
    if (!found) throw badProject('pixels are missing');
    known.set(id, found);
    return found;
  };
  const tilesOf = (runs: readonly number[], length: number): Map<number, Found> => {
    const tiles = new Map<number, Found>();
    for (const [key, id] of eachOf(runs)) {
      if (bytes.get(id) !== length) throw badProject('a tile is not listed as it is used');
      tiles.set(key, tileOf(id));
    }
    return tiles;
  };
  return {
    rasters: tables.rasters.map(({ runs, ...size }) => ({
      ...size,
      tiles: tilesOf(runs, TILE_BYTES),
    })),
    masks: tables.masks.map(({ runs, ...rest }) => ({
      ...rest,
      tiles: tilesOf(runs, MASK_TILE_BYTES),
    })),
  };
}

function readLayer(json: JsonLayer, parts: Parts, before: readonly ReadLayer[]): ReadLayer {
  const mask = json.mask && { ...json.mask, mask: entry(parts.masks, json.mask.mask) };
  if (json.type === 'group') {
    const found = json.children.map((index) => entry(before, index));
    const children = found.map(({ layer }) => layer);
    const { count, depth } = measure(found);
    return { layer: { ...json, mask, children }, count: count + 1, depth: depth + 1 };
  }
  if (json.type !== 'raster') return { layer: { ...json, mask }, count: 1, depth: 1 };
  const raster = entry(parts.rasters, json.raster);
  const recipe = optional(parts.recipes, json.recipe);
  return { layer: { ...json, mask, raster, recipe }, count: 1, depth: 1 };
}

/** @throws DocumentError BAD_PROJECT if there are too many, or they nest too deep */
function measure(found: readonly ReadLayer[]): Omit<ReadLayer, 'layer'> {
  const count = found.reduce((sum, layer) => sum + layer.count, 0);
  const depth = found.reduce((most, layer) => Math.max(most, layer.depth), 0);
  if (count > MAX_LAYERS) throw badProject('it has too many layers');
  if (depth > MAX_DEPTH) throw badProject('its groups nest too deep');
  return { count, depth };
}

function idsOf(layers: readonly Layer[], ids = new Set<string>()): ReadonlySet<string> {
  for (const layer of layers) {
    ids.add(layer.id);
    if (layer.type === 'group') idsOf(layer.children, ids);
  }
  return ids;
}

/** @throws DocumentError BAD_PROJECT */
export function entry<T>(table: readonly T[], index: number): T {
  const value = table[index];
  if (value === undefined) throw badProject('it refers to what is not there');
  return value;
}

/** @throws DocumentError BAD_PROJECT */
export function optional<T>(table: readonly T[], index: number | null): T | null {
  return index === null ? null : entry(table, index);
}
