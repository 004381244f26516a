/** Making masks row by row, so that large even parts cost next to nothing. */
import { TILE } from '../types.js';
import type { Mask, MaskTile, Rect } from '../types.js';
import { MASK_TILE_BYTES, newMaskTile, tileKey, tilesIn } from '../pixels/tiles.js';

const solid = new Map<number, MaskTile>();

/** The one tile that is this value all over; it may stand in many places and masks. */
export function solidMaskTile(value: 0 | 255): MaskTile {
  const known = solid.get(value);
  if (known !== undefined) return known;
  const tile = newMaskTile(new Uint8ClampedArray(MASK_TILE_BYTES).fill(value));
  solid.set(value, tile);
  return tile;
}

/** The value that all bytes of a tile have, undefined where they differ. */
export function evenValue(data: Uint8ClampedArray): number | undefined {
  const first = data[0] ?? 0;
  for (let i = 1; i < 4; i++) if (data[i] !== first) return undefined;
  // Four at a time; a view needs its bytes to begin where a word may.
  const bytes = data.byteOffset % 4 === 0 ? data : data.slice();
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2);
  const word = first * 0x01010101;
  for (let i = 0; i < words.length; i++) if (words[i] !== word) return undefined;
  return first;
}

/** Writes the values of row `y` to `row`, from pixel `left` on; what it leaves is 0. */
export type RowMaker = (y: number, row: Uint8ClampedArray, left: number) => void;

/**
 * A mask of what `make` writes within bounds, 0 elsewhere.
 * @param bounds in pixels; taken to whole pixels outwards
 */
export function maskFromRows(width: number, height: number, bounds: Rect, make: RowMaker): Mask {
  const size = { width, height };
  const tiles = new Map<number, MaskTile>();
  const { left, top, right, bottom } = wholeWithin(size, bounds);
  if (left >= right || top >= bottom) return { ...size, outside: 0, tiles };
  const span = tilesIn(size, { x: left, y: top, width: right - left, height: bottom - top });
  const start = span.fromColumn * TILE;
  const stride = (span.toColumn - span.fromColumn) * TILE;
  const band = new Uint8ClampedArray(stride * TILE);
  for (let row = span.fromRow; row < span.toRow; row++) {
    band.fill(0);
    const from = Math.max(top, row * TILE);
    for (let y = from; y < Math.min(bottom, (row + 1) * TILE); y++) {
      const begin = (y - row * TILE) * stride - start;
      make(y, band.subarray(begin + left, begin + right), left);
    }
    for (let column = span.fromColumn; column < span.toColumn; column++) {
      const tile = tileOfBand(band, stride, column * TILE - start);
      if (tile !== undefined) tiles.set(tileKey(size, column, row), tile);
    }
  }
  return { ...size, outside: 0, tiles };
}

function wholeWithin(size: { width: number; height: number }, { x, y, width, height }: Rect) {
  return {
    left: Math.max(0, Math.floor(x)),
    top: Math.max(0, Math.floor(y)),
    right: Math.min(size.width, Math.ceil(x + width)),
    bottom: Math.min(size.height, Math.ceil(y + height)),
  };
}

/** A tile of a row of tiles; undefined if it is 0 all over. */
function tileOfBand(band: Uint8ClampedArray, stride: number, left: number): MaskTile | undefined {
  const lines = Array.from({ length: TILE }, (_, y) =>
    band.subarray(y * stride + left, y * stride + left + TILE),
  );
  const first = band[left] ?? 0;
  if ((first === 0 || first === 255) && lines.every((line) => evenValue(line) === first)) {
    return first === 0 ? undefined : solidMaskTile(255);
  }
  const data = new Uint8ClampedArray(MASK_TILE_BYTES);
  lines.forEach((line, y) => {
    data.set(line, y * TILE);
  });
  return newMaskTile(data);
}
