import { constrainLine } from '../../document/selection/gestures.js';
import type { Point } from '../../document/types.js';
import { Snap } from './snap.js';
import type { Gesture, ToolContext, ToolEvent } from './tool.js';

/** A straight line that is drawn by dragging. @param drawn is given its ends, unless it has no length */
export function lineGesture(
  { studio, overlay }: ToolContext,
  start: ToolEvent,
  drawn: (from: Point, to: Point) => void,
): Gesture {
  const { document } = studio.editor;
  const snap = document && new Snap(studio, document);
  const from = snap?.point(start.point, start) ?? start.point;
  let to = from;
  return {
    move(event) {
      const end = snap?.point(event.point, event) ?? event.point;
      to = event.shift ? constrainLine(from, end) : end;
      overlay({ kind: 'path', points: [from, to], closed: false });
      snap?.show({ ...to, width: 0, height: 0 }, event);
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
