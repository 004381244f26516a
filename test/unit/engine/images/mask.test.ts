import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { planFit } from '../../../../main/engine/images/fit.js';
import {
  decodeMask,
  featherMask,
  latentMask,
  tokenMask,
  toSourceMask,
} from '../../../../main/engine/images/mask.js';
import type { Mask, Pixels } from '../../../../main/engine/images/types.js';
import { farthest, paint, paintMask, random, sharpOf } from './pictures.js';

const size = { width: 24, height: 16 };
const left = (x: number): number => (x < 12 ? 255 : 0);

async function png(image: Pixels): Promise<Uint8Array> {
  return sharpOf(image).png().toBuffer();
}

async function read(image: Pixels): Promise<Mask> {
  return decodeMask({ data: await png(image) }, size);
}

describe('decodeMask', () => {
  const expected = paintMask(24, 16, left);

  it('takes white as what may change', async () => {
    expect(farthest((await read(paint(24, 16, 3, left))).data, expected.data)).toBe(0);
  });

  it.each([0, 128, 255])('takes the alpha of strokes of one colour (%i)', async (level) => {
    const strokes = paint(24, 16, 4, (x, _y, c) => (c === 3 ? left(x) : level));
    expect(farthest((await read(strokes)).data, expected.data)).toBe(0);
  });

  it('takes the alpha of black strokes on transparent white', async () => {
    const strokes = paint(24, 16, 4, (x, _y, c) => (c === 3 ? left(x) : 255 - left(x)));
    expect(farthest((await read(strokes)).data, expected.data)).toBe(0);
  });

  it('takes brightness where the picture is opaque', async () => {
    const opaque = paint(24, 16, 4, (x, _y, c) => (c === 3 ? 255 : left(x)));
    expect(farthest((await read(opaque)).data, expected.data)).toBe(0);
  });

  it('takes transparent as black where both vary', async () => {
    const both = paint(24, 16, 4, (x, y, c) => (c === 3 ? (y < 8 ? 255 : 0) : left(x)));
    const { data } = await read(both);
    expect([data[0], data[23], data[15 * 24]]).toEqual([255, 0, 0]);
  });

  it('reads a JPEG without its noise in the black', async () => {
    const bytes = await sharpOf(paint(24, 16, 3, left))
      .jpeg({ quality: 90 })
      .toBuffer();
    const mask = await decodeMask({ data: bytes }, size);
    expect(mask.data.filter((value) => value === 0).length).toBeGreaterThan(24 * 16 * 0.4);
  });

  it('refuses another size, naming both', async () => {
    const data = await png(paint(24, 16, 3, left));
    await expect(
      decodeMask({ data, name: 'm.png' }, { width: 16, height: 24 }),
    ).rejects.toMatchObject({
      code: 'MASK_SIZE_MISMATCH',
      message: expect.stringMatching(/m\.png is 24x16 .* 16x24/) as string,
    });
  });

  it.each([
    ['black', paint(24, 16, 3, () => 3)],
    ['wholly transparent', paint(24, 16, 4, (_x, _y, c) => (c === 3 ? 0 : 255))],
  ])('refuses one that is %s', async (_what, image) => {
    await expect(read(image)).rejects.toMatchObject({ code: 'MASK_EMPTY' });
  });
});

/** Distance to the nearest pixel of at least 128, by looking at all of them. */
function distance(mask: Mask, x: number, y: number): number {
  let least = Infinity;
  mask.data.forEach((value, i) => {
    if (value < 128) return;
    const dx = (i % mask.width) - x;
    const dy = Math.floor(i / mask.width) - y;
    least = Math.min(least, Math.hypot(dx, dy));
  });
  return least;
}

