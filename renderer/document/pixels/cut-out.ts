/** Pixels that leave their document by what is selected of them. */
import type { Mask, Rect } from '../types.js';
import { maskBytes } from './mask-operations.js';

/**
 * Makes transparent what is not selected, in place.
 * @param data straight RGBA of `rect`, which is in document pixels
 */
export function cutOut(data: Uint8ClampedArray, rect: Rect, selection: Mask): void {
  const bytes = maskBytes(selection, rect);
  for (let i = 0; i < bytes.length; i++) {
    const value = bytes[i] ?? 0;
    if (value === 255) continue;
    const at = i * 4 + 3;
    data[at] = Math.round(((data[at] ?? 0) * value) / 255);
  }
}
