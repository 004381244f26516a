import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { evenMask } from '../../../../../renderer/document/pixels/tiles.js';
import { combine, COMBINE_MODES } from '../../../../../renderer/document/selection/combine.js';
import { isEmptyMask } from '../../../../../renderer/document/pixels/mask-operations.js';
import { rectangleMask } from '../../../../../renderer/document/selection/shapes.js';
import { firstDifference, HEIGHT, masks, valuesOf, WIDTH } from '../paint/scenes.js';

describe('combining selections', () => {
  test('A and A, A or A are A, A without A is empty', () => {
    fc.assert(
      fc.property(masks, (mask) => {
        expect(firstDifference(valuesOf(combine(mask, mask, 'add')), valuesOf(mask))).toBe(-1);
        expect(firstDifference(valuesOf(combine(mask, mask, 'intersect')), valuesOf(mask))).toBe(
          -1,
        );
        expect(isEmptyMask(combine(mask, mask, 'subtract'))).toBe(true);
        expect(isEmptyMask(mask)).toBe(valuesOf(mask).every((value) => value === 0));
      }),
      { numRuns: 30 },
    );
  });

  test('is what it says for every pixel', () => {
    const rules = {
      replace: (_: number, b: number) => b,
      add: (a: number, b: number) => Math.max(a, b),
      subtract: (a: number, b: number) => Math.max(0, a - b),
      intersect: (a: number, b: number) => Math.min(a, b),
    };
    fc.assert(
      fc.property(masks, masks, fc.constantFrom(...COMBINE_MODES), (one, other, how) => {
        const values = valuesOf(other);
        const expected = valuesOf(one).map((value, i) => rules[how](value, values[i] ?? 0));
        expect(firstDifference(valuesOf(combine(one, other, how)), expected)).toBe(-1);
      }),
      { numRuns: 40 },
    );
  });

  test('with none begins a new one, or takes from everything', () => {
    const square = rectangleMask(WIDTH, HEIGHT, { x: 10, y: 10, width: 50, height: 50 });
    expect(combine(null, square, 'add')).toBe(square);
    expect(combine(null, square, 'intersect')).toBe(square);
    const rest = valuesOf(combine(null, square, 'subtract'));
    expect(
      firstDifference(
        rest,
        valuesOf(square).map((value) => 255 - value),
      ),
    ).toBe(-1);
  });

  test('shares tiles that stay as they were and keeps none that are like what is around', () => {
    const left = rectangleMask(600, 200, { x: 10.5, y: 10, width: 50, height: 50 });
    const right = rectangleMask(600, 200, { x: 540, y: 10, width: 50.5, height: 50 });
    const both = combine(left, right, 'add');
    expect(both.tiles.get(0)).toBe(left.tiles.get(0));
    expect(both.tiles.get(2)).toBe(right.tiles.get(2));
    expect(combine(both, right, 'subtract').tiles.size).toBe(1);
    expect(combine(both, evenMask(600, 200, 255), 'add').tiles.size).toBe(0);
  });

  test('refuses masks of different sizes', () => {
    expect(() => combine(evenMask(10, 10, 0), evenMask(10, 11, 0), 'add')).toThrow(RangeError);
  });
});
