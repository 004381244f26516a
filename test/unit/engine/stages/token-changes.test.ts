import { describe, expect, it } from 'vitest';

import { planFit } from '../../../../main/engine/images/index.js';
import { tokenChanges } from '../../../../main/engine/stages/token-changes.js';
import type { TokenGrid } from '../../../../main/engine/stages/token-changes.js';

const SIDE = 4;
const CELL = 32;
const own = Array.from({ length: SIDE * SIDE }, (_, index) => index);

/** A grid of 4 x 4 cells of 32 pixels over a picture of this size. */
function grid(width: number, height: number, cell = CELL): TokenGrid {
  const view = planFit(width, height, { resolution: SIDE * CELL, mode: 'stretch' });
  return { view, cell, side: SIDE };
}

/** The picture's codes, other at some cells. */
function other(...cells: number[]): number[] {
  return own.map((code, index) => (cells.includes(index) ? code + 100 : code));
}

describe('where tokens say that an edit changes its picture', () => {
  it('is nowhere if it repeats them all', () => {
    const mask = tokenChanges(own, own, grid(128, 128));
    expect(mask?.data.every((value) => value === 0)).toBe(true);
  });

  it('is the cells that differ with a margin and a soft edge', () => {
    const mask = tokenChanges(other(5), own, grid(128, 128));
    const at = (x: number, y: number) => mask?.data[y * 128 + x];
    expect([mask?.width, mask?.height]).toEqual([128, 128]);
    expect([at(32, 32), at(63, 63), at(23, 40)]).toEqual([255, 255, 255]);
    expect(at(19, 40)).toBeGreaterThan(0);
    expect(at(19, 40)).toBeLessThan(255);
    expect([at(15, 40), at(40, 80), at(127, 127)]).toEqual([0, 0, 0]);
  });

  it('has the size of the picture, whatever its shape', () => {
    const mask = tokenChanges(other(0), own, grid(512, 64));
    expect([mask?.width, mask?.height]).toEqual([512, 64]);
    expect([mask?.data[0], mask?.data[120], mask?.data[300]]).toEqual([255, 255, 0]);
  });

  it('gives what the grid does not cover to its last cells', () => {
    const last = tokenChanges(other(15), own, grid(128, 128, 30));
    expect(last?.data[127 * 128 + 127]).toBe(255);
  });

  it('is everywhere if most differ', () => {
    const cells = [0, 1, 2, 3, 4, 5, 6, 7];
    expect(tokenChanges(other(...cells), own, grid(128, 128))).toBeDefined();
    expect(tokenChanges(other(...cells, 8), own, grid(128, 128))).toBeUndefined();
  });

  it('refuses codes of another grid', () => {
    expect(() => tokenChanges(own.slice(1), own, grid(128, 128))).toThrow(RangeError);
    expect(() => tokenChanges(own, own.slice(1), grid(128, 128))).toThrow(RangeError);
  });
});
