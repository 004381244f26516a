import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { evenMask } from '../../../../../renderer/document/pixels/tiles.js';
import { compactOutline, outlineOf } from '../../../../../renderer/document/selection/outline.js';
import { maskFromRows } from '../../../../../renderer/document/selection/mask-rows.js';
import { polygonMask, rectangleMask } from '../../../../../renderer/document/selection/shapes.js';
import type { Point } from '../../../../../renderer/document/types.js';
import { firstDifference, drawn, HEIGHT, masks, valuesOf, WIDTH } from '../paint/scenes.js';

/** Twice the area, positive clockwise on screen. */
const turn = (points: readonly Point[]): number =>
  points.reduce((sum, { x, y }, k) => {
    const next = points[(k + 1) % points.length] ?? { x: 0, y: 0 };
    return sum + x * next.y - next.x * y;
  }, 0);

describe('outlines', () => {
  test('a rectangle has its four corners, across tiles too', () => {
    const mask = rectangleMask(600, 500, { x: 10, y: 20, width: 480, height: 300 });
    expect(outlineOf(mask)).toEqual([
      [
        { x: 10, y: 20 },
        { x: 490, y: 20 },
        { x: 490, y: 320 },
        { x: 10, y: 320 },
      ],
    ]);
  });

  test('everything has the corners of the document, nothing has none', () => {
    const corners = [
      { x: 0, y: 0 },
      { x: WIDTH, y: 0 },
      { x: WIDTH, y: HEIGHT },
      { x: 0, y: HEIGHT },
    ];
    expect(outlineOf(evenMask(WIDTH, HEIGHT, 255))).toEqual([corners]);
    expect(outlineOf(evenMask(WIDTH, HEIGHT, 255), 7)).toEqual([corners]);
    expect(outlineOf(evenMask(WIDTH, HEIGHT, 0))).toEqual([]);
  });

  test('holes run the other way round', () => {
    const outlines = outlineOf(drawn(['#####', '#...#', '#.#.#', '#...#', '#####']));
    expect(outlines.map((points) => Math.sign(turn(points)))).toEqual([1, -1, 1]);
    expect(outlines.map((points) => points.length)).toEqual([4, 4, 4]);
  });

  test('pixels that touch by a corner are apart', () => {
    expect(outlineOf(drawn(['#.', '.#']))).toHaveLength(2);
    expect(outlineOf(drawn(['.#', '#.']))).toHaveLength(2);
  });

  test('turn at every point, and hold what is selected at 128', () => {
    fc.assert(
      fc.property(masks, (mask) => {
        const outlines = outlineOf(mask);
        for (const points of outlines) {
          const levels = points.map(({ x, y }, k) => {
            const next = points[(k + 1) % points.length] ?? { x, y };
            if ((x === next.x) === (y === next.y)) expect.fail(`slant at ${x}, ${y}`);
            return y === next.y;
          });
          expect(levels.every((level, k) => level !== levels[(k + 1) % levels.length])).toBe(true);
        }
        const selected = valuesOf(mask).filter((value) => value >= 128).length;
        expect(outlines.reduce((sum, points) => sum + turn(points), 0) / 2).toBe(selected);
      }),
      { numRuns: 40 },
    );
  });

  test('come back as the same selection', () => {
    fc.assert(
      fc.property(masks, (mask) => {
        // Even-odd holds for all outlines as one path: out to each and back, along a line twice.
        const path = outlineOf(mask).flatMap((points) => [
          ...points,
          ...points.slice(0, 1),
          { x: 0, y: 0 },
        ]);
        const expected = valuesOf(mask).map((value) => (value >= 128 ? 255 : 0));
        expect(
          firstDifference(
            valuesOf(polygonMask(WIDTH, HEIGHT, [{ x: 0, y: 0 }, ...path])),
            expected,
          ),
        ).toBe(-1);
      }),
      { numRuns: 25 },
    );
  });

  test('in blocks have fewer points and miss nothing', () => {
    const dots = rectangleMask(WIDTH, HEIGHT, { x: 101, y: 57, width: 1, height: 1 });
    expect(outlineOf(dots, 4)).toEqual([
      [
        { x: 100, y: 56 },
        { x: 104, y: 56 },
        { x: 104, y: 60 },
        { x: 100, y: 60 },
      ],
    ]);
  });
});

test('of specks without number is coarse, but does not take forever to draw', () => {
  const [width, height] = [1200, 900];
  const specks = maskFromRows(width, height, { x: 0, y: 0, width, height }, (y, row) => {
    for (let x = y % 2; x < row.length; x += 2) row[x] = 255;
  });
  const { points, counts } = compactOutline(specks, 1);
  expect(points.length / 2).toBeLessThanOrEqual(200_000);
  expect([...counts]).toEqual([4]);
  expect([...points]).toEqual([0, 0, width, 0, width, height, 0, height]);
});
