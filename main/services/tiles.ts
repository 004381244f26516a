/** Tiles of states that a page has released from its memory, kept on disk until it wants them. */
import { NativaError } from '../../native-models/errors.js';
import type { BlobStore } from './blobs.js';
import type { LazyTiles, WantedTile, Watched } from './documents/index.js';
import type { OpenedProjects } from './opened-projects.js';

/** A tile as messages name it: the page's own number of it, and its length. */
interface NamedTile {
  readonly id: number;
  readonly bytes: number;
}

/** Where a tile lies: in a blob, or in an opened project as the tile of that number. */
type Place =
  | { readonly blob: string; readonly start: number; readonly bytes: number }
  | { readonly project: LazyTiles; readonly index: number; readonly bytes: number };

/** The most that is given back at once, in bytes. */
const MOST_FETCHED = 512 * 2 ** 20;

/** Milliseconds that a page which is gone may take to come back. */
const PATIENCE = 10 * 60_000;

/** Tiles of all pages, by names that they made up. */
export class TileStores {
  readonly #blobs: BlobStore;
  readonly #projects: OpenedProjects;
  readonly #patience: number;
  readonly #stores = new Map<string, TileStore>();
  readonly #leaving = new Map<string, NodeJS.Timeout>();

  constructor(blobs: BlobStore, projects: OpenedProjects, patience = PATIENCE) {
    this.#blobs = blobs;
    this.#projects = projects;
    this.#patience = patience;
  }

  /** A store, made if it is not there; whoever asks for it is its page. */
  of(name: string): TileStore {
    clearTimeout(this.#leaving.get(name));
    this.#leaving.delete(name);
    const store = this.#stores.get(name) ?? new TileStore(this.#blobs, this.#projects);
    this.#stores.set(name, store);
    return store;
  }

  /** The pages of these are gone: they are emptied unless someone asks for them again. */
  release(names: Iterable<string>): void {
    for (const name of names) {
      clearTimeout(this.#leaving.get(name));
      const timer = setTimeout(() => {
        this.#stores.get(name)?.clear();
        this.#stores.delete(name);
        this.#leaving.delete(name);
      }, this.#patience).unref();
      this.#leaving.set(name, timer);
    }
  }
}

/** One page's tiles; where they lie is the store's own affair, so that no name is ever a path. */
class TileStore {
  readonly #blobs: BlobStore;
  readonly #projects: OpenedProjects;
  readonly #places = new Map<number, Place>();
  readonly #kept = new Set<string>();
  readonly #held = new Set<LazyTiles>();

  constructor(blobs: BlobStore, projects: OpenedProjects) {
    this.#blobs = blobs;
    this.#projects = projects;
  }

  /**
   * Keeps the tiles of a blob, which is this store's from now on, or those of an opened project.
   * @param tiles in the order they lie in it; of those that are known already the new ones count
   * @throws NativaError BLOB_NOT_FOUND, BAD_TILES, DISK_FULL
   */
  async store(tiles: readonly NamedTile[], blob: string): Promise<void> {
    const project = this.#projects.find(blob);
    if (project) {
      this.#adopt(tiles, project);
      return;
    }
    const total = tiles.reduce((sum, { bytes }) => sum + bytes, 0);
    if (total !== this.#blobs.sizeOf(blob)) throw badTiles();
    await this.#blobs.keep(blob);
    this.#kept.add(blob);
    let start = 0;
    for (const { id, bytes } of tiles) {
      this.#places.set(id, { blob, start, bytes });
      start += bytes;
    }
  }

  /**
   * Tiles as one blob.
   * @throws NativaError TILES_GONE where one is not kept, DAMAGED_TILES, UPLOAD_TOO_LARGE
   */
  async fetch(ids: readonly number[]): Promise<string> {
    const places = ids.map((id) => this.#places.get(id));
    const wanted = places.reduce((sum, place) => sum + (place?.bytes ?? 0), 0);
    if (wanted > MOST_FETCHED) {
      throw new NativaError(
        'UPLOAD_TOO_LARGE',
        'Too many pixels were asked for at once; try again.',
      );
    }
    const out = Buffer.allocUnsafe(wanted);
    const inProjects = new Map<LazyTiles, WantedTile[]>();
    let at = 0;
    for (const place of places) {
      if (place === undefined) throw gone();
      if ('project' in place) {
        const those = inProjects.get(place.project) ?? [];
        inProjects.set(place.project, those);
        those.push({ index: place.index, to: at });
      } else {
        const { blob, start, bytes } = place;
        const tile = await this.#blobs.slice(blob, start, bytes).catch((error: unknown) => {
          throw gone(error);
        });
        out.set(tile, at);
      }
      at += place.bytes;
    }
    for (const [project, those] of inProjects) await project.read(those, out);
    return this.#blobs.put(out);
  }

  /**
   * Reads all tiles of opened projects once, to know whether they are as they were written.
   * @throws NativaError DAMAGED_TILES, DISK_FULL, the signal's reason
   */
  async check(watched: Watched): Promise<void> {
    for (const project of this.#held) await project.check(watched);
  }

  /** Forgets everything. */
  clear(): void {
    this.#blobs.drop([...this.#kept]);
    this.#kept.clear();
    this.#places.clear();
    for (const project of this.#held) project.release();
    this.#held.clear();
  }

  #adopt(tiles: readonly NamedTile[], project: LazyTiles): void {
    const { sizes } = project;
    const same = tiles.length === sizes.length && tiles.every(({ bytes }, n) => bytes === sizes[n]);
    if (!same) throw badTiles();
    if (!this.#held.has(project)) this.#held.add(project.hold());
    for (const [index, { id, bytes }] of tiles.entries()) {
      this.#places.set(id, { project, index, bytes });
    }
  }
}

function badTiles(): NativaError {
  return new NativaError(
    'BAD_TILES',
    'Old steps of the history are not as long as they are said to be; they stay in memory.',
  );
}

function gone(cause?: unknown): NativaError {
  return new NativaError(
    'TILES_GONE',
    'This step of the history was on disk and is not there any more; go to a newer one.',
    { cause },
  );
}
