/** Where a layer lies, as numbers that a person can type. */
import {
  apply,
  boundsOf,
  invert,
  multiply,
  rotation,
  scaling,
  translation,
} from '../../document/pixels/matrix.js';
import type { Matrix, Rect } from '../../document/types.js';

export interface Frame {
  /** Top left corner of the upright rectangle around it, in document pixels. */
  readonly x: number;
  readonly y: number;
  /** Along its own sides, however it is turned. */
  readonly width: number;
  readonly height: number;
  /** Degrees clockwise, above -180 up to 180. */
  readonly rotation: number;
}

const DEGREES = 180 / Math.PI;
/** Sides shorter than this cannot be stretched. */
const THIN = 1e-6;

/** How far a layer is turned. A mirrored one is seen as mirrored in the way that turns it less. */
function angleOf([a, b, c, d]: Matrix): number {
  const across = Math.atan2(b, a) * DEGREES;
  if (a * d - b * c >= 0) return across;
  const down = Math.atan2(-c, d) * DEGREES;
  return Math.abs(down) < Math.abs(across) ? down : across;
}

/** @param content what the layer holds, before its transform */
export function frameOf(content: Rect, transform: Matrix): Frame {
  const [a, b, c, d] = transform;
  const { x, y } = boundsOf(transform, content);
  return {
    x,
    y,
    width: content.width * Math.hypot(a, b),
    height: content.height * Math.hypot(c, d),
    // Without negative zeros, which would be shown.
    rotation: angleOf(transform) + 0,
  };
}

/**
 * What takes a layer from where it lies to where a person wants it. Its size changes along its own
 * sides, from the top left; it turns about its middle.
 * @param linked width and height change alike
 * @returns null where that cannot be: it has no width, or no height
 */
export function reframe(
  content: Rect,
  transform: Matrix,
  change: Partial<Frame>,
  linked: boolean,
): Matrix | null {
  const frame = frameOf(content, transform);
  if (change.rotation !== undefined)
    return turn(content, transform, change.rotation - frame.rotation);
  if (change.width !== undefined || change.height !== undefined) {
    return resize(content, transform, frame, change, linked);
  }
  return translation((change.x ?? frame.x) - frame.x, (change.y ?? frame.y) - frame.y);
}

function turn(content: Rect, transform: Matrix, degrees: number): Matrix {
  const { x, y, width, height } = content;
  return rotation(degrees / DEGREES, apply(transform, { x: x + width / 2, y: y + height / 2 }));
}

function resize(
  content: Rect,
  transform: Matrix,
  frame: Frame,
  change: Partial<Frame>,
  linked: boolean,
): Matrix | null {
  const across = ratio(frame.width, change.width);
  const down = ratio(frame.height, change.height);
  const back = invert(transform);
  if (across === null || down === null || !back) return null;
  const both = change.width === undefined ? down : across;
  const scale = linked ? scaling(both, both) : scaling(across, down);
  const matrix = multiply(multiply(transform, scale), back);
  const { x, y } = boundsOf(multiply(matrix, transform), content);
  return multiply(translation(frame.x - x, frame.y - y), matrix);
}

function ratio(from: number, to: number | undefined): number | null {
  if (to === undefined) return 1;
  return from < THIN || to < THIN ? null : to / from;
}
