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
  readonly #open = new Map<number, ReturnType<typeof open>>();

  constructor(readonly folder: string) {}

  /** Opens files by their numbers; one that cannot be opened has no tiles. */
  async hold(files: Iterable<number>): Promise<void> {
    for (const file of files) await this.#handle(file).catch(() => undefined);
  }

  /** Fills `into` with a tile. @returns whether it is there as it was written */
  async read({ file, offset, bytes, crc }: Place, into: Uint8Array): Promise<boolean> {
    try {
      const handle = await this.#handle(file);
      const { bytesRead } = await handle.read(into, 0, bytes, offset);
      return bytesRead === bytes && crc32(into.subarray(0, bytes)) === crc;
    } catch {
      return false;
    }
  }

  async close(): Promise<void> {
    for (const handle of this.#open.values()) await (await handle.catch(() => null))?.close();
    this.#open.clear();
  }

  /** Once: it is read by several at a time. */
  #handle(file: number): ReturnType<typeof open> {
    const known = this.#open.get(file);
    if (known) return known;
    const opened = open(join(this.folder, tilesFile(file)), 'r');
    this.#open.set(file, opened);
    return opened;
  }
}
