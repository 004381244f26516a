/** Rectangles, and where pixels lie. */
import { TILE } from '../types.js';
import type { Raster, Rect } from '../types.js';
import { columnsOf } from './tiles.js';

/** What two rectangles share; null if nothing. */
export function intersect(a: Rect, b: Rect): Rect | null {
  const x = Math.max(a.x, b.x);
  const y = Math.max(a.y, b.y);
  const width = Math.min(a.x + a.width, b.x + b.width) - x;
  const height = Math.min(a.y + a.height, b.y + b.height) - y;
  return width > 0 && height > 0 ? { x, y, width, height } : null;
}

/** The smallest rectangle around both. */
export function unite(a: Rect | null, b: Rect | null): Rect | null {
  if (a === null || b === null) return a ?? b;
  const x = Math.min(a.x, b.x);
  const y = Math.min(a.y, b.y);
  const right = Math.max(a.x + a.width, b.x + b.width);
  const bottom = Math.max(a.y + a.height, b.y + b.height);
  return { x, y, width: right - x, height: bottom - y };
}

/** A rectangle with a margin around it. */
export function grow({ x, y, width, height }: Rect, by: number): Rect {
  return { x: x - by, y: y - by, width: width + 2 * by, height: height + 2 * by };
}

/** The whole pixels that a rectangle touches; what misses a pixel by a rounding error does not. */
export function wholePixels({ x, y, width, height }: Rect): Rect {
  const left = Math.floor(x + 1e-6);
  const top = Math.floor(y + 1e-6);
  const right = Math.ceil(x + width - 1e-6);
  const bottom = Math.ceil(y + height - 1e-6);
  return { x: left, y: top, width: right - left, height: bottom - top };
}

/** The part of a raster that is not transparent, in its own pixels; null if all of it is. */
export function rasterBounds(raster: Raster): Rect | null {
  let bounds: Rect | null = null;
  const columns = columnsOf(raster);
  for (const [key, tile] of raster.tiles) {
    const x = (key % columns) * TILE;
    const y = Math.floor(key / columns) * TILE;
    const width = Math.min(TILE, raster.width - x);
    const height = Math.min(TILE, raster.height - y);
    // A tile inside what is known already cannot add to it.
    if (bounds && contains(bounds, { x, y, width, height })) continue;
    const own = bytesBounds(tile.data, width, height, TILE, 4, 3);
    if (own) bounds = unite(bounds, { ...own, x: own.x + x, y: own.y + y });
  }
  return bounds;
}

/** Whether one rectangle lies in another. */
export function contains(outer: Rect, inner: Rect): boolean {
  return (
    inner.x >= outer.x &&
    inner.y >= outer.y &&
    inner.x + inner.width <= outer.x + outer.width &&
    inner.y + inner.height <= outer.y + outer.height
  );
}

/** Around the bytes that are not 0, of every `step`th byte from `offset` on; null if none. */
export function bytesBounds(
  data: Uint8ClampedArray,
  width: number,
  height: number,
  stride = width,
  step = 1,
  offset = 0,
): Rect | null {
  let left = width;
  let right = -1;
  let top = -1;
  let bottom = -1;
  for (let y = 0; y < height; y++) {
    const row = y * stride * step + offset;
    let x = 0;
    while (x < width && data[row + x * step] === 0) x++;
    if (x === width) continue;
    let last = width - 1;
    while (data[row + last * step] === 0) last--;
    if (top < 0) top = y;
    bottom = y;
    left = Math.min(left, x);
    right = Math.max(right, last);
  }
  return top < 0 ? null : { x: left, y: top, width: right - left + 1, height: bottom - top + 1 };
}
