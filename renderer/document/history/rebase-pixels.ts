/**
 * What was painted on pixels that have become others. Only the tiles that a step changed are looked
 * at, and in them only the pixels that it changed; where the pixels below are still the same, the
 * outcome is what it was, byte by byte.
 */
import { growRaster } from '../layers/expand.js';
import { invert, multiply } from '../pixels/matrix.js';
import { MaskEditor, RasterEditor, TILE_BYTES, columnsOf } from '../pixels/tiles.js';
import { wordsOf } from '../pixels/words.js';
import { TILE, type Mask, type Matrix, type Raster } from '../types.js';
import { repainted } from './repaint.js';
import { same } from './same.js';

/** A raster with its place. */
export interface Placed {
  readonly raster: Raster;
  readonly transform: Matrix;
}

const EMPTY = new Uint8ClampedArray(TILE_BYTES);

/**
 * A raster with what a step did to the pixels of another.
 * @param onto of the size that the step found
 * @returns null where the pixels do not lie on each other
 */
export function rebaseRaster(before: Placed, after: Placed, onto: Raster): Raster | null {
  if (same(onto, before.raster)) return after.raster;
  if (onto.width !== before.raster.width || onto.height !== before.raster.height) return null;
  const grown = grownLike(before, after);
  if (!grown) return null;
  const [old, now] = [grown(before.raster), grown(onto)];
  if (old.width !== after.raster.width || old.height !== after.raster.height) return null;
  return withTiles(old, after.raster, now);
}

/** How a step gave a raster room, see `expandToDocument`; null where it did something else. */
function grownLike(before: Placed, after: Placed): ((raster: Raster) => Raster) | null {
  const { width, height } = before.raster;
  if (width === after.raster.width && height === after.raster.height) return (raster) => raster;
  const back = invert(after.transform);
  const [a, b, c, d, e, f] = back ? multiply(back, before.transform) : [0, 0, 0, 0, 0, 0];
  const [left, top] = [Math.round(e / TILE), Math.round(f / TILE)];
  const near = (one: number, other: number): boolean => Math.abs(one - other) < 1e-6;
  if (!near(a, 1) || !near(b, 0) || !near(c, 0) || !near(d, 1)) return null;
  if (!near(e, left * TILE) || !near(f, top * TILE)) return null;
  const right = after.raster.width - width - left * TILE;
  const bottom = after.raster.height - height - top * TILE;
  if (Math.min(left, top, right, bottom) < 0) return null;
  return (raster) => growRaster(raster, left, top, right, bottom);
}

/** Keys of tiles that are not the same in both. */
function changedTiles(
  before: Raster | Mask,
  after: Raster | Mask,
): readonly { readonly key: number; readonly column: number; readonly row: number }[] {
  const columns = columnsOf(after);
  return [...new Set([...before.tiles.keys(), ...after.tiles.keys()])]
    .filter((key) => !same(before.tiles.get(key), after.tiles.get(key)))
    .map((key) => ({ key, column: key % columns, row: Math.floor(key / columns) }));
}

function withTiles(before: Raster, after: Raster, onto: Raster): Raster {
  const tiles = new Map(onto.tiles);
  const repaint: { column: number; row: number; was: Uint8ClampedArray; is: Uint8ClampedArray }[] =
    [];
  for (const { key, column, row } of changedTiles(before, after)) {
    const [was, is] = [before.tiles.get(key), after.tiles.get(key)];
    if (!same(was, onto.tiles.get(key))) {
      repaint.push({ column, row, was: was?.data ?? EMPTY, is: is?.data ?? EMPTY });
    } else if (is) tiles.set(key, is);
    else tiles.delete(key);
  }
  const editor = new RasterEditor({ ...onto, tiles });
  const paint = paintOf(repaint);
  for (const { column, row, was, is } of repaint) {
    const target = wordsOf(editor.write(column, row));
    const [old, made] = [wordsOf(was), wordsOf(is)];
    for (let i = 0; i < target.length; i++) {
      const [b = 0, a = 0, o = 0] = [old[i], made[i], target[i]];
      if (a !== b) target[i] = o === b ? a : repainted(b, a, o, paint);
    }
  }
  return editor.finish();
}

/** The opaque colour that most changed pixels became: that of the brush, if there was one. */
function paintOf(
  tiles: readonly { readonly was: Uint8ClampedArray; readonly is: Uint8ClampedArray }[],
): number | null {
  const counts = new Map<number, number>();
  for (const { was, is } of tiles) {
    const [old, made] = [wordsOf(was), wordsOf(is)];
    for (let i = 0; i < made.length; i++) {
      const word = made[i] ?? 0;
      if (word === old[i] || word >>> 24 !== 255) continue;
      counts.set(word, (counts.get(word) ?? 0) + 1);
    }
  }
  let [most, paint]: [number, number | null] = [0, null];
  for (const [word, count] of counts) if (count > most) [most, paint] = [count, word];
  return paint;
}

/** A mask with what a step did to another; the step's own where they do not lie on each other. */
export function rebaseMask(before: Mask, after: Mask, onto: Mask): Mask {
  const fits = ({ width, height, outside }: Mask): boolean =>
    width === onto.width && height === onto.height && outside === onto.outside;
  if (same(before, onto) || !fits(before) || !fits(after)) return after;
  const editor = new MaskEditor(onto);
  const even = new Uint8ClampedArray(TILE * TILE).fill(onto.outside);
  for (const { key, column, row } of changedTiles(before, after)) {
    const [was, is] = [before.tiles.get(key)?.data ?? even, after.tiles.get(key)?.data ?? even];
    const target = editor.write(column, row);
    for (let i = 0; i < target.length; i++) {
      const value = is[i] ?? 0;
      if (value !== was[i]) target[i] = value;
    }
  }
  return editor.finish();
}
