import { describe, expect, test } from 'vitest';
import { ticks, tickStep } from '../../../../renderer/canvas/ruler-ticks.js';

describe('a ruler', () => {
  test.each([
    [1, 100],
    [0.5, 200],
    [2, 50],
    [0.1, 1000],
    [64, 1],
  ])('at zoom %d has a number every %d pixels', (zoom, step) => {
    expect(tickStep(zoom)).toBe(step);
  });

  test('has 0 where the document begins', () => {
    const zero = ticks(37, 1, 400).find(({ label }) => label === 0);
    expect(zero?.at).toBe(37);
  });

  test('covers all of the window, also before the document', () => {
    const all = ticks(200, 1, 400);
    expect(all[0]?.at).toBeLessThanOrEqual(0);
    expect(all.at(-1)?.at).toBeGreaterThanOrEqual(400);
    expect(all.filter(({ label }) => label !== null).map(({ label }) => label)).toEqual([
      -200, -100, 0, 100, 200,
    ]);
  });
});
