/** The box that a text is wrapped in, made wider or narrower by its sides. */
import { invert, multiply, translation } from '../pixels/matrix.js';
import { findLayer } from '../layers/tree.js';
import type { Matrix, StudioDocument, TextLayer } from '../types.js';

/** The text that is selected alone, if it is wrapped in a box. */
export function wrappedText(document: StudioDocument): TextLayer | null {
  const [id] = document.active;
  if (id === undefined || document.active.length !== 1) return null;
  const layer = findLayer(document, id);
  return layer?.type === 'text' && layer.boxWidth !== null ? layer : null;
}

/** What of a text says where its box is. */
type Boxed = Pick<TextLayer, 'boxWidth' | 'transform'>;

/**
 * What a text's box becomes when its sides are moved; letters stay as large as they are, and lines
 * are broken anew. Widths are whole pixels before the transform.
 * @param matrix how the box is stretched, in document coordinates
 * @param held the side that stays where it is, as well as whole pixels let it
 * @returns null where the text has no box, or is not seen at all
 */
export function resizedBox(
  { boxWidth, transform }: Boxed,
  matrix: Matrix,
  held: 'left' | 'right',
): Boxed | null {
  const back = invert(transform);
  if (boxWidth === null || !back) return null;
  // The same stretching as the text itself sees it.
  const [across, , , , start] = multiply(back, multiply(matrix, transform));
  const [one, other] = [start, start + across * boxWidth];
  const [left, right] = [Math.min(one, other), Math.max(one, other)];
  const width = Math.max(1, Math.round(right - left));
  const from = held === 'left' ? left : right - width;
  return { boxWidth: width, transform: multiply(transform, translation(from, 0)) };
}
