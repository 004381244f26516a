/** Lining layers up by what they show. Moves are by whole pixels, so that nothing is blurred. */
import { translation } from '../pixels/matrix.js';
import type { Layer, LayerId, Matrix, Rect, StudioDocument } from '../types.js';
import { topMost } from './tree.js';
import { transformEach, union } from './transform.js';
import type { BoundsOf, ResampleMask } from './transform.js';

export type Alignment = 'left' | 'center' | 'right' | 'top' | 'middle' | 'bottom';

interface Measured {
  readonly layer: Layer;
  readonly bounds: Rect;
}

function measure(
  document: StudioDocument,
  ids: readonly LayerId[],
  boundsOf: BoundsOf,
): readonly Measured[] {
  return topMost(document, ids).flatMap(({ layer }) => {
    const bounds = boundsOf(layer);
    return bounds ? [{ layer, bounds }] : [];
  });
}

/**
 * Aligns layers with the bounds of all of them together, a single one with the document. Layers
 * that show nothing stay where they are.
 * @param within a rectangle to align with instead, such as that of the selection
 * @throws DocumentError NO_SUCH_LAYER, LAYER_LOCKED
 */
export function alignLayers(
  document: StudioDocument,
  ids: readonly LayerId[],
  alignment: Alignment,
  boundsOf: BoundsOf,
  resample: ResampleMask,
  within: Rect | null = null,
): StudioDocument {
  const measured = measure(document, ids, boundsOf);
  const { width, height } = document;
  const together = measured.length > 1 ? union(measured.map(({ bounds }) => bounds)) : null;
  const frame = within ?? together ?? { x: 0, y: 0, width, height };
  const moves = measured.map(
    ({ layer, bounds }) => [layer.id, towards(alignment, bounds, frame)] as const,
  );
  return transformEach(document, moves, resample);
}

function towards(alignment: Alignment, bounds: Rect, frame: Rect): Matrix {
  const spareX = frame.x - bounds.x + (frame.width - bounds.width) * shareOf(alignment);
  const spareY = frame.y - bounds.y + (frame.height - bounds.height) * shareOf(alignment);
  const across = alignment === 'left' || alignment === 'center' || alignment === 'right';
  return across ? wholeMove(spareX, 0) : wholeMove(0, spareY);
}

function shareOf(alignment: Alignment): number {
  if (alignment === 'left' || alignment === 'top') return 0;
  return alignment === 'center' || alignment === 'middle' ? 0.5 : 1;
}

function wholeMove(x: number, y: number): Matrix {
  return translation(Math.round(x), Math.round(y));
}

/**
 * Gives layers the same gaps; the first and the last stay where they are. With fewer than three
 * there is nothing to distribute.
 * @throws DocumentError NO_SUCH_LAYER, LAYER_LOCKED
 */
export function distributeLayers(
  document: StudioDocument,
  ids: readonly LayerId[],
  axis: 'horizontal' | 'vertical',
  boundsOf: BoundsOf,
  resample: ResampleMask,
): StudioDocument {
  const across = axis === 'horizontal';
  const start = ({ x, y }: Rect): number => (across ? x : y);
  const length = ({ width, height }: Rect): number => (across ? width : height);
  const middle = (rect: Rect): number => start(rect) + length(rect) / 2;
  const order = measure(document, ids, boundsOf).toSorted(
    (one, other) => middle(one.bounds) - middle(other.bounds),
  );
  const first = order.at(0)?.bounds;
  const last = order.at(-1)?.bounds;
  if (order.length < 3 || !first || !last) return document;
  const filled = order.reduce((sum, { bounds }) => sum + length(bounds), 0);
  const gap = (start(last) + length(last) - start(first) - filled) / (order.length - 1);
  let at = start(first);
  const moves = order.map(({ layer, bounds }, index) => {
    const ends = index === 0 || index === order.length - 1;
    const by = ends ? 0 : at - start(bounds);
    at += length(bounds) + gap;
    return [layer.id, across ? wholeMove(by, 0) : wholeMove(0, by)] as const;
  });
  return transformEach(document, moves, resample);
}
