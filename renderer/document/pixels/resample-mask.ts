/** Masks under a transform of the document they belong to. */
import { TILE } from '../types.js';
import type { Mask, Matrix } from '../types.js';
import { invert, isWholeMove } from './matrix.js';
import { MaskEditor, columnsOf, evenMask, rowsOf } from './tiles.js';

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

  /** Between four pixels; (0.5, 0.5) is the middle of the first one. */
  between(x: number, y: number): number {
    const left = Math.floor(x - 0.5);
    const top = Math.floor(y - 0.5);
    const across = x - 0.5 - left;
    const down = y - 0.5 - top;
    const upper = this.at(left, top) * (1 - across) + this.at(left + 1, top) * across;
    const lower = this.at(left, top + 1) * (1 - across) + this.at(left + 1, top + 1) * across;
    return upper * (1 - down) + lower * down;
  }
}

/**
 * A mask in a document that was transformed by a matrix into one of this size; what it did not cover
 * is `outside`. Whole moves are exact, everything else is read between pixels.
 */
export function resampleMask(mask: Mask, matrix: Matrix, width: number, height: number): Mask {
  const back = invert(matrix);
  const empty = evenMask(width, height, mask.outside);
  if (!back || mask.tiles.size === 0) return empty;
  const reader = new MaskReader(mask);
  const exact = isWholeMove(matrix);
  const editor = new MaskEditor(empty);
  const [a, b, c, d, e, f] = back;
  for (let row = 0; row < rowsOf(empty); row++) {
    for (let column = 0; column < columnsOf(empty); column++) {
      const data = new Uint8ClampedArray(TILE * TILE);
      let differs = false;
      for (let i = 0; i < data.length; i++) {
        const x = column * TILE + (i % TILE) + 0.5;
        const y = row * TILE + Math.floor(i / TILE) + 0.5;
        const u = a * x + c * y + e;
        const v = b * x + d * y + f;
        const value = exact
          ? reader.at(Math.floor(u), Math.floor(v))
          : Math.round(reader.between(u, v));
        data[i] = value;
        if (value !== mask.outside) differs = true;
      }
      if (differs) editor.write(column, row).set(data);
    }
  }
  return editor.finish();
}
