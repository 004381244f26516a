import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import {
  formatColour,
  hslToRgb,
  hsvToRgb,
  parseColour,
  pickColour,
  rgbToHsl,
  rgbToHsv,
} from '../../../../../renderer/document/paint/colour.js';

const byte = fc.integer({ min: 0, max: 255 });

describe('colours as text', () => {
  test.each([
    ['#fff', { r: 255, g: 255, b: 255, a: 255 }],
    ['#1234', { r: 17, g: 34, b: 51, a: 68 }],
    [' 0A141e ', { r: 10, g: 20, b: 30, a: 255 }],
    ['#0a141e28', { r: 10, g: 20, b: 30, a: 40 }],
  ])('reads %s', (text, rgba) => {
    expect(parseColour(text)).toEqual(rgba);
  });

  test.each(['', '#', '#12', '#12345', '#1234567', '#123456789', 'red', '#12345g'])(
    'does not take "%s" for a colour',
    (text) => {
      expect(parseColour(text)).toBeNull();
    },
  );

  test('come back as they were', () => {
    fc.assert(
      fc.property(fc.record({ r: byte, g: byte, b: byte, a: byte }), (rgba) => {
        expect(parseColour(formatColour(rgba))).toEqual(rgba);
      }),
    );
    expect(formatColour({ r: 1, g: 2, b: 3, a: 255 })).toBe('#010203');
    expect(formatColour({ r: -4, g: 254.6, b: 300, a: 0 })).toBe('#00ffff00');
  });
});

describe('colour models', () => {
  test.each([
    ['#ff0000', [0, 1, 1], [0, 1, 0.5]],
    ['#00ff00', [120, 1, 1], [120, 1, 0.5]],
    ['#0000ff', [240, 1, 1], [240, 1, 0.5]],
    ['#ff00ff', [300, 1, 1], [300, 1, 0.5]],
    ['#ffffff', [0, 0, 1], [0, 0, 1]],
    ['#000000', [0, 0, 0], [0, 0, 0]],
    ['#800000', [0, 1, 128 / 255], [0, 1, 128 / 510]],
  ])('%s', (text, [h, s, v], [h2, s2, l]) => {
    const rgb = parseColour(text) ?? expect.fail('not read');
    expect(rgbToHsv(rgb)).toEqual({ h, s, v });
    expect(rgbToHsl(rgb)).toEqual({ h: h2, s: s2, l });
  });

  test('come back as they were', () => {
    fc.assert(
      fc.property(fc.record({ r: byte, g: byte, b: byte, a: fc.constant(255) }), (rgba) => {
        expect(formatColour(hsvToRgb(rgbToHsv(rgba)))).toBe(formatColour(rgba));
        expect(formatColour(hslToRgb(rgbToHsl(rgba)))).toBe(formatColour(rgba));
        expect(rgbToHsv(rgba).h).toBeLessThan(360);
      }),
    );
  });
});

describe('the eyedropper', () => {
  const picture = {
    width: 3,
    height: 2,
    data: Uint8ClampedArray.from(
      [
        [10, 0, 0, 255],
        [20, 0, 0, 255],
        [30, 0, 0, 255],
        [40, 0, 0, 255],
        [50, 0, 0, 255],
        [200, 200, 200, 0],
      ].flat(),
    ),
  };

  test('takes one pixel, or the mean of what there is around', () => {
    expect(pickColour(picture, { x: 1.7, y: 0.2 })).toEqual({ r: 20, g: 0, b: 0, a: 255 });
    expect(pickColour(picture, { x: 0, y: 0 }, 3)).toEqual({ r: 30, g: 0, b: 0, a: 255 });
    expect(pickColour(picture, { x: 1, y: 1 }, 5)).toEqual({ r: 30, g: 0, b: 0, a: 212 });
  });

  test('sees no colour where it is transparent, and nothing beyond the picture', () => {
    expect(pickColour(picture, { x: 2, y: 1 })).toEqual({ r: 0, g: 0, b: 0, a: 0 });
    expect(pickColour(picture, { x: 3, y: 1 })).toBeNull();
    expect(pickColour(picture, { x: -0.1, y: 1 }, 3)).toBeNull();
  });
});
