import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { adjust, reachOf } from '../../../../../renderer/document/pixels/adjust.js';
import type { Adjustment } from '../../../../../renderer/document/types.js';
import { farthest, filled, noise, pixelAt } from './layers.js';

const NEUTRAL: readonly Adjustment[] = [
  { kind: 'brightness-contrast', brightness: 0, contrast: 0 },
  { kind: 'levels', black: 0, white: 255, gamma: 1 },
  { kind: 'curves', points: [] },
  {
    kind: 'curves',
    points: [
      { x: 0, y: 0 },
      { x: 255, y: 255 },
    ],
  },
  { kind: 'hue-saturation', hue: 0, saturation: 0, lightness: 0 },
  { kind: 'exposure', exposure: 0 },
  { kind: 'temperature', temperature: 0, tint: 0 },
  { kind: 'blur', radius: 0 },
  { kind: 'sharpen', amount: 0, radius: 3 },
  { kind: 'sharpen', amount: 100, radius: 0 },
  { kind: 'grayscale', amount: 0 },
];

/** One pixel adjusted. */
function one(adjustment: Adjustment, ...colour: number[]): number[] {
  return [...adjust(Uint8ClampedArray.from(colour), 1, 1, adjustment)];
}

describe('adjust', () => {
  test.each(NEUTRAL)('%j changes no byte', (adjustment) => {
    const data = noise(64 * 64 * 4);
    expect(farthest(adjust(data, 64, 64, adjustment), data)).toBe(0);
  });

  test('no adjustment writes to what it is given or, but for blur, changes alpha', () => {
    const kinds = fc.constantFrom<Adjustment>(
      { kind: 'brightness-contrast', brightness: 40, contrast: -20 },
      { kind: 'levels', black: 20, white: 200, gamma: 2 },
      { kind: 'hue-saturation', hue: 100, saturation: 50, lightness: -20 },
      { kind: 'exposure', exposure: 1.5 },
      { kind: 'temperature', temperature: -60, tint: 30 },
      { kind: 'sharpen', amount: 200, radius: 2 },
      { kind: 'grayscale', amount: 70 },
    );
    const bytes = fc.uint8ClampedArray({ minLength: 64, maxLength: 64 });
    const check = fc.property(kinds, bytes, (adjustment, data) => {
      const before = data.slice();
      const after = adjust(data, 4, 4, adjustment);
      expect(data).toEqual(before);
      for (let i = 3; i < 64; i += 4) expect(after[i]).toBe(before[i]);
    });
    fc.assert(check);
  });

  test('brightness lightens or darkens without clipping, contrast turns about the middle', () => {
    const bright = { kind: 'brightness-contrast', brightness: 100, contrast: 0 } as const;
    expect(one(bright, 0, 100, 255, 255)).toEqual([128, 178, 255, 255]);
    expect(one({ ...bright, brightness: -100 }, 0, 100, 255, 255)).toEqual([0, 50, 128, 255]);
    const hard = { kind: 'brightness-contrast', brightness: 0, contrast: 100 } as const;
    expect(one(hard, 100, 150, 255, 255)).toEqual([0, 255, 255, 255]);
    expect(one({ ...hard, contrast: -100 }, 0, 150, 255, 255)).toEqual([128, 128, 128, 255]);
  });

  test('levels stretch between black and white and bend by gamma', () => {
    const levels = { kind: 'levels', black: 50, white: 150, gamma: 1 } as const;
    expect(one(levels, 40, 100, 200, 9)).toEqual([0, 128, 255, 9]);
    expect(one({ kind: 'levels', black: 0, white: 255, gamma: 2 }, 64, 0, 255, 9)).toEqual([
      128, 0, 255, 9,
    ]);
  });

  test('curves go through their points and never turn back between rising ones', () => {
    const points = fc
      .uniqueArray(fc.integer({ min: 0, max: 255 }), { minLength: 2, maxLength: 6 })
      .chain((xs) =>
        fc
          .array(fc.integer({ min: 0, max: 255 }), { minLength: xs.length, maxLength: xs.length })
          .map((ys) => {
            const [sortedX, sortedY] = [xs.toSorted((a, b) => a - b), ys.toSorted((a, b) => a - b)];
            return sortedX.map((x, i) => ({ x, y: sortedY[i] ?? 0 }));
          }),
      );
    const ramp = Uint8ClampedArray.from({ length: 1024 }, (_, i) => (i % 4 === 3 ? 255 : i >> 2));
    const check = fc.property(points, (curve) => {
      const out = adjust(ramp, 256, 1, { kind: 'curves', points: curve.toReversed() });
      for (const { x, y } of curve) expect(out[x * 4]).toBe(y);
      for (let x = 1; x < 256; x++) {
        expect(out[x * 4]).toBeGreaterThanOrEqual(out[x * 4 - 4] ?? 0);
      }
    });
    fc.assert(check);
  });

  test('hue turns red to green and back, saturation fades to grey, lightness to white', () => {
    const turn = { kind: 'hue-saturation', hue: 120, saturation: 0, lightness: 0 } as const;
    expect(one(turn, 255, 0, 0, 255)).toEqual([0, 255, 0, 255]);
    expect(one({ ...turn, hue: -120 }, 255, 0, 0, 255)).toEqual([0, 0, 255, 255]);
    expect(one({ ...turn, hue: 180 }, 200, 100, 50, 255)).toEqual([50, 150, 200, 255]);
    expect(one({ ...turn, hue: 0, saturation: -100 }, 200, 100, 50, 9)).toEqual([125, 125, 125, 9]);
    expect(one({ ...turn, hue: 0, saturation: 100 }, 150, 100, 50, 9)).toEqual([200, 100, 0, 9]);
    expect(one({ ...turn, hue: 0, lightness: 100 }, 200, 100, 50, 9)).toEqual([255, 255, 255, 9]);
    expect(one({ ...turn, hue: 0, lightness: -50 }, 200, 100, 50, 9)).toEqual([100, 50, 25, 9]);
  });

  test('a turn of the hue and the turn back return to the colour', () => {
    const byte = fc.integer({ min: 0, max: 255 });
    const check = fc.property(byte, byte, byte, (r, g, b) => {
      const turn = { kind: 'hue-saturation', hue: 60, saturation: 0, lightness: 0 } as const;
      const back = one({ ...turn, hue: -60 }, ...one(turn, r, g, b, 255));
      for (const [i, value] of [r, g, b].entries()) {
        expect(Math.abs((back[i] ?? 0) - value)).toBeLessThanOrEqual(1);
      }
    });
    fc.assert(check);
  });

  test('a stop of exposure doubles light, not values', () => {
    // sRGB 188 is light 0.503; half of it is 0.2515, which is sRGB 137.
    expect(one({ kind: 'exposure', exposure: -1 }, 188, 0, 255, 255)).toEqual([137, 0, 188, 255]);
    expect(one({ kind: 'exposure', exposure: 1 }, 137, 0, 255, 255)).toEqual([188, 0, 255, 255]);
  });

  test('warmth keeps the luminance of greys', () => {
    const light = (v: number): number => {
      const s = v / 255;
      return s <= 0.04045 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4;
    };
    for (const [temperature, tint] of [
      [100, 0],
      [-100, 0],
      [0, 100],
      [40, -70],
    ] as const) {
      const [r = 0, g = 0, b = 0] = one(
        { kind: 'temperature', temperature, tint },
        90,
        90,
        90,
        255,
      );
      const luminance = 0.2126 * light(r) + 0.7152 * light(g) + 0.0722 * light(b);
      expect(luminance).toBeCloseTo(light(90), 2);
      if (temperature > 0) expect(r).toBeGreaterThan(b);
      if (temperature < 0) expect(b).toBeGreaterThan(r);
      if (tint > 0) expect(g).toBeLessThan(r);
      if (tint < 0) expect(g).toBeGreaterThan(b);
    }
  });

  test('grey is Rec. 709 luma', () => {
    expect(one({ kind: 'grayscale', amount: 100 }, 255, 0, 0, 255)).toEqual([54, 54, 54, 255]);
    expect(one({ kind: 'grayscale', amount: 100 }, 0, 255, 0, 255)).toEqual([182, 182, 182, 255]);
    expect(one({ kind: 'grayscale', amount: 50 }, 0, 0, 200, 255)).toEqual([7, 7, 107, 255]);
  });
});

