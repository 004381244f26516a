import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { emptyRaster, evenMask, pixelsOf } from '../../../../../renderer/document/pixels/tiles.js';
import {
  IDENTITY,
  rotation,
  scaling,
  translation,
} from '../../../../../renderer/document/pixels/matrix.js';
import { Stroke } from '../../../../../renderer/document/paint/stroke.js';
import type { StrokeSettings } from '../../../../../renderer/document/paint/stroke.js';
import { rectangleMask } from '../../../../../renderer/document/selection/shapes.js';
import { TILE } from '../../../../../renderer/document/types.js';
import type { Matrix, Raster } from '../../../../../renderer/document/types.js';
import {
  firstDifference,
  brush,
  brushes,
  even,
  HEIGHT,
  maskAt,
  masks,
  motley,
  paths,
  pixelAt,
  press,
  WIDTH,
} from './scenes.js';

const paint: StrokeSettings = { ...brush, mode: 'paint', colour: '#ff0000', lockAlpha: false };
const erase: StrokeSettings = { ...brush, mode: 'erase', lockAlpha: false };
const picture = motley();
const before = pixelsOf(picture);

const stroke = (raster: Raster, settings: StrokeSettings, transform: Matrix = IDENTITY) =>
  new Stroke(raster, settings, transform, null);

const modes = fc.constantFrom<StrokeSettings>(
  paint,
  erase,
  { ...paint, lockAlpha: true },
  {
    ...brush,
    mode: 'clone',
    lockAlpha: false,
    source: { raster: picture, transform: IDENTITY, offset: { x: -40, y: 3 } },
  },
);
const anyStroke = fc.tuple(modes, brushes).map(([mode, settings]) => ({ ...mode, ...settings }));

