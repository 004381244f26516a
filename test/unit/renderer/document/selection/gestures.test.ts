import { describe, expect, test } from 'vitest';

import {
  constrainLine,
  dragRect,
  toWholePixels,
} from '../../../../../renderer/document/selection/gestures.js';

describe('dragging a rectangle', () => {
  const from = { x: 100, y: 100 };
  test.each([
    ['down right', { x: 130, y: 120 }, false, false, [100, 100, 30, 20]],
    ['up left', { x: 70, y: 90 }, false, false, [70, 90, 30, 10]],
    ['square', { x: 130, y: 120 }, true, false, [100, 100, 30, 30]],
    ['square up left', { x: 90, y: 60 }, true, false, [60, 60, 40, 40]],
    ['from the middle', { x: 130, y: 120 }, false, true, [70, 80, 60, 40]],
    ['square from the middle', { x: 130, y: 80 }, true, true, [70, 70, 60, 60]],
    ['nowhere', from, true, true, [100, 100, 0, 0]],
  ])('%s', (_, to, square, fromCentre, [x, y, width, height]) => {
    expect(dragRect(from, to, { square, fromCentre })).toEqual({ x, y, width, height });
  });

  test('edges go to the nearest line between pixels, so that neighbours still meet', () => {
    const left = toWholePixels({ x: 0.4, y: 0.6, width: 10.2, height: 5 });
    const right = toWholePixels({ x: 10.6, y: 0.6, width: 4, height: 5 });
    expect(left).toEqual({ x: 0, y: 1, width: 11, height: 5 });
    expect(left.x + left.width).toBe(right.x);
  });
});

describe('a constrained line', () => {
  const from = { x: 10, y: 20 };
  test.each([
    [
      { x: 110, y: 23 },
      { x: 110.04, y: 20 },
    ],
    [
      { x: 12, y: 120 },
      { x: 10, y: 120.02 },
    ],
    [
      { x: -90, y: 18 },
      { x: -90.02, y: 20 },
    ],
    [
      { x: 60, y: 74 },
      { x: 62.04, y: 72.04 },
    ],
    [from, from],
  ])('to %o', (to, expected) => {
    const end = constrainLine(from, to);
    expect(end.x).toBeCloseTo(expected.x, 1);
    expect(end.y).toBeCloseTo(expected.y, 1);
  });

  test('is exactly level or upright when it is nearly so', () => {
    expect(constrainLine(from, { x: -90, y: 21 }).y).toBe(20);
    expect(constrainLine(from, { x: 11, y: -90 }).x).toBe(10);
  });
});
