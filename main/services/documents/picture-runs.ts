/** Which tiles of a project the pictures in its file have. */
import { z } from 'zod';
import type { ZipFile } from './zip/read.js';

/** Where that is said. */
export const PICTURES_ENTRY = 'nativa/pictures.json';

const MAX_BYTES = 16_000_000;
/** Tiles that all pictures may be made of together. */
const MAX_TILES = 4_000_000;

const count = z.int().min(0);
const schema = z
  .array(z.strictObject({ src: z.string().max(1000), runs: z.array(count).max(3 * 65_536) }))
  .max(10_000);

/** Pictures and the runs of tiles they have; null where what the file says is of no use. */
export async function readRuns(zip: ZipFile): Promise<z.output<typeof schema> | null> {
  const bytes = await zip.read(PICTURES_ENTRY, MAX_BYTES);
  try {
    const read = schema.parse(JSON.parse(new TextDecoder().decode(bytes ?? undefined)));
    // Bounded, lest a few numbers stand for more than there is room for.
    let left = MAX_TILES;
    for (const { runs } of read) {
      for (let at = 2; at < runs.length; at += 3) left -= runs[at] ?? 0;
    }
    return left >= 0 && read.every(({ runs }) => runs.length % 3 === 0) ? read : null;
  } catch {
    return null;
  }
}

/** Places and ids that runs name. */
export function* eachOf(runs: readonly number[]): Generator<readonly [key: number, id: number]> {
  for (let at = 0; at + 2 < runs.length; at += 3) {
    const [key = 0, id = 0, length = 0] = runs.slice(at, at + 3);
    for (let step = 0; step < length; step++) yield [key + step, id + step];
  }
}
