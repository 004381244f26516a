/** The tiles of a project's file, read from it when they are wanted: each piece alone, by threads. */
import { NativaError } from '../../../native-models/errors.js';
import type { PackPool } from '../packs/pool.js';
import type { LazyTiles, WantedTile } from './lazy-tiles.js';
import type { PlacedPiece, PlacedPieces } from './pieces-entry.js';
import type { StayingSource } from './source.js';
import type { Watched } from './watched.js';

const TILE = 256;
const TILE_BYTES = TILE * TILE * 4;
/** Bytes of loose tiles that are unpacked at once, and strips whose tiles are remembered. */
const [AT_ONCE, REMEMBERED] = [4 * 2 ** 20, 4];

/** Where a tile is found: in a strip of a picture, or by itself. */
export type TilePlace =
  { readonly strip: PlacedPiece; readonly column: number } | { readonly loose: PlacedPiece };

/** A tile and where in the memory it goes. */
interface Wanted {
  readonly place: TilePlace;
  readonly to: number;
}

/** Pieces that are unpacked in one go. */
interface Portion {
  readonly strip: PlacedPiece | null;
  readonly wanted: Wanted[];
}

/** A project that is open: its file, and what lies where in it. Those who need it hold it. */
export class ProjectTiles implements LazyTiles {
  readonly pieces: PlacedPieces;
  /** Bytes of each tile, in the project's order. */
  readonly sizes: readonly number[];
  readonly #name: string;
  readonly #places: readonly TilePlace[];
  readonly #file: StayingSource;
  readonly #pool: PackPool;
  readonly #strips = new Map<PlacedPiece, Promise<Uint8Array>>();
  #holders = 1;
  #settled: Promise<void> | undefined;

  /** @param places of each tile, in the project's order */
  constructor(
    name: string,
    pieces: PlacedPieces,
    places: readonly TilePlace[],
    file: StayingSource,
    pool: PackPool,
  ) {
    this.#name = name;
    this.pieces = pieces;
    this.#places = places;
    this.sizes = places.map((place) => ('loose' in place ? place.loose.size : TILE_BYTES));
    this.#file = file;
    this.#pool = pool;
  }

  /** Somebody else needs it as well. */
  hold(): this {
    this.#holders += 1;
    return this;
  }

