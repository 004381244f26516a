import { dilate, featherMask, toSourceMask } from '../images/index.js';
import type { FitPlan, Mask } from '../images/index.js';

/** A part of a picture's codes above which an edit is of the picture as a whole. */
const WHOLE = 0.5;
/** How far beyond its cells a change may reach, and the width of its soft edge, in cells. */
const REACH = 5 / 16;
const FEATHER = 1 / 8;

/** Where tokens lie in a picture. */
export interface TokenGrid {
  /** The picture as the vision tokenizer sees it. */
  readonly view: FitPlan;
  /** Pixels of that view along the side of a cell, from the top left; what is left over belongs to
   * the last ones. */
  readonly cell: number;
  /** Cells along each side. */
  readonly side: number;
}

/**
 * Where an edit may change its picture, by the tokens: the cells whose code is not the picture's
 * own, with a margin, since a thing can reach a little into a cell that is another's. For models
 * that repeat the codes of what they leave alone.
 * @param drawn and `own`: codes of the edit and of the picture, of one grid, row by row
 * @returns a feathered mask of the picture's size, black where no code differs; undefined where so
 *   many differ that the picture is another as a whole (its style, its time of day)
 * @throws RangeError if the codes do not fill the grid
 */
export function tokenChanges(
  drawn: readonly number[],
  own: readonly number[],
  { view, cell, side }: TokenGrid,
): Mask | undefined {
  if (drawn.length !== side * side || own.length !== drawn.length) {
    throw new RangeError(`${drawn.length} and ${own.length} codes on a grid of ${side} x ${side}`);
  }
  const differs = drawn.map((code, index) => (code === own[index] ? 0 : 1));
  const count = differs.reduce<number>((sum, value) => sum + value, 0);
  if (count > WHOLE * differs.length) return undefined;
  const { width, height } = view.model;
  const place = (pixel: number) => Math.min(side - 1, Math.floor(pixel / cell));
  const bits = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) bits[y * width + x] = differs[place(y) * side + place(x)] ?? 0;
  }
  const grown = dilate(bits, view.model, Math.round(REACH * cell));
  const hard = { width, height, data: grown.map((bit) => bit * 255) };
  return toSourceMask(featherMask(hard, FEATHER * cell), view);
}
