import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import {
  ellipseMask,
  polygonMask,
  rectangleMask,
} from '../../../../../renderer/document/selection/shapes.js';
import { firstDifference, maskAt, valuesOf } from '../paint/scenes.js';

const area = (values: Uint8Array): number => values.reduce((sum, v) => sum + v / 255, 0);

describe('a rectangle', () => {
  test('on whole pixels is exact', () => {
    const mask = rectangleMask(600, 520, { x: 10, y: 20, width: 500, height: 480 });
    expect(maskAt(mask, 10, 20)).toBe(255);
    expect(maskAt(mask, 509, 499)).toBe(255);
    expect(maskAt(mask, 9, 20)).toBe(0);
    expect(maskAt(mask, 510, 499)).toBe(0);
    expect(area(valuesOf(mask))).toBe(500 * 480);
  });

  test('between pixels covers them in part, drawn in any direction', () => {
    const mask = rectangleMask(20, 20, { x: 10.5, y: 10, width: -5, height: -4.25 });
    expect(maskAt(mask, 5, 8)).toBe(128);
    expect(maskAt(mask, 10, 8)).toBe(128);
    expect(maskAt(mask, 7, 5)).toBe(64);
    expect(maskAt(mask, 7, 6)).toBe(255);
  });

  test('is cut off by the document, and nothing when it lies beyond', () => {
    const all = rectangleMask(600, 300, { x: -50, y: -50, width: 900, height: 900 });
    expect(area(valuesOf(all))).toBe(600 * 300);
    expect(rectangleMask(600, 300, { x: 700, y: 0, width: 50, height: 50 }).tiles.size).toBe(0);
  });

  test('shares one tile for all that is selected whole', () => {
    const mask = rectangleMask(1024, 1024, { x: 0, y: 0, width: 1024, height: 1024 });
    expect(new Set(mask.tiles.values()).size).toBe(1);
  });
});

describe('an ellipse', () => {
  test('has the area of one', () => {
    const mask = ellipseMask(600, 400, { x: 50.3, y: 20.8, width: 500, height: 333.3 });
    expect(area(valuesOf(mask)) / ((Math.PI / 4) * 500 * 333.3)).toBeCloseTo(1, 4);
    expect(maskAt(mask, 300, 187)).toBe(255);
    expect(maskAt(mask, 60, 30)).toBe(0);
  });

  test('without height is nothing', () => {
    expect(ellipseMask(100, 100, { x: 5, y: 5, width: 50, height: 0 }).tiles.size).toBe(0);
  });
});

describe('a polygon', () => {
  test('of a rectangle is that rectangle, in either direction', () => {
    const side = fc.integer({ min: -20, max: 320 });
    fc.assert(
      fc.property(side, side, side, side, fc.boolean(), (left, top, right, bottom, back) => {
        const corners = [
          { x: left, y: top },
          { x: right, y: top },
          { x: right, y: bottom },
          { x: left, y: bottom },
        ];
        const mask = polygonMask(300, 280, back ? corners.reverse() : corners);
        const rect = { x: left, y: top, width: right - left, height: bottom - top };
        expect(firstDifference(valuesOf(mask), valuesOf(rectangleMask(300, 280, rect)))).toBe(-1);
      }),
      { numRuns: 20 },
    );
  });

  test('of a triangle covers its area, half of the pixels on its slope', () => {
    const mask = polygonMask(50, 50, [
      { x: 0, y: 0 },
      { x: 40, y: 40 },
      { x: 0, y: 40 },
    ]);
    expect(area(valuesOf(mask))).toBeCloseTo(800, 0);
    expect(Math.abs(maskAt(mask, 20, 20) - 127.5)).toBeLessThan(1);
  });

  test('that crosses itself is empty where it lies twice', () => {
    const twice = [
      { x: 10, y: 10 },
      { x: 90, y: 10 },
      { x: 90, y: 90 },
      { x: 10, y: 90 },
    ];
    expect(polygonMask(100, 100, [...twice, ...twice]).tiles.size).toBe(0);
    const bow = polygonMask(100, 100, [
      { x: 0, y: 0 },
      { x: 100, y: 100 },
      { x: 100, y: 0 },
      { x: 0, y: 100 },
    ]);
    expect(maskAt(bow, 10, 50)).toBe(255);
    expect(maskAt(bow, 50, 10)).toBe(0);
  });

  test('of fewer than three points is nothing', () => {
    expect(polygonMask(100, 100, []).tiles.size).toBe(0);
    expect(
      polygonMask(100, 100, [
        { x: 3, y: 3 },
        { x: 90, y: 80 },
      ]).tiles.size,
    ).toBe(0);
  });
});
