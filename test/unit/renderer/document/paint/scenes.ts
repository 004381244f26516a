/** Rasters, masks and strokes for the tests of painting and selecting; larger than one tile. */
import fc from 'fast-check';

import {
  emptyRaster,
  pixelsOf,
  putRows,
  RasterEditor,
  tileKey,
} from '../../../../../renderer/document/pixels/tiles.js';
import type { BrushSettings, StrokePoint } from '../../../../../renderer/document/paint/brush.js';
import { combine } from '../../../../../renderer/document/selection/combine.js';
import { indexInTile } from '../../../../../renderer/document/selection/tile-reader.js';
import {
  ellipseMask,
  polygonMask,
  rectangleMask,
} from '../../../../../renderer/document/selection/shapes.js';
import { TILE } from '../../../../../renderer/document/types.js';
import type { Mask, Raster, Rect } from '../../../../../renderer/document/types.js';

export const WIDTH = 300;
export const HEIGHT = 280;

/** A raster of raw RGBA. */
export function rasterOf(data: Uint8ClampedArray, width = WIDTH, height = HEIGHT): Raster {
  const editor = new RasterEditor(emptyRaster(width, height));
  for (let top = 0; top < height; top += TILE) putRows(editor, data, top);
  return editor.finish();
}

/** Of every colour and alpha, with nothing in its upper right tile. */
export function motley(width = WIDTH, height = HEIGHT): Raster {
  const data = new Uint8ClampedArray(width * height * 4);
  for (let i = 0; i < data.length; i += 4) {
    const x = (i / 4) % width;
    const y = Math.floor(i / 4 / width);
    if (x >= TILE && y < TILE) continue;
    data.set([x * 7, y * 5, x + y, (x * 3 + y * 11) % 300], i);
  }
  return rasterOf(data, width, height);
}

export function even(colour: readonly number[], width = WIDTH, height = HEIGHT): Raster {
  const data = new Uint8ClampedArray(width * height * 4);
  for (let i = 0; i < data.length; i += 4) data.set(colour, i);
  return rasterOf(data, width, height);
}

export function pixelAt(raster: Raster, x: number, y: number): number[] {
  return [...pixelsOf(raster, { x, y, width: 1, height: 1 })];
}

/** 0 beyond bounds. */
export function maskAt(mask: Mask, x: number, y: number): number {
  if (x < 0 || y < 0 || x >= mask.width || y >= mask.height) return 0;
  const tile = mask.tiles.get(tileKey(mask, Math.floor(x / TILE), Math.floor(y / TILE)));
  return tile ? (tile.data[indexInTile(x, y)] ?? 0) : mask.outside;
}

/** Row by row. */
export function valuesOf(mask: Mask): Uint8Array {
  const { width, height } = mask;
  const values = new Uint8Array(width * height).fill(mask.outside);
  const columns = Math.ceil(width / TILE);
  for (const [key, { data }] of mask.tiles) {
    const left = (key % columns) * TILE;
    const top = Math.floor(key / columns) * TILE;
    for (let y = top; y < Math.min(height, top + TILE); y++) {
      const row = data.subarray((y - top) * TILE, (y - top) * TILE + Math.min(TILE, width - left));
      values.set(row, y * width + left);
    }
  }
  return values;
}

/** The first pixel that `wrong` says so of, undefined if there is none. */
export function findPixel(
  wrong: (i: number, x: number, y: number) => boolean,
): { x: number; y: number } | undefined {
  for (let y = 0; y < HEIGHT; y++) {
    for (let x = 0; x < WIDTH; x++) if (wrong((y * WIDTH + x) * 4, x, y)) return { x, y };
  }
  return undefined;
}

/** Whether the four bytes from `i` on are the same. */
export function samePixel(one: ArrayLike<number>, other: ArrayLike<number>, i: number): boolean {
  for (let k = i; k < i + 4; k++) if (one[k] !== other[k]) return false;
  return true;
}

/** Index of the first byte that differs, -1 if none does; far faster than a deep comparison. */
export function firstDifference(one: ArrayLike<number>, other: ArrayLike<number>): number {
  for (let i = 0; i < Math.max(one.length, other.length); i++) if (one[i] !== other[i]) return i;
  return -1;
}

/** A mask of rows of characters: `#` is selected. */
export function drawn(rows: readonly string[]): Mask {
  const width = rows[0]?.length ?? 0;
  let mask = rectangleMask(width, rows.length, { x: 0, y: 0, width: 0, height: 0 });
  rows.forEach((row, y) => {
    Array.from(row).forEach((character, x) => {
      if (character !== '#') return;
      const pixel = rectangleMask(width, rows.length, { x, y, width: 1, height: 1 });
      mask = combine(mask, pixel, 'add');
    });
  });
  return mask;
}

const coordinate = fc.double({ min: -40, max: 340, noNaN: true });

const rects: fc.Arbitrary<Rect> = fc.record({
  x: coordinate,
  y: coordinate,
  width: fc.double({ min: 0, max: 250, noNaN: true }),
  height: fc.double({ min: 0, max: 250, noNaN: true }),
});

/** Shapes of all kinds, some turned inside out. */
export const masks: fc.Arbitrary<Mask> = fc
  .tuple(
    fc.oneof(
      rects.map((rect) => rectangleMask(WIDTH, HEIGHT, rect)),
      rects.map((rect) => ellipseMask(WIDTH, HEIGHT, rect)),
      fc
        .array(fc.record({ x: coordinate, y: coordinate }), { minLength: 3, maxLength: 6 })
        .map((points) => polygonMask(WIDTH, HEIGHT, points)),
    ),
    fc.boolean(),
  )
  .map(([mask, inverted]) => (inverted ? combine(null, mask, 'subtract') : mask));

export const brush: BrushSettings = {
  size: 30,
  hardness: 0.6,
  opacity: 0.7,
  flow: 1,
  spacing: 0.1,
  pressure: { size: false, opacity: false },
};

export const brushes: fc.Arbitrary<BrushSettings> = fc.record({
  size: fc.double({ min: 0.5, max: 60, noNaN: true }),
  hardness: fc.double({ min: 0, max: 1, noNaN: true }),
  opacity: fc.double({ min: 0.1, max: 1, noNaN: true }),
  flow: fc.constantFrom(0.1, 0.5, 1),
  spacing: fc.constantFrom(0.05, 0.1, 0.25, 1.5),
  pressure: fc.record({ size: fc.boolean(), opacity: fc.boolean() }),
});

/** What a hand does: steps from one point to the next, some of them none. */
export const paths: fc.Arbitrary<StrokePoint[]> = fc
  .array(
    fc.record({
      x: fc.oneof(fc.constant(0), fc.double({ min: -60, max: 60, noNaN: true })),
      y: fc.oneof(fc.constant(0), fc.double({ min: -60, max: 60, noNaN: true })),
      pressure: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
    { minLength: 1, maxLength: 12 },
  )
  .map((steps) => {
    const at = { x: 240, y: 200 };
    return steps.map(({ x, y, pressure }) => {
      at.x += x;
      at.y += y;
      return { ...at, pressure };
    });
  });

export const press = (x: number, y: number, pressure = 1): StrokePoint => ({ x, y, pressure });
