import { describe, expect, it } from 'vitest';

import { measureDrift } from '../../../../main/engine/images/drift.js';
import type { Pixels } from '../../../../main/engine/images/types.js';
import { noise, paint, paintMask, scene } from './pictures.js';

const luma = (image: Pixels, x: number, y: number): number => {
  const at = (y * image.width + x) * image.channels;
  const [r = 0, g = 0, b = 0] = image.data.subarray(at, at + 3);
  return 0.299 * r + 0.587 * g + 0.114 * b;
};

/** SSIM straight from its definition, one window after another. */
function ssimOf(a: Pixels, b: Pixels): number {
  const weights = Array.from({ length: 121 }, (_, i) =>
    Math.exp(-(((i % 11) - 5) ** 2 + (Math.floor(i / 11) - 5) ** 2) / (2 * 1.5 ** 2)),
  );
  const total = weights.reduce((x, y) => x + y);
  let sum = 0;
  let count = 0;
  for (let y = 0; y + 11 <= a.height; y++) {
    for (let x = 0; x + 11 <= a.width; x++) {
      let [ma, mb, aa, bb, ab] = [0, 0, 0, 0, 0];
      weights.forEach((weight, i) => {
        const w = weight / total;
        const va = luma(a, x + (i % 11), y + Math.floor(i / 11));
        const vb = luma(b, x + (i % 11), y + Math.floor(i / 11));
        ma += w * va;
        mb += w * vb;
        aa += w * va * va;
        bb += w * vb * vb;
        ab += w * va * vb;
      });
      const [c1, c2] = [(0.01 * 255) ** 2, (0.03 * 255) ** 2];
      const structure = (2 * (ab - ma * mb) + c2) / (aa - ma * ma + bb - mb * mb + c2);
      sum += ((2 * ma * mb + c1) / (ma * ma + mb * mb + c1)) * structure;
      count++;
    }
  }
  return sum / count;
}

const source = paint(50, 40, 3, (x, y, c) => scene(x * 2, y * 2, c));

describe('measureDrift', () => {
  it('sees that nothing changed', () => {
    const same = { pixels: 2000, identical: true, maxAbs: 0, psnr: null, ssim: 1 };
    expect(measureDrift(source, source)).toEqual({ outside: null, inside: same });
    const mask = paintMask(50, 40, () => 0);
    expect(measureDrift(source, source, mask)).toEqual({ outside: same, inside: null });
  });

  it.each([
    ['noise', noise(50, 40, 3)],
    [
      'a slight change of all',
      { ...source, data: source.data.map((v, i) => v + ((i * 7) % 5) - 2) },
    ],
    [
      'a local change',
      { ...source, data: source.data.map((v, i) => (i > 2000 && i < 2100 ? 255 - v : v)) },
    ],
  ])('has the SSIM and PSNR of the definitions for %s', (_what, result) => {
    const { inside } = measureDrift(source, result);
    expect(inside?.ssim).toBeCloseTo(ssimOf(source, result), 4);
    let squares = 0;
    source.data.forEach((v, i) => (squares += (v - (result.data[i] ?? 0)) ** 2));
    expect(inside?.psnr).toBeCloseTo(10 * Math.log10(255 ** 2 / (squares / source.data.length)), 9);
  });

  it('tells apart what lies inside and outside of the mask', () => {
    const mask = paintMask(50, 40, (x) => (x < 25 ? 1 : 0));
    const result = {
      ...source,
      data: source.data.map((v, i) => (Math.floor(i / 3) % 50 < 25 ? 255 - v : v)),
    };
    const { inside, outside } = measureDrift(source, result, mask);
    expect(outside).toEqual({ pixels: 1000, identical: true, maxAbs: 0, psnr: null, ssim: 1 });
    expect(inside?.pixels).toBe(1000);
    expect(inside?.ssim).toBeLessThan(0.2);
    result.data[(10 * 50 + 40) * 3 + 1] = (source.data[(10 * 50 + 40) * 3 + 1] ?? 0) ^ 4;
    const leaked = measureDrift(source, result, mask).outside;
    expect(leaked).toMatchObject({ identical: false, maxAbs: 4 });
    expect(leaked?.psnr).toBeCloseTo(10 * Math.log10(255 ** 2 / (16 / 3000)), 9);
    expect(leaked?.ssim).toBeLessThan(1);
  });

  it('sees a change of alpha alone', () => {
    const image = noise(20, 20, 4);
    const result = { ...image, data: image.data.map((v, i) => (i === 43 ? v ^ 1 : v)) };
    expect(measureDrift(image, result).inside).toMatchObject({
      identical: false,
      maxAbs: 1,
      psnr: null,
    });
    const opaque = paint(20, 20, 4, (x, y, c) => (c === 3 ? 255 : x + y));
    expect(
      measureDrift(
        opaque,
        paint(20, 20, 3, (x, y) => x + y),
      ).inside?.identical,
    ).toBe(true);
  });

  it('has no SSIM where no window fits', () => {
    const small = noise(10, 30, 3);
    expect(measureDrift(small, small).inside).toMatchObject({ identical: true, ssim: null });
    const thin = paintMask(50, 40, (x) => (x === 20 ? 255 : 0));
    expect(measureDrift(source, source, thin).inside?.ssim).toBeNull();
  });
});
