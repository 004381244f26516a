import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { mostLikely, sampleToken, selectLargest } from '../../../../main/engine/tokens/sampler.js';
import type { SamplingOptions } from '../../../../main/engine/tokens/sampler.js';
import { RandomStream } from '../../../../main/engine/rng.js';

const ALL: SamplingOptions = { temperature: 1, topK: 0, topP: 1 };

/** Temperature, top-k and top-p by sorting everything: [token, probability], most likely first. */
function distribution(logits: Float32Array, options: SamplingOptions): [number, number][] {
  const { temperature, topK, topP } = options;
  let order = Array.from(logits.keys()).sort(
    (a, b) => (logits[b] ?? 0) - (logits[a] ?? 0) || a - b,
  );
  if (topK > 0) order = order.slice(0, topK);
  const top = logits[order[0] ?? 0] ?? 0;
  const weights = order.map((token) => Math.exp(((logits[token] ?? 0) - top) / temperature));
  const total = weights.reduce((a, b) => a + b, 0);
  const kept: [number, number][] = [];
  let reached = 0;
  for (const [index, token] of order.entries()) {
    if (topP < 1 && reached >= topP * total) break;
    const weight = weights[index] ?? 0;
    kept.push([token, weight]);
    reached += weight;
  }
  return kept.map(([token, weight]) => [token, weight / reached]);
}

const logitsOf = (...values: number[]) => Float32Array.from(values);

describe('sampleToken', () => {
  // ln 8, ln 4, ln 2, ln 1, ln 1: probabilities 1/2, 1/4, 1/8, 1/16, 1/16 at tokens 2, 0, 4, 1, 3.
  const halves = logitsOf(Math.log(4), 0, Math.log(8), 0, Math.log(2));

  it.each([
    ['all, start', ALL, 0, 2],
    ['all, first half', ALL, 0.499, 2],
    ['all, next quarter', ALL, 0.501, 0],
    ['all, ties by index', ALL, 0.9, 1],
    ['all, end', ALL, 0.9999, 3],
    ['temperature 0', { ...ALL, temperature: 0 }, 0.9999, 2],
    ['top-k 1', { ...ALL, topK: 1 }, 0.9999, 2],
    ['top-k 2 is 2/3, 1/3', { ...ALL, topK: 2 }, 0.66, 2],
    ['top-k 2, rest', { ...ALL, topK: 2 }, 0.67, 0],
    ['top-p under the first', { ...ALL, topP: 0.3 }, 0.9999, 2],
    ['top-p takes the token that crosses it', { ...ALL, topP: 0.51 }, 0.67, 0],
    ['top-p after top-k', { ...ALL, topK: 3, topP: 0.8 }, 0.99, 0],
    ['temperature 2 evens out', { ...ALL, temperature: 2 }, 0.34, 2],
    ['temperature 2, next', { ...ALL, temperature: 2 }, 0.4, 0],
    ['temperature 0.5 sharpens', { ...ALL, temperature: 0.5 }, 0.74, 2],
  ] as const)('%s', (_, options, uniform, token) => {
    expect(sampleToken(halves, options, uniform)).toBe(token);
  });

  it('equals sorting everything, for any logits and settings', () => {
    const logits = fc.array(fc.integer({ min: -40, max: 40 }), { minLength: 1, maxLength: 60 });
    const settings = fc.record({
      temperature: fc.constantFrom(0.3, 1, 2.5),
      topK: fc.integer({ min: 0, max: 70 }),
      topP: fc.constantFrom(0.05, 0.5, 0.95, 1),
    });
    fc.assert(
      fc.property(
        logits,
        settings,
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (values, s, u) => {
          const data = Float32Array.from(values, (value) => value / 8);
          const kept = distribution(data, s);
          const drawn = sampleToken(data, s, u);
          const place = kept.findIndex(([token]) => token === drawn);
          expect(place).toBeGreaterThanOrEqual(0);
          const before = kept.slice(0, place).reduce((total, [, p]) => total + p, 0);
          expect(u).toBeGreaterThanOrEqual(before - 1e-9);
          expect(u).toBeLessThan(before + (kept[place]?.[1] ?? 0) + 1e-9);
        },
      ),
      { numRuns: 400 },
    );
  });

  it.each([
    { temperature: 1, topK: 0, topP: 1 },
    { temperature: 1, topK: 0, topP: 0.95 },
    { temperature: 3, topK: 0, topP: 0.999 },
    { temperature: 1, topK: 5000, topP: 0.9 },
  ])('sorts only as much as it needs of a large vocabulary: %j', (options) => {
    const normals = new RandomStream(5, 'latents').normals(20_000);
    const logits = normals.map((value) => value * 1.5);
    const kept = distribution(logits, options);
    for (const uniform of [0, 0.3, 0.9, 0.999, 0.9999999]) {
      let reached = 0;
      const expected = kept.find(([, p]) => uniform < (reached += p))?.[0] ?? kept.at(-1)?.[0];
      expect(sampleToken(logits, options, uniform)).toBe(expected);
    }
  });
});

describe('selectLargest', () => {
  it('finds the k largest, whatever their order', () => {
    const values = fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(values, fc.nat(), (numbers, pick) => {
        const logits = Float32Array.from(numbers);
        const count = 1 + (pick % logits.length);
        const all = Uint32Array.from(logits.keys());
        const sorted = Array.from(all).sort((a, b) => (logits[b] ?? 0) - (logits[a] ?? 0) || a - b);
        const found = Array.from(selectLargest(logits, count, all)).sort((a, b) => a - b);
        expect(found).toEqual(sorted.slice(0, count).sort((a, b) => a - b));
      }),
      { numRuns: 300 },
    );
  });
});

it('mostLikely takes the first of equals', () => {
  expect(mostLikely(logitsOf(1, 3, 3, 2))).toBe(1);
});
