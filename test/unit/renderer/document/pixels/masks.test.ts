import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  intersectMasks,
  invertMask,
  isEmptyMask,
  maskBounds,
  maskBytes,
  maskFromBytes,
  maskFromRect,
  subtractMask,
  uniteMasks,
} from '../../../../../renderer/document/pixels/mask-operations.js';
import {
  borderMask,
  feather,
  growMask,
  shrinkMask,
  smoothMask,
} from '../../../../../renderer/document/pixels/mask-shaping.js';
import { evenMask } from '../../../../../renderer/document/pixels/tiles.js';
import type { Mask } from '../../../../../renderer/document/types.js';
import { farthest, noise } from './layers.js';

const W = 600;
const H = 300;

const at = (mask: Mask, x: number, y: number): number =>
  maskBytes(mask, { x, y, width: 1, height: 1 })[0] ?? -1;

function expectBytes(mask: Mask, bytes: Uint8ClampedArray): void {
  expect(farthest(maskBytes(mask), bytes)).toBe(0);
}

const square = maskFromRect(W, H, { x: 200, y: 100, width: 100, height: 100 });

describe('masks and bytes', () => {
  test('a mask gives back the bytes it was made of', () => {
    const bytes = noise(W * H);
    expect(farthest(maskBytes(maskFromBytes(bytes, W, H)), bytes)).toBe(0);
    const rect = { x: 250, y: 10, width: 20, height: 30 };
    const part = maskBytes(maskFromBytes(bytes, W, H), rect);
    expect(part[5 * 20 + 7]).toBe(bytes[15 * W + 257]);
  });

  test('only tiles that say something are kept', () => {
    expect(maskFromBytes(new Uint8ClampedArray(W * H), W, H).tiles.size).toBe(0);
    expect(maskFromRect(6000, 4000, { x: 5, y: 5, width: 10, height: 10 }).tiles.size).toBe(1);
  });

  test('a rectangle covers pixels as far as it lies in them', () => {
    const mask = maskFromRect(W, H, { x: 10.5, y: 20, width: 5, height: 5.25 });
    expect([at(mask, 9, 20), at(mask, 10, 20), at(mask, 11, 20), at(mask, 15, 20)]).toEqual([
      0, 128, 255, 128,
    ]);
    expect([at(mask, 12, 24), at(mask, 12, 25)]).toEqual([255, 64]);
    expect(maskBounds(maskFromRect(W, H, { x: -50, y: -50, width: 1000, height: 60 }))).toEqual({
      x: 0,
      y: 0,
      width: W,
      height: 10,
    });
  });

  test('bounds and emptiness', () => {
    expect(maskBounds(square)).toEqual({ x: 200, y: 100, width: 100, height: 100 });
    expect(maskBounds(evenMask(W, H, 255))).toEqual({ x: 0, y: 0, width: W, height: H });
    expect(
      maskBounds(invertMask(maskFromRect(W, H, { x: 0, y: 0, width: W, height: 299 }))),
    ).toEqual({
      x: 0,
      y: 299,
      width: W,
      height: 1,
    });
    expect(isEmptyMask(square)).toBe(false);
    expect(isEmptyMask(evenMask(W, H, 0))).toBe(true);
    expect(isEmptyMask(invertMask(maskFromRect(W, H, { x: 0, y: 0, width: W, height: H })))).toBe(
      true,
    );
  });
});

describe('combining', () => {
  const rect = fc.record({
    x: fc.integer({ min: -20, max: W }),
    y: fc.integer({ min: -20, max: H }),
    width: fc.integer({ min: 1, max: W }),
    height: fc.integer({ min: 1, max: H }),
  });
  const mask = fc.oneof(
    rect.map((r) => maskFromRect(W, H, r)),
    rect.map((r) => invertMask(maskFromRect(W, H, r))),
    fc.constantFrom<0 | 255>(0, 255).map((value) => evenMask(W, H, value)),
    fc.nat(100).map((seed) => maskFromBytes(noise(W * H, seed), W, H)),
  );

  test('is byte by byte what it says', () => {
    const check = fc.property(mask, mask, (a, b) => {
      const [v, w] = [maskBytes(a), maskBytes(b)];
      const each = (f: (x: number, y: number) => number): Uint8ClampedArray =>
        v.map((x, i) => f(x, w[i] ?? 0));
      expectBytes(uniteMasks(a, b), each(Math.max));
      expectBytes(intersectMasks(a, b), each(Math.min));
      expectBytes(
        subtractMask(a, b),
        each((x, y) => Math.min(x, 255 - y)),
      );
      expectBytes(
        invertMask(a),
        v.map((x) => 255 - x),
      );
    });
    fc.assert(check, { numRuns: 30 });
  });

  test('keeps tiles that the other mask does not touch', () => {
    const other = maskFromRect(W, H, { x: 0, y: 0, width: 10, height: 10 });
    const united = uniteMasks(square, other);
    expect(united.tiles.get(1)).toBe(square.tiles.get(1));
    expect(subtractMask(square, square).tiles.size).toBe(0);
  });

  test('refuses masks of different sizes', () => {
    expect(() => uniteMasks(square, evenMask(W, H + 1, 0))).toThrow('different sizes');
  });
});

