/** Writing tables of what is needed from a store, and nothing else. */
import { MASK_TILE_BYTES, TILE_BYTES } from '../pixels/tiles.js';
import { FIRST_VERSION, FORMAT } from './format.js';
import type { Budget } from './format.js';
import type { HolderEntry, Store, StoredMask } from './store.js';

/** A tile as it is kept beside the JSON. */
export interface WrittenTile {
  readonly id: number;
  readonly bytes: number;
  /** null: it is not in memory. */
  readonly data: Uint8ClampedArray | null;
}

/** A list of JSON texts, with the indices that they have in the store. */
class List {
  readonly texts: string[] = [];
  characters = 0;
  readonly #indices = new Map<number, number>();

  put(stored: number, write: () => string): number {
    const known = this.#indices.get(stored);
    if (known !== undefined) return known;
    const text = write();
    const index = this.texts.push(text) - 1;
    this.characters += text.length + 2;
    this.#indices.set(stored, index);
    return index;
  }

  toString(): string {
    return `[${this.texts.join(',\n')}]`;
  }
}

/** Tables for a JSON; documents bring along what they are made of. */
export class Tables {
  readonly #store: Store;
  readonly #rasters = new List();
  readonly #masks = new List();
  readonly #recipes = new List();
  readonly #layers = new List();
  readonly #documents = new List();
  readonly #holders: { readonly runs: readonly number[]; readonly bytes: number }[] = [];
  #references = 0;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Whether what was written is within bounds. */
  fits({ references, characters }: Omit<Budget, 'states'>): boolean {
    const all = [this.#rasters, this.#masks, this.#recipes, this.#layers, this.#documents];
    // A state with its label takes some 300 characters, a tile that is not shared some 20.
    const around = this.#documents.texts.length * 300 + this.#references * 2;
    const written = all.reduce((sum, { characters: own }) => sum + own, around);
    return this.#references <= references && written <= characters;
  }

  /** Tiles by their ids from the lowest on. */
  tiles(): readonly WrittenTile[] {
    let end = 0;
    for (const { runs } of this.#holders) {
      for (let at = 0; at < runs.length; at += 3) {
        end = Math.max(end, (runs[at + 1] ?? 0) + (runs[at + 2] ?? 0));
      }
    }
    // A byte for each id: there are far more references than tiles.
    const kinds = new Uint8Array(end);
    for (const { runs, bytes } of this.#holders) {
      for (let at = 0; at < runs.length; at += 3) {
        const first = runs[at + 1] ?? 0;
        kinds.fill(bytes === TILE_BYTES ? 1 : 2, first, first + (runs[at + 2] ?? 0));
      }
    }
    const tiles: WrittenTile[] = [];
    for (let id = 0; id < end; id++) {
      if (kinds[id] === 0) continue;
      const bytes = kinds[id] === 1 ? TILE_BYTES : MASK_TILE_BYTES;
      tiles.push({ id, bytes, data: this.#store.bytesOf(id, bytes) });
    }
    return tiles;
  }

  /** Whether a recipe names something. */
  names(name: string): boolean {
    return this.#recipes.texts.some((text) => text.includes(name));
  }

  /** The beginning of the JSON, all that is the same for a project and a state. */
  head(tiles: readonly WrittenTile[], version = FIRST_VERSION): string {
    return [
      `{"format":"${FORMAT}","version":${version}`,
      `"tiles":[${tiles.map(({ id, bytes }) => `[${id},${bytes}]`).join(',')}]`,
      `"rasters":${this.#rasters.toString()}`,
      `"masks":${this.#masks.toString()}`,
      `"recipes":${this.#recipes.toString()}`,
      `"layers":${this.#layers.toString()}`,
      `"documents":${this.#documents.toString()}`,
    ].join(',\n');
  }

  /** @param stored its index in the store */
  document(stored: number): number {
    return this.#documents.put(stored, () => {
      const { text, layers, selection, protection } = this.#store.documents.at(stored);
      const list = layers.map((layer) => this.#layer(layer)).join(',');
      const masks = `"selection":${this.#optional(selection)},"protection":${this.#optional(protection)}`;
      return `${text},"layers":[${list}],${masks}}`;
    });
  }

  /** @param stored its index in the store */
  recipe(stored: number | null): number | null {
    if (stored === null) return null;
    return this.#recipes.put(stored, () => `${this.#store.recipes.at(stored).text}}`);
  }

  #layer(stored: number): number {
    const { text, mask, pixels, children } = this.#store.layers.at(stored);
    return this.#layers.put(stored, () => {
      const parts = [text, `"mask":${mask ? this.#layerMask(mask) : 'null'}`];
      if (pixels) {
        const raster = this.raster(pixels.raster);
        parts.push(`"raster":${raster}`, `"recipe":${this.recipe(pixels.recipe) ?? 'null'}`);
      }
      if (children) {
        parts.push(`"children":[${children.map((child) => this.#layer(child)).join(',')}]`);
      }
      return `${parts.join(',')}}`;
    });
  }

  #layerMask({ mask, enabled, unlinked }: StoredMask): string {
    const loose = unlinked === true ? ',"unlinked":true' : '';
    return `{"mask":${this.mask(mask)},"enabled":${String(enabled)}${loose}}`;
  }

  /** @param stored its index in the store */
  raster(stored: number): number {
    return this.#rasters.put(stored, () =>
      this.#holder(this.#store.rasters.at(stored), TILE_BYTES),
    );
  }

  /** @param stored its index in the store */
  mask(stored: number): number {
    return this.#masks.put(stored, () =>
      this.#holder(this.#store.masks.at(stored), MASK_TILE_BYTES),
    );
  }

  #optional(stored: number | null): number | 'null' {
    return stored === null ? 'null' : this.mask(stored);
  }

  #holder({ text, runs, length }: HolderEntry, bytes: number): string {
    this.#references += length;
    this.#holders.push({ runs, bytes });
    return text;
  }
}
