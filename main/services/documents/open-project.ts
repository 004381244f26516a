/**
 * The part of an OpenRaster file that is ours: the project's text, and its tiles. Those that a
 * picture in the file shows are cut out of it; the others lie beside it, filtered and deflated.
 */
import { z } from 'zod';

import { NativaError } from '../../../native-models/errors.js';
import type { Opened } from '../../../preload/contract.js';
import { decodeRgba, toRgba } from '../../engine/images/index.js';
import { factsOf } from '../autosave/project.js';
import { unfilterPlain } from '../packs/filter.js';
import { channelsOf } from '../packs/jobs.js';
import type { Blobs } from './blobs-port.js';
import { PixelBudget } from './pixels.js';
import type { ZipFile } from './zip/read.js';

/** Where our own part of the file lies. */
export const PROJECT_ENTRY = 'nativa/project.json';
/** Which tiles are in which picture. */
export const PICTURES_ENTRY = 'nativa/pictures.json';
/** Bytes of tiles in one entry. */
export const TILES_PART = 128 * 1024 * 1024;

/** Where tiles lie that are in no picture: in one entry, or what does not fit in those that follow. */
export function filteredEntry(n: number): string {
  return n === 0 ? 'nativa/filtered.bin' : `nativa/filtered-${n + 1}.bin`;
}

/** Where earlier versions put all tiles, as they are. */
function tilesEntry(n: number): string {
  return n === 0 ? 'nativa/tiles.bin' : `nativa/tiles-${n + 1}.bin`;
}

const MAX_PROJECT_BYTES = 64_000_000;
const MAX_PICTURES_BYTES = 16_000_000;
export const MAX_PICTURE_BYTES = 512 * 1024 * 1024;
/** The first version put all tiles of a project into one entry, of no more than an upload. */
const MAX_TILES_BYTES = 600 * 1024 * 1024;
/** Tiles that all pictures may be made of together. */
const MAX_IN_PICTURES = 4_000_000;
const TILE = 256;
const TILE_BYTES = TILE * TILE * 4;

const count = z.int().min(0);
const picturesSchema = z
  .array(z.strictObject({ src: z.string().max(1000), runs: z.array(count).max(3 * 65_536) }))
  .max(10_000);

export function unreadable(name: string, reason: string): NativaError {
  return new NativaError(
    'UNREADABLE_DOCUMENT',
    `${name} is no OpenRaster file that can be opened: ${reason}; save it again where it was made.`,
  );
}

/**
 * Opens a project. @returns null where the archive has none
 * @throws NativaError UNSAFE_ARCHIVE, UNREADABLE_ARCHIVE, UNREADABLE_DOCUMENT, DISK_FULL, and what
 *   `decodeRgba` throws
 */
export async function openProject(
  name: string,
  zip: ZipFile,
  blobs: Blobs,
): Promise<Opened | null> {
  const json = await zip.read(PROJECT_ENTRY, MAX_PROJECT_BYTES);
  if (json === null) return null;
  const project = new TextDecoder().decode(json);
  const tiles = zip.has(PICTURES_ENTRY)
    ? await new TileReader(name, zip, project).read(blobs)
    : await plainTiles(name, zip, blobs);
  return { kind: 'project', name, project, tiles };
}

/** Tiles as earlier versions wrote them. */
async function plainTiles(name: string, zip: ZipFile, blobs: Blobs): Promise<string> {
  const parts: string[] = [];
  try {
    for (let n = 0; zip.has(tilesEntry(n)); n++) {
      const tiles = await zip.read(tilesEntry(n), MAX_TILES_BYTES);
      if (tiles !== null) parts.push(blobs.put(tiles));
    }
  } catch (error) {
    blobs.drop(parts);
    throw error;
  }
  if (parts.length === 0) throw unreadable(name, 'its tiles are missing');
  return blobs.join(parts);
}

type Put = (bytes: Uint8Array, at: number) => Promise<void>;

/** Finds the tiles of a project wherever they lie. */
class TileReader {
  /** Of each tile, where it goes and how long it is; null: it is not read yet. */
  readonly #places = new Map<number, { readonly at: number; readonly bytes: number }>();
  readonly #found = new Set<number>();
  readonly #size: number;

