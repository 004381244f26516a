/** Morphology of small binary pictures (values 0 and 1), rows from the top left. */
import type { Size } from './types.js';

/** 1 where any (`wanted` 1) or no (`wanted` 0) pixel within `reach` along a line is `wanted`. */
function spread(
  from: Uint8Array,
  { width, height }: Size,
  reach: number,
  wanted: 0 | 1,
  across: boolean,
): Uint8Array {
  const to = new Uint8Array(from.length);
  const [lines, length] = across ? [height, width] : [width, height];
  const [stride, step] = across ? [width, 1] : [1, width];
  for (let line = 0; line < lines; line++) {
    let seen = -Infinity; // last wanted pixel at or before the window's end
    for (let i = -reach; i < length; i++) {
      const end = i + reach;
      if (end < length && from[line * stride + end * step] === wanted) seen = end;
      if (i >= 0) to[line * stride + i * step] = seen >= i - reach ? wanted : 1 - wanted;
    }
  }
  return to;
}

/** Grows what is 1 by `reach` pixels in all eight directions. */
export function dilate(bits: Uint8Array, size: Size, reach: number): Uint8Array {
  return spread(spread(bits, size, reach, 1, true), size, reach, 1, false);
}

/** Shrinks what is 1 by `reach` pixels in all eight directions; the edge counts as more of it. */
export function erode(bits: Uint8Array, size: Size, reach: number): Uint8Array {
  return spread(spread(bits, size, reach, 0, true), size, reach, 0, false);
}

/** Pixels of a connected patch. */
type Patch = number[];

/** Patches of pixels for which `inside` holds, connected in eight directions, in scan order. */
export function patches({ width, height }: Size, inside: (index: number) => boolean): Patch[] {
  const seen = new Uint8Array(width * height);
  const found: Patch[] = [];
  for (let start = 0; start < seen.length; start++) {
    if (seen[start] === 1 || !inside(start)) continue;
    const patch: Patch = [start];
    seen[start] = 1;
    for (const at of patch) {
      const [x, y] = [at % width, Math.floor(at / width)];
      for (let ny = Math.max(0, y - 1); ny <= Math.min(height - 1, y + 1); ny++) {
        for (let nx = Math.max(0, x - 1); nx <= Math.min(width - 1, x + 1); nx++) {
          const next = ny * width + nx;
          if (seen[next] === 1 || !inside(next)) continue;
          seen[next] = 1;
          patch.push(next);
        }
      }
    }
    found.push(patch);
  }
  return found;
}
