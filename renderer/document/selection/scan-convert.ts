/** Filling shapes by the lines that cross them. */
import type { Mask, Rect } from '../types.js';
import { maskFromRows } from './mask-rows.js';

/** Lines through each row of pixels; across, coverage is exact. */
const LINES = 16;

/** Writes to the empty `crossings` where a level line crosses the shape's outline, from the left. */
export type Crossings = (y: number, crossings: number[]) => void;

/**
 * An anti-aliased mask of a shape: between the first and second crossing of a line is inside,
 * between the second and third is not, and so on. Lines are asked for from the top down.
 */
export function scanConvert(width: number, height: number, bounds: Rect, cross: Crossings): Mask {
  // What begins and ends in a pixel, and what the steps of coverage from pixel to pixel are.
  const part = new Float64Array(width + 2);
  const step = new Float64Array(width + 2);
  const crossings: number[] = [];
  return maskFromRows(width, height, bounds, (y, row, left) => {
    part.fill(0);
    step.fill(0);
    for (let line = 0; line < LINES; line++) {
      crossings.length = 0;
      cross(y + (line + 0.5) / LINES, crossings);
      for (let k = 0; k + 1 < crossings.length; k += 2) {
        addSpan(part, step, clamp(crossings[k] ?? 0, width), clamp(crossings[k + 1] ?? 0, width));
      }
    }
    let level = 0;
    for (let x = 0; x < left; x++) level += step[x] ?? 0;
    for (let k = 0; k < row.length; k++) {
      level += step[left + k] ?? 0;
      row[k] = ((level + (part[left + k] ?? 0)) * 255) / LINES;
    }
  });
}

function clamp(x: number, width: number): number {
  return Math.min(width, Math.max(0, x));
}

function addSpan(part: Float64Array, step: Float64Array, from: number, to: number): void {
  const first = Math.floor(from);
  const last = Math.floor(to);
  if (first === last) {
    part[first] = (part[first] ?? 0) + to - from;
    return;
  }
  part[first] = (part[first] ?? 0) + first + 1 - from;
  step[first + 1] = (step[first + 1] ?? 0) + 1;
  step[last] = (step[last] ?? 0) - 1;
  part[last] = (part[last] ?? 0) + to - last;
}
