import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  maskBytes,
  maskFromBytes,
} from '../../../../../renderer/document/pixels/mask-operations.js';
import { invert } from '../../../../../renderer/document/pixels/matrix.js';
import { MaskReader, resampleMask } from '../../../../../renderer/document/pixels/resample-mask.js';
import { ellipseMask } from '../../../../../renderer/document/selection/shapes.js';
import type { Mask, Matrix } from '../../../../../renderer/document/types.js';
import { farthest, noise } from './layers.js';

const [W, H] = [330, 290];
const crisp = ellipseMask(W, H, { x: 20, y: 30, width: 250, height: 200 });
const rough = maskFromBytes(noise(W * H), W, H);

/** Every pixel by its definition: between the four pixels around where it comes from. */
function byPixels(mask: Mask, matrix: Matrix, width: number, height: number): Uint8ClampedArray {
  const reader = new MaskReader(mask);
  const [a, b, c, d, e, f] = invert(matrix) ?? [0, 0, 0, 0, 0, 0];
  return Uint8ClampedArray.from({ length: width * height }, (_, i) => {
    const [x, y] = [(i % width) + 0.5, Math.floor(i / width) + 0.5];
    const [u, v] = [a * x + c * y + e - 0.5, b * x + d * y + f - 0.5];
    const [left, top] = [Math.floor(u), Math.floor(v)];
    const [s, t] = [u - left, v - top];
    const upper = reader.at(left, top) * (1 - s) + reader.at(left + 1, top) * s;
    const lower = reader.at(left, top + 1) * (1 - s) + reader.at(left + 1, top + 1) * s;
    return Math.round(upper * (1 - t) + lower * t);
  });
}

test('a mask under any transform is what each of its pixels is', () => {
  const matrices = fc.oneof(
    fc.constantFrom<Matrix>([0, 1, -1, 0, H, 0], [-1, 0, 0, 1, W, 0], [1, 0, 0, 1, 300, -41]),
    fc
      .tuple(...Array.from({ length: 4 }, () => fc.integer({ min: -20, max: 20 })))
      .map(([a = 0, b = 0, e = 0, f = 0]): Matrix => {
        return [a / 8 || 1, b / 9, -b / 9, a / 8 || 1, e * 13.5, f * 9.25];
      }),
  );
  fc.assert(
    fc.property(matrices, fc.constantFrom(crisp, rough), fc.boolean(), (matrix, given, out) => {
      const mask: Mask = out ? { ...given, outside: 255 } : given;
      const [width, height] = [H + 7, W - 30];
      const made = resampleMask(mask, matrix, width, height);
      expect(farthest(maskBytes(made), byPixels(mask, matrix, width, height))).toBe(0);
    }),
    { numRuns: 25 },
  );
});