describe('blur and sharpen', () => {
  /** How far the values of a blurred line of light lie from a gaussian, of its greatest value. */
  function errorOf(deviation: number): number {
    const size = Math.ceil(deviation * 8) * 2 + 1;
    const middle = (size - 1) / 2;
    const data = filled(size, size, [0, 0, 0, 255]);
    for (let y = 0; y < size; y++)
      data.fill(255, (y * size + middle) * 4, (y * size + middle + 1) * 4);
    const out = adjust(data, size, size, { kind: 'blur', radius: deviation });
    const peak = 255 / (deviation * Math.sqrt(2 * Math.PI));
    let most = 0;
    for (let x = 0; x < size; x++) {
      const wanted = peak * Math.exp(-((x - middle) ** 2) / (2 * deviation ** 2));
      most = Math.max(most, Math.abs((out[(middle * size + x) * 4] ?? 0) - wanted) - 0.5);
    }
    return most / peak;
  }

  test.each([1, 2.5, 6, 15.9, 16, 40])(
    'a blur of %d pixels is gaussian within 6 %',
    (deviation) => {
      expect(errorOf(deviation)).toBeLessThan(0.06);
    },
  );

  test.each([0.5, 3, 30, 100])(
    'a blur of %d leaves even pictures even, up to their edges',
    (radius) => {
      const data = filled(120, 90, [200, 100, 50, 180]);
      expect(farthest(adjust(data, 120, 90, { kind: 'blur', radius }), data)).toBeLessThanOrEqual(
        1,
      );
    },
  );

  test('colour does not bleed out of transparent pixels', () => {
    const data = filled(40, 40, [0, 255, 0, 0]);
    for (let y = 0; y < 40; y++) data.set(filled(20, 1, [255, 0, 0, 255]), y * 160);
    const out = adjust(data, 40, 40, { kind: 'blur', radius: 3 });
    expect(pixelAt(out, 40, 19, 20).slice(0, 3)).toEqual([255, 0, 0]);
    expect(pixelAt(out, 40, 21, 20).slice(0, 3)).toEqual([255, 0, 0]);
    expect(out[(20 * 40 + 20) * 4 + 3]).toBeGreaterThan(60);
    expect(out[(20 * 40 + 20) * 4 + 3]).toBeLessThan(128);
  });

  test.each<Adjustment>([
    { kind: 'blur', radius: 0.7 },
    { kind: 'blur', radius: 5 },
    { kind: 'blur', radius: 33 },
    { kind: 'sharpen', amount: 300, radius: 4 },
  ])('%j looks no farther than its reach', (adjustment) => {
    const reach = reachOf(adjustment);
    const width = reach * 2 + 50;
    const data = filled(width, 3, [10, 20, 30, 255]);
    const other = data.slice();
    other.fill(255, 0, 4);
    const [a, b] = [adjust(data, width, 3, adjustment), adjust(other, width, 3, adjustment)];
    for (let x = reach + 1; x < width; x++)
      expect(pixelAt(b, width, x, 0)).toEqual(pixelAt(a, width, x, 0));
    expect(pixelAt(b, width, 1, 0)).not.toEqual(pixelAt(a, width, 1, 0));
  });

  test('sharpening makes an edge steeper and leaves even areas', () => {
    const data = filled(40, 10, [100, 100, 100, 255]);
    for (let y = 0; y < 10; y++) data.set(filled(20, 1, [150, 150, 150, 255]), y * 160);
    const out = adjust(data, 40, 10, { kind: 'sharpen', amount: 100, radius: 2 });
    expect(out[(5 * 40 + 19) * 4]).toBeGreaterThan(165);
    expect(out[(5 * 40 + 20) * 4]).toBeLessThan(85);
    expect(pixelAt(out, 40, 2, 5)).toEqual([150, 150, 150, 255]);
  });

  test('only what looks around has a reach', () => {
    expect(reachOf({ kind: 'exposure', exposure: 2 })).toBe(0);
    expect(reachOf({ kind: 'sharpen', amount: 0, radius: 9 })).toBe(0);
    expect(reachOf({ kind: 'blur', radius: 10 })).toBeGreaterThanOrEqual(25);
    expect(reachOf({ kind: 'blur', radius: 10 }, 0.25)).toBeLessThan(15);
  });
});
