/** Selections of a shape, as masks of the document's size. */
import type { Mask, Point, Rect } from '../types.js';
import { maskFromRows } from './mask-rows.js';
import { scanConvert } from './scan-convert.js';

/** A rectangle; pixels that its edges cross are selected by the part that lies in it. */
export function rectangleMask(width: number, height: number, rect: Rect): Mask {
  const box = upright(rect);
  const columns = new Uint8ClampedArray(width);
  for (let x = 0; x < width; x++) columns[x] = 255 * overlap(x, box.x, box.x + box.width);
  return maskFromRows(width, height, box, (y, row, left) => {
    row.set(columns.subarray(left, left + row.length));
    const high = overlap(y, box.y, box.y + box.height);
    if (high < 1) for (let k = 0; k < row.length; k++) row[k] = (row[k] ?? 0) * high;
  });
}

/** How much of the pixel from `at` to `at` + 1 lies between two positions. */
function overlap(at: number, from: number, to: number): number {
  return Math.max(0, Math.min(at + 1, to) - Math.max(at, from));
}

/** The same rectangle with no negative side. */
function upright({ x, y, width, height }: Rect): Rect {
  return {
    x: Math.min(x, x + width),
    y: Math.min(y, y + height),
    width: Math.abs(width),
    height: Math.abs(height),
  };
}

/** The ellipse that touches the sides of a rectangle. */
export function ellipseMask(width: number, height: number, rect: Rect): Mask {
  const box = upright(rect);
  const radiusX = box.width / 2;
  const radiusY = box.height / 2;
  const middle = box.x + radiusX;
  return scanConvert(width, height, box, (y, crossings) => {
    const high = (y - box.y - radiusY) / radiusY;
    if (!(Math.abs(high) < 1)) return;
    const half = radiusX * Math.sqrt(1 - high * high);
    crossings.push(middle - half, middle + half);
  });
}

/** An edge of a polygon that goes down. */
interface Edge {
  readonly top: number;
  readonly bottom: number;
  /** Where it crosses y = 0, and how far it moves right a pixel down. */
  readonly base: number;
  readonly slope: number;
}

/** A polygon or lasso, closed from its last point to its first; even-odd where it crosses itself. */
export function polygonMask(width: number, height: number, points: readonly Point[]): Mask {
  const edges = edgesOf(points);
  let active: Edge[] = [];
  let next = 0;
  return scanConvert(width, height, around(points), (y, crossings) => {
    for (let edge = edges[next]; edge !== undefined && edge.top <= y; edge = edges[++next]) {
      active.push(edge);
    }
    if (active.some((edge) => edge.bottom <= y)) active = active.filter((edge) => edge.bottom > y);
    for (const edge of active) crossings.push(edge.base + edge.slope * y);
    crossings.sort((one, other) => one - other);
  });
}

/** From the top down, without the level ones. */
function edgesOf(points: readonly Point[]): Edge[] {
  const edges: Edge[] = [];
  let last = points[points.length - 1];
  for (const point of points) {
    if (last !== undefined && last.y !== point.y) {
      const [upper, lower] = last.y < point.y ? [last, point] : [point, last];
      const slope = (lower.x - upper.x) / (lower.y - upper.y);
      edges.push({ top: upper.y, bottom: lower.y, base: upper.x - slope * upper.y, slope });
    }
    last = point;
  }
  return edges.sort((one, other) => one.top - other.top);
}

function around(points: readonly Point[]): Rect {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { x, y } of points) {
    left = Math.min(left, x);
    top = Math.min(top, y);
    right = Math.max(right, x);
    bottom = Math.max(bottom, y);
  }
  if (left > right) return { x: 0, y: 0, width: 0, height: 0 };
  return { x: left, y: top, width: right - left, height: bottom - top };
}
