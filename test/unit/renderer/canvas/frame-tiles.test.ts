import { describe, expect, test } from 'vitest';
import { FrameTiles } from '../../../../renderer/canvas/frame-tiles.js';
import type { StudioDocument } from '../../../../renderer/document/types.js';

const state = (): StudioDocument['layers'] => [];
const pixels = (value: number): Uint8ClampedArray => new Uint8ClampedArray([value]);

/** Two tiles as they are in the first state. */
function shown() {
  const first = state();
  const tiles = new FrameTiles(first);
  tiles.set('a', pixels(1));
  tiles.set('b', pixels(2));
  const seen = (key: string): number | null => {
    const tile = tiles.get(key);
    return !tile || tile.stale ? null : (tile.data[0] ?? null);
  };
  return { tiles, first, seen };
}

describe('tiles that were computed', () => {
  test('are there at once when a step is undone, and when it is done again', () => {
    const { tiles, first, seen } = shown();
    const second = state();
    expect(tiles.change(['a'], second, false)).toEqual([]);
    expect([seen('a'), seen('b')]).toEqual([null, 2]);
    tiles.set('a', pixels(7));
    expect(tiles.change(['a'], first, false)).toEqual(['a']);
    expect(seen('a')).toBe(1);
    expect(tiles.change(['a'], second, false)).toEqual(['a']);
    expect(seen('a')).toBe(7);
  });

  test('are there again after a stroke that touched them one after the other', () => {
    const { tiles, first, seen } = shown();
    tiles.change(['a'], state(), true);
    tiles.set('a', pixels(3));
    tiles.change(['a', 'b'], state(), true);
    tiles.set('a', pixels(4));
    tiles.set('b', pixels(5));
    const second = state();
    tiles.change([], second, false);
    expect(tiles.change(['a', 'b'], first, false)).toEqual(['a', 'b']);
    expect([seen('a'), seen('b')]).toEqual([1, 2]);
    tiles.change(['a', 'b'], second, false);
    expect([seen('a'), seen('b')]).toEqual([4, 5]);
  });

  test('are there again when a gesture is given up', () => {
    const { tiles, first, seen } = shown();
    tiles.change(['a'], state(), true);
    tiles.set('a', pixels(3));
    expect(tiles.change(['a'], first, false)).toEqual(['a']);
    expect(seen('a')).toBe(1);
  });

  test('are never taken for those of a state that they were not computed for', () => {
    const { tiles, seen } = shown();
    const second = state();
    tiles.change(['a'], second, false);
    // Never computed for the second state, but for a gesture after it.
    tiles.change(['a'], state(), true);
    tiles.set('a', pixels(9));
    tiles.change(['a'], state(), false);
    expect(tiles.change(['a'], second, false)).toEqual([]);
    expect(seen('a')).toBeNull();
  });

  test('of which the letters have changed are computed anew', () => {
    const { tiles, first, seen } = shown();
    tiles.change(['a'], state(), false);
    tiles.set('a', pixels(7));
    tiles.invalidate();
    expect(tiles.change(['a'], first, false)).toEqual([]);
    expect([seen('a'), seen('b')]).toEqual([null, null]);
  });

  test('are let go of beyond a bound, those computed longest ago first', () => {
    const { tiles } = shown();
    tiles.set('a', pixels(1));
    tiles.forget(1);
    expect([...tiles.keys()]).toEqual(['a']);
  });
});