  constructor(
    readonly name: string,
    readonly zip: ZipFile,
    project: string,
  ) {
    const facts = factsOf(project);
    if (facts === null) throw unreadable(name, 'its project is damaged');
    let at = 0;
    for (const [id, bytes] of facts.tiles) {
      this.#places.set(id, { at, bytes });
      at += bytes;
    }
    this.#size = at;
  }

  /** All tiles as one blob, in the project's order. */
  async read(blobs: Blobs): Promise<string> {
    const pictures = await this.#pictures();
    const shown = new Set(pictures.flatMap(({ runs }) => [...eachOf(runs)].map(([, id]) => id)));
    const loose = [...this.#places.keys()].filter((id) => !shown.has(id));
    return blobs.fill(this.#size, async (put) => {
      const budget = new PixelBudget(this.name);
      for (const { src, runs } of pictures) await this.#cut(src, runs, budget, put);
      await this.#unfilter(loose, put);
      if (this.#found.size !== this.#places.size) throw this.#missing();
    });
  }

  async #pictures(): Promise<z.output<typeof picturesSchema>> {
    const bytes = await this.zip.read(PICTURES_ENTRY, MAX_PICTURES_BYTES);
    try {
      const read = picturesSchema.parse(JSON.parse(new TextDecoder().decode(bytes ?? undefined)));
      // Bounded, lest a few numbers stand for more than there is room for.
      let left = MAX_IN_PICTURES;
      for (const { runs } of read) {
        for (let at = 2; at < runs.length; at += 3) left -= runs[at] ?? 0;
      }
      if (left >= 0 && read.every(({ runs }) => runs.length % 3 === 0)) return read;
    } catch {
      // said below
    }
    throw this.#missing();
  }

  /** Cuts tiles out of a picture. */
  async #cut(src: string, runs: readonly number[], budget: PixelBudget, put: Put): Promise<void> {
    const wanted = [...eachOf(runs)].filter(([, id]) => !this.#found.has(id));
    if (wanted.length === 0) return;
    const bytes = await this.zip.read(src, MAX_PICTURE_BYTES);
    if (bytes === null) throw this.#missing();
    const image = await decodeRgba({ data: bytes, name: `${src} in ${this.name}` });
    budget.take(image);
    const { width, height } = image;
    const data = toRgba(image);
    const columns = Math.ceil(width / TILE);
    for (const [key, id] of wanted) {
      const place = this.#places.get(id);
      const [x, y] = [(key % columns) * TILE, Math.floor(key / columns) * TILE];
      if (place?.bytes !== TILE_BYTES || y >= height) throw this.#missing();
      await put(tileAt(data, width, height, x, y), place.at);
      this.#found.add(id);
    }
  }

  async #unfilter(ids: readonly number[], put: Put): Promise<void> {
    let next = 0;
    for (let n = 0; this.zip.has(filteredEntry(n)); n++) {
      const part = await this.zip.read(filteredEntry(n), TILES_PART);
      for (let from = 0; part && from < part.length; next++) {
        const id = ids[next] ?? -1;
        const place = this.#places.get(id);
        if (!place || from + place.bytes > part.length) throw this.#missing();
        const channels = channelsOf(place.bytes);
        if (channels !== 1 && channels !== 4) throw this.#missing();
        const tile = part.subarray(from, from + place.bytes);
        unfilterPlain(tile, TILE * channels, channels);
        await put(tile, place.at);
        this.#found.add(id);
        from += place.bytes;
      }
    }
  }

  #missing(): NativaError {
    return unreadable(this.name, 'its tiles are missing');
  }
}

/** A tile of a picture; beyond the picture there is nothing. */
function tileAt(data: Uint8Array, width: number, height: number, x: number, y: number): Uint8Array {
  const tile = new Uint8Array(TILE_BYTES);
  const bytes = Math.min(TILE, width - x) * 4;
  for (let row = 0; row < TILE && y + row < height; row++) {
    const from = ((y + row) * width + x) * 4;
    tile.set(data.subarray(from, from + bytes), row * TILE * 4);
  }
  return tile;
}

/** Places and ids that runs name. */
function* eachOf(runs: readonly number[]): Generator<readonly [key: number, id: number]> {
  for (let at = 0; at + 2 < runs.length; at += 3) {
    const [key = 0, id = 0, length = 0] = runs.slice(at, at + 3);
    for (let step = 0; step < length; step++) yield [key + step, id + step];
  }
}
