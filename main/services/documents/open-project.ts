/**
 * The part of an OpenRaster file that is ours: the project's text, and its tiles. Those that a
 * picture in the file shows are cut out of it; the others lie beside it, filtered and deflated.
 */
import type { NativaError } from '../../../native-models/errors.js';
import type { Opened } from '../../../preload/contract.js';
import { decodeRgba, toRgba } from '../../engine/images/index.js';
import { factsOf } from '../autosave/project.js';
import { unfilterPlain } from '../packs/filter.js';
import { channelsOf } from '../packs/jobs.js';
import type { Blobs } from './blobs-port.js';
import { openPacked, type Projects } from './open-packed.js';
import { eachOf, PICTURES_ENTRY, readRuns } from './picture-runs.js';
import { PixelBudget } from './pixels.js';
import { filteredEntry, unreadable } from './project-entries.js';
import type { Source } from './source.js';
import type { ZipFile } from './zip/read.js';

/** Where our own part of the file lies. */
export const PROJECT_ENTRY = 'nativa/project.json';
/** Bytes of tiles in one entry. */
export const TILES_PART = 128 * 1024 * 1024;

/** Where earlier versions put all tiles, as they are. */
function tilesEntry(n: number): string {
  return n === 0 ? 'nativa/tiles.bin' : `nativa/tiles-${n + 1}.bin`;
}

const MAX_PROJECT_BYTES = 64_000_000;
export const MAX_PICTURE_BYTES = 512 * 1024 * 1024;
/** The first version put all tiles of a project into one entry, of no more than an upload. */
const MAX_TILES_BYTES = 600 * 1024 * 1024;
const TILE = 256;
const TILE_BYTES = TILE * TILE * 4;

/**
 * Opens a project. Where the file says where its pieces lie, and somebody keeps it, none of its pixels
 * is read yet. @returns null where the archive has none
 * @throws NativaError UNSAFE_ARCHIVE, UNREADABLE_ARCHIVE, UNREADABLE_DOCUMENT, DISK_FULL, and what
 *   `decodeRgba` throws
 */
export async function openProject(
  name: string,
  zip: ZipFile,
  blobs: Blobs,
  file: Source,
  projects?: Projects,
): Promise<Opened | null> {
  const json = await zip.read(PROJECT_ENTRY, MAX_PROJECT_BYTES);
  if (json === null) return null;
  const project = new TextDecoder().decode(json);
  const packed = projects && (await openPacked(name, zip, project, file, projects));
  if (packed) return { kind: 'project', name, project, ...packed };
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
    const pictures = await readRuns(this.zip);
    if (pictures === null) throw this.#missing();
    const shown = new Set(pictures.flatMap(({ runs }) => [...eachOf(runs)].map(([, id]) => id)));
    const loose = [...this.#places.keys()].filter((id) => !shown.has(id));
    return blobs.fill(this.#size, async (put) => {
      const budget = new PixelBudget(this.name);
      for (const { src, runs } of pictures) await this.#cut(src, runs, budget, put);
      await this.#unfilter(loose, put);
      if (this.#found.size !== this.#places.size) throw this.#missing();
    });
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
