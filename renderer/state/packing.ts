/**
 * What a project's file is made of, packed by the services before it is written: several pieces at a
 * time, each let go at once, and only those that are not packed since the last save.
 */
import type { Ask, PackedLayer, PackedPicture } from '../../preload/contract.js';
import type { Client } from '../bridge/client.js';
import { turn, uploadTiles } from '../bridge/pictures.js';
import type { Compositor } from '../document/pixels/compose.js';
import { TILE_BYTES } from '../document/pixels/tiles.js';
import type { Serialised, TileLength } from '../document/serialise.js';
import type { Layer, StudioDocument } from '../document/types.js';
import { PicturePlanner, type Planned, type Strip } from '../files/planned-pictures.js';
import type { FileTask } from './filing.svelte.js';
import type { Released } from './released.svelte.js';

/** Bytes of tiles that are packed at once. */
const BATCH = 8 * 2 ** 20;
/** Keys that are asked for at once. */
const KEYS = 200_000;
/** The most pieces that are on their way at once. */
const MOST = 9;

type Packed = Omit<Ask<'files.writeProject'>, 'task' | 'name' | 'project'>;

/** A project that was opened, whose pieces are with the services. */
interface OpenedProject {
  /** Stands for it there. */
  readonly project: string;
  /** Ids of all its tiles, in its order. */
  readonly tiles: readonly number[];
  /** As it was opened. */
  readonly document: StudioDocument;
  /** Whether this very version saved it: another one may draw differently. */
  readonly same: boolean;
}

/** Something to be packed. */
interface Job {
  readonly bytes: number;
  readonly run: (signal: AbortSignal) => Promise<void>;
}

export class Packing {
  readonly #client: Client;
  readonly #released: Released;
  readonly #planner: PicturePlanner;
  /** What the services know it by. */
  readonly #store = crypto.randomUUID();
  #used = false;
  #opened: OpenedProject | null = null;

  constructor(client: Client, compositor: Compositor, released: Released) {
    this.#client = client;
    this.#released = released;
    this.#planner = new PicturePlanner(compositor);
  }

  /** The document was opened from a project: the next save takes over what is packed there. */
  opened(project: OpenedProject): void {
    this.#opened = project;
  }

