/** The tiles of a kept state, read when they are wanted. */
import { NativaError } from '../../../native-models/errors.js';
import type { LazyTiles, Watched, WantedTile } from '../documents/index.js';
import { TileReader, type Place, type State } from './generation.js';

/**
 * Its files are held open, so that they can be read for as long as somebody needs them: work that
 * goes on takes old ones away.
 */
export class KeptTiles implements LazyTiles {
  readonly sizes: readonly number[];
  readonly #name: string;
  readonly #places: readonly Place[];
  readonly #reader: TileReader;
  #holders = 1;

  private constructor({ name, tiles }: State, reader: TileReader) {
    this.#name = name;
    this.#places = tiles.map(([, place]) => place);
    this.sizes = this.#places.map(({ bytes }) => bytes);
    this.#reader = reader;
  }

  /** Opens the files of a state; that one is missing is noticed when a tile of it is read. */
  static async of(folder: string, state: State): Promise<KeptTiles> {
    const reader = new TileReader(folder);
    await reader.hold(new Set(state.tiles.map(([, { file }]) => file)));
    return new KeptTiles(state, reader);
  }

  hold(): this {
    this.#holders += 1;
    return this;
  }

  release(): void {
    this.#holders -= 1;
    if (this.#holders === 0) void this.#reader.close().catch(() => undefined);
  }

  async read(tiles: readonly WantedTile[], out: Uint8Array): Promise<void> {
    for (const { index, to } of tiles) {
      const place = this.#places[index];
      if (!place || !(await this.#reader.read(place, out.subarray(to, to + place.bytes)))) {
        throw this.#damaged();
      }
    }
  }

  async check({ signal, onProgress }: Watched): Promise<void> {
    let tile = new Uint8Array(0);
    for (const [index, { bytes }] of this.#places.entries()) {
      signal.throwIfAborted();
      if (tile.length !== bytes) tile = new Uint8Array(bytes);
      await this.read([{ index, to: 0 }], tile);
      onProgress((index + 1) / this.#places.length);
    }
  }

  #damaged(): NativaError {
    return new NativaError(
      'DAMAGED_TILES',
      `Pixels of “${this.#name}” that were kept are damaged; open the last file it was saved to.`,
    );
  }
}
