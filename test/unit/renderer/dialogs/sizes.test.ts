import { describe, expect, test } from 'vitest';
import { fits, inProportion, PRESETS } from '../../../../renderer/dialogs/size/sizes.js';

describe('sizes of a canvas', () => {
  test.each([
    [10_000, 10_000, true],
    [10_001, 10_000, false],
    [65_535, 1, true],
    [65_536, 1, false],
    [0, 100, false],
    [10.5, 100, false],
  ])('%i by %i', (width, height, expected) => {
    expect(fits({ width, height })).toBe(expected);
  });

  test('every preset can be made and is there once', () => {
    const sizes = PRESETS.map(({ width, height }) => `${width} ${height}`);
    expect(new Set(sizes).size).toBe(sizes.length);
    expect(PRESETS.every(fits)).toBe(true);
  });
});

describe('keeping proportions', () => {
  const photo = { width: 6000, height: 4000 };

  test('the other side follows', () => {
    expect(inProportion('width', 1500, photo)).toEqual({ width: 1500, height: 1000 });
    expect(inProportion('height', 1000, photo)).toEqual({ width: 1500, height: 1000 });
    expect(inProportion('width', 1000, photo)).toEqual({ width: 1000, height: 667 });
  });

  test('never below a pixel, never beyond what a side may have', () => {
    expect(inProportion('width', 1, { width: 1000, height: 10 })).toEqual({ width: 1, height: 1 });
    expect(inProportion('height', 60_000, { width: 1000, height: 10 }).width).toBe(65_535);
  });
});
