/** The tiles that one document has with the services, on disk, and the states that they are of. */
import type { Client } from '../bridge/client.js';
import { batches, fetchTiles, uploadTiles } from '../bridge/pictures.js';
import { ReleasedStates, type TileKeeper } from '../document/release.js';
import type { TileBytes, TileLength } from '../document/serialise.js';

/** Tiles that are fetched at once, and how many times at once. */
const [GROUP, ABREAST] = [64, 3];

export class Shelf implements TileKeeper {
  readonly states = new ReleasedStates(this);
  readonly #client: Client;
  /** What the services know these tiles by. */
  readonly #name = crypto.randomUUID();
  readonly #lengths = new Map<number, number>();

  constructor(client: Client) {
    this.#client = client;
  }

  /** Gives a blob of tiles, in this order, to the services, which have it already. */
  async adopt(tiles: readonly TileLength[], blob: string): Promise<void> {
    const named = tiles.map(({ id, bytes }) => ({ id, bytes }));
    await this.#client.request('tiles.store', { store: this.#name, tiles: named, blob });
    for (const { id, bytes } of named) this.#lengths.set(id, bytes);
  }

  async store(tiles: readonly TileBytes[]): Promise<void> {
    for (const batch of batches(tiles)) {
      const named = batch.map(({ id, data }) => ({ id, bytes: data.length }));
      await this.adopt(named, await uploadTiles(this.#client, batch));
    }
  }

  async fetch(
    ids: readonly number[],
    onProgress: (part: number) => void = () => undefined,
  ): Promise<ReadonlyMap<number, Uint8ClampedArray>> {
    const found = new Map<number, Uint8ClampedArray>();
    const all = groups(ids);
    let next = 0;
    // Some are unpacked while others are on their way.
    const work = async (): Promise<void> => {
      for (let some = all[next++]; some; some = all[next++]) {
        await this.#fetchSome(some, found);
        onProgress(found.size / ids.length);
      }
    };
    try {
      await Promise.all(Array.from({ length: ABREAST }, work));
    } catch (error) {
      next = all.length;
      throw error;
    }
    return found;
  }

  /** Has the services read all of it once. @throws StudioError DAMAGED_TILES */
  async check(task: string): Promise<void> {
    await this.#client.request('tiles.check', { store: this.#name, task });
  }

  async #fetchSome(ids: readonly number[], found: Map<number, Uint8ClampedArray>): Promise<void> {
    const blob = await this.blobOf(ids);
    const layout = ids.map((id) => ({ id, bytes: this.#lengths.get(id) ?? 0 }));
    for (const [id, data] of await fetchTiles(this.#client, blob, layout)) found.set(id, data);
    this.#client.drop(blob);
  }

  /** A blob of some tiles on disk, in this order. @throws StudioError TILES_GONE */
  async blobOf(ids: readonly number[]): Promise<string> {
    const ask = { store: this.#name, ids: [...ids] };
    const { blob } = await this.#client.request('tiles.fetch', ask);
    return blob;
  }

  /** Has the services forget all of it. */
  clear(): void {
    if (this.#lengths.size === 0) return;
    this.#lengths.clear();
    void this.#client.request('tiles.clear', { store: this.#name }).catch(() => undefined);
  }
}

function groups(ids: readonly number[]): readonly (readonly number[])[] {
  const made: (readonly number[])[] = [];
  for (let at = 0; at < ids.length; at += GROUP) made.push(ids.slice(at, at + GROUP));
  return made;
}
