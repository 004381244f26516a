import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { offsetsOf, scrollTo, windowOf } from '../../../../../renderer/panels/history/window.js';

describe('the part of a long list that is drawn', () => {
  const offsets = offsetsOf([28, 42, 28, 28]);

  test('lines lie below each other', () => {
    expect(offsets).toEqual([0, 28, 70, 98, 126]);
  });

  test('is what is in view', () => {
    expect(windowOf(offsets, 30, 40, 0)).toEqual({ from: 1, to: 3 });
    expect(windowOf(offsets, 0, 20, 0)).toEqual({ from: 0, to: 1 });
    expect(windowOf(offsets, 0, 1000, 0)).toEqual({ from: 0, to: 4 });
    expect(windowOf(offsetsOf([]), 0, 100, 50)).toEqual({ from: 0, to: 0 });
  });

  test('has every line that is in view, wherever the list is scrolled to', () => {
    const heights = fc.array(fc.constantFrom(28, 42), { minLength: 1, maxLength: 300 });
    const pixels = fc.integer({ min: 0, max: 9000 });
    fc.assert(
      fc.property(heights, pixels, fc.integer({ min: 1, max: 900 }), (each, top, height) => {
        const all = offsetsOf(each);
        const { from, to } = windowOf(all, top, height, 0);
        for (let line = 0; line < each.length; line++) {
          const [begin = 0, end = 0] = all.slice(line, line + 2);
          if (end > top && begin < top + height) expect(line >= from && line < to).toBe(true);
        }
      }),
    );
  });

  test('is scrolled as little as brings a line into view', () => {
    expect(scrollTo(offsets, 0, 30, 40)).toBe(0);
    expect(scrollTo(offsets, 3, 30, 40)).toBe(86);
    expect(scrollTo(offsets, 2, 30, 70)).toBe(30);
  });
});
