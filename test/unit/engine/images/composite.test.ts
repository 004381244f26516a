import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { composite } from '../../../../main/engine/images/composite.js';
import {
  planFit,
  resizePixels,
  toModelBytes,
  toSourcePixels,
} from '../../../../main/engine/images/fit.js';
import type { Pixels } from '../../../../main/engine/images/types.js';
import { farthest, noise, paint, paintMask, pixel, random, scene } from './pictures.js';

const side = fc.integer({ min: 1, max: 40 });
const channels = fc.constantFrom(3 as const, 4 as const);

/** Mean squared difference of the RGB of two pictures. */
function error(a: Pixels, b: Pixels): number {
  let sum = 0;
  for (let i = 0; i < a.data.length; i++) sum += ((a.data[i] ?? 0) - (b.data[i] ?? 0)) ** 2;
  return sum / a.data.length;
}

describe('composite', () => {
  it('keeps every byte where the mask is 0, and alpha everywhere', () => {
    fc.assert(
      fc.property(
        side,
        side,
        channels,
        fc.integer(),
        fc.boolean(),
        (width, height, n, seed, small) => {
          const source = noise(width, height, n, seed);
          const plan = planFit(width, height, { resolution: 32, multiple: 8 });
          const edited = small
            ? noise(plan.model.width, plan.model.height, 3, seed + 1)
            : noise(width, height, 3, seed + 1);
          const next = random(seed);
          const mask = paintMask(width, height, () =>
            next() < 0.6 ? 0 : Math.floor(next() * 256),
          );
          const base =
            small && seed % 2 ? noise(plan.model.width, plan.model.height, 3, seed + 2) : undefined;
          const result = composite(source, edited, mask, small ? { plan, base } : {});
          for (let i = 0; i < mask.data.length; i++) {
            const [x, y] = [i % width, Math.floor(i / width)];
            if (mask.data[i] === 0) expect(pixel(result, x, y)).toEqual(pixel(source, x, y));
            if (n === 4) expect(pixel(result, x, y)[3]).toBe(pixel(source, x, y)[3]);
          }
        },
      ),
    );
  });

  it('is the edit where the mask is white, and in between where it is grey', () => {
    const source = noise(20, 20, 3, 1);
    const edited = noise(20, 20, 3, 2);
    expect(
      farthest(
        composite(
          source,
          edited,
          paintMask(20, 20, () => 255),
        ).data,
        edited.data,
      ),
    ).toBe(0);
    expect(farthest(composite(source, edited, null).data, edited.data)).toBe(0);
    const half = composite(
      source,
      edited,
      paintMask(20, 20, () => 51),
    );
    half.data.forEach((value, i) => {
      const [a, b] = [source.data[i] ?? 0, edited.data[i] ?? 0];
      expect(Math.abs(value - (a * 0.8 + b * 0.2))).toBeLessThanOrEqual(0.5001);
    });
  });

  it('brings an edit of the model size up to the source', () => {
    const source = paint(200, 120, 3, () => 0);
    const plan = planFit(200, 120, { resolution: 64 });
    const edited = paint(plan.model.width, plan.model.height, 3, (x, y, c) =>
      scene(x / 4, y / 4, c),
    );
    const result = composite(source, edited, null, { plan });
    expect(farthest(result.data, toSourcePixels(edited, plan).data)).toBe(0);
  });

  it('looks like the edit over white where the source is half transparent', () => {
    const source = paint(4, 4, 4, (_x, _y, c) => [200, 100, 50, 128][c] ?? 0);
    const seen = [200, 100, 50].map((v) => (v * 128 + 255 * 127) / 255);
    const edited = paint(4, 4, 3, (_x, _y, c) => Math.round((seen[c] ?? 0) - 20));
    const [r = 0, g = 0, b = 0, alpha] = pixel(composite(source, edited, null), 1, 1);
    expect(alpha).toBe(128);
    const shown = [r, g, b].map((v) => (v * 128 + 255 * 127) / 255);
    expect(farthest(shown, pixel(edited, 1, 1))).toBeLessThan(1.5);
  });

  it('refuses sizes that differ', () => {
    expect(() => composite(noise(4, 4, 3), noise(5, 4, 3), null)).toThrow(RangeError);
    expect(() =>
      composite(
        noise(4, 4, 3),
        noise(4, 4, 3),
        paintMask(3, 4, () => 0),
      ),
    ).toThrow(RangeError);
  });
});

describe('composite with detail', () => {
  const next = random(5);
  // fine grain that the model's size cannot hold
  const source = paint(
    600,
    400,
    3,
    (x, y, c) => 0.7 * scene(x / 8, y / 8, c) + 40 + 36 * (next() - 0.5),
  );
  const plan = planFit(600, 400, { resolution: 64 });
  const seen = toModelBytes(source, plan);
  // an autoencoder's round trip is softer than what it was given
  const base = resizePixels(resizePixels(seen, { width: 80, height: 52 }), plan.model);

  it('gives back the source where the edit changed nothing', () => {
    const kept = composite(source, base, null, { plan, base });
    const upscaled = composite(source, base, null, { plan });
    expect(error(kept, source)).toBeLessThan(2);
    expect(error(upscaled, source)).toBeGreaterThan(50);
  });

  it('re-lights the source where only the light changed', () => {
    const darker = (image: Pixels): Pixels => ({
      ...image,
      data: image.data.map((v) => v * 0.5 + 10),
    });
    const kept = composite(source, darker(base), null, { plan, base });
    const upscaled = composite(source, darker(base), null, { plan });
    expect(error(kept, darker(source))).toBeLessThan(error(upscaled, darker(source)) / 2);
  });

  it('is the edit where it painted something else', () => {
    const [cx, cy] = [plan.model.width / 2, plan.model.height / 2];
    const inside = (x: number, y: number): boolean => Math.hypot(x - cx, y - cy) < 14;
    const edited = paint(plan.model.width, plan.model.height, 3, (x, y, c) =>
      inside(x, y) ? ([230, 40, 30][c] ?? 0) : (pixel(base, x, y)[c] ?? 0),
    );
    const kept = composite(source, edited, null, { plan, base });
    expect(farthest(pixel(kept, 300, 200), [230, 40, 30])).toBeLessThan(10);
    expect(farthest(pixel(kept, 5, 5), pixel(source, 5, 5))).toBeLessThan(8);
  });
});
