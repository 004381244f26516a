import { describe, expect, it } from 'vitest';

import {
  runInTiles,
  tileStarts,
  tileWeights,
  tilingFor,
} from '../../../main/engine/autoencoder/tiles.js';
import type { Planes, Tiling } from '../../../main/engine/autoencoder/tiles.js';

const TILING: Tiling = { side: 8, overlap: 4, trim: 1 };

describe('tilingFor', () => {
  it.each([
    ['what fits', 32, 32, 1024 * 1024, undefined],
    ['a little too much', 32, 32, 1024 * 1024 - 1, { side: 28, overlap: 12, trim: 4 }],
    ['a narrow picture that fits', 8, 100, 1024 * 1024, undefined],
    ['far too little room', 64, 64, 1, { side: 16, overlap: 8, trim: 2 }],
    ['a picture of one tile', 16, 16, 1, undefined],
    ['one that is only high', 64, 8, 1, { side: 16, overlap: 8, trim: 2 }],
  ])('cuts %s', (_, height, width, room, expected) => {
    expect(tilingFor({ height, width }, 32, room)).toEqual(expected);
  });
});

describe('tileStarts', () => {
  it.each([8, 9, 12, 13, 20, 31, 64, 100])('covers %i positions, overlapping enough', (size) => {
    const starts = tileStarts(size, TILING);
    expect(starts[0]).toBe(0);
    expect((starts.at(-1) ?? 0) + TILING.side).toBe(size);
    starts.slice(1).forEach((start, index) => {
      const before = starts[index] ?? 0;
      expect(start).toBeGreaterThan(before);
      expect(before + TILING.side - start).toBeGreaterThanOrEqual(TILING.overlap);
    });
  });
});

describe('tileWeights', () => {
  it('leaves out what is outermost beside another tile, and nothing at the picture’s edge', () => {
    const inner = tileWeights(8, TILING, 2, { first: false, last: false });
    expect([...inner.slice(0, 2)]).toEqual([0, 0]);
    expect(Math.max(...inner)).toBe(1);
    expect([...inner]).toEqual([...inner].reverse());
    expect([...tileWeights(8, TILING, 2, { first: true, last: true })]).toEqual(Array(16).fill(1));
  });
});

describe('runInTiles', () => {
  const picture = (height: number, width: number): Planes => ({
    ...{ channels: 2, height, width },
    data: Float32Array.from({ length: 2 * height * width }, (_, i) => Math.sin(i * 12.9898)),
  });
  /** Each number four times, as a decoder would without looking around. */
  const enlarge = ({ data, channels, height, width }: Planes): Promise<Planes> => {
    const wide = new Float32Array(4 * data.length);
    for (let row = 0; row < channels * height * 2; row++) {
      const from = Math.floor(row / 2) * width;
      for (let x = 0; x < 2 * width; x++) wide[row * 2 * width + x] = data[from + (x >> 1)] ?? 0;
    }
    return Promise.resolve({ data: wide, channels, height: 2 * height, width: 2 * width });
  };

  it.each([
    [8, 8],
    [8, 21],
    [30, 9],
    [25, 40],
  ])('puts %i x %i together again as it was', async (height, width) => {
    const input = picture(height, width);
    const tiled = await runInTiles(input, TILING, { input: 1, output: 2 }, enlarge);
    const whole = await enlarge(input);
    expect(tiled).toMatchObject({ channels: 2, height: 2 * height, width: 2 * width });
    const error = Math.max(...tiled.data.map((v, i) => Math.abs(v - (whole.data[i] ?? NaN))));
    expect(error).toBeLessThan(1e-6);
  });

  it('never gives a run more than a tile, and leaves out what a tile makes of its edge', async () => {
    const sizes: number[] = [];
    /** Right but for the outermost values, as those of a network that wants to see beyond. */
    const spoilEdges = async (tile: Planes): Promise<Planes> => {
      sizes.push(Math.max(tile.height, tile.width));
      const made = await enlarge(tile);
      made.data.forEach((_, i) => {
        const [x, y] = [i % made.width, Math.floor(i / made.width) % made.height];
        const edge = Math.min(x, y, made.width - 1 - x, made.height - 1 - y);
        if (edge < 2) made.data[i] = 1000;
      });
      return made;
    };
    const input = picture(25, 40);
    const tiled = await runInTiles(input, TILING, { input: 1, output: 2 }, spoilEdges);
    const whole = await enlarge(input);
    expect(Math.max(...sizes)).toBe(8);
    const inside = tiled.data.filter((value, i) => {
      const [x, y] = [i % 80, Math.floor(i / 80) % 50];
      const edge = Math.min(x, y, 79 - x, 49 - y);
      return edge >= 2 && Math.abs(value - (whole.data[i] ?? NaN)) > 1e-5;
    });
    expect(inside).toHaveLength(0);
  });
});
