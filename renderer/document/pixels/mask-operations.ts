/** Making, reading and combining masks, tile by tile: only tiles that matter are looked at. */
import { TILE } from '../types.js';
import type { Mask, MaskTile, Rect } from '../types.js';
import { bytesBounds, intersect, unite as uniteRects } from './bounds.js';
import { columnsOf, evenMask, MASK_TILE_BYTES, newMaskTile, rowsOf } from './tiles.js';
import { tileKey, tilesIn } from './tiles.js';

/** A mask of one byte a pixel, rows from the top. */
export function maskFromBytes(bytes: Uint8ClampedArray, width: number, height: number): Mask {
  const mask = evenMask(width, height, 0);
  return withTiles(mask, (column, row) => {
    const data = new Uint8ClampedArray(MASK_TILE_BYTES);
    const { right, bottom } = insideOf(mask, column, row);
    for (let y = 0; y < bottom; y++) {
      const from = (row * TILE + y) * width + column * TILE;
      data.set(bytes.subarray(from, from + right), y * TILE);
    }
    return data;
  });
}

/** All bytes of a mask, or of a part of it; `outside` beyond its bounds. */
export function maskBytes(
  mask: Mask,
  rect: Rect = { x: 0, y: 0, width: mask.width, height: mask.height },
): Uint8ClampedArray {
  const out = new Uint8ClampedArray(rect.width * rect.height);
  if (mask.outside === 255) out.fill(255);
  const { fromColumn, toColumn, fromRow, toRow } = tilesIn(mask, rect);
  for (let row = fromRow; row < toRow; row++) {
    for (let column = fromColumn; column < toColumn; column++) {
      const tile = mask.tiles.get(tileKey(mask, column, row));
      if (tile) copyTile(tile, mask, column, row, rect, out);
    }
  }
  return out;
}

function copyTile(
  { data }: MaskTile,
  mask: Mask,
  column: number,
  row: number,
  rect: Rect,
  out: Uint8ClampedArray,
): void {
  const { right, bottom } = insideOf(mask, column, row);
  const tile = { x: column * TILE, y: row * TILE, width: right, height: bottom };
  const shared = intersect(tile, rect);
  if (shared === null) return;
  for (let y = shared.y; y < shared.y + shared.height; y++) {
    const from = (y - tile.y) * TILE + shared.x - tile.x;
    out.set(
      data.subarray(from, from + shared.width),
      (y - rect.y) * rect.width + shared.x - rect.x,
    );
  }
}

/** A mask that is 255 in a rectangle; pixels that lie partly in it are so in part. */
export function maskFromRect(width: number, height: number, rect: Rect): Mask {
  const mask = evenMask(width, height, 0);
  const across = coverageOf(rect.x, rect.width, width);
  const down = coverageOf(rect.y, rect.height, height);
  const touched = tilesIn(mask, rect);
  return withTiles(mask, (column, row) => {
    const { fromColumn, toColumn, fromRow, toRow } = touched;
    if (column < fromColumn || column >= toColumn || row < fromRow || row >= toRow) return null;
    const data = new Uint8ClampedArray(MASK_TILE_BYTES);
    const { right, bottom } = insideOf(mask, column, row);
    for (let y = 0; y < bottom; y++) {
      const part = 255 * (down[row * TILE + y] ?? 0);
      if (part === 0) continue;
      for (let x = 0; x < right; x++) data[y * TILE + x] = part * (across[column * TILE + x] ?? 0);
    }
    return data;
  });
}

/** How much of each pixel of a line lies in a part of it. */
function coverageOf(start: number, length: number, count: number): Float64Array {
  return Float64Array.from({ length: count }, (_, i) =>
    Math.max(0, Math.min(i + 1, start + length) - Math.max(i, start)),
  );
}

/** Around all that is not 0; null if everything is. */
export function maskBounds(mask: Mask): Rect | null {
  let bounds: Rect | null = null;
  for (let row = 0; row < rowsOf(mask); row++) {
    for (let column = 0; column < columnsOf(mask); column++) {
      const { right, bottom } = insideOf(mask, column, row);
      const tile = mask.tiles.get(tileKey(mask, column, row));
      const none = mask.outside === 255 ? { x: 0, y: 0, width: right, height: bottom } : null;
      const own = tile ? bytesBounds(tile.data, right, bottom, TILE) : none;
      if (own) {
        bounds = uniteRects(bounds, { ...own, x: own.x + column * TILE, y: own.y + row * TILE });
      }
    }
  }
  return bounds;
}

