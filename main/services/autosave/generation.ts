/** One kept state of a document: a file with the project and where its tiles lie. */
import { createHash } from 'node:crypto';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { z } from 'zod';

/** Names of files: states by their number, what is blank, and tiles by theirs. */
export const STATE_FILE = /^state-(\d{1,12})\.json$/;
export const ASIDE_FILE = 'blank.json';
export const TILES_FILE = /^tiles-(\d{1,12})\.bin$/;
export const stateFile = (n: number): string => `state-${n}.json`;
export const tilesFile = (n: number): string => `tiles-${n}.bin`;

const MAGIC = 'nativa-autosave 1';
const count = z.int().min(0);
const place = z.tuple([
  count,
  z.strictObject({ file: count, offset: count, bytes: count, crc: count }),
]);

const stateSchema = z.strictObject({
  name: z.string(),
  width: z.int().min(1),
  height: z.int().min(1),
  savedAt: z.number(),
  project: z.string(),
  /** Tiles by id, in the order in which the project wants them. */
  tiles: z.array(place),
});
/** A state as it is kept. */
export type State = z.output<typeof stateSchema>;
/** Where a tile lies: number of the file, place in it, and a check sum. */
export type Place = State['tiles'][number][1];

/** A state as the bytes of its file, with a check sum of its own. */
export function encodeState(state: State): Uint8Array {
  const json = JSON.stringify(state);
  const hash = createHash('sha256').update(json).digest('hex');
  return Buffer.from(`${MAGIC} ${hash}\n${json}`);
}

/** A state from its file; null where it is missing, cut or otherwise damaged. */
export async function readState(path: string): Promise<State | null> {
  try {
    const text = await readFile(path, 'utf8');
    const line = text.indexOf('\n');
    const json = text.slice(line + 1);
    const hash = createHash('sha256').update(json).digest('hex');
    if (text.slice(0, line) !== `${MAGIC} ${hash}`) return null;
    return stateSchema.parse(JSON.parse(json));
  } catch {
    return null;
  }
}

/** Reads tiles one after another, each checked, keeping files open in between. */
export class TileReader {
  readonly #open = new Map<number, Awaited<ReturnType<typeof open>>>();

  constructor(readonly folder: string) {}

  /** Fills `into` with a tile. @returns whether it is there as it was written */
  async read({ file, offset, bytes, crc }: Place, into: Uint8Array): Promise<boolean> {
    try {
      const handle = this.#open.get(file) ?? (await open(join(this.folder, tilesFile(file)), 'r'));
      this.#open.set(file, handle);
      const { bytesRead } = await handle.read(into, 0, bytes, offset);
      return bytesRead === bytes && crc32(into.subarray(0, bytes)) === crc;
    } catch {
      return false;
    }
  }

  async close(): Promise<void> {
    for (const handle of this.#open.values()) await handle.close();
  }
}

/** Tiles are read in pieces of about so many bytes, whole tiles each. */
const PIECE = 64 * 1024 * 1024;

/**
 * All tiles of a state behind each other, in pieces.
 * @returns false where one of them is missing or damaged
 */
export async function readTiles(
  folder: string,
  { tiles }: State,
  take: (piece: Uint8Array) => void,
): Promise<boolean> {
  const reader = new TileReader(folder);
  try {
    let first = 0;
    do {
      let end = first;
      let size = 0;
      while (end < tiles.length && size < PIECE) size += tiles[end++]?.[1].bytes ?? 0;
      const piece = new Uint8Array(size);
      let at = 0;
      for (const [, tile] of tiles.slice(first, end)) {
        if (!(await reader.read(tile, piece.subarray(at, at + tile.bytes)))) return false;
        at += tile.bytes;
      }
      take(piece);
      first = end;
    } while (first < tiles.length);
    return true;
  } finally {
    await reader.close();
  }
}
