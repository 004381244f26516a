/**
 * Documents taken apart into tables, in which the same thing stands once. A store outlives what is
 * written from it, so that writing again costs what is new; it holds no pixels in memory.
 */
import { MASK_TILE_BYTES, TILE_BYTES } from '../pixels/tiles.js';
import type {
  Layer,
  LayerMask,
  Mask,
  MaskTile,
  Raster,
  Recipe,
  StudioDocument,
  Tile,
} from '../types.js';
import { runsOf } from './runs.js';

/** JSON of a raster or mask, and the tiles it has. */
export interface HolderEntry {
  readonly text: string;
  readonly runs: readonly number[];
  readonly length: number;
}

/** A layer's mask by the index of its pixels. */
export type StoredMask = Omit<LayerMask, 'mask'> & { readonly mask: number };

/** JSON of a layer but for its closing brace, and what of other tables belongs into it. */
export interface LayerEntry {
  readonly text: string;
  readonly mask: StoredMask | null;
  /** Of raster layers. */
  readonly pixels: { readonly raster: number; readonly recipe: number | null } | null;
  /** Of groups. */
  readonly children: readonly number[] | null;
}

export interface DocumentEntry {
  readonly text: string;
  readonly layers: readonly number[];
  readonly selection: number | null;
  readonly protection: number | null;
}

/** Entries by index. What is the same object, or would be written the same, has the same index. */
class Table<E extends object> {
  readonly #entries: E[] = [];
  readonly #byObject = new WeakMap<object, number>();
  readonly #byKey = new Map<string, number>();

  at(index: number): E {
    const entry = this.#entries[index];
    if (!entry) throw new RangeError('An entry is written before it is stored.');
    return entry;
  }

  /** @param keyOf the same for what would be written the same */
  put(object: object, make: () => E, keyOf: (entry: E) => string = JSON.stringify): number {
    const known = this.#byObject.get(object);
    if (known !== undefined) return known;
    const entry = make();
    const key = keyOf(entry);
    const index = this.#byKey.get(key) ?? this.#entries.push(entry) - 1;
    this.#byKey.set(key, index);
    this.#byObject.set(object, index);
    return index;
  }
}

export class Store {
  readonly rasters = new Table<HolderEntry>();
  readonly masks = new Table<HolderEntry>();
  readonly recipes = new Table<{ readonly text: string }>();
  readonly layers = new Table<LayerEntry>();
  readonly documents = new Table<DocumentEntry>();
  readonly #tiles = new Map<number, WeakRef<Tile | MaskTile>>();
  /** Tiles in it: asking here is faster than asking a reference. */
  readonly #seen = new WeakSet<Tile | MaskTile>();

  /** Bytes of a tile, null where they are not in memory. */
  bytesOf(id: number, length: number): Uint8ClampedArray | null {
    const data = this.#tiles.get(id)?.deref()?.data;
    return data?.byteLength === length ? data : null;
  }

  /** Index of a document. */
  document(document: StudioDocument): number {
    return this.documents.put(document, () => {
      const { layers, selection, protection, ...rest } = document;
      return {
        text: open(rest),
        layers: layers.map((layer) => this.#layer(layer)),
        selection: selection && this.mask(selection),
        protection: protection && this.mask(protection),
      };
    });
  }

  /** Index of a recipe. */
  recipe(recipe: Recipe | null): number | null {
    return recipe && this.recipes.put(recipe, () => ({ text: open(recipe) }));
  }

  #layer(layer: Layer): number {
    return this.layers.put(layer, () => {
      const mask = layer.mask && { ...layer.mask, mask: this.mask(layer.mask.mask) };
      const none = { mask, pixels: null, children: null };
      if (layer.type === 'group') {
        const { mask: _mask, children, ...rest } = layer;
        return { ...none, text: open(rest), children: children.map((child) => this.#layer(child)) };
      }
      if (layer.type === 'raster') {
        const { mask: _mask, raster, recipe, ...rest } = layer;
        const pixels = { raster: this.raster(raster), recipe: this.recipe(recipe) };
        return { ...none, text: open(rest), pixels };
      }
      const { mask: _mask, ...rest } = layer;
      return { ...none, text: open(rest) };
    });
  }

  /** Index of pixels. */
  raster(raster: Raster): number {
    const { tiles, ...rest } = raster;
    return this.rasters.put(raster, () => this.#holder(rest, tiles, TILE_BYTES), textOf);
  }

  /** Index of a mask's pixels. */
  mask(mask: Mask): number {
    const { tiles, ...rest } = mask;
    return this.masks.put(mask, () => this.#holder(rest, tiles, MASK_TILE_BYTES), textOf);
  }

  #holder(rest: object, tiles: ReadonlyMap<number, Tile | MaskTile>, bytes: number): HolderEntry {
    for (const tile of tiles.values()) this.#know(tile, bytes);
    const runs = runsOf(tiles);
    return { text: `${open(rest)},"runs":[${runs.join(',')}]}`, runs, length: tiles.size };
  }

  #know(tile: Tile | MaskTile, bytes: number): void {
    if (this.#seen.has(tile)) return;
    this.#seen.add(tile);
    if (tile.data.byteLength !== bytes && this.#tiles.has(tile.id)) return;
    this.#tiles.set(tile.id, new WeakRef(tile));
  }
}

const textOf = ({ text }: { readonly text: string }): string => text;

/** JSON without the last brace; keys by their names, so that the same value is the same text. */
function open(object: object): string {
  return JSON.stringify(object, inOrder).slice(0, -1);
}

function inOrder(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)));
}
