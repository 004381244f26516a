/** Affine transforms, as CSS and canvas write them. */
import type { Matrix, Point, Rect } from '../types.js';

export const IDENTITY: Matrix = [1, 0, 0, 1, 0, 0];

/** First `inner`, then `outer`. */
export function multiply(outer: Matrix, inner: Matrix): Matrix {
  const [a, b, c, d, e, f] = outer;
  const [g, h, i, j, k, l] = inner;
  return [
    a * g + c * h,
    b * g + d * h,
    a * i + c * j,
    b * i + d * j,
    a * k + c * l + e,
    b * k + d * l + f,
  ];
}

/** The way back; null where there is none, since everything falls on a line. */
export function invert([a, b, c, d, e, f]: Matrix): Matrix | null {
  const determinant = a * d - b * c;
  if (Math.abs(determinant) < 1e-12) return null;
  return [
    d / determinant,
    -b / determinant,
    -c / determinant,
    a / determinant,
    (c * f - d * e) / determinant,
    (b * e - a * f) / determinant,
  ];
}

export function apply([a, b, c, d, e, f]: Matrix, { x, y }: Point): Point {
  return { x: a * x + c * y + e, y: b * x + d * y + f };
}

export function translation(x: number, y: number): Matrix {
  return [1, 0, 0, 1, x, y];
}

/** Scaling about a point. */
export function scaling(x: number, y: number, about: Point = { x: 0, y: 0 }): Matrix {
  return [x, 0, 0, y, about.x * (1 - x), about.y * (1 - y)];
}

/** Turning clockwise on screen, by radians, about a point. */
export function rotation(angle: number, about: Point = { x: 0, y: 0 }): Matrix {
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  return [
    cos,
    sin,
    -sin,
    cos,
    about.x - cos * about.x + sin * about.y,
    about.y - sin * about.x - cos * about.y,
  ];
}

/** Whether pixels fall on pixels: a move by whole pixels and nothing else. */
export function isWholeMove([a, b, c, d, e, f]: Matrix): boolean {
  return a === 1 && b === 0 && c === 0 && d === 1 && Number.isInteger(e) && Number.isInteger(f);
}

/** Whether level and upright lines stay level or upright, and whole pixels whole pixels. */
export function isUpright([a, b, c, d, e, f]: Matrix): boolean {
  const sides = [a, b, c, d].map(Math.abs);
  const square = sides.join() === '1,0,0,1' || sides.join() === '0,1,1,0';
  return square && Number.isInteger(e) && Number.isInteger(f);
}

/** The smallest upright rectangle around a transformed one. */
export function boundsOf(matrix: Matrix, { x, y, width, height }: Rect): Rect {
  const corners = [
    apply(matrix, { x, y }),
    apply(matrix, { x: x + width, y }),
    apply(matrix, { x, y: y + height }),
    apply(matrix, { x: x + width, y: y + height }),
  ];
  const left = Math.min(...corners.map((point) => point.x));
  const top = Math.min(...corners.map((point) => point.y));
  const right = Math.max(...corners.map((point) => point.x));
  const bottom = Math.max(...corners.map((point) => point.y));
  return { x: left, y: top, width: right - left, height: bottom - top };
}
