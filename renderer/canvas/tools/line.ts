import { constrainLine } from '../../document/selection/gestures.js';
import type { Point } from '../../document/types.js';
import type { Gesture, ToolContext } from './tool.js';

/** A straight line that is drawn by dragging. @param drawn is given its ends, unless it has no length */
export function lineGesture(
  overlay: ToolContext['overlay'],
  from: Point,
  drawn: (from: Point, to: Point) => void,
): Gesture {
  let to = from;
  return {
    move({ point, shift }) {
      to = shift ? constrainLine(from, point) : point;
      overlay({ kind: 'path', points: [from, to], closed: false });
    },
    up() {
      overlay(null);
      if (to !== from) drawn(from, to);
    },
    cancel() {
      overlay(null);
    },
  };
}
