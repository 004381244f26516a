/**
 * Pixels packed as files have them, kept on disk under names that a page makes up, so that saving
 * again packs only what is new.
 */
import { NativaError } from '../../../native-models/errors.js';
import type { BlobStore } from '../blobs.js';
import type { PackedPiece } from './jobs.js';
import type { PackPool } from './pool.js';

/** A piece, and where it lies. */
export interface Piece extends PackedPiece {
  /** Pixels of a row and rows, of rows of a picture. */
  readonly width: number;
  readonly rows: number;
  readonly channels: number;
}

/** What files are put together of. */
export interface Pieces {
  /** @throws NativaError PACKS_GONE */
  piece(key: string): Piece;
  /** Its bytes, packed. @throws NativaError PACKS_GONE */
  read(key: string): Promise<Uint8Array>;
}

/** A tile as messages name it: the page's own number of it, and its length. */
interface NamedTile {
  readonly id: number;
  readonly bytes: number;
}

/** A file that has pieces in it; whoever refers to it holds it. */
interface PiecesFile {
  slice(start: number, length: number): Promise<Uint8Array>;
  hold(): unknown;
  release(): void;
}

/** Pieces and what they are called here. */
export interface NamedPieces {
  readonly keys: readonly string[];
  readonly pieces: readonly (Piece & { readonly start: number })[];
}

interface Kept extends Piece {
  /** A blob, or a file that was opened. */
  readonly source: string | PiecesFile;
  readonly start: number;
}

/** Milliseconds that a page which is gone may take to come back. */
const PATIENCE = 10 * 60_000;
/** Side of a tile in pixels. */
const TILE = 256;

/** The key of a tile. */
export const tileName = (id: number): string => `tile:${id}`;

/** Packed pixels of all documents, by names that pages made up. */
export class Packs {
  readonly #blobs: BlobStore;
  readonly #pool: PackPool;
  readonly #patience: number;
  readonly #packs = new Map<string, Pack>();
  readonly #leaving = new Map<string, NodeJS.Timeout>();

  constructor(blobs: BlobStore, pool: PackPool, patience = PATIENCE) {
    this.#blobs = blobs;
    this.#pool = pool;
    this.#patience = patience;
  }