describe('a stroke', () => {
  test('is the same however its points arrive', () => {
    fc.assert(
      fc.property(anyStroke, paths, fc.func(fc.boolean()), (settings, points, look) => {
        const whole = stroke(picture, settings);
        whole.add(points);
        const single = stroke(picture, settings);
        points.forEach((point, k) => {
          single.add([point]);
          if (look(k)) single.raster();
        });
        expect(firstDifference(pixelsOf(single.finish()), pixelsOf(whole.finish()))).toBe(-1);
      }),
      { numRuns: 40 },
    );
  });

  test('changes no byte that is not selected, nor any beyond the rectangles it names', () => {
    fc.assert(
      fc.property(anyStroke, paths, masks, (settings, points, selection) => {
        const work = new Stroke(picture, settings, IDENTITY, selection);
        const { x = 0, y = 0, width = 0, height = 0 } = work.add(points) ?? {};
        const after = pixelsOf(work.raster());
        for (let i = 0; i < after.length; i++) {
          if (after[i] === before[i]) continue;
          const column = Math.floor(i / 4) % WIDTH;
          const row = Math.floor(i / 4 / WIDTH);
          const named = column >= x && row >= y && column < x + width && row < y + height;
          if (!named || maskAt(selection, column, row) === 0) {
            expect.fail(`byte ${i} of pixel ${column}, ${row} changed`);
          }
        }
        expect(firstDifference(pixelsOf(picture), before)).toBe(-1);
      }),
      { numRuns: 40 },
    );
  });

  test('on a turned layer changes only pixels whose middle is selected', () => {
    const turn = rotation(0.4, { x: 150, y: 140 });
    fc.assert(
      fc.property(anyStroke, paths, masks, (settings, points, selection) => {
        const work = new Stroke(picture, settings, turn, selection);
        work.add(points);
        const after = pixelsOf(work.finish());
        const [a, b, c, d, e, f] = turn;
        for (let i = 0; i < after.length; i++) {
          if (after[i] === before[i]) continue;
          const x = (Math.floor(i / 4) % WIDTH) + 0.5;
          const y = Math.floor(i / 4 / WIDTH) + 0.5;
          const [u, v] = [Math.floor(a * x + c * y + e), Math.floor(b * x + d * y + f)];
          if (maskAt(selection, u, v) === 0) expect.fail(`pixel at ${x}, ${y} changed`);
        }
      }),
      { numRuns: 30 },
    );
  });

  test('never exceeds its opacity, however often it crosses itself', () => {
    fc.assert(
      fc.property(brushes, paths, (settings, points) => {
        const work = stroke(emptyRaster(WIDTH, HEIGHT), { ...paint, ...settings });
        work.add([...points, ...points, ...[...points].reverse()]);
        const alphas = pixelsOf(work.finish()).filter((_, i) => i % 4 === 3);
        expect(Math.max(...alphas)).toBeLessThanOrEqual(Math.round(settings.opacity * 255));
      }),
      { numRuns: 20 },
    );
  });

  test('reaches its opacity in the middle and lays its colour there', () => {
    const work = stroke(even([0, 0, 255, 255]), { ...paint, opacity: 0.5 });
    work.add([press(100, 100), press(160, 100)]);
    expect(pixelAt(work.finish(), 130, 100)).toEqual([128, 0, 128, 255]);
  });

  test('a click leaves a round dab of the size asked for', () => {
    const work = stroke(emptyRaster(WIDTH, HEIGHT), {
      ...paint,
      size: 40,
      hardness: 1,
      opacity: 1,
    });
    expect(work.add([press(150, 150)])?.width).toBeLessThanOrEqual(42);
    const alphas = pixelsOf(work.raster()).filter((_, i) => i % 4 === 3);
    const area = alphas.reduce((sum, alpha) => sum + alpha / 255, 0);
    expect(area).toBeCloseTo(Math.PI * 20 * 20, -1);
    expect(pixelAt(work.raster(), 150, 131)[3]).toBe(255);
    expect(pixelAt(work.raster(), 150, 128)[3]).toBe(0);
  });

  test('a soft brush falls off from the middle to the edge', () => {
    const work = stroke(emptyRaster(WIDTH, HEIGHT), {
      ...paint,
      size: 60,
      hardness: 0,
      opacity: 1,
    });
    work.add([press(100.5, 100.5)]);
    const alphas = Array.from({ length: 34 }, (_, k) => pixelAt(work.raster(), 100 + k, 100)[3]);
    expect(alphas).toEqual([...alphas].sort((one, other) => (other ?? 0) - (one ?? 0)));
    expect(alphas[0]).toBe(255);
    expect(alphas[15]).toBeGreaterThan(100);
    expect(alphas[15]).toBeLessThan(160);
    expect(alphas[32]).toBe(0);
  });

  test('passes smoothly through its points without gaps', () => {
    const work = stroke(emptyRaster(WIDTH, HEIGHT), { ...paint, size: 8, opacity: 1 });
    const points = [press(20, 200), press(80, 60), press(160, 220), press(280, 30)];
    work.add(points);
    const result = work.finish();
    for (const { x, y } of points) expect(pixelAt(result, x, y)[3]).toBe(255);
    for (let x = 20; x < 280; x++) {
      const column = pixelsOf(result, { x, y: 0, width: 1, height: HEIGHT });
      expect(column.some((value, i) => i % 4 === 3 && value === 255)).toBe(true);
    }
  });

  test('follows pressure in size and opacity', () => {
    const bySize = stroke(emptyRaster(WIDTH, HEIGHT), {
      ...paint,
      opacity: 1,
      pressure: { size: true, opacity: false },
    });
    bySize.add([press(100, 100, 0.5)]);
    expect(pixelAt(bySize.raster(), 100, 100)[3]).toBe(255);
    expect(pixelAt(bySize.raster(), 109, 100)[3]).toBe(0);
    const byOpacity = stroke(emptyRaster(WIDTH, HEIGHT), {
      ...paint,
      opacity: 1,
      pressure: { size: false, opacity: true },
    });
    byOpacity.add([press(100, 100, 0.5)]);
    expect(pixelAt(byOpacity.raster(), 100, 100)[3]).toBe(128);
    byOpacity.add([press(100, 100, 0.8)]);
    expect(pixelAt(byOpacity.raster(), 100, 100)[3]).toBe(204);
  });

  test('with little flow builds up towards its opacity', () => {
    const alphaAfter = (dabs: number): number => {
      const work = stroke(emptyRaster(WIDTH, HEIGHT), { ...paint, flow: 0.2, opacity: 0.5 });
      for (let k = 0; k < dabs; k++) work.add([press(100 + (k % 2) * 3, 100)]);
      return pixelAt(work.finish(), 100, 100)[3] ?? 0;
    };
    expect(alphaAfter(1)).toBe(26);
    expect(alphaAfter(8)).toBeGreaterThan(alphaAfter(1) + 20);
    expect(alphaAfter(200)).toBeGreaterThanOrEqual(125);
    expect(alphaAfter(200)).toBeLessThanOrEqual(128);
  });

  test('keeps every tile it does not touch and makes the touched ones new', () => {
    const work = stroke(picture, paint);
    work.add([press(50, 50), press(60, 60), press(70, 70)]);
    const one = work.raster();
    expect(work.raster()).toBe(one);
    for (const [key, tile] of picture.tiles) expect(one.tiles.get(key) === tile).toBe(key !== 0);
    const shown = one.tiles.get(0)?.data.slice();
    work.add([press(90, 70), press(100, 70)]);
    const two = work.finish();
    expect(two.tiles.get(0)).not.toBe(one.tiles.get(0));
    expect(firstDifference(one.tiles.get(0)?.data ?? [], shown ?? [0])).toBe(-1);
  });

  test('where nothing is selected gives back the tiles there were', () => {
    const work = new Stroke(picture, paint, IDENTITY, evenMask(WIDTH, HEIGHT, 0));
    work.add([press(50, 50), press(200, 200)]);
    const result = work.finish();
    expect([...result.tiles]).toEqual([...picture.tiles]);
  });

  test('a half selected pixel changes by half', () => {
    const half = rectangleMask(WIDTH, HEIGHT, { x: 0, y: 0, width: 100.5, height: HEIGHT });
    const work = new Stroke(even([0, 0, 0, 255]), { ...paint, opacity: 1 }, IDENTITY, half);
    work.add([press(100, 100)]);
    expect(pixelAt(work.raster(), 99, 100)).toEqual([255, 0, 0, 255]);
    expect(pixelAt(work.raster(), 100, 100)).toEqual([128, 0, 0, 255]);
    expect(pixelAt(work.raster(), 101, 100)).toEqual([0, 0, 0, 255]);
  });

  test('is round in the document on a layer that is scaled unevenly', () => {
    const wide = scaling(2, 0.5);
    const work = stroke(emptyRaster(100, 400), { ...paint, size: 40, hardness: 1 }, wide);
    expect(work.add([press(100, 100)])).toEqual({ x: 40, y: 159, width: 20, height: 82 });
  });

  test('lands where the pointer is on a moved layer', () => {
    const work = stroke(emptyRaster(100, 100), { ...paint, opacity: 0.8 }, translation(200, 100));
    work.add([press(250, 150)]);
    expect(pixelAt(work.raster(), 50, 50)[3]).toBe(204);
    expect(work.add([press(0, 0)])).toBeNull();
  });

  test('cannot be made on a layer without area', () => {
    expect(() => stroke(picture, paint, [1, 0, 0, 0, 0, 0])).toThrow(RangeError);
  });
});

