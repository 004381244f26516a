/** The selection as a layer's pixels see it. */
import { TILE } from '../types.js';
import type { Mask, Matrix, Rect } from '../types.js';
import { boundsOf, isWholeMove } from '../pixels/matrix.js';
import { tileKey, tilesIn } from '../pixels/tiles.js';
import { evenValue } from './mask-rows.js';
import { indexInTile, TileReader } from './tile-reader.js';

/**
 * Reads a mask of the document at the pixels of a raster. Where pixels fall on pixels it is exact.
 * Elsewhere it is bilinear, but 0 wherever the pixel of the mask below the centre is 0, so that
 * nothing unselected is ever touched. Beyond the document nothing is selected.
 */
export class SelectionSampler {
  readonly #mask: Mask;
  readonly #reader: TileReader;
  readonly #transform: Matrix;
  readonly #whole: boolean;

  /** @param transform from the raster's to the mask's coordinates */
  constructor(mask: Mask, transform: Matrix) {
    this.#mask = mask;
    this.#reader = new TileReader(mask);
    this.#transform = transform;
    this.#whole = isWholeMove(transform);
  }

  /** Writes the mask at `count` pixels of a row of the raster, 0 to 255, to the start of `out`. */
  row(x: number, y: number, count: number, out: Uint8ClampedArray): void {
    if (this.#whole) this.#wholeRow(x + this.#transform[4], y + this.#transform[5], count, out);
    else this.#softRow(x, y, count, out);
  }

  /** The value of all pixels in a rectangle of the raster; undefined if they may differ. */
  evenOver(rect: Rect): 0 | 255 | undefined {
    const around = boundsOf(this.#transform, rect);
    const { width, height, outside, tiles } = this.#mask;
    const right = around.x + around.width;
    const bottom = around.y + around.height;
    if (right <= 0 || bottom <= 0 || around.x >= width || around.y >= height) return 0;
    let even: number | undefined;
    if (around.x < 0 || around.y < 0 || right > width || bottom > height) even = 0;
    const span = tilesIn(this.#mask, this.#whole ? around : wider(around));
    for (let row = span.fromRow; row < span.toRow; row++) {
      for (let column = span.fromColumn; column < span.toColumn; column++) {
        const tile = tiles.get(tileKey(this.#mask, column, row));
        const value = tile ? evenValue(tile.data) : outside;
        if (value === undefined || (even !== undefined && even !== value)) return undefined;
        even = value;
      }
    }
    return even === 0 || even === 255 ? even : undefined;
  }

  #wholeRow(left: number, y: number, count: number, out: Uint8ClampedArray): void {
    const { width, height, outside } = this.#mask;
    const from = Math.max(0, left);
    const to = Math.min(width, left + count);
    if (y < 0 || y >= height || from >= to) {
      out.fill(0, 0, count);
      return;
    }
    out.fill(0, 0, from - left);
    out.fill(0, to - left, count);
    for (let x = from; x < to;) {
      const end = Math.min(to, x - (x % TILE) + TILE);
      const data = this.#reader.tileAt(x, y);
      const index = indexInTile(x, y);
      if (data === undefined) out.fill(outside, x - left, end - left);
      else out.set(data.subarray(index, index + end - x), x - left);
      x = end;
    }
  }

  #softRow(x: number, y: number, count: number, out: Uint8ClampedArray): void {
    const [a, b, c, d, e, f] = this.#transform;
    for (let k = 0; k < count; k++) {
      const u = a * (x + k + 0.5) + c * (y + 0.5) + e;
      const v = b * (x + k + 0.5) + d * (y + 0.5) + f;
      out[k] = this.#soft(u, v);
    }
  }

  #soft(u: number, v: number): number {
    const nearX = Math.floor(u);
    const nearY = Math.floor(v);
    if (!this.#reader.contains(nearX, nearY) || this.#at(nearX, nearY) === 0) return 0;
    const left = Math.floor(u - 0.5);
    const top = Math.floor(v - 0.5);
    const s = u - 0.5 - left;
    const t = v - 0.5 - top;
    const above = this.#at(left, top) * (1 - s) + this.#at(left + 1, top) * s;
    const below = this.#at(left, top + 1) * (1 - s) + this.#at(left + 1, top + 1) * s;
    return above * (1 - t) + below * t;
  }

  /** The value of a pixel, of the nearest one within bounds beyond them. */
  #at(x: number, y: number): number {
    const { width, height, outside } = this.#mask;
    const u = Math.min(width - 1, Math.max(0, x));
    const v = Math.min(height - 1, Math.max(0, y));
    return this.#reader.tileAt(u, v)?.[indexInTile(u, v)] ?? outside;
  }
}

/** By a pixel on every side, which bilinear sampling may reach. */
function wider({ x, y, width, height }: Rect): Rect {
  return { x: x - 1, y: y - 1, width: width + 2, height: height + 2 };
}
