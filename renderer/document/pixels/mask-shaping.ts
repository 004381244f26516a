/**
 * Softening, growing and shrinking masks: block by block, leaving out blocks around which nothing
 * changes. What happens beyond the document is what happens at its edge.
 */
import { TILE } from '../types.js';
import type { Mask, MaskTile, Rect } from '../types.js';
import { gaussianBlur, blurReach } from './blur.js';
import { grow, intersect } from './bounds.js';
import { discMaximum, distanceGrow, isSoft } from './mask-morphology.js';
import { invertMask, maskBytes, subtractMask } from './mask-operations.js';
import { columnsOf, MASK_TILE_BYTES, newMaskTile, rowsOf, tileKey, tilesIn } from './tiles.js';

/** Softens a mask's edge by a gaussian of this standard deviation, in pixels. */
export function feather(mask: Mask, radius: number): Mask {
  if (radius <= 0) return mask;
  return shape(mask, blurReach(radius), (bytes, { width, height }) => {
    const values = new Float32Array(bytes);
    gaussianBlur(values, width, height, 1, radius);
    return new Uint8ClampedArray(values);
  });
}

/** Moves a mask's edge outwards by `radius` pixels, round at corners. Soft edges stay soft. */
export function growMask(mask: Mask, radius: number): Mask {
  if (radius <= 0) return mask;
  const soft = isSoft(mask);
  return shape(mask, Math.ceil(radius) + 1, (bytes, { width, height }) =>
    soft ? discMaximum(bytes, width, height, radius) : distanceGrow(bytes, width, height, radius),
  );
}

/** Moves a mask's edge inwards; edges of the document do not move. */
export function shrinkMask(mask: Mask, radius: number): Mask {
  return radius <= 0 ? mask : invertMask(growMask(invertMask(mask), radius));
}

/** A band of `width` pixels along a mask's edge, half of it on either side. */
export function borderMask(mask: Mask, width: number): Mask {
  if (width <= 0) return mask;
  const outwards = Math.ceil(width / 2);
  return subtractMask(growMask(mask, outwards), shrinkMask(mask, width - outwards));
}

/** Rounds a mask's corners and fills its notches, by so many pixels; its edge stays sharp. */
export function smoothMask(mask: Mask, radius: number): Mask {
  if (radius <= 0) return mask;
  // A blurred straight edge rises so much slower than a sharp one does within a pixel.
  const slope = radius * Math.sqrt(2 * Math.PI);
  return shape(mask, blurReach(radius), (bytes, { width, height }) => {
    const values = new Float32Array(bytes);
    gaussianBlur(values, width, height, 1, radius);
    return Uint8ClampedArray.from(values, (value) => (value - 127.5) * slope + 127.5);
  });
}

/** Tiles of a block along its side, at least: what lies around blocks is worked on twice. */
const BLOCK = 4;

type Work = (bytes: Uint8ClampedArray, rect: Rect) => Uint8ClampedArray;

/** Works on all blocks that are not even as far as `reach` around them. */
function shape(mask: Mask, reach: number, work: Work): Mask {
  const tiles = new Map<number, MaskTile>();
  const even = evenTiles(mask);
  const side = BLOCK * TILE;
  const all = { x: 0, y: 0, width: mask.width, height: mask.height };
  for (let y = 0; y < mask.height; y += side) {
    for (let x = 0; x < mask.width; x += side) {
      const block = intersect(all, { x, y, width: side, height: side });
      const uneven = block && unevenIn(mask, even, block, reach);
      if (!block) continue;
      if (!uneven) {
        copyTiles(mask, block, tiles);
        continue;
      }
      const rect = intersect(all, grow(uneven, reach)) ?? uneven;
      putTiles(mask, work(maskBytes(mask, rect), rect), rect, uneven, tiles);
      copyTiles(mask, block, tiles, uneven);
    }
  }
  return { ...mask, tiles };
}

