import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { IDENTITY, rotation, translation } from '../../../../../renderer/document/pixels/matrix.js';
import { emptyRaster, evenMask, pixelsOf } from '../../../../../renderer/document/pixels/tiles.js';
import {
  clearSelection,
  fillSelection,
} from '../../../../../renderer/document/paint/fill-selection.js';
import { rectangleMask } from '../../../../../renderer/document/selection/shapes.js';
import {
  even,
  findPixel,
  HEIGHT,
  masks,
  motley,
  pixelAt,
  samePixel,
  valuesOf,
  WIDTH,
} from './scenes.js';

const red = { colour: '#ff0000', opacity: 1, lockAlpha: false };
const target = { raster: motley(), transform: IDENTITY };
const before = pixelsOf(target.raster);

describe('filling a selection', () => {
  test('fills what is selected and leaves every other byte', () => {
    fc.assert(
      fc.property(masks, fc.constantFrom(0, 0.4, 1), (selection, opacity) => {
        const after = pixelsOf(fillSelection(target, selection, { ...red, opacity }));
        const selected = valuesOf(selection);
        const wrong = findPixel((i) => {
          const value = selected[i / 4] ?? 0;
          if (value === 0 || opacity === 0) return !samePixel(after, before, i);
          if (value < 255 || opacity < 1) return (after[i + 3] ?? 0) < (before[i + 3] ?? 0);
          return !(after[i] === 255 && after[i + 1] === 0 && after[i + 3] === 255);
        });
        expect(wrong).toBeUndefined();
      }),
      { numRuns: 25 },
    );
  });

  test('without a selection fills all of the raster, whole tiles with one and the same', () => {
    const large = { raster: emptyRaster(1024, 600), transform: IDENTITY };
    const result = fillSelection(large, null, red);
    expect(pixelAt(result, 1023, 599)).toEqual([255, 0, 0, 255]);
    expect(new Set([...result.tiles.values()].map((tile) => tile.id)).size).toBe(5);
    expect(pixelsOf(result, { x: 1024, y: 0, width: 1, height: 1 })[3]).toBe(0);
  });

  test('keeps alpha where it is locked', () => {
    const after = pixelsOf(fillSelection(target, null, { ...red, lockAlpha: true }));
    for (let i = 0; i < after.length; i += 4) {
      if (after[i + 3] !== before[i + 3]) expect.fail(`alpha of pixel ${i / 4} changed`);
      if (after[i + 3] !== 0 && after[i] !== 255) expect.fail(`pixel ${i / 4} is not filled`);
    }
  });

  test('beyond the document nothing is selected', () => {
    const moved = { raster: even([0, 0, 0, 255]), transform: translation(-100, 0) };
    const result = fillSelection(moved, evenMask(WIDTH, HEIGHT, 255), red);
    expect(pixelAt(result, 99, 50)).toEqual([0, 0, 0, 255]);
    expect(pixelAt(result, 100, 50)).toEqual([255, 0, 0, 255]);
  });

  test('of everything on a turned layer is full up to the edge of the document', () => {
    const turned = { raster: even([0, 0, 0, 255]), transform: rotation(0.3, { x: 150, y: 140 }) };
    const reds = pixelsOf(fillSelection(turned, evenMask(WIDTH, HEIGHT, 255), red)).filter(
      (_, i) => i % 4 === 0,
    );
    expect(new Set(reds)).toEqual(new Set([0, 255]));
  });

  test('refuses what is no colour', () => {
    expect(() => fillSelection(target, null, { ...red, colour: 'red' })).toThrow(RangeError);
  });
});

describe('clearing a selection', () => {
  test('makes it transparent and leaves every other byte', () => {
    const nothing = new Uint8Array(before.length);
    fc.assert(
      fc.property(masks, (selection) => {
        const after = pixelsOf(clearSelection(target, selection));
        const selected = valuesOf(selection);
        const wrong = findPixel((i) => {
          const value = selected[i / 4] ?? 0;
          if (value === 0) return !samePixel(after, before, i);
          return value === 255 && !samePixel(after, nothing, i);
        });
        expect(wrong).toBeUndefined();
      }),
      { numRuns: 25 },
    );
  });

  test('of everything leaves no tile, and of a part shares the rest', () => {
    expect(clearSelection(target, null).tiles.size).toBe(0);
    const corner = rectangleMask(WIDTH, HEIGHT, { x: 0, y: 0, width: 20, height: 20 });
    const result = clearSelection(target, corner);
    for (const [key, tile] of target.raster.tiles) {
      expect(result.tiles.get(key) === tile).toBe(key !== 0);
    }
  });
});