  /** Somebody needs it no more. */
  release(): void {
    this.#holders -= 1;
    if (this.#holders === 0) this.#file.close();
  }

  /** The tile's own piece; null where it lies in a picture. */
  looseAt(index: number): PlacedPiece | null {
    const place = this.#places[index];
    return place && 'loose' in place ? place.loose : null;
  }

  /** Bytes of the file. */
  slice(start: number, length: number): Promise<Uint8Array> {
    return this.#file.read(start, length);
  }

  /** Makes it independent of the file that was opened. @throws NativaError DISK_FULL */
  settle(): Promise<void> {
    this.#settled ??= this.#file.settle();
    return this.#settled;
  }

  /**
   * Puts tiles into memory.
   * @param tiles by their place in the project's order, and where each goes
   * @throws NativaError DAMAGED_TILES
   */
  async read(tiles: readonly WantedTile[], out: Uint8Array): Promise<void> {
    const wanted = tiles.map(({ index, to }): Wanted => {
      const place = this.#places[index];
      if (place === undefined) throw this.#damaged();
      return { place, to };
    });
    await this.#each(portionsOf(wanted), async (portion) => {
      const { strip } = portion;
      const found = strip ? await this.#strip(strip) : await this.#loose(portion.wanted);
      let next = 0;
      for (const { place, to } of portion.wanted) {
        const [from, bytes] =
          'loose' in place ? [next, place.loose.size] : [place.column * TILE_BYTES, TILE_BYTES];
        out.set(found.subarray(from, from + bytes), to);
        next += bytes;
      }
    });
  }

  /**
   * Reads every tile once, to know whether all of them are as they were written.
   * @throws NativaError DAMAGED_TILES, DISK_FULL, the signal's reason
   */
  async check({ signal, onProgress }: Watched): Promise<void> {
    await this.settle();
    this.#strips.clear();
    const portions = portionsOf(this.#places.map((place) => ({ place, to: 0 })));
    let done = 0;
    await this.#each(portions, async ({ strip, wanted }) => {
      signal.throwIfAborted();
      await (strip ? this.#unpackStrip(strip) : this.#loose(wanted));
      done += 1;
      onProgress(done / portions.length);
    });
  }

  /** As many portions at a time as there are threads, and one that is read meanwhile. */
  async #each(
    portions: readonly Portion[],
    take: (portion: Portion) => Promise<void>,
  ): Promise<void> {
    let next = 0;
    let failed = false;
    const work = async (): Promise<void> => {
      try {
        for (let one = portions[next++]; one && !failed; one = portions[next++]) await take(one);
      } catch (error) {
        failed = true;
        throw error;
      }
    };
    await Promise.all(Array.from({ length: this.#pool.width + 1 }, work));
  }

  #strip(piece: PlacedPiece): Promise<Uint8Array> {
    const known = this.#strips.get(piece);
    if (known) return known;
    const unpacked = this.#unpackStrip(piece);
    this.#strips.set(piece, unpacked);
    for (const old of this.#strips.keys()) {
      if (this.#strips.size > REMEMBERED) this.#strips.delete(old);
    }
    return unpacked;
  }

  async #unpackStrip(piece: PlacedPiece): Promise<Uint8Array> {
    const { width, channels, start, length } = piece;
    const bytes = await this.#piece(start, length);
    const shape = { width, channels: channels === 3 ? 3 : 4 } as const;
    return this.#whole(await this.#pool.run({ kind: 'strip', bytes, piece, ...shape }));
  }

  async #loose(wanted: readonly Wanted[]): Promise<Uint8Array> {
    const pieces = wanted.flatMap(({ place }) => ('loose' in place ? place.loose : []));
    const start = pieces[0]?.start ?? 0;
    const bytes = await this.#piece(
      start,
      pieces.reduce((sum, { length }) => sum + length, 0),
    );
    return this.#whole(await this.#pool.run({ kind: 'loose', bytes, pieces }));
  }

  /** Memory of its own, since a thread is sent all of it. */
  async #piece(start: number, length: number): Promise<Uint8Array> {
    const bytes = await this.#file.read(start, length);
    if (bytes.length !== length) throw this.#damaged();
    return bytes.length === bytes.buffer.byteLength ? bytes : Uint8Array.from(bytes);
  }

  #whole({ tiles }: { readonly tiles: Uint8Array | null }): Uint8Array {
    if (tiles === null) throw this.#damaged();
    return tiles;
  }

  #damaged(): NativaError {
    return new NativaError(
      'DAMAGED_TILES',
      `Pixels in ${this.#name} are damaged; copy it again or open an older copy.`,
    );
  }
}

/** What lies side by side in the file, or in the same strip, is unpacked together. */
function portionsOf(wanted: readonly Wanted[]): readonly Portion[] {
  const strips = new Map<PlacedPiece, Portion>();
  const loose: Portion[] = [];
  let [end, room] = [-1, 0];
  for (const one of wanted) {
    const { place } = one;
    if ('strip' in place) {
      const portion = strips.get(place.strip) ?? { strip: place.strip, wanted: [] };
      strips.set(place.strip, portion);
      portion.wanted.push(one);
      continue;
    }
    const { start, length, size } = place.loose;
    if (start !== end || room < size) {
      loose.push({ strip: null, wanted: [] });
      room = AT_ONCE;
    }
    loose.at(-1)?.wanted.push(one);
    [end, room] = [start + length, room - size];
  }
  return [...strips.values(), ...loose];
}