/** The value of each tile that is the same all over. */
function evenTiles(mask: Mask): Map<number, number> {
  const even = new Map<number, number>();
  for (let row = 0; row < rowsOf(mask); row++) {
    for (let column = 0; column < columnsOf(mask); column++) {
      const key = tileKey(mask, column, row);
      const tile = mask.tiles.get(key);
      const value = tile ? evenValue(mask, tile, column, row) : mask.outside;
      if (value !== null) even.set(key, value);
    }
  }
  return even;
}

function evenValue(mask: Mask, { data }: MaskTile, column: number, row: number): number | null {
  const right = Math.min(TILE, mask.width - column * TILE);
  const bottom = Math.min(TILE, mask.height - row * TILE);
  const first = data[0] ?? 0;
  for (let y = 0; y < bottom; y++) {
    for (let x = 0; x < right; x++) if (data[y * TILE + x] !== first) return null;
  }
  return first;
}

/** Around the tiles of a block that are not even as far as `reach`; null if there are none. */
function unevenIn(
  mask: Mask,
  even: ReadonlyMap<number, number>,
  block: Rect,
  reach: number,
): Rect | null {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  const { fromColumn, toColumn, fromRow, toRow } = tilesIn(mask, block);
  for (let row = fromRow; row < toRow; row++) {
    for (let column = fromColumn; column < toColumn; column++) {
      if (isEvenAround(mask, even, column, row, reach)) continue;
      left = Math.min(left, column * TILE);
      top = Math.min(top, row * TILE);
      right = Math.max(right, Math.min(mask.width, (column + 1) * TILE));
      bottom = Math.max(bottom, Math.min(mask.height, (row + 1) * TILE));
    }
  }
  if (right < left) return null;
  return { x: left, y: top, width: right - left, height: bottom - top };
}

function isEvenAround(
  mask: Mask,
  even: ReadonlyMap<number, number>,
  column: number,
  row: number,
  reach: number,
): boolean {
  const value = even.get(tileKey(mask, column, row));
  if (value === undefined) return false;
  const tile = { x: column * TILE, y: row * TILE, width: TILE, height: TILE };
  const around = tilesIn(mask, grow(tile, reach));
  for (let y = around.fromRow; y < around.toRow; y++) {
    for (let x = around.fromColumn; x < around.toColumn; x++) {
      if (even.get(tileKey(mask, x, y)) !== value) return false;
    }
  }
  return true;
}

/** Takes over tiles of a block as they are, but for those in `except`. */
function copyTiles(
  mask: Mask,
  block: Rect,
  tiles: Map<number, MaskTile>,
  except: Rect | null = null,
): void {
  const { fromColumn, toColumn, fromRow, toRow } = tilesIn(mask, block);
  for (let row = fromRow; row < toRow; row++) {
    for (let column = fromColumn; column < toColumn; column++) {
      const place = { x: column * TILE, y: row * TILE, width: 1, height: 1 };
      if (except && intersect(place, except)) continue;
      const key = tileKey(mask, column, row);
      const tile = mask.tiles.get(key);
      if (tile) tiles.set(key, tile);
    }
  }
}

/** Cuts the tiles of `part`, which is made of whole tiles, out of the bytes of `rect`. */
function putTiles(
  mask: Mask,
  bytes: Uint8ClampedArray,
  rect: Rect,
  part: Rect,
  tiles: Map<number, MaskTile>,
): void {
  const { fromColumn, toColumn, fromRow, toRow } = tilesIn(mask, part);
  for (let row = fromRow; row < toRow; row++) {
    for (let column = fromColumn; column < toColumn; column++) {
      const data = new Uint8ClampedArray(MASK_TILE_BYTES).fill(mask.outside);
      const right = Math.min(TILE, mask.width - column * TILE);
      const bottom = Math.min(TILE, mask.height - row * TILE);
      for (let y = 0; y < bottom; y++) {
        const from = (row * TILE + y - rect.y) * rect.width + column * TILE - rect.x;
        data.set(bytes.subarray(from, from + right), y * TILE);
      }
      if (data.some((value) => value !== mask.outside)) {
        tiles.set(tileKey(mask, column, row), newMaskTile(data));
      }
    }
  }
}
