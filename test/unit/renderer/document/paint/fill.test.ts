import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { IDENTITY, translation } from '../../../../../renderer/document/pixels/matrix.js';
import { pixelsOf } from '../../../../../renderer/document/pixels/tiles.js';
import {
  fillSelection,
  type FillSettings,
} from '../../../../../renderer/document/paint/fill-selection.js';
import type { Placed } from '../../../../../renderer/document/paint/blend.js';
import { magicWand, type WandSettings } from '../../../../../renderer/document/selection/wand.js';
import type { Picture } from '../../../../../renderer/document/selection/region.js';
import type { Mask, Point } from '../../../../../renderer/document/types.js';
import { rectangleMask } from '../../../../../renderer/document/selection/shapes.js';
import {
  firstDifference,
  even,
  HEIGHT,
  maskAt,
  masks,
  pixelAt,
  WIDTH,
  rasterOf,
} from './scenes.js';

const settings = {
  colour: '#00ff00',
  opacity: 1,
  lockAlpha: false,
  tolerance: 20,
  contiguous: true,
  antialias: true,
};

/** What the bucket does: it fills what the wand finds within the selection. */
const floodFill = (
  target: Placed,
  selection: Mask | null,
  picture: Picture,
  at: Point,
  chosen: FillSettings & WandSettings,
) => fillSelection(target, magicWand(picture, at, chosen, selection), chosen);

/** White, with black where `black` says so. */
function sketch(black: (x: number, y: number) => boolean, width = WIDTH, height = HEIGHT) {
  const data = new Uint8ClampedArray(width * height * 4).fill(255);
  for (let i = 0; i < width * height; i++) {
    if (black(i % width, Math.floor(i / width))) data.set([0, 0, 0], i * 4);
  }
  return { width, height, data };
}

const placed = (picture: ReturnType<typeof sketch>) => ({
  raster: rasterOf(picture.data, picture.width, picture.height),
  transform: IDENTITY,
});

describe('the paint bucket', () => {
  test('does not leak from a closed ring, however thin', () => {
    const ring = sketch((x, y) => Math.abs(Math.hypot(x - 150, y - 140) - 100) < 0.75);
    const result = floodFill(placed(ring), null, ring, { x: 150, y: 140 }, settings);
    const after = pixelsOf(result);
    const inside = new Set<string>();
    const outside = new Set<string>();
    for (let i = 0; i < WIDTH * HEIGHT; i++) {
      const far = Math.hypot((i % WIDTH) - 150, Math.floor(i / WIDTH) - 140);
      const rgba = after.subarray(i * 4, i * 4 + 4).join();
      if (far < 98) inside.add(rgba);
      if (far > 102) outside.add(rgba);
    }
    expect([...inside]).toEqual(['0,255,0,255']);
    expect([...outside]).toEqual(['255,255,255,255']);
  });

  test('does not pass between pixels that touch by a corner', () => {
    const line = sketch((x, y) => x === y, 40, 40);
    const result = floodFill(placed(line), null, line, { x: 0, y: 20 }, settings);
    for (let y = 0; y < 40; y++) {
      for (let x = y + 1; x < 40; x++) expect(pixelAt(result, x, y)).toEqual([255, 255, 255, 255]);
    }
    expect(pixelAt(result, 0, 39)).toEqual([0, 255, 0, 255]);
  });

  test('fills through a winding passage', () => {
    const maze = sketch((x, y) => y % 4 === 3 && (y % 8 === 3 ? x < 299 : x > 0));
    const result = floodFill(placed(maze), null, maze, { x: 0, y: 0 }, settings);
    expect(pixelAt(result, 150, 278)).toEqual([0, 255, 0, 255]);
  });

  test('fills everywhere when it need not hang together', () => {
    const bars = sketch((x) => x % 50 < 5);
    const everywhere = { ...settings, contiguous: false };
    const result = floodFill(placed(bars), null, bars, { x: 20, y: 20 }, everywhere);
    expect(pixelAt(result, 120, 200)).toEqual([0, 255, 0, 255]);
    expect(pixelAt(result, 102, 200)).toEqual([0, 0, 0, 255]);
  });

  test('takes the selection for a wall', () => {
    const white = sketch(() => false);
    const gap = rectangleMask(WIDTH, HEIGHT, { x: 0, y: 0, width: 60, height: HEIGHT });
    const result = floodFill(placed(white), gap, white, { x: 5, y: 5 }, settings);
    expect(pixelAt(result, 59, 100)).toEqual([0, 255, 0, 255]);
    expect(pixelAt(result, 60, 100)).toEqual([255, 255, 255, 255]);
    const missed = floodFill(placed(white), gap, white, { x: 100, y: 5 }, settings);
    expect(firstDifference(pixelsOf(missed), white.data)).toBe(-1);
  });

  test('lands in place on a moved layer', () => {
    const square = sketch((x, y) => x < 50 || y < 50);
    const target = { raster: even([0, 0, 0, 0], 100, 100), transform: translation(40, 40) };
    const result = floodFill(target, null, square, { x: 200, y: 200 }, settings);
    expect(pixelAt(result, 9, 10)[3]).toBe(0);
    expect(pixelAt(result, 10, 10)).toEqual([0, 255, 0, 255]);
  });

  test('fills what the wand selects, and changes nothing else', () => {
    const blot = sketch((x, y) => Math.sin(x / 9) + Math.cos(y / 7) > 0.4);
    const points = fc.record({
      x: fc.integer({ min: 0, max: 299 }),
      y: fc.integer({ min: 0, max: 279 }),
    });
    fc.assert(
      fc.property(
        points,
        masks,
        fc.boolean(),
        fc.boolean(),
        (at, selection, contiguous, antialias) => {
          const chosen = { ...settings, contiguous, antialias };
          const after = pixelsOf(floodFill(placed(blot), selection, blot, at, chosen));
          const wand = magicWand(blot, at, chosen, selection);
          for (let i = 0; i < WIDTH * HEIGHT; i++) {
            const selected = maskAt(wand, i % WIDTH, Math.floor(i / WIDTH)) / 255;
            const red = blot.data[i * 4] ?? 0;
            if (Math.abs((after[i * 4] ?? 0) - red * (1 - selected)) > 0.501)
              expect.fail(`pixel ${i}`);
          }
        },
      ),
      { numRuns: 25 },
    );
  });
});
