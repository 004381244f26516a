import { expect, test } from 'vitest';
import { Smoother } from '../../../../../renderer/document/paint/smooth.js';

const shaky = Array.from({ length: 60 }, (_, index) => ({
  x: index * 4,
  y: index % 2 === 0 ? 6 : -6,
  pressure: 1,
}));
const roughness = (points: readonly { readonly y: number }[]): number =>
  points.reduce((sum, { y }, index) => sum + Math.abs(y - (points[index - 1]?.y ?? y)), 0);

test('without smoothing points are what they were', () => {
  const smoother = new Smoother(0);
  expect(smoother.add(shaky)).toBe(shaky);
  expect(smoother.finish()).toEqual([]);
});

test('the stronger it is, the calmer the stroke, and it ends where the hand was', () => {
  const calm = [0.3, 0.6, 0.9].map((strength) => {
    const smoother = new Smoother(strength);
    const points = [...smoother.add(shaky.slice(0, 20)), ...smoother.add(shaky.slice(20))];
    expect(smoother.finish()).toEqual([shaky.at(-1)]);
    return roughness(points);
  });
  expect(calm).toEqual(calm.toSorted((one, other) => other - one));
  expect(calm[0]).toBeLessThan(roughness(shaky) * 0.7);
  expect(calm[2]).toBeLessThan(roughness(shaky) * 0.2);
});
