/** A selection of what a layer shows. */
import { TILE } from '../types.js';
import type { Mask, Matrix, Raster } from '../types.js';
import { boundsOf, invert, isWholeMove } from '../pixels/matrix.js';
import { columnsOf, evenMask } from '../pixels/tiles.js';
import { maskFromRows } from './mask-rows.js';

/**
 * A mask of a raster's alpha, of the document's size: exact where pixels fall on pixels, else
 * bilinear. Empty if the transform flattens the raster to a line.
 * @param transform from the raster's to the document's coordinates
 */
export function maskFromAlpha(
  raster: Raster,
  transform: Matrix,
  width: number,
  height: number,
): Mask {
  const back = invert(transform);
  if (back === null) return evenMask(width, height, 0);
  const all = boundsOf(transform, { x: 0, y: 0, width: raster.width, height: raster.height });
  const alpha = alphaOf(raster);
  if (isWholeMove(transform)) {
    const [moveX, moveY] = [1 - transform[4], 1 - transform[5]];
    return maskFromRows(width, height, all, (y, row, left) => {
      const from = (y + moveY) * alpha.stride + left + moveX;
      row.set(alpha.data.subarray(from, from + row.length));
    });
  }
  const bounds = { x: all.x - 1, y: all.y - 1, width: all.width + 2, height: all.height + 2 };
  return maskFromRows(width, height, bounds, (y, row, left) => {
    readRow(alpha, back, left, y, row);
  });
}

/** Alpha with a border of transparent pixels around. */
interface Alpha {
  readonly stride: number;
  readonly rows: number;
  readonly data: Uint8ClampedArray;
}

function alphaOf(raster: Raster): Alpha {
  const stride = raster.width + 2;
  const rows = raster.height + 2;
  const data = new Uint8ClampedArray(stride * rows);
  const columns = columnsOf(raster);
  for (const [key, tile] of raster.tiles) {
    const left = (key % columns) * TILE;
    const top = Math.floor(key / columns) * TILE;
    const across = Math.min(TILE, raster.width - left);
    const down = Math.min(TILE, raster.height - top);
    for (let y = 0; y < down; y++) {
      const to = (top + y + 1) * stride + left + 1;
      const from = y * TILE * 4 + 3;
      for (let x = 0; x < across; x++) data[to + x] = tile.data[from + x * 4] ?? 0;
    }
  }
  return { stride, rows, data };
}

function readRow(
  alpha: Alpha,
  back: Matrix,
  left: number,
  y: number,
  row: Uint8ClampedArray,
): void {
  const { stride, rows, data } = alpha;
  const [a, b, c, d, e, f] = back;
  for (let k = 0; k < row.length; k++) {
    // Moved by the border, and to the middle of the pixel at the upper left of four.
    const u = a * (left + k + 0.5) + c * (y + 0.5) + e + 0.5;
    const v = b * (left + k + 0.5) + d * (y + 0.5) + f + 0.5;
    if (!(u >= 0 && v >= 0 && u < stride - 1 && v < rows - 1)) continue;
    const i = Math.floor(u);
    const j = Math.floor(v);
    const at = j * stride + i;
    const s = u - i;
    const above = (data[at] ?? 0) * (1 - s) + (data[at + 1] ?? 0) * s;
    const below = (data[at + stride] ?? 0) * (1 - s) + (data[at + stride + 1] ?? 0) * s;
    row[k] = above + (below - above) * (v - j);
  }
}
