import { describe, expect, it } from 'vitest';

import { changeMap } from '../../../../main/engine/images/change-map.js';
import { composite } from '../../../../main/engine/images/composite.js';
import { planFit, resizePixels, toModelBytes } from '../../../../main/engine/images/fit.js';
import { toSourceMask } from '../../../../main/engine/images/mask.js';
import { dilate, erode, patches } from '../../../../main/engine/images/morphology.js';
import type { Pixels } from '../../../../main/engine/images/types.js';
import { paint, pixel, random, scene } from './pictures.js';

const SIDE = 128;
const source = paint(SIDE, SIDE, 3, (x, y, c) => scene(x, y, c));
/** A stand-in for the autoencoder: softer, and with a little noise of its own for each seed. */
function repaint(image: Pixels, seed: number, level = 6): Pixels {
  const next = random(seed);
  const soft = resizePixels(resizePixels(image, { width: 96, height: 96 }), image);
  return {
    ...soft,
    data: soft.data.map((v) => Math.min(Math.max(v + (next() + next() - 1) * level, 0), 255)),
  };
}
const inDisc = (x: number, y: number, radius = 18): boolean => Math.hypot(x - 80, y - 50) < radius;
const withDisc = paint(SIDE, SIDE, 3, (x, y, c) =>
  inDisc(x, y) ? ([220, 30, 40][c] ?? 0) : (pixel(source, x, y)[c] ?? 0),
);

/** Share of the disc that is 255, and of the far outside that is 0. */
function quality(data: Uint8Array): { found: number; kept: number } {
  let [found, all, kept, far] = [0, 0, 0, 0];
  data.forEach((value, i) => {
    const [x, y] = [i % SIDE, Math.floor(i / SIDE)];
    if (inDisc(x, y)) {
      all++;
      if (value === 255) found++;
    } else if (!inDisc(x, y, 28)) {
      far++;
      if (value === 0) kept++;
    }
  });
  return { found: found / all, kept: kept / far };
}

describe('changeMap', () => {
  it('finds an edit against the round trip, and nothing else', () => {
    const map = changeMap(source, repaint(withDisc, 1), repaint(source, 2));
    const { found, kept } = quality(map.mask.data);
    expect(found).toBeGreaterThan(0.99);
    expect(kept).toBeGreaterThan(0.999);
    expect(map.changed).toBeGreaterThan((Math.PI * 18 ** 2) / SIDE ** 2);
    expect(map.changed).toBeLessThan(0.11);
  });

  it('finds it against the source alone', () => {
    const { found, kept } = quality(changeMap(source, repaint(withDisc, 1)).mask.data);
    expect(found).toBeGreaterThan(0.97);
    expect(kept).toBeGreaterThan(0.97);
  });

  it('finds nothing where nothing changed', () => {
    const map = changeMap(source, repaint(source, 1), repaint(source, 2));
    expect(map.changed).toBe(0);
    expect(map.mask.data.every((value) => value === 0)).toBe(true);
  });

  it('follows the noise of the repainting', () => {
    const calm = changeMap(source, repaint(source, 1, 4), repaint(source, 2, 4));
    const noisy = changeMap(source, repaint(source, 1, 30), repaint(source, 2, 30));
    expect(noisy.threshold).toBeGreaterThan(calm.threshold);
    expect(noisy.changed).toBeLessThan(0.01);
  });

  it('finds a change of the whole picture', () => {
    const night = { ...source, data: source.data.map((v) => v * 0.2) };
    expect(changeMap(source, repaint(night, 1), repaint(source, 2)).changed).toBeGreaterThan(0.95);
  });
});

it('as a mask, leaves the rest of a large source bit-identical', () => {
  const large = paint(500, 500, 3, (x, y, c) => scene(x / 4, y / 4, c));
  const plan = planFit(500, 500, { resolution: SIDE });
  const model = toModelBytes(large, plan);
  const edited = paint(SIDE, SIDE, 3, (x, y, c) =>
    inDisc(x, y) ? 250 : (pixel(model, x, y)[c] ?? 0),
  );
  const changes = changeMap(model, repaint(edited, 1), repaint(model, 2));
  const softMask = toSourceMask(changes.mask, plan);
  const image = composite(large, edited, softMask, { plan });
  const kept = [...softMask.data.keys()].filter((i) => softMask.data[i] === 0);
  const altered = kept.filter((i) =>
    [0, 1, 2].some((c) => image.data[i * 3 + c] !== large.data[i * 3 + c]),
  );
  expect(altered).toEqual([]);
  expect(kept.length / softMask.data.length).toBeGreaterThan(0.8);
  expect(pixel(image, Math.round((80 * 500) / SIDE), Math.round((50 * 500) / SIDE))).toEqual([
    250, 250, 250,
  ]);
});

describe('morphology', () => {
  const size = { width: 9, height: 7 };
  const dot = Uint8Array.from({ length: 63 }, (_, i) => (i === 3 * 9 + 4 ? 1 : 0));

  it('grows a dot to a square, and shrinks it back', () => {
    const square = dilate(dot, size, 2);
    expect(square.reduce((a, b) => a + b)).toBe(25);
    expect([...erode(square, size, 2)]).toEqual([...dot]);
    expect(erode(dot, size, 1).includes(1)).toBe(false);
  });

  it('does not shrink from the edge of the picture', () => {
    const full = new Uint8Array(63).fill(1);
    expect([...erode(full, size, 3)]).toEqual([...full]);
  });

  it('finds patches, corners connected', () => {
    const bits = Uint8Array.from('100010000100000000000'.split('').map(Number));
    const found = patches({ width: 7, height: 3 }, (i) => bits[i] === 1);
    expect(found).toEqual([[0], [4], [9]]);
    const corner = Uint8Array.of(1, 0, 0, 1);
    expect(patches({ width: 2, height: 2 }, (i) => corner[i] === 1)).toEqual([[0, 3]]);
  });
});
