import { describe, expect, test } from 'vitest';
import { maskBytes } from '../../../../renderer/document/pixels/mask-operations.js';
import { maskOf } from '../../../../renderer/files/wire-layers.js';
import { wireAdjustment } from '../../../../renderer/files/wire-adjustments.js';
import { tablesOf } from '../../../../renderer/document/pixels/adjust-tables.js';

describe('masks of files', () => {
  test.each([0, 255] as const)('lie where the file says, and are %s elsewhere', (outside) => {
    const bytes = Uint8ClampedArray.of(1, 2, 3, 250, 251, 252);
    // Partly beyond the document to the left.
    const box = { x: -1, y: 2, width: 3, height: 2, outside };
    const mask = maskOf(bytes, box, { width: 4, height: 5 });
    const o = outside;
    expect([...maskBytes(mask)]).toEqual([
      ...[o, o, o, o],
      ...[o, o, o, o],
      ...[2, 3, o, o],
      ...[251, 252, o, o],
      ...[o, o, o, o],
    ]);
  });
});

describe('adjustments for files', () => {
  test('what others reckon otherwise is written as the curves that it comes to', () => {
    const warm = { kind: 'temperature', temperature: 60, tint: -20 } as const;
    const wire = wireAdjustment(warm);
    if (wire?.kind !== 'curves') throw new Error('no curves');
    const made = tablesOf(wire);
    for (const [channel, table] of tablesOf(warm).entries()) {
      const apart = table.map((value, at) => Math.abs(value - (made[channel]?.[at] ?? 0)));
      expect(Math.max(...apart)).toBeLessThanOrEqual(3);
    }
  });

  test('what has no counterpart is left out', () => {
    expect(wireAdjustment({ kind: 'blur', radius: 3 })).toBeNull();
  });
});
