/** What dragging with modifier keys means, as geometry. */
import type { Point, Rect } from '../types.js';

export interface DragModifiers {
  /** Shift: sides as long as the longer one. */
  readonly square: boolean;
  /** Alt: the first point is the middle, not a corner. */
  readonly fromCentre: boolean;
}

/** The rectangle dragged from one point to another. */
export function dragRect(from: Point, to: Point, { square, fromCentre }: DragModifiers): Rect {
  let across = to.x - from.x;
  let down = to.y - from.y;
  if (square) {
    const side = Math.max(Math.abs(across), Math.abs(down));
    across = across < 0 ? -side : side;
    down = down < 0 ? -side : side;
  }
  const start = fromCentre ? { x: from.x - across, y: from.y - down } : from;
  const end = { x: from.x + across, y: from.y + down };
  return {
    x: Math.min(start.x, end.x),
    y: Math.min(start.y, end.y),
    width: Math.abs(end.x - start.x),
    height: Math.abs(end.y - start.y),
  };
}

/** A rectangle whose edges lie between pixels, nearest to the one given. */
export function toWholePixels({ x, y, width, height }: Rect): Rect {
  const left = Math.round(x);
  const top = Math.round(y);
  return {
    x: left,
    y: top,
    width: Math.round(x + width) - left,
    height: Math.round(y + height) - top,
  };
}

/**
 * The end of a line turned to the nearest multiple of an angle and as long as before.
 * @param step degrees
 */
export function constrainLine(from: Point, to: Point, step = 15): Point {
  const across = to.x - from.x;
  const down = to.y - from.y;
  const turns = Math.round((Math.atan2(down, across) * 180) / Math.PI / step);
  const angle = (turns * step * Math.PI) / 180;
  const length = Math.hypot(across, down);
  // Level and upright lines come out exactly so, not off by the error of a sine.
  const exact = (value: number): number => (Math.abs(value) < 1e-12 ? 0 : value);
  return {
    x: from.x + exact(Math.cos(angle)) * length,
    y: from.y + exact(Math.sin(angle)) * length,
  };
}
