import { describe, expect, it } from 'vitest';

import { quantizeRows } from '../../../native-models/quantize/blocks.js';
import { fromHalf, toFloats, toHalf } from '../../../native-models/quantize/numbers.js';
import { RandomStream } from '../../../main/engine/rng.js';

/** Numbers that codes stand for, [rows, blocks * 32]. */
function decode(
  { codes, scales }: ReturnType<typeof quantizeRows>,
  bits: 4 | 8,
): Float32Array<ArrayBuffer> {
  const middle = 2 ** (bits - 1);
  const values = new Float32Array((codes.length * 8) / bits);
  for (let i = 0; i < values.length; i++) {
    const code = bits === 8 ? (codes[i] ?? 0) : ((codes[i >> 1] ?? 0) >> (4 * (i & 1))) & 0xf;
    values[i] = (code - middle) * fromHalf(scales[Math.floor(i / 32)] ?? 0);
  }
  return values;
}

describe('half-precision numbers', () => {
  it('come back from every one of their 65,536 forms', () => {
    const all = Array.from({ length: 65_536 }, (_, bits) => bits);
    const lost = all.filter((bits) => {
      const value = fromHalf(bits);
      if (Number.isNaN(value)) return !Number.isNaN(fromHalf(toHalf(value)));
      // Minus zero is zero.
      return toHalf(value) !== bits && bits !== 0x8000;
    });
    expect(lost).toEqual([]);
  });

  it.each([
    [1, 0x3c00],
    [-2, 0xc000],
    [65_504, 0x7bff],
    [65_520, 0x7c00],
    [2 ** -24, 1],
    [2 ** -25, 0],
    [1 + 2 ** -11, 0x3c00],
    [1 + 3 * 2 ** -11, 0x3c02],
    [0.333251953125, 0x3555],
  ])('%d is %i', (value, bits) => {
    expect(toHalf(value)).toBe(bits);
  });

  it('are read as they lie in a file', () => {
    expect([...toFloats(Uint8Array.of(0x00, 0x3c, 0x00, 0xc0), 'F16')]).toEqual([1, -2]);
    expect([...toFloats(Uint8Array.of(0x80, 0x3f, 0x00, 0xc0), 'BF16')]).toEqual([1, -2]);
    expect([...toFloats(Uint8Array.of(0, 0, 0x80, 0x3f), 'F32')]).toEqual([1]);
  });
});

describe('quantizeRows', () => {
  it('keeps numbers that are whole steps of their scale, two to a byte, the first one low', () => {
    const row = Float32Array.from({ length: 32 }, (_, i) => (i % 16) - 8);
    const quantized = quantizeRows(row, 32, 4);
    expect(quantized.codes[0]).toBe(0x10);
    expect(fromHalf(quantized.scales[0] ?? 0)).toBe(1);
    expect(quantized.squaredError).toBe(0);
    expect([...decode(quantized, 4)]).toEqual([...row]);
  });

  it('gives the largest number the lowest code, whatever its sign', () => {
    const row = new Float32Array(32).fill(1);
    row[5] = 8;
    const quantized = quantizeRows(row, 32, 4);
    expect(fromHalf(quantized.scales[0] ?? 0)).toBe(-1);
    expect([...decode(quantized, 4)]).toEqual([...row]);
  });

  it('makes zeros of zeros', () => {
    const quantized = quantizeRows(new Float32Array(64), 64, 8);
    expect([...decode(quantized, 8)].every((value) => value === 0)).toBe(true);
    expect(quantized.squaredError).toBe(0);
  });

  it('fills a short last block and keeps rows apart', () => {
    const rows = Float32Array.from({ length: 2 * 40 }, (_, i) => (i < 40 ? 1 : -3));
    const quantized = quantizeRows(rows, 40, 8);
    expect(quantized.scales).toHaveLength(4);
    const decoded = decode(quantized, 8);
    expect([...decoded.subarray(0, 40)].every((value) => value === 1)).toBe(true);
    expect([...decoded.subarray(40, 64)].every((value) => value === 0)).toBe(true);
    expect([...decoded.subarray(64, 104)].every((value) => value === -3)).toBe(true);
  });

  it.each([
    [4, 0.1],
    [8, 0.007],
  ] as const)('loses of normal numbers at %i bits less than %d', (bits, bound) => {
    const values = new RandomStream(3, 'latents').normals(64 * 256);
    const quantized = quantizeRows(values, 256, bits);
    const error = Math.sqrt(quantized.squaredError / quantized.squaredSum);
    expect(error).toBeLessThan(bound);
    const decoded = decode(quantized, bits);
    const lost = values.reduce((sum, value, i) => sum + (value - (decoded[i] ?? 0)) ** 2, 0);
    expect(lost / quantized.squaredError).toBeCloseTo(1, 5);
  });
});
