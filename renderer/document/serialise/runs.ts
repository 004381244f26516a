/** Tiles of a raster or mask as a short list of numbers. */
import { columnsOf, rowsOf } from '../pixels/tiles.js';

interface Sized {
  readonly width: number;
  readonly height: number;
}

/**
 * Runs of tiles, three numbers each: the key of the first, its id, and how many follow each other
 * in both. Tiles of a picture that was read in one go make one run.
 */
export function runsOf(tiles: ReadonlyMap<number, { readonly id: number }>): readonly number[] {
  const runs: number[] = [];
  let length = 0;
  let next = { key: -1, id: -1 };
  for (const [key, { id }] of [...tiles].sort(([one], [other]) => one - other)) {
    if (key === next.key && id === next.id) length += 1;
    else {
      if (length > 0) runs.push(length);
      runs.push(key, id);
      length = 1;
    }
    next = { key: key + 1, id: id + 1 };
  }
  if (length > 0) runs.push(length);
  return runs;
}

/** How many tiles runs name. */
export function lengthOf(runs: readonly number[]): number {
  return runs.reduce((sum, value, index) => (index % 3 === 2 ? sum + value : sum), 0);
}

/** Whether runs name tiles of something of this size, each at most once. */
export function areRuns(runs: readonly number[], size: Sized): boolean {
  if (runs.length % 3 !== 0) return false;
  const end = columnsOf(size) * rowsOf(size);
  let free = 0;
  for (const [index, key] of runs.entries()) {
    if (index % 3 !== 0) continue;
    const length = runs[index + 2] ?? 0;
    if (key < free || length < 1 || length > end - key) return false;
    free = key + length;
  }
  return true;
}

/** Keys and ids that runs name. */
export function* eachOf(runs: readonly number[]): Generator<readonly [key: number, id: number]> {
  for (let at = 0; at + 2 < runs.length; at += 3) {
    const [key = 0, id = 0, length = 0] = runs.slice(at, at + 3);
    for (let step = 0; step < length; step++) yield [key + step, id + step];
  }
}