describe('erasing', () => {
  test('leaves alpha 0 where the eraser is full, and no tile where nothing is left', () => {
    const work = stroke(even([9, 8, 7, 255], TILE, TILE), { ...erase, size: 800, opacity: 1 });
    work.add([press(128, 128)]);
    expect(pixelAt(work.raster(), 10, 10)).toEqual([0, 0, 0, 0]);
    expect(work.finish().tiles.size).toBe(0);
  });

  test('in part keeps the colour', () => {
    const work = stroke(even([9, 8, 7, 200]), { ...erase, opacity: 0.5 });
    work.add([press(100, 100)]);
    expect(pixelAt(work.finish(), 100, 100)).toEqual([9, 8, 7, 100]);
  });

  test('makes no tile where there was none', () => {
    const work = stroke(emptyRaster(WIDTH, HEIGHT), erase);
    work.add([press(100, 100), press(200, 200)]);
    expect(work.finish().tiles.size).toBe(0);
  });
});

describe('with alpha locked', () => {
  test('only colours change', () => {
    fc.assert(
      fc.property(brushes, paths, (settings, points) => {
        const work = stroke(picture, { ...paint, ...settings, lockAlpha: true });
        work.add(points);
        const after = pixelsOf(work.finish());
        expect(after.findIndex((value, i) => i % 4 === 3 && value !== before[i])).toBe(-1);
      }),
      { numRuns: 20 },
    );
  });

  test('the eraser does nothing', () => {
    const work = stroke(picture, { ...erase, lockAlpha: true });
    work.add([press(100, 100), press(200, 200)]);
    expect(firstDifference(pixelsOf(work.finish()), before)).toBe(-1);
  });
});

