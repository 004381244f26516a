/** Reading single pixels of rasters and masks, with the tile of the last one at hand. */
import { TILE } from '../types.js';
import { columnsOf } from '../pixels/tiles.js';

interface Tiled {
  readonly width: number;
  readonly height: number;
  readonly tiles: ReadonlyMap<number, { readonly data: Uint8ClampedArray }>;
}

/** Index of a pixel within its tile; x and y must not be negative. */
export function indexInTile(x: number, y: number): number {
  return (y % TILE) * TILE + (x % TILE);
}

/** Finds the tile of a pixel; neighbours are mostly in the tile found last. */
export class TileReader {
  readonly width: number;
  readonly height: number;
  readonly #tiles: Tiled['tiles'];
  readonly #columns: number;
  #key = -1;
  #data: Uint8ClampedArray | undefined;

  constructor(of: Tiled) {
    this.width = of.width;
    this.height = of.height;
    this.#tiles = of.tiles;
    this.#columns = columnsOf(of);
  }

  contains(x: number, y: number): boolean {
    return x >= 0 && y >= 0 && x < this.width && y < this.height;
  }

  /** Bytes of the tile that a pixel within bounds lies in, undefined where there is none. */
  tileAt(x: number, y: number): Uint8ClampedArray | undefined {
    const key = Math.floor(y / TILE) * this.#columns + Math.floor(x / TILE);
    if (key !== this.#key) {
      this.#key = key;
      this.#data = this.#tiles.get(key)?.data;
    }
    return this.#data;
  }
}
