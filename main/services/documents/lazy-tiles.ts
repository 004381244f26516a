/** Tiles of an opened project that are read when they are wanted. */
import type { Watched } from './watched.js';

/** A tile by its place in the project's order, and where in the memory it goes. */
export interface WantedTile {
  readonly index: number;
  readonly to: number;
}

/** All tiles of a project, wherever they lie. Those who need them hold them. */
export interface LazyTiles {
  /** Bytes of each tile, in the project's order. */
  readonly sizes: readonly number[];
  /** Somebody else needs them as well. */
  hold(): this;
  /** Somebody needs them no more. */
  release(): void;
  /** Puts tiles into memory. @throws NativaError DAMAGED_TILES */
  read(tiles: readonly WantedTile[], out: Uint8Array): Promise<void>;
  /**
   * Reads every tile once, to know whether all of them are as they were written.
   * @throws NativaError DAMAGED_TILES, DISK_FULL, the signal's reason
   */
  check(watched: Watched): Promise<void>;
}
