/** Masks under a transform of the document they belong to. */
import { TILE } from '../types.js';
import { evenValue, solidMaskTile } from '../selection/mask-rows.js';
import type { Mask, MaskTile, Matrix, Rect } from '../types.js';
import { grow, intersect, wholePixels } from './bounds.js';
import { maskBytes } from './mask-operations.js';
import { boundsOf, invert, isWholeMove } from './matrix.js';
import { columnsOf, evenMask, newMaskTile, rowsOf, tileKey, tilesIn } from './tiles.js';

/** Reads single bytes of a mask; beyond its bounds it is `outside`. */
export class MaskReader {
  readonly #mask: Mask;
  readonly #columns: number;

  constructor(mask: Mask) {
    this.#mask = mask;
    this.#columns = columnsOf(mask);
  }

  at(x: number, y: number): number {
    const { width, height, outside, tiles } = this.#mask;
    if (x < 0 || y < 0 || x >= width || y >= height) return outside;
    const tile = tiles.get(Math.floor(y / TILE) * this.#columns + Math.floor(x / TILE));
    return tile?.data[(y % TILE) * TILE + (x % TILE)] ?? outside;
  }
}

/**
 * A mask in a document that was transformed by a matrix into one of this size; what it did not cover
 * is `outside`. Whole moves are exact, everything else is read between pixels.
 */
export function resampleMask(mask: Mask, matrix: Matrix, width: number, height: number): Mask {
  const back = invert(matrix);
  const made = evenMask(width, height, mask.outside);
  if (!back || mask.tiles.size === 0) return made;
  const tiles = new Map<number, MaskTile>();
  for (let row = 0; row < rowsOf(made); row++) {
    for (let column = 0; column < columnsOf(made); column++) {
      const rect = { x: column * TILE, y: row * TILE, width: TILE, height: TILE };
      const data = isWholeMove(matrix) ? moved(mask, back, rect) : between(mask, back, rect);
      const even = evenValue(data);
      if (even === mask.outside) continue;
      const tile = even === 0 || even === 255 ? solidMaskTile(even) : newMaskTile(data);
      tiles.set(tileKey(made, column, row), tile);
    }
  }
  return { ...made, tiles };
}

/** Bytes of a tile that a whole move brings there. */
function moved(mask: Mask, [, , , , e, f]: Matrix, rect: Rect): Uint8ClampedArray {
  return maskBytes(mask, { ...rect, x: rect.x + e, y: rect.y + f });
}

/** Bytes of a tile, each read between four pixels of the mask. @param back from it to the mask */
function between(mask: Mask, back: Matrix, rect: Rect): Uint8ClampedArray {
  const out = new Uint8ClampedArray(rect.width * rect.height).fill(mask.outside);
  const source = sourceOf(mask, back, rect);
  if (!source) return out;
  const { bytes, left, top, stride, rows } = source;
  // The same all over, with what lies around it if it reaches beyond the mask.
  if (bytes.every((value) => value === bytes[0])) return out.fill(bytes[0] ?? 0);
  const [a, b, c, d, e, f] = back;
  for (let i = 0; i < out.length; i++) {
    const x = rect.x + (i % rect.width) + 0.5;
    const y = rect.y + Math.floor(i / rect.width) + 0.5;
    const u = a * x + c * y + e - 0.5;
    const v = b * x + d * y + f - 0.5;
    const column = Math.floor(u);
    const line = Math.floor(v);
    const at = (line - top) * stride + column - left;
    if (column < left || line < top || column - left > stride - 2 || line - top > rows - 2)
      continue;
    const across = u - column;
    const down = v - line;
    const upper = (bytes[at] ?? 0) * (1 - across) + (bytes[at + 1] ?? 0) * across;
    const lower = (bytes[at + stride] ?? 0) * (1 - across) + (bytes[at + stride + 1] ?? 0) * across;
    out[i] = Math.round(upper * (1 - down) + lower * down);
  }
  return out;
}

/**
 * The part of a mask that a tile is read from, with all around it that may be looked at; null if
 * all of that is `outside`.
 */
function sourceOf(mask: Mask, back: Matrix, rect: Rect) {
  const all = grow({ x: 0, y: 0, width: mask.width, height: mask.height }, 2);
  const seen = intersect(all, grow(wholePixels(boundsOf(back, rect)), 2));
  if (!seen) return null;
  const { fromColumn, toColumn, fromRow, toRow } = tilesIn(mask, seen);
  let any = false;
  for (let row = fromRow; row < toRow && !any; row++) {
    for (let column = fromColumn; column < toColumn && !any; column++) {
      any = mask.tiles.has(tileKey(mask, column, row));
    }
  }
  if (!any) return null;
  const { x: left, y: top, width: stride, height: rows } = seen;
  return { bytes: maskBytes(mask, seen), left, top, stride, rows };
}