describe('featherMask', () => {
  it('stays white, falls with distance, and is 0 exactly beyond the radius', () => {
    const property = fc.property(
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 1, max: 30 }),
      fc.integer({ min: 0, max: 12 }),
      fc.integer(),
      (width, height, radius, seed) => {
        const next = random(seed);
        const mask = paintMask(width, height, () => (next() < 0.02 ? 255 : 0));
        const soft = featherMask(mask, radius);
        const byDistance = new Map<number, number>();
        soft.data.forEach((value, i) => {
          const d = distance(mask, i % width, Math.floor(i / width));
          expect(value > 0).toBe(d <= radius);
          if (d === 0) expect(value).toBe(255);
          byDistance.set(d, value);
        });
        const falling = [...byDistance].sort(([a], [b]) => a - b).map(([, value]) => value);
        expect(falling).toEqual([...falling].sort((a, b) => b - a));
      },
    );
    fc.assert(property, { numRuns: 60 });
  });

  it('keeps the grey of a mask that is soft already', () => {
    const mask = paintMask(40, 1, (x) => (x < 10 ? 255 : x < 30 ? 60 : 0));
    const soft = featherMask(mask, 4);
    expect(soft.data[29]).toBe(60);
    expect(soft.data[30]).toBe(0);
    expect(soft.data[10]).toBeGreaterThan(60);
  });

  it('leaves a mask alone at radius 0, and refuses what is no radius', () => {
    const mask = paintMask(4, 4, left);
    expect(featherMask(mask, 0)).toBe(mask);
    expect(() => featherMask(mask, -1)).toThrow(RangeError);
    expect(() => featherMask(mask, NaN)).toThrow(RangeError);
  });
});

describe('cells', () => {
  it('are touched where any of their pixels is', () => {
    const plan = planFit(640, 640, { resolution: 256 });
    const at = (px: number, py: number): Mask =>
      paintMask(640, 640, (x, y) => (x === px && y === py ? 9 : 0));
    const grid = { width: 8, height: 8 };
    expect([...tokenMask(at(79, 80), plan, grid)].flatMap((v, i) => (v ? [i] : []))).toEqual([8]);
    expect([...tokenMask(at(639, 639), plan, grid)].flatMap((v, i) => (v ? [i] : []))).toEqual([
      63,
    ]);
    expect(latentMask(at(79, 80), plan, grid)[8]).toBeCloseTo(9 / 255, 6);
  });

  it('cover every masked pixel, whatever the sizes', () => {
    const side = fc.integer({ min: 1, max: 90 });
    const mode = fc.constantFrom('native', 'pad', 'stretch');
    fc.assert(
      fc.property(side, side, mode, side, side, (width, height, mode, px, py) => {
        const place = { x: px % width, y: py % height };
        const mask = paintMask(width, height, (x, y) => (x === place.x && y === place.y ? 255 : 0));
        const plan = planFit(width, height, { resolution: 64, mode });
        const grid = { width: plan.model.width / 8, height: plan.model.height / 8 };
        const cells = tokenMask(mask, plan, grid);
        const { content, source } = plan;
        const column = Math.floor(
          (content.x + ((place.x + 0.5) * content.width) / source.width) / 8,
        );
        const row = Math.floor(
          (content.y + ((place.y + 0.5) * content.height) / source.height) / 8,
        );
        expect(cells[row * grid.width + column]).toBe(1);
      }),
    );
  });

  it('of padding follow the edge of the picture', () => {
    const plan = planFit(64, 16, { resolution: 64, mode: 'pad' });
    const cells = tokenMask(
      paintMask(64, 16, (x, y) => (x < 4 && y === 0 ? 255 : 0)),
      plan,
      { width: 8, height: 8 },
    );
    expect(cells[0]).toBe(1);
    expect(cells[56]).toBe(0);
    expect(cells[1]).toBe(0);
  });
});

it('toSourceMask keeps black black and white white', () => {
  const plan = planFit(300, 200, { resolution: 64 });
  const small = paintMask(plan.model.width, plan.model.height, (x) => (x < 32 ? 255 : 0));
  const mask = toSourceMask(small, plan);
  expect([mask.width, mask.height]).toEqual([300, 200]);
  const edge = (32 * 300) / plan.model.width;
  for (let x = 0; x < 300; x++) {
    if (x < edge - 4) expect(mask.data[x]).toBe(255);
    if (x > edge + 4) expect(mask.data[x]).toBe(0);
  }
});
