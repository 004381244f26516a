/** Lines between pixels, where they are shown large. */
import { apply, boundsOf, invert } from '../document/pixels/matrix.js';
import type { Matrix } from '../document/types.js';

/** Screen pixels a document pixel from which on there are lines. */
const GRID_FROM = 8;

interface Size {
  readonly width: number;
  readonly height: number;
}

/**
 * Draws the lines that are seen, a hair wide, whatever the zoom and the turn.
 * @param matrix from document to screen
 * @param screen size of what is seen
 */
export function drawPixelGrid(
  context: CanvasRenderingContext2D,
  matrix: Matrix,
  document: Size,
  screen: Size,
): void {
  const back = invert(matrix);
  if (Math.hypot(matrix[0], matrix[1]) < GRID_FROM || !back) return;
  const seen = boundsOf(back, { x: 0, y: 0, ...screen });
  const left = Math.max(0, Math.floor(seen.x));
  const top = Math.max(0, Math.floor(seen.y));
  const right = Math.min(document.width, Math.ceil(seen.x + seen.width));
  const bottom = Math.min(document.height, Math.ceil(seen.y + seen.height));
  context.beginPath();
  const line = (x1: number, y1: number, x2: number, y2: number): void => {
    const [from, to] = [apply(matrix, { x: x1, y: y1 }), apply(matrix, { x: x2, y: y2 })];
    context.moveTo(from.x, from.y);
    context.lineTo(to.x, to.y);
  };
  for (let x = left; x <= right; x++) line(x, top, x, bottom);
  for (let y = top; y <= bottom; y++) line(left, y, right, y);
  context.lineWidth = 1;
  context.strokeStyle = '#80808059';
  context.stroke();
}
