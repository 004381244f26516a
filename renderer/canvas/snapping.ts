/** Where a move catches: edges and middles of the document, of other layers, and guides. */
import { boundsOfAll } from '../document/layers/transform.js';
import type { LayerId, Point, Rect, StudioDocument } from '../document/types.js';
import { boundsOfLayer } from './bounds.js';

/** Start, middle and end of a stretch. */
export const marks = (from: number, length: number): readonly number[] => [
  from,
  from + length / 2,
  from + length,
];

/** The move that brings one of the marks onto the nearest line; the same if none is near. */
export function catchOn(
  moving: readonly number[],
  lines: readonly number[],
  by: number,
  reach: number,
): number {
  let best = by;
  let least = reach;
  for (const mark of moving) {
    for (const line of lines) {
      const off = Math.abs(mark + by - line);
      if (off < least) [best, least] = [line - mark, off];
    }
  }
  return best;
}

/** Where something may catch: places across and down. */
export interface Lines {
  readonly across: readonly number[];
  readonly down: readonly number[];
}

/**
 * Edges and middles of the canvas and of the topmost layers but some, and guides.
 * @param withGuides hidden guides catch nothing
 */
export function linesOf(
  document: StudioDocument,
  except: readonly LayerId[],
  withGuides: boolean,
): Lines {
  const others: Rect[] = document.layers
    .filter((layer) => !except.includes(layer.id) && layer.visible)
    .slice(-20)
    .flatMap((layer) => boundsOfLayer(layer) ?? []);
  const all = [{ x: 0, y: 0, width: document.width, height: document.height }, ...others];
  const guides = (axis: 'horizontal' | 'vertical'): number[] =>
    withGuides
      ? document.guides.filter((guide) => guide.axis === axis).map(({ position }) => position)
      : [];
  return {
    across: [...all.flatMap(({ x, width }) => marks(x, width)), ...guides('vertical')],
    down: [...all.flatMap(({ y, height }) => marks(y, height)), ...guides('horizontal')],
  };
}

/** A move of layers, drawn to what lies near. @param reach in document pixels */
export function snapMove(
  document: StudioDocument,
  ids: readonly LayerId[],
  by: Point,
  reach: number,
  withGuides: boolean,
): Point {
  const box = boundsOfAll(document, ids, boundsOfLayer);
  if (!box) return by;
  const { across, down } = linesOf(document, ids, withGuides);
  return {
    x: Math.round(catchOn(marks(box.x, box.width), across, by.x, reach)),
    y: Math.round(catchOn(marks(box.y, box.height), down, by.y, reach)),
  };
}
