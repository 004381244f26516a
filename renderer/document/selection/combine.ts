/** Joining a new selection with the one there is. */
import type { Mask, MaskTile } from '../types.js';
import { evenMask, newMaskTile } from '../pixels/tiles.js';
import { evenValue, solidMaskTile } from './mask-rows.js';

export const COMBINE_MODES = ['replace', 'add', 'subtract', 'intersect'] as const;
export type CombineMode = (typeof COMBINE_MODES)[number];

type Operation = (old: number, added: number) => number;

const OPERATIONS: Record<CombineMode, Operation> = {
  replace: (_, added) => added,
  add: (old, added) => Math.max(old, added),
  subtract: (old, added) => Math.max(0, old - added),
  intersect: (old, added) => Math.min(old, added),
};

/**
 * The two as one; tiles that come out as they went in stay shared. With no selection (null), adding
 * and intersecting give what was added, and subtracting takes it from everything.
 * @throws RangeError if the sizes differ
 */
export function combine(old: Mask | null, added: Mask, how: CombineMode): Mask {
  if (how === 'replace' || (old === null && how !== 'subtract')) return added;
  const base = old ?? evenMask(added.width, added.height, 255);
  if (base.width !== added.width || base.height !== added.height) {
    throw new RangeError('masks to be combined must have the same size');
  }
  const operation = OPERATIONS[how];
  const outside = operation(base.outside, added.outside) === 0 ? 0 : 255;
  const tiles = new Map<number, MaskTile>();
  for (const key of new Set([...base.tiles.keys(), ...added.tiles.keys()])) {
    const one = base.tiles.get(key) ?? solidMaskTile(base.outside);
    const other = added.tiles.get(key) ?? solidMaskTile(added.outside);
    const tile = shortcut(one, other, how) ?? combineTiles(one, other, how);
    if (evenValue(tile.data) !== outside) tiles.set(key, tile);
  }
  return { width: base.width, height: base.height, outside, tiles };
}

/** What comes of tiles of which one is the same all over, where that does not depend on pixels. */
function shortcut(old: MaskTile, added: MaskTile, how: CombineMode): MaskTile | undefined {
  const one = evenValue(old.data);
  const other = evenValue(added.data);
  if (how === 'subtract') {
    if (other === 0) return old;
    return one === 0 || other === 255 ? solidMaskTile(0) : undefined;
  }
  // What leaves the other as it is, and what it becomes otherwise.
  const [neutral, final] = how === 'add' ? ([0, 255] as const) : ([255, 0] as const);
  if (one === final || other === final) return solidMaskTile(final);
  if (one === neutral) return added;
  return other === neutral ? old : undefined;
}

function combineTiles(old: MaskTile, added: MaskTile, how: CombineMode): MaskTile {
  const data = combineBytes(old.data, added.data, how);
  const even = evenValue(data);
  if (even === 0 || even === 255) return solidMaskTile(even);
  if (sameBytes(data, old.data)) return old;
  return sameBytes(data, added.data) ? added : newMaskTile(data);
}

/** One loop for each, for a call a pixel would cost more than the work. */
function combineBytes(
  old: Uint8ClampedArray,
  added: Uint8ClampedArray,
  how: CombineMode,
): Uint8ClampedArray {
  const data = added.slice();
  for (let i = 0; i < data.length; i++) {
    const one = old[i] ?? 0;
    const other = data[i] ?? 0;
    if (how === 'subtract') data[i] = one - other;
    else if (how === 'add' ? one > other : one < other) data[i] = one;
  }
  return data;
}

function sameBytes(one: Uint8ClampedArray, other: Uint8ClampedArray): boolean {
  for (let i = 0; i < one.length; i++) if (one[i] !== other[i]) return false;
  return true;
}