  /**
   * Packs what is not packed yet of a document and its history.
   * @returns what to have written
   * @throws StudioError TILES_GONE where states on disk are not there any more; the signal's reason
   */
  async pack(
    document: StudioDocument,
    { tiles, elsewhere }: Serialised,
    { signal, onProgress }: Pick<FileTask, 'signal' | 'onProgress'>,
  ): Promise<Packed> {
    this.#used = true;
    await this.#adopt(signal);
    const pictures: Planned[] = [];
    const layers = await this.#layers(document, document.layers, pictures, signal);
    const merged = this.#planner.merged(document);
    const shown = new Set<number>();
    for (const { runs } of pictures) {
      for (let at = 0; at < runs.length; at += 3) {
        const first = runs[at + 1] ?? 0;
        for (let n = 0; n < (runs[at + 2] ?? 0); n++) shown.add(first + n);
      }
    }
    const strips = new Map(
      [...pictures, merged].flatMap((one) => one.strips.map((strip) => [strip.key, strip])),
    );
    const missing = await this.#missing([
      ...strips.keys(),
      ...[...tiles, ...elsewhere].filter(({ id }) => !shown.has(id)).map(({ id }) => nameOf(id)),
    ]);
    const wanted = ({ id }: { readonly id: number }): boolean => missing.has(nameOf(id));
    const jobs = [
      ...[...strips.values()].filter(({ key }) => missing.has(key)).map((one) => this.#rows(one)),
      ...grouped(tiles.filter(wanted), ({ data }) => data.length).map((some) =>
        this.#tiles(
          some.map(({ id, data }) => ({ id, bytes: data.length })),
          (given) => uploadTiles(this.#client, some, given),
        ),
      ),
      ...grouped(elsewhere.filter(wanted), ({ bytes }) => bytes).map((some) =>
        this.#tiles(some, () => this.#released.blobOf(some.map(({ id }) => id))),
      ),
    ];
    await all(jobs, signal, onProgress);
    const { width, height } = document;
    return { width, height, layers, merged: merged.picture, store: this.#store };
  }

  /** The document is closed: nothing of it is wanted any more. */
  end(): void {
    if (this.#opened) this.#client.drop(this.#opened.project);
    this.#opened = null;
    if (!this.#used) return;
    this.#used = false;
    void this.#client.request('packs.clear', { store: this.#store }).catch(() => undefined);
  }

  /** Calls what is packed in the opened file by the names it is looked for. */
  async #adopt(signal: AbortSignal): Promise<void> {
    if (!this.#opened) return;
    const { project, tiles, document, same } = this.#opened;
    const pictures: Planned[] = [];
    await this.#layers(document, document.layers, pictures, signal);
    const adopted = ({ picture, copied, fonts }: Planned): PackedPicture | null =>
      copied || (same && !fonts) ? picture : null;
    await this.#client
      .request('packs.adopt', {
        store: this.#store,
        project,
        tiles: [...tiles],
        pictures: pictures.map(adopted),
        merged: adopted(this.#planner.merged(document)),
      })
      // The services were started anew: everything is packed once more.
      .catch(() => undefined);
    this.#client.drop(project);
    this.#opened = null;
  }

  /** Layers as other programs take them: each as pixels, groups kept. */
  async #layers(
    document: StudioDocument,
    layers: readonly Layer[],
    pictures: Planned[],
    signal: AbortSignal,
  ): Promise<PackedLayer[]> {
    const made: PackedLayer[] = [];
    for (const layer of layers) {
      const { name, visible, opacity, blendMode } = layer;
      const common = { name, visible, opacity, blendMode };
      if (layer.type === 'adjustment') continue;
      if (layer.type === 'group') {
        const children = await this.#layers(document, layer.children, pictures, signal);
        const passThrough = layer.passThrough && blendMode === 'normal';
        made.push({ type: 'group', ...common, passThrough, children });
        continue;
      }
      const plan = this.#planner.layer(document, layer);
      // Looking through the pixels of a large layer takes a while.
      await turn();
      signal.throwIfAborted();
      if (!plan) continue;
      pictures.push(plan);
      const { x, y, picture, runs } = plan;
      made.push({ type: 'raster', ...common, x, y, picture, runs: [...runs] });
    }
    return made;
  }

  async #missing(keys: readonly string[]): Promise<ReadonlySet<string>> {
    const found = new Set<string>();
    for (let at = 0; at < keys.length; at += KEYS) {
      const some = keys.slice(at, at + KEYS);
      const ask = { store: this.#store, keys: some };
      const { missing } = await this.#client.request('packs.missing', ask);
      for (const index of missing) found.add(some[index] ?? '');
    }
    return found;
  }

  #rows({ key, width, rows, channels, draw }: Strip): Job {
    return {
      bytes: width * rows * 4,
      run: async (signal) => {
        const data = (await draw(signal)) as Uint8ClampedArray<ArrayBuffer>;
        const blob = await this.#client.uploadParts([data], signal);
        const ask = { store: this.#store, key, width, channels, blob };
        await this.#client.request('packs.rows', ask);
      },
    };
  }

  #tiles(tiles: readonly TileLength[], upload: (signal: AbortSignal) => Promise<string>): Job {
    return {
      bytes: tiles.reduce((sum, { bytes }) => sum + bytes, 0),
      run: async (signal) => {
        const blob = await upload(signal);
        const named = tiles.map(({ id, bytes }) => ({ id, bytes }));
        await this.#client.request('packs.tiles', { store: this.#store, tiles: named, blob });
      },
    };
  }
}

const nameOf = (id: number): string => `tile:${id}`;

/** Tiles in groups that are packed at once. */
function grouped<T>(tiles: readonly T[], bytesOf: (tile: T) => number): readonly (readonly T[])[] {
  const made: T[][] = [];
  let room = 0;
  for (const tile of tiles) {
    if (bytesOf(tile) > room) {
      made.push([]);
      room = Math.max(BATCH, TILE_BYTES);
    }
    made.at(-1)?.push(tile);
    room -= bytesOf(tile);
  }
  return made;
}

/** Does jobs, several at a time. @throws what the first that fails throws, when none is at work */
async function all(
  jobs: readonly Job[],
  signal: AbortSignal,
  onProgress: (part: number) => void,
): Promise<void> {
  const total = jobs.reduce((sum, { bytes }) => sum + bytes, 0);
  const failed = new AbortController();
  const either = AbortSignal.any([signal, failed.signal]);
  let next = 0;
  let done = 0;
  const work = async (): Promise<void> => {
    for (let job = jobs[next++]; job; job = jobs[next++]) {
      either.throwIfAborted();
      await job.run(either);
      done += job.bytes;
      onProgress(done / total);
    }
  };
  // One more than there are cores to pack them.
  const count = Math.min(MOST, navigator.hardwareConcurrency + 1);
  const workers = Array.from({ length: count }, () =>
    work().catch((error: unknown) => {
      failed.abort(error);
    }),
  );
  await Promise.all(workers);
  either.throwIfAborted();
}