describe('feather', () => {
  test('an edge becomes an error function about where it was', () => {
    const half = maskFromRect(W, H, { x: 0, y: 0, width: 300, height: H });
    for (const radius of [3, 30]) {
      const soft = feather(half, radius);
      // 15.87 % a standard deviation out, 84.13 % one in.
      const edge = (x: number): number => (at(soft, x - 1, 150) + at(soft, x, 150)) / 2;
      expect(Math.abs(edge(300 + radius) - 0.1587 * 255)).toBeLessThan(3);
      expect(Math.abs(edge(300 - radius) - 0.8413 * 255)).toBeLessThan(3);
      expect(at(soft, 300 - radius * 4 - 6, 150)).toBe(255);
      expect(at(soft, 300 + radius * 4 + 6, 150)).toBe(0);
      // The document's own edge is none of the mask's.
      expect(at(soft, 0, 0)).toBe(255);
    }
  });

  test('does not show tiles or blocks', () => {
    const wide = maskFromRect(2600, 40, { x: 0, y: 0, width: 2600, height: 20 });
    const soft = feather(wide, 6);
    for (const x of [255, 256, 1023, 1024, 1025, 2048]) {
      for (let y = 0; y < 40; y++) expect(at(soft, x, y)).toBe(at(soft, 100, y));
    }
  });

  test('leaves tiles alone that are far from edges', () => {
    const large = maskFromRect(6000, 4000, { x: 0, y: 0, width: 3000, height: 4000 });
    const soft = feather(large, 5);
    expect(soft.tiles.get(2)).toBe(large.tiles.get(2));
    expect(soft.tiles.has(20)).toBe(false);
  });
});

describe('grow and shrink', () => {
  test('grow moves straight edges by whole pixels and rounds corners', () => {
    const grown = growMask(square, 20);
    expect(maskBounds(grown)).toEqual({ x: 180, y: 80, width: 140, height: 140 });
    expect([at(grown, 180, 150), at(grown, 179, 150)]).toEqual([255, 0]);
    // The corner's disc: (200 - 14, 100 - 14) lies 19.8 away, (200 - 16, 100 - 16) 22.6.
    expect([at(grown, 186, 86), at(grown, 184, 84)]).toEqual([255, 0]);
  });

  test('shrink takes them back, but not from the edge of the document', () => {
    expectBytes(
      shrinkMask(square, 10),
      maskBytes(maskFromRect(W, H, { x: 210, y: 110, width: 80, height: 80 })),
    );
    const left = maskFromRect(W, H, { x: 0, y: 0, width: 100, height: H });
    expect(maskBounds(shrinkMask(left, 10))).toEqual({ x: 0, y: 0, width: 90, height: H });
    expect(isEmptyMask(shrinkMask(square, 60))).toBe(true);
  });

  test('soft edges move and stay soft', () => {
    const soft = feather(square, 10);
    const grown = growMask(soft, 15);
    for (const x of [180, 190, 200, 210]) {
      expect(Math.abs(at(grown, x - 15, 150) - at(soft, x, 150))).toBeLessThanOrEqual(3);
    }
  });

  test('grow is the greatest value within a disc, for any soft mask', () => {
    const bytes = noise(80 * 60, 3).map((value) => 20 + (value >> 1));
    const mask = maskFromBytes(bytes, 80, 60);
    const out = maskBytes(growMask(mask, 4.5));
    const check = fc.property(fc.nat(79), fc.nat(59), (x, y) => {
      let most = 0;
      for (let v = Math.max(0, y - 4); v <= Math.min(59, y + 4); v++) {
        for (let u = Math.max(0, x - 4); u <= Math.min(79, x + 4); u++) {
          if (Math.hypot(u - x, v - y) <= 4.5) most = Math.max(most, bytes[v * 80 + u] ?? 0);
        }
      }
      expect(out[y * 80 + x]).toBe(most);
    });
    fc.assert(check);
  });

  test('nothing to do is nothing done', () => {
    expect(growMask(square, 0)).toBe(square);
    expect(shrinkMask(square, 0)).toBe(square);
    expect(feather(square, 0)).toBe(square);
    expect(growMask(evenMask(W, H, 0), 9).tiles.size).toBe(0);
  });
});

describe('borders and smoothing', () => {
  test('a border lies on both sides of the edge', () => {
    const border = borderMask(square, 10);
    expect([196, 204].map((x) => at(border, x, 150))).toEqual([255, 255]);
    expect([190, 210].map((x) => at(border, x, 150))).toEqual([0, 0]);
    expect(at(border, 250, 150)).toBe(0);
  });

  test('smoothing rounds corners and takes specks, and edges stay where they are, and sharp', () => {
    const speck = maskFromRect(W, H, { x: 400, y: 50, width: 3, height: 3 });
    const smooth = smoothMask(uniteMasks(square, speck), 8);
    expect(at(smooth, 401, 51)).toBe(0);
    expect(at(smooth, 201, 101)).toBe(0);
    expect([198, 202].map((x) => at(smooth, x, 150))).toEqual([0, 255]);
    expect(at(smooth, 250, 150)).toBe(255);
  });
});
