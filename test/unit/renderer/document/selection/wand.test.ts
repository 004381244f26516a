import { describe, expect, test } from 'vitest';

import { magicWand } from '../../../../../renderer/document/selection/wand.js';
import { rectangleMask } from '../../../../../renderer/document/selection/shapes.js';
import { maskAt, valuesOf } from '../paint/scenes.js';

const sharp = { tolerance: 0, contiguous: true, antialias: false };

/** Greys of rows of digits, 0 to 9 times 10. */
function greys(rows: readonly string[]) {
  const width = rows[0]?.length ?? 0;
  const data = rows.flatMap((row) =>
    Array.from(row).flatMap((digit) => [...Array<number>(3).fill(Number(digit) * 10), 255]),
  );
  return { width, height: rows.length, data: Uint8ClampedArray.from(data) };
}

const show = (values: Uint8Array, width: number): string[] => {
  const signs = [...values]
    .map((value) => (value === 255 ? '#' : value === 0 ? '.' : '+'))
    .join('');
  return Array.from({ length: values.length / width }, (_, y) =>
    signs.slice(y * width, (y + 1) * width),
  );
};

const steps = greys(['00011', '00111', '22200', '22000']);

describe('the magic wand', () => {
  test.each([
    ['equal colours that hang together', sharp, ['###..', '##...', '.....', '.....']],
    [
      'equal colours anywhere',
      { ...sharp, contiguous: false },
      ['###..', '##...', '...##', '..###'],
    ],
    ['within tolerance', { ...sharp, tolerance: 10 }, ['#####', '#####', '...##', '..###']],
    [
      'within twice the tolerance',
      { ...sharp, tolerance: 20 },
      ['#####', '#####', '#####', '#####'],
    ],
  ])('finds %s', (_, settings, rows) => {
    expect(show(valuesOf(magicWand(steps, { x: 0, y: 0 }, settings)), 5)).toEqual(rows);
  });

  test('smooths slopes, and leaves level and upright edges sharp', () => {
    const slope = greys(['000099', '000999', '009999', '099999', '000000']);
    const mask = magicWand(slope, { x: 0, y: 0 }, { ...sharp, antialias: true });
    expect(maskAt(mask, 3, 1)).toBeGreaterThan(0);
    expect(maskAt(mask, 3, 1)).toBeLessThan(128);
    const square = greys(['99999', '90009', '90009', '99999']);
    const box = magicWand(square, { x: 2, y: 2 }, { ...sharp, antialias: true });
    expect(show(valuesOf(box), 5)).toEqual(['.....', '.###.', '.###.', '.....']);
  });

  test('takes all that is transparent for alike, whatever its hidden colour', () => {
    const data = Uint8ClampedArray.from([255, 0, 0, 0, 0, 9, 255, 0, 255, 0, 0, 255]);
    const mask = magicWand({ width: 3, height: 1, data }, { x: 0, y: 0 }, sharp);
    expect([...valuesOf(mask)]).toEqual([255, 255, 0]);
  });

  test('finds nothing beyond the picture or what it may find', () => {
    expect(magicWand(steps, { x: 5, y: 0 }, sharp).tiles.size).toBe(0);
    expect(magicWand(steps, { x: 0, y: -1 }, sharp).tiles.size).toBe(0);
    const corner = rectangleMask(5, 4, { x: 3, y: 2, width: 2, height: 2 });
    expect(magicWand(steps, { x: 0, y: 0 }, sharp, corner).tiles.size).toBe(0);
    expect(show(valuesOf(magicWand(steps, { x: 4, y: 3 }, sharp, corner)), 5)).toEqual([
      '.....',
      '.....',
      '...##',
      '...##',
    ]);
  });
});
