/** Changing the points of a curve from (0, 0) to (255, 255). */
import { MAX_CURVE_POINTS } from '../../document/layers/limits.js';
import type { Point } from '../../document/types.js';

const LAST = 255;
const clamp = (value: number, least: number, most: number): number =>
  Math.min(most, Math.max(least, Math.round(value)));

/** Points by x. */
export function sorted(points: readonly Point[]): readonly Point[] {
  return points.toSorted((one, other) => one.x - other.x);
}

/** The point within reach of a place, the nearest of them; -1 if there is none. */
export function pointNear(points: readonly Point[], { x, y }: Point, reach: number): number {
  let found = -1;
  let nearest = reach;
  for (const [index, point] of points.entries()) {
    const distance = Math.hypot(point.x - x, point.y - y);
    if (distance > nearest) continue;
    nearest = distance;
    found = index;
  }
  return found;
}

/**
 * A curve with one more point.
 * @param points by x
 * @returns null where there is one above or below it already, or there are as many as may be
 */
export function addPoint(
  points: readonly Point[],
  at: Point,
): { readonly points: readonly Point[]; readonly index: number } | null {
  const point = { x: clamp(at.x, 0, LAST), y: clamp(at.y, 0, LAST) };
  if (points.length >= MAX_CURVE_POINTS || points.some(({ x }) => x === point.x)) return null;
  const index = points.filter(({ x }) => x < point.x).length;
  return { points: points.toSpliced(index, 0, point), index };
}

/** A curve with a point elsewhere; it stays between those beside it. @param points by x */
export function movePoint(points: readonly Point[], index: number, to: Point): readonly Point[] {
  const least = (points[index - 1]?.x ?? -1) + 1;
  const most = (points[index + 1]?.x ?? LAST + 1) - 1;
  return points.with(index, { x: clamp(to.x, least, most), y: clamp(to.y, 0, LAST) });
}

/** A curve with one point less; the last two stay. */
export function removePoint(points: readonly Point[], index: number): readonly Point[] {
  return points.length <= 2 ? points : points.toSpliced(index, 1);
}

/** Whether a place is so far outside that the point dragged there is to be taken away. */
export function isDraggedOut({ x, y }: Point): boolean {
  const far = 40;
  return x < -far || y < -far || x > LAST + far || y > LAST + far;
}

/** A path of SVG through the values of a table of 256, upwards. */
export function pathOf(table: ArrayLike<number>): string {
  return Array.from(table, (value, x) => `${x === 0 ? 'M' : 'L'}${x} ${LAST - value}`).join('');
}
