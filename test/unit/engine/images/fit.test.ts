import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  fromModelPixels,
  planFit,
  toModelPixels,
  toModelPoint,
  toSourcePixels,
  toSourcePoint,
  type FitMode,
} from '../../../../main/engine/images/fit.js';
import { farthest, noise, paint, pixel, scene } from './pictures.js';

const modes = fc.constantFrom<FitMode>('native', 'pad', 'stretch');
const side = fc.integer({ min: 1, max: 20_000 });

describe('planFit', () => {
  it.each([
    [256, 256, 256, 256],
    [6000, 4000, 288, 192],
    [4000, 6000, 192, 288],
    [1920, 1080, 352, 192],
    [100, 10_000, 32, 2048],
    [1, 60_000, 32, 2048],
  ])('gives %i x %i a grid of %i x %i', (width, height, modelWidth, modelHeight) => {
    const plan = planFit(width, height, { resolution: 256 });
    expect(plan.model).toEqual({ width: modelWidth, height: modelHeight });
  });

  it('keeps area, multiples and aspect within bounds', () => {
    fc.assert(
      fc.property(side, side, fc.constantFrom(256, 512, 1024), (width, height, resolution) => {
        const { model, content } = planFit(width, height, { resolution });
        expect(model.width % 32).toBe(0);
        expect(model.height % 32).toBe(0);
        const area = (model.width * model.height) / resolution ** 2;
        expect(area).toBeGreaterThan(0.5);
        expect(area).toBeLessThan(1.6);
        expect(content).toEqual({ x: 0, y: 0, ...model });
        const aspect = width / height;
        if (aspect > 0.4 && aspect < 2.5) {
          expect(Math.abs(Math.log(model.width / model.height / aspect))).toBeLessThan(0.14);
        }
      }),
    );
  });

  it('pads to the square, everything inside', () => {
    const plan = planFit(6000, 4000, { resolution: 256, mode: 'pad' });
    expect(plan.model).toEqual({ width: 256, height: 256 });
    expect(plan.content).toEqual({ x: 0, y: 42, width: 256, height: 171 });
  });

  it('maps places there and back', () => {
    const unit = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(side, side, modes, unit, unit, (width, height, mode, u, v) => {
        const plan = planFit(width, height, { resolution: 256, mode });
        const point = { x: u * width, y: v * height };
        const inModel = toModelPoint(plan, point);
        expect(inModel.x).toBeGreaterThanOrEqual(0);
        expect(inModel.x).toBeLessThanOrEqual(plan.model.width);
        const back = toSourcePoint(plan, inModel);
        expect(Math.hypot(back.x - point.x, back.y - point.y)).toBeLessThan(
          1e-6 * (width + height),
        );
      }),
    );
  });

  it('refuses what is no size', () => {
    expect(() => planFit(0, 5, { resolution: 256 })).toThrow(RangeError);
    expect(() => planFit(5, 2.5, { resolution: 256 })).toThrow(RangeError);
  });
});

describe('pixels', () => {
  it.each([3, 4] as const)('of the model size pass there and back unchanged (%i channels)', (n) => {
    const image = paint(64, 64, n, (x, y, c) => (c === 3 ? 255 : (x * 7 + y * 13 + c * 50) % 256));
    const plan = planFit(64, 64, { resolution: 64 });
    const planes = toModelPixels(image, plan);
    expect(planes[0]).toBeCloseTo((pixel(image, 0, 0)[0] ?? 0) / 127.5 - 1, 6);
    const back = fromModelPixels(planes, plan.model);
    for (let i = 0; i < 64 * 64; i += 37) {
      const place = [i % 64, Math.floor(i / 64)] as const;
      expect(pixel(back, ...place)).toEqual(pixel(image, ...place).slice(0, 3));
    }
    expect(farthest(toSourcePixels(back, plan).data, back.data)).toBe(0);
  });

  it.each(['native', 'pad', 'stretch'] as const)('come back where they were (%s)', (mode) => {
    const image = paint(300, 190, 3, (x, y, c) => scene(x / 3, y / 3, c));
    const plan = planFit(300, 190, { resolution: 256, mode });
    const back = toSourcePixels(fromModelPixels(toModelPixels(image, plan), plan.model), plan);
    expect(back).toMatchObject({ width: 300, height: 190 });
    expect(farthest(back.data, image.data)).toBeLessThan(8);
  });

  it('survive a large reduction as their mean', () => {
    const image = paint(1500, 1000, 3, (x, y) => ((x + y) % 2 ? 255 : 0));
    const plan = planFit(1500, 1000, { resolution: 64 });
    const planes = toModelPixels(image, plan);
    expect(Math.max(...planes.map(Math.abs))).toBeLessThan(0.05);
  });

  it('are reduced without a shift, sizes divisible or not', () => {
    for (const size of [1024, 1000, 997]) {
      const image = paint(size, 40, 3, (x) => Math.round((255 * (x + 0.5)) / size));
      const plan = planFit(size, 40, { resolution: 64, mode: 'stretch' });
      const planes = toModelPixels(image, plan);
      for (let x = 4; x < 60; x++) {
        expect(((planes[x] ?? 0) + 1) / 2).toBeCloseTo((x + 0.5) / 64, 2);
      }
    }
  });

  it('are padded with their edges', () => {
    const image = noise(64, 20, 3);
    const plan = planFit(64, 20, { resolution: 64, mode: 'pad' });
    const model = fromModelPixels(toModelPixels(image, plan), plan.model);
    expect(pixel(model, 10, 0)).toEqual(pixel(image, 10, 0));
    expect(pixel(model, 10, 63)).toEqual(pixel(image, 10, 19));
    const tall = planFit(20, 64, { resolution: 64, mode: 'pad' });
    const turned = noise(20, 64, 3);
    const upright = fromModelPixels(toModelPixels(turned, tall), tall.model);
    expect(pixel(upright, 0, 9)).toEqual(pixel(turned, 0, 9));
    expect(pixel(upright, 63, 9)).toEqual(pixel(turned, 19, 9));
  });

  it('show white where they are transparent', () => {
    const image = paint(64, 64, 4, (_x, _y, c) => (c === 3 ? 0 : 10));
    const planes = toModelPixels(image, planFit(64, 64, { resolution: 64 }));
    expect(planes.every((value) => value === 1)).toBe(true);
  });

  it('beyond the range are clamped', () => {
    const image = fromModelPixels(Float32Array.of(-3, 3, 0), { width: 1, height: 1 });
    expect([...image.data]).toEqual([0, 255, 128]);
    expect(() => fromModelPixels(new Float32Array(5), { width: 1, height: 1 })).toThrow(RangeError);
  });
});