/** Whether a mask is 0 everywhere. */
export function isEmptyMask(mask: Mask): boolean {
  return maskBounds(mask) === null;
}

/** What was inside is outside, and the other way round. */
export function invertMask(mask: Mask): Mask {
  const tiles = new Map<number, MaskTile>();
  for (const [key, { data }] of mask.tiles) {
    const inverse = data.slice();
    // Four at a time: what 255 lacks of a byte are the bits that it does not have.
    const words = new Uint32Array(inverse.buffer);
    for (let i = 0; i < words.length; i++) words[i] = ~(words[i] ?? 0);
    tiles.set(key, newMaskTile(inverse));
  }
  return { ...mask, outside: mask.outside === 0 ? 255 : 0, tiles };
}

/** What is in one of them: the greater value. */
export function uniteMasks(a: Mask, b: Mask): Mask {
  return combine(a, b, Math.max);
}

/** What is in `a` but not in `b`. */
export function subtractMask(a: Mask, b: Mask): Mask {
  return combine(a, b, (v, w) => Math.min(v, 255 - w));
}

/** What is in both: the smaller value. */
export function intersectMasks(a: Mask, b: Mask): Mask {
  return combine(a, b, Math.min);
}

type Mix = (a: number, b: number) => number;

/** @throws RangeError if the masks' sizes differ */
function combine(a: Mask, b: Mask, mix: Mix): Mask {
  if (a.width !== b.width || a.height !== b.height) {
    throw new RangeError('Masks of different sizes cannot be combined: make both of one size.');
  }
  const outside = mix(a.outside, b.outside) === 255 ? 255 : 0;
  const mask = evenMask(a.width, a.height, outside);
  const results = new Map<number, MaskTile>();
  for (const key of new Set([...a.tiles.keys(), ...b.tiles.keys()])) {
    const [tileA, tileB] = [a.tiles.get(key), b.tiles.get(key)];
    const kept = keptTile(tileA, a.outside, tileB, b.outside, mix);
    if (kept === 'outside') continue;
    const tile = kept ?? mixTiles(tileA, a.outside, tileB, b.outside, mix);
    if (!tile.data.every((value) => value === outside)) results.set(key, tile);
  }
  return { ...mask, tiles: results };
}

/** Where one mask is even, mixing may keep the other's tile, or give what is outside; else null. */
function keptTile(
  a: MaskTile | undefined,
  outsideA: number,
  b: MaskTile | undefined,
  outsideB: number,
  mix: Mix,
): MaskTile | 'outside' | null {
  const tile = a ?? b;
  if (!tile || (a && b)) return null;
  const through = (value: number): number => (a ? mix(value, outsideB) : mix(outsideA, value));
  const [low, high] = [through(0), through(255)];
  if (low === high) return low === mix(outsideA, outsideB) ? 'outside' : null;
  return low === 0 ? tile : null;
}

function mixTiles(
  a: MaskTile | undefined,
  outsideA: number,
  b: MaskTile | undefined,
  outsideB: number,
  mix: Mix,
): MaskTile {
  const data = new Uint8ClampedArray(MASK_TILE_BYTES);
  for (let i = 0; i < data.length; i++) {
    data[i] = mix(a?.data[i] ?? outsideA, b?.data[i] ?? outsideB);
  }
  return newMaskTile(data);
}

/** How much of a tile lies inside. */
function insideOf(of: Mask, column: number, row: number): { right: number; bottom: number } {
  return {
    right: Math.min(TILE, of.width - column * TILE),
    bottom: Math.min(TILE, of.height - row * TILE),
  };
}

/** A mask with tiles for those places where bytes are given that are not all `outside`. */
function withTiles(
  mask: Mask,
  bytesFor: (column: number, row: number) => Uint8ClampedArray | null,
): Mask {
  const tiles = new Map<number, MaskTile>();
  for (let row = 0; row < rowsOf(mask); row++) {
    for (let column = 0; column < columnsOf(mask); column++) {
      const data = bytesFor(column, row);
      if (!data || data.every((value) => value === mask.outside)) continue;
      tiles.set(tileKey(mask, column, row), newMaskTile(data));
    }
  }
  return { ...mask, tiles };
}
