import { describe, expect, it } from 'vitest';

import { solve } from '../../../../main/engine/images/linear.js';
import { applyRegistration, register } from '../../../../main/engine/images/register.js';
import type { Pixels } from '../../../../main/engine/images/types.js';
import { farthest, paint, pixel, random, scene } from './pictures.js';

const SIDE = 128;

/** The scene as seen after a shift and a scale about the centre, with a local edit if asked. */
function view(dx: number, dy: number, scale: number, edit = false, side = SIDE): Pixels {
  const next = random(9);
  const u = (p: number, d: number): number => (p + 0.5 - side / 2 - d) / scale + side / 2 - 0.5;
  return paint(side, side, 3, (x, y, c) => {
    if (edit && Math.hypot(x - 80, y - 50) < 25) return [230, 40, 40][c] ?? 0;
    const grain = edit ? (next() - 0.5) * 8 : 0;
    return Math.round(scene(u(x, dx), u(y, dy), c) + grain);
  });
}

const source = view(0, 0, 1);

describe('register', () => {
  it.each([
    [0.3, 0, 1],
    [-0.3, 0.45, 1],
    [2.5, -1.2, 1],
    [0, 0, 1.01],
    [1.1, 0.7, 0.985],
    [9, -6, 1],
  ])('finds a shift of %d, %d and a scale of %d, with and without an edit', (dx, dy, scale) => {
    for (const edit of [false, true]) {
      const found = register(source, view(dx, dy, scale, edit));
      expect(Math.abs(found.dx - dx)).toBeLessThan(0.06);
      expect(Math.abs(found.dy - dy)).toBeLessThan(0.06);
      expect(Math.abs(found.scale - scale)).toBeLessThan(0.0015);
      expect(found.confidence).toBeGreaterThan(0.5);
      expect(found.significant).toBe(true);
    }
  });

  it('finds a large shift of a larger picture', () => {
    const found = register(view(0, 0, 1, false, 256), view(40, -22, 1, false, 256));
    expect(Math.hypot(found.dx - 40, found.dy + 22)).toBeLessThan(0.1);
  });

  it('sees through changed light', () => {
    const moved = view(1.5, 0.5, 1);
    const darker = { ...moved, data: moved.data.map((v) => v * 0.6 + 20) };
    const found = register(source, darker);
    expect(Math.hypot(found.dx - 1.5, found.dy - 0.5)).toBeLessThan(0.08);
    expect(found.significant).toBe(true);
  });

  it('leaves alone what did not move', () => {
    const edited = view(0, 0, 1, true);
    const found = register(source, edited);
    expect(Math.hypot(found.dx, found.dy)).toBeLessThan(0.05);
    expect(found.significant).toBe(false);
    expect(applyRegistration(edited, found)).toBe(edited);
  });

  it('claims nothing about pictures without texture or without anything in common', () => {
    const flat = paint(SIDE, SIDE, 3, () => 120);
    expect(register(flat, flat)).toMatchObject({ confidence: 0, significant: false });
    const edge = paint(SIDE, SIDE, 3, (x) => (x < 64 ? 40 : 200));
    expect(register(edge, edge).significant).toBe(false);
    const other = paint(SIDE, SIDE, 3, (x, y) => scene(y * 1.7 + 300, 500 - x * 0.8));
    expect(register(source, other).significant).toBe(false);
    expect(register(paint(8, 8, 3, scene), paint(8, 8, 3, scene)).significant).toBe(false);
  });

  it('gives the same answer again', () => {
    const edited = view(0.7, 0.2, 1.004, true);
    expect(register(source, edited)).toEqual(register(source, edited));
  });
});

describe('applyRegistration', () => {
  it.each([
    [0.3, 0, 1],
    [2.5, -1.2, 1],
    [0, 0, 1.01],
  ])('moves a shift of %d, %d and a scale of %d back', (dx, dy, scale) => {
    const edited = view(dx, dy, scale);
    const back = applyRegistration(edited, register(source, edited));
    for (let at = 8; at < SIDE - 8; at += 7) {
      expect(farthest(pixel(back, at, SIDE - at), pixel(source, at, SIDE - at))).toBeLessThan(5);
    }
  });
});

it('solve solves, also with a zero on the diagonal, and knows a singular matrix', () => {
  const solution = solve(Float64Array.of(0, 2, 1, 1, 1, 1, 4, 1, 2), Float64Array.of(7, 6, 12));
  expect([...(solution ?? [])].map((v) => Math.round(v * 1e9) / 1e9)).toEqual([1, 2, 3]);
  expect(solve(Float64Array.of(1, 2, 2, 4), Float64Array.of(1, 2))).toBeNull();
});
