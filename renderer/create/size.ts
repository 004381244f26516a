/** Sizes that a model works in. */
import type { Rect } from '../document/types.js';

/** Sides of pictures are multiples of it. */
const MULTIPLE = 32;

/** How much longer one side may be: of narrower pictures models make nothing that can be seen. */
const LONGEST = 4;

/**
 * Sides of about an aspect and the area of `resolution` squared, in whole cells; what is narrower
 * than models can do is a part of a wider picture.
 */
export function sizeFor(wanted: number, resolution: number): { width: number; height: number } {
  const aspect = Math.min(LONGEST, Math.max(1 / LONGEST, wanted));
  const cells = (length: number): number =>
    Math.max(1, Math.min(256, Math.round(length / MULTIPLE))) * MULTIPLE;
  return {
    width: cells(resolution * Math.sqrt(aspect)),
    height: cells(resolution / Math.sqrt(aspect)),
  };
}

/** The largest rectangle of an aspect in the middle of another. */
export function contained(aspect: number, { x, y, width, height }: Rect): Rect {
  const across = Math.min(width, height * aspect);
  const down = across / aspect;
  return { x: x + (width - across) / 2, y: y + (height - down) / 2, width: across, height: down };
}

/** The smallest rectangle of an aspect around another. */
export function covering(aspect: number, { x, y, width, height }: Rect): Rect {
  const across = Math.max(width, height * aspect);
  const down = across / aspect;
  return { x: x + (width - across) / 2, y: y + (height - down) / 2, width: across, height: down };
}
