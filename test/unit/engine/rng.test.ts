import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { MAX_SEED, RandomStream, candidateSeed, philox4x32 } from '../../../main/engine/rng.js';
import type { Block } from '../../../main/engine/rng.js';

/** Known answers published with the generator (Random123, kat_vectors, philox4x32 10 rounds). */
const KNOWN: readonly (readonly [Block, readonly [number, number], Block])[] = [
  [
    [0, 0, 0, 0],
    [0, 0],
    [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
  ],
  [
    [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
    [0xffffffff, 0xffffffff],
    [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
  ],
  [
    [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
    [0xa4093822, 0x299f31d0],
    [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
  ],
];

/** The same function by its definition, in integers without bounds. */
function philoxByDefinition(counter: Block, key: readonly [number, number]): number[] {
  const mask = 0xffffffffn;
  let [c0, c1, c2, c3] = counter.map(BigInt) as [bigint, bigint, bigint, bigint];
  let [k0, k1] = key.map(BigInt) as [bigint, bigint];
  for (let round = 0; round < 10; round++) {
    const p0 = 0xd2511f53n * c0;
    const p1 = 0xcd9e8d57n * c2;
    [c0, c1, c2, c3] = [(p1 >> 32n) ^ c1 ^ k0, p1 & mask, (p0 >> 32n) ^ c3 ^ k1, p0 & mask];
    k0 = (k0 + 0x9e3779b9n) & mask;
    k1 = (k1 + 0xbb67ae85n) & mask;
  }
  return [c0, c1, c2, c3].map(Number);
}

const word = fc.integer({ min: 0, max: 0xffffffff });

describe('philox4x32', () => {
  it.each(KNOWN)('gives the published answer for counter %j and key %j', (counter, key, block) => {
    expect(philox4x32(counter, key)).toEqual(block);
  });

  it('is what its definition says, everywhere', () => {
    fc.assert(
      fc.property(fc.tuple(word, word, word, word), fc.tuple(word, word), (counter, key) => {
        expect(philox4x32(counter, key)).toEqual(philoxByDefinition(counter, key));
      }),
    );
  });
});

describe('RandomStream', () => {
  it('places seed, index and purpose in key and counter as documented', () => {
    const seed = 0x5_89abcdef;
    const index = 2 ** 33 + 7;
    const [a, b] = philox4x32([7, 2, 1, 0], [0x89abcdef, 5]);
    const expected = ((a >>> 5) * 2 ** 26 + (b >>> 6)) / 2 ** 53;
    expect(new RandomStream(seed, 'latents').uniform(index)).toBe(expected);
  });

  it('never changes: the first numbers of seed 7', () => {
    const tokens = new RandomStream(7, 'tokens');
    const [a, b] = philox4x32([0, 0, 0, 0], [7, 0]);
    expect(tokens.uniform(0)).toBe(((a >>> 5) * 2 ** 26 + (b >>> 6)) / 2 ** 53);
    const normals = new RandomStream(7, 'latents').normals(2);
    const [c, d] = philox4x32([0, 0, 1, 0], [7, 0]);
    const radius = Math.sqrt(-2 * Math.log((c + 0.5) / 2 ** 32));
    const angle = 2 * Math.PI * ((d + 0.5) / 2 ** 32);
    expect([...normals]).toEqual([
      Math.fround(radius * Math.cos(angle)),
      Math.fround(radius * Math.sin(angle)),
    ]);
  });

  it('gives normal numbers that do not depend on how many are asked for', () => {
    const stream = new RandomStream(123, 'latents');
    const many = stream.normals(1001);
    for (const count of [0, 1, 2, 3, 4, 5, 998]) {
      expect(stream.normals(count)).toEqual(many.slice(0, count));
    }
  });

  it('is uniform and normal', () => {
    const stream = new RandomStream(9, 'tokens');
    const uniforms = Array.from({ length: 20_000 }, (_, index) => stream.uniform(index));
    expect(Math.min(...uniforms)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...uniforms)).toBeLessThan(1);
    for (let bin = 0; bin < 10; bin++) {
      const inside = uniforms.filter((value) => Math.floor(value * 10) === bin).length;
      expect(Math.abs(inside - 2000)).toBeLessThan(5 * Math.sqrt(1800));
    }
    const normals = new RandomStream(9, 'latents').normals(40_000);
    const moment = (power: number) =>
      normals.reduce((total, value) => total + value ** power, 0) / normals.length;
    expect(Math.abs(moment(1))).toBeLessThan(0.025);
    expect(Math.abs(moment(2) - 1)).toBeLessThan(0.04);
    expect(Math.abs(moment(3))).toBeLessThan(0.08);
    expect(Math.abs(moment(4) - 3)).toBeLessThan(0.25);
  });

  it('has streams of its own for every seed and purpose', () => {
    const first = new RandomStream(1, 'tokens').uniform(0);
    expect(new RandomStream(2, 'tokens').uniform(0)).not.toBe(first);
    expect(new RandomStream(1, 'latents').uniform(0)).not.toBe(first);
    // A seed is more than its lower 32 bits.
    expect(new RandomStream(1 + 2 ** 32, 'tokens').uniform(0)).not.toBe(first);
  });

  it.each([-1, 0.5, MAX_SEED + 1, NaN])('refuses %d as a seed', (seed) => {
    expect(() => new RandomStream(seed, 'tokens')).toThrow(RangeError);
  });
});

describe('candidateSeed', () => {
  it('counts on from the seed, and from 0 after the largest', () => {
    expect([0, 1, 15].map((index) => candidateSeed(7, index))).toEqual([7, 8, 22]);
    const seeds = [0, 1, 2, 3].map((index) => candidateSeed(MAX_SEED - 1, index));
    expect(seeds).toEqual([MAX_SEED - 1, MAX_SEED, 0, 1]);
  });
});
