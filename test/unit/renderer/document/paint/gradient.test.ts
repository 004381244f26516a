import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { IDENTITY, translation } from '../../../../../renderer/document/pixels/matrix.js';
import { emptyRaster, pixelsOf } from '../../../../../renderer/document/pixels/tiles.js';
import { gradient } from '../../../../../renderer/document/paint/gradient.js';
import type { GradientSettings } from '../../../../../renderer/document/paint/gradient.js';
import { firstDifference, HEIGHT, maskAt, masks, motley, pixelAt, WIDTH } from './scenes.js';

const settings: GradientSettings = {
  type: 'linear',
  from: { x: 50, y: 0 },
  to: { x: 250, y: 0 },
  startColour: '#000000',
  endColour: '#ffffff',
  opacity: 1,
  lockAlpha: false,
};
const blank = { raster: emptyRaster(WIDTH, HEIGHT), transform: IDENTITY };
const target = { raster: motley(), transform: IDENTITY };
const before = pixelsOf(target.raster);

describe('a gradient', () => {
  test('goes from one colour to the other and on in them', () => {
    const result = gradient(blank, null, settings);
    expect(pixelAt(result, 10, 100)).toEqual([0, 0, 0, 255]);
    expect(pixelAt(result, 280, 100)).toEqual([255, 255, 255, 255]);
    for (let x = 50; x < 250; x += 7) {
      const exact = ((x + 0.5 - 50) / 200) * 255;
      expect(Math.abs((pixelAt(result, x, 100)[0] ?? 0) - exact)).toBeLessThan(1.01);
    }
  });

  test('is dithered around the exact value, alike every time', () => {
    const faint = { ...settings, endColour: '#040404' };
    const result = gradient(blank, null, faint);
    const column = pixelsOf(result, { x: 150, y: 0, width: 8, height: HEIGHT });
    const greys = column.filter((_, i) => i % 4 === 0);
    const mean = greys.reduce((sum, value) => sum + value, 0) / greys.length;
    expect(mean).toBeCloseTo(((154 - 50) / 200) * 4, 1);
    expect(new Set(greys).size).toBeGreaterThan(1);
    expect(firstDifference(pixelsOf(gradient(blank, null, faint)), pixelsOf(result))).toBe(-1);
  });

  test('between equal colours is even', () => {
    const result = gradient(blank, null, {
      ...settings,
      startColour: '#336699',
      endColour: '#336699',
    });
    const data = pixelsOf(result);
    for (let i = 0; i < data.length; i += 4) {
      if (data.subarray(i, i + 4).join() !== '51,102,153,255') expect.fail(`pixel ${i / 4}`);
    }
  });

  test('to transparent keeps its colour all the way', () => {
    const result = gradient(blank, null, {
      ...settings,
      startColour: '#ff0000',
      endColour: '#0000ff00',
    });
    for (let x = 60; x < 230; x += 10) {
      const [r, g, b, a] = pixelAt(result, x, 20);
      expect([r, g, b]).toEqual([255, 0, 0]);
      expect(Math.abs((a ?? 0) - (1 - (x - 49.5) / 200) * 255)).toBeLessThan(1.01);
    }
    expect(pixelAt(result, 270, 20)).toEqual([0, 0, 0, 0]);
  });

  test('radial is the same all around, in document pixels', () => {
    const radial = {
      ...settings,
      type: 'radial',
      from: { x: 150, y: 140 },
      to: { x: 250, y: 140 },
    } as const;
    const result = gradient({ ...blank, transform: translation(10, 0) }, null, radial);
    const right = pixelAt(result, 189, 139)[0] ?? 0;
    expect(Math.abs(right - 127)).toBeLessThan(3);
    expect(Math.abs(right - (pixelAt(result, 139, 189)[0] ?? 0))).toBeLessThan(3);
    expect(pixelAt(result, 20, 20)).toEqual([255, 255, 255, 255]);
  });

  test('changes no byte that is not selected', () => {
    fc.assert(
      fc.property(masks, fc.boolean(), (selection, lockAlpha) => {
        const chosen = { ...settings, endColour: '#ff000080', lockAlpha };
        const after = pixelsOf(gradient(target, selection, chosen));
        for (let i = 0; i < after.length; i++) {
          if (after[i] === before[i]) continue;
          const pixel = Math.floor(i / 4);
          const outside = maskAt(selection, pixel % WIDTH, Math.floor(pixel / WIDTH)) === 0;
          if (outside || (lockAlpha && i % 4 === 3)) expect.fail(`byte ${i} changed`);
        }
      }),
      { numRuns: 25 },
    );
  });

  test('without a length changes nothing', () => {
    expect(gradient(target, null, { ...settings, to: settings.from })).toBe(target.raster);
  });

  test('reflected, it is the same both ways; conical, it goes once around', () => {
    const ends = { from: { x: 150, y: 140 }, to: { x: 250, y: 140 } };
    const reflected = gradient(blank, null, { ...settings, ...ends, type: 'reflected' });
    const value = (of: typeof reflected, x: number, y: number): number => pixelAt(of, x, y)[0] ?? 0;
    expect(Math.abs(value(reflected, 199, 20) - value(reflected, 100, 20))).toBeLessThan(3);
    expect(Math.abs(value(reflected, 199, 20) - 126)).toBeLessThan(3);
    const conical = gradient(blank, null, { ...settings, ...ends, type: 'conical' });
    const around = [
      [220, 142],
      [149, 200],
      [80, 139],
      [149, 80],
    ].map(([x = 0, y = 0]) => value(conical, x, y));
    for (const [quarter, found] of around.entries()) {
      expect(Math.abs(found - (quarter * 255) / 4)).toBeLessThan(4);
    }
  });
});
