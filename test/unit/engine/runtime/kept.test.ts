import { describe, expect, it } from 'vitest';

import { Kept, keyOf } from '../../../../main/engine/runtime/kept.js';

const bytes = (value: Float32Array): number => value.byteLength;
const numbers = (length: number) => () => Promise.resolve(new Float32Array(length));

describe('Kept', () => {
  it('computes a result once for one key', async () => {
    const kept = new Kept({ entries: 2, bytes: 100 }, bytes);
    const first = await kept.get('a', numbers(3));
    expect(await kept.get('a', () => Promise.reject(new Error('computed again')))).toBe(first);
    expect(kept.bytes).toBe(12);
  });

  it('lets go of what was used the longest ago', async () => {
    const kept = new Kept({ entries: 2, bytes: 100 }, bytes);
    const first = await kept.get('a', numbers(1));
    const second = await kept.get('b', numbers(1));
    await kept.get('a', numbers(1));
    await kept.get('c', numbers(1));
    expect(await kept.get('a', numbers(1))).toBe(first);
    expect(await kept.get('b', numbers(1))).not.toBe(second);
  });

  it.each([
    ['three that fill it', [10, 10, 10], 80],
    ['a small one after a large one', [20, 1], 84],
    ['one that is too large by itself', [26], 0],
  ])('never takes more bytes than it may: %s', async (_, lengths, held) => {
    const kept = new Kept({ entries: 9, bytes: 100 }, bytes);
    for (const [index, length] of lengths.entries()) await kept.get(`${index}`, numbers(length));
    expect(kept.bytes).toBe(held);
  });

  it('keeps nothing where there is no room', async () => {
    const kept = new Kept({ entries: 0, bytes: 100 }, bytes);
    const first = await kept.get('a', numbers(1));
    expect(await kept.get('a', numbers(1))).not.toBe(first);
  });

  it('does not keep a failure', async () => {
    const kept = new Kept({ entries: 1, bytes: 100 }, bytes);
    await expect(kept.get('a', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await kept.get('a', numbers(2))).toHaveLength(2);
  });
});

describe('keyOf', () => {
  it.each([
    ['numbers', [1], [2]],
    ['where parts end', ['ab', 'c'], ['a', 'bc']],
    ['a number and its text', [1], ['1']],
    ['lists', [[1, 2], [3]], [[1], [2, 3]]],
    ['floats', [Float32Array.of(1, 2)], [Float32Array.of(1, 3)]],
    ['signs of zero', [Float32Array.of(0)], [Float32Array.of(-0)]],
    ['no floats and none at all', [new Float32Array()], []],
  ])('tells apart %s', (_, one, other) => {
    expect(keyOf(...one)).not.toBe(keyOf(...other));
    expect(keyOf(...one)).toBe(keyOf(...one));
  });

  it('reads a view as what it shows', () => {
    const view = Float32Array.of(9, 1, 2, 9).subarray(1, 3);
    expect(keyOf(view)).toBe(keyOf(Float32Array.of(1, 2)));
  });
});