describe('cloning', () => {
  const clone = (transform: Matrix, x: number, y: number): StrokeSettings => ({
    ...brush,
    hardness: 1,
    opacity: 1,
    mode: 'clone',
    lockAlpha: false,
    source: { raster: picture, transform, offset: { x, y } },
  });

  test('copies whole pixels, also across tiles and at odd offsets', () => {
    const work = stroke(emptyRaster(WIDTH, HEIGHT), clone(IDENTITY, -90.3, 20.2));
    work.add([press(150, 150), press(200, 150)]);
    const result = work.finish();
    for (const x of [145, 170, 200]) {
      const source = pixelAt(picture, x - 90, 170);
      expect(pixelAt(result, x, 150)).toEqual(source[3] === 0 ? [0, 0, 0, 0] : source);
    }
  });

  test('reads the picture as it was when the stroke began', () => {
    const work = stroke(picture, clone(IDENTITY, -10, 0));
    work.add([press(150, 150), press(200, 150)]);
    work.raster();
    work.add([press(240, 150)]);
    const source = even([1, 2, 3, 255]);
    const feedback = new Stroke(
      source,
      {
        ...clone(IDENTITY, -10, 0),
        mode: 'clone',
        source: { raster: source, transform: IDENTITY, offset: { x: -10, y: 0 } },
      },
      IDENTITY,
      null,
    );
    feedback.add([press(150, 150), press(200, 150)]);
    expect(firstDifference(pixelsOf(feedback.finish()), pixelsOf(source))).toBe(-1);
    const result = work.finish();
    for (let x = 150; x < 230; x += 9) {
      const from = pixelAt(picture, x - 10, 150);
      if (from[3] === 255) expect(pixelAt(result, x, 150)).toEqual(from);
    }
  });

  test('from a scaled layer is smooth', () => {
    const ramp = even([0, 0, 0, 255], 100, 100);
    const source = stroke(ramp, { ...paint, size: 100, hardness: 0, opacity: 1 });
    source.add([press(50, 50)]);
    const work = stroke(emptyRaster(WIDTH, HEIGHT), {
      ...brush,
      size: 100,
      opacity: 1,
      mode: 'clone',
      lockAlpha: false,
      source: { raster: source.finish(), transform: scaling(2, 2), offset: { x: 0, y: 0 } },
    });
    work.add([press(100, 100)]);
    const reds = Array.from({ length: 28 }, (_, k) => pixelAt(work.raster(), 100 + k, 100)[0] ?? 0);
    for (let k = 1; k < reds.length; k++) {
      expect((reds[k - 1] ?? 0) - (reds[k] ?? 0)).toBeGreaterThanOrEqual(0);
      expect((reds[k - 1] ?? 0) - (reds[k] ?? 0)).toBeLessThan(6);
    }
  });
});