  /** A document's, made if it is not there; whoever asks for it is its page. */
  of(name: string): Pack {
    clearTimeout(this.#leaving.get(name));
    this.#leaving.delete(name);
    const pack = this.#packs.get(name) ?? new Pack(this.#blobs, this.#pool);
    this.#packs.set(name, pack);
    return pack;
  }

  /** Nobody wants it any more. */
  clear(name: string): void {
    this.#packs.get(name)?.retain(new Set());
    this.#packs.delete(name);
    clearTimeout(this.#leaving.get(name));
    this.#leaving.delete(name);
  }

  /** The pages of these are gone: they are emptied unless someone asks for them again. */
  release(names: Iterable<string>): void {
    for (const name of names) {
      clearTimeout(this.#leaving.get(name));
      const timer = setTimeout(() => {
        this.clear(name);
      }, this.#patience).unref();
      this.#leaving.set(name, timer);
    }
  }

  /** Ends what packs. */
  async close(): Promise<void> {
    await this.#pool.close();
  }
}

/** One document's packed pixels. */
class Pack implements Pieces {
  readonly #blobs: BlobStore;
  readonly #pool: PackPool;
  readonly #kept = new Map<string, Kept>();
  /** How many pieces of each blob or file are kept. */
  readonly #holders = new Map<Kept['source'], number>();

  constructor(blobs: BlobStore, pool: PackPool) {
    this.#blobs = blobs;
    this.#pool = pool;
  }

  /** Indices of the keys that nothing is kept under. */
  missing(keys: readonly string[]): number[] {
    return keys.flatMap((key, index) => (this.#kept.has(key) ? [] : [index]));
  }

  /**
   * Packs rows of a picture; their pixels, RGBA, are let go.
   * @throws NativaError BLOB_NOT_FOUND, BAD_PIXELS, DISK_FULL
   */
  async addRows(key: string, width: number, channels: 3 | 4, blob: string): Promise<void> {
    const bytes = await this.#blobs.read(blob);
    const rows = bytes.length / (width * 4);
    if (!Number.isInteger(rows) || rows < 1) {
      throw new NativaError('BAD_PIXELS', 'A part of a picture is cut short; try again.');
    }
    const packed = await this.#pool.run({ kind: 'rows', bytes, width, channels });
    this.#blobs.drop([blob]);
    await this.#keep([key], packed.pieces, packed.bytes, { width, rows, channels });
  }

  /**
   * Packs tiles; their pixels are let go.
   * @param tiles in the order they lie in the blob
   * @throws NativaError BLOB_NOT_FOUND, BAD_TILES, DISK_FULL
   */
  async addTiles(tiles: readonly NamedTile[], blob: string): Promise<void> {
    const bytes = await this.#blobs.read(blob);
    const lengths = tiles.map((tile) => tile.bytes);
    const whole = lengths.every((length) => length === TILE * TILE || length === TILE * TILE * 4);
    if (!whole || lengths.reduce((sum, length) => sum + length, 0) !== bytes.length) {
      throw new NativaError(
        'BAD_TILES',
        'Pixels are not as long as they are said to be; try again.',
      );
    }
    const packed = await this.#pool.run({ kind: 'tiles', bytes, lengths });
    this.#blobs.drop([blob]);
    const keys = tiles.map(({ id }) => tileName(id));
    await this.#keep(keys, packed.pieces, packed.bytes, { width: TILE, rows: TILE, channels: 0 });
  }

  /** Takes over pieces as they lie in an opened file, but none that it has already. */
  adopt(file: PiecesFile, named: NamedPieces): void {
    for (const [index, piece] of named.pieces.entries()) {
      const key = named.keys[index];
      if (key === undefined || this.#kept.has(key)) continue;
      if (!this.#holders.has(file)) file.hold();
      this.#hold(key, { ...piece, source: file });
    }
  }

  piece(key: string): Piece {
    return this.#find(key);
  }

  async read(key: string): Promise<Uint8Array> {
    const { source, start, length } = this.#find(key);
    const read =
      typeof source === 'string'
        ? this.#blobs.slice(source, start, length)
        : source.slice(start, length);
    return read.catch((error: unknown) => {
      throw gone(error);
    });
  }

  /** Lets go of all but these. */
  retain(keys: ReadonlySet<string>): void {
    for (const key of [...this.#kept.keys()]) if (!keys.has(key)) this.#forget(key);
  }

  #find(key: string): Kept {
    const kept = this.#kept.get(key);
    if (kept === undefined) throw gone();
    return kept;
  }

  async #keep(
    keys: readonly string[],
    pieces: readonly PackedPiece[],
    bytes: Uint8Array,
    shape: Pick<Piece, 'width' | 'rows' | 'channels'>,
  ): Promise<void> {
    const blob = this.#blobs.put(bytes);
    try {
      // on disk: memory is for what is worked on
      await this.#blobs.keep(blob);
    } catch (error) {
      this.#blobs.drop([blob]);
      throw error;
    }
    let start = 0;
    for (const [index, piece] of pieces.entries()) {
      const key = keys[index] ?? '';
      this.#forget(key);
      this.#hold(key, { ...piece, ...shape, source: blob, start });
      start += piece.length;
    }
  }

  #hold(key: string, kept: Kept): void {
    this.#kept.set(key, kept);
    this.#holders.set(kept.source, (this.#holders.get(kept.source) ?? 0) + 1);
  }

  #forget(key: string): void {
    const kept = this.#kept.get(key);
    if (kept === undefined) return;
    this.#kept.delete(key);
    const { source } = kept;
    const left = (this.#holders.get(source) ?? 1) - 1;
    if (left > 0) this.#holders.set(source, left);
    else {
      this.#holders.delete(source);
      if (typeof source === 'string') this.#blobs.drop([source]);
      else source.release();
    }
  }
}

function gone(cause?: unknown): NativaError {
  return new NativaError(
    'PACKS_GONE',
    'What was packed for the last save is not there any more; save again.',
    { cause },
  );
}
