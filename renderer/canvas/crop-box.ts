/** The box of the crop tool as plain values: what is taken hold of, and what a drag makes of it. */
import type { Point, Rect } from '../document/types.js';

/** Clockwise, so that each is an eighth of a turn further. */
export const CROP_HANDLES = ['n', 'ne', 'e', 'se', 's', 'sw', 'w', 'nw'] as const;
export type CropHandle = (typeof CROP_HANDLES)[number];

/** Where a press is: on a handle, or in the box, or beside it. */
export type CropHold = CropHandle | 'inside' | 'outside';

/** What is kept while the box changes. */
export interface CropRules {
  /** Width by height; null: any. */
  readonly ratio: number | null;
  /** The middle stays where it is, and not the other side. */
  readonly fromCentre: boolean;
}

type Side = -1 | 0 | 1;

/** Which sides a handle moves: -1 the left or upper one, 1 the right or lower one. */
export const CROP_SIDES: Readonly<Record<CropHandle, readonly [x: Side, y: Side]>> = {
  n: [0, -1],
  ne: [1, -1],
  e: [1, 0],
  se: [1, 1],
  s: [0, 1],
  sw: [-1, 1],
  w: [-1, 0],
  nw: [-1, -1],
};

/** Where a handle lies. */
export function handlePlace({ x, y, width, height }: Rect, handle: CropHandle): Point {
  const [across, down] = CROP_SIDES[handle];
  return { x: x + (width * (across + 1)) / 2, y: y + (height * (down + 1)) / 2 };
}

/** The side of a stretch that a place is at; of two the nearer one. */
function sideAt(place: number, from: number, length: number, reach: number): Side {
  const [first, last] = [Math.abs(place - from), Math.abs(place - from - length)];
  if (Math.min(first, last) > reach) return 0;
  return first < last ? -1 : 1;
}

/**
 * What a press takes hold of: corners, sides along all their length, or the inside.
 * @param reach in document pixels
 */
export function holdAt(rect: Rect, { x, y }: Point, reach: number): CropHold {
  const within = (place: number, from: number, length: number, by: number): boolean =>
    place >= from - by && place <= from + length + by;
  const near = within(x, rect.x, rect.width, reach) && within(y, rect.y, rect.height, reach);
  if (!near) return 'outside';
  const across = sideAt(x, rect.x, rect.width, reach);
  const down = sideAt(y, rect.y, rect.height, reach);
  const handle = CROP_HANDLES.find((name) => {
    const [sideX, sideY] = CROP_SIDES[name];
    return sideX === across && sideY === down;
  });
  return handle ?? 'inside';
}

/** The new length and start of a stretch one of whose ends is dragged. */
function stretched(
  from: number,
  length: number,
  side: Side,
  to: number,
  fromCentre: boolean,
): { readonly length: number; readonly sign: Side } {
  if (side === 0) return { length, sign: 0 };
  const fixed = fromCentre ? from + length / 2 : side > 0 ? from : from + length;
  const half = fromCentre ? 2 : 1;
  const sign = to === fixed ? side : to > fixed ? 1 : -1;
  return { length: Math.abs(to - fixed) * half, sign };
}

/** Lays a stretch of whole pixels against what stays. */
function laid(
  from: number,
  length: number,
  side: Side,
  { length: next, sign }: { readonly length: number; readonly sign: Side },
  fromCentre: boolean,
): readonly [from: number, length: number] {
  const whole = Math.max(1, Math.round(next));
  if (side === 0 || fromCentre) return [Math.round(from + length / 2 - whole / 2), whole];
  const fixed = side > 0 ? from : from + length;
  return [Math.round(sign > 0 ? fixed : fixed - whole), whole];
}

/** The box with a handle dragged to a point, in whole pixels; dragged past the other side it turns over. */
export function resizeBox(
  start: Rect,
  handle: CropHandle,
  to: Point,
  { ratio, fromCentre }: CropRules,
): Rect {
  const [sideX, sideY] = CROP_SIDES[handle];
  let across = stretched(start.x, start.width, sideX, to.x, fromCentre);
  let down = stretched(start.y, start.height, sideY, to.y, fromCentre);
  if (ratio !== null) {
    const byWidth = sideY === 0 || (sideX !== 0 && across.length >= down.length * ratio);
    if (byWidth) down = { ...down, length: across.length / ratio };
    else across = { ...across, length: down.length * ratio };
  }
  const [x, width] = laid(start.x, start.width, sideX, across, fromCentre);
  const [y, height] = laid(start.y, start.height, sideY, down, fromCentre);
  return { x, y, width, height };
}

/** A new box between two points. */
export function newBox(from: Point, to: Point, rules: CropRules): Rect {
  const start = { x: Math.round(from.x), y: Math.round(from.y), width: 0, height: 0 };
  return resizeBox(start, 'se', to, rules);
}

/** The box somewhere else, in whole pixels. */
export function moveBox({ x, y, width, height }: Rect, by: Point): Rect {
  return { x: Math.round(x + by.x), y: Math.round(y + by.y), width, height };
}

/** The largest box of a ratio within a box, about the same middle. */
export function fitRatio({ x, y, width, height }: Rect, ratio: number): Rect {
  const wide = Math.max(1, Math.round(Math.min(width, height * ratio)));
  const high = Math.max(1, Math.round(Math.min(height, width / ratio)));
  return {
    x: Math.round(x + (width - wide) / 2),
    y: Math.round(y + (height - high) / 2),
    width: wide,
    height: high,
  };
}

/** The box with one of its numbers entered; with a ratio the other side follows. */
export function enterBox(
  { x, y, width, height }: Rect,
  name: keyof Rect,
  value: number,
  ratio: number | null,
): Rect {
  const whole = Math.round(value);
  if (name === 'x') return { x: whole, y, width, height };
  if (name === 'y') return { x, y: whole, width, height };
  const length = Math.max(1, whole);
  if (name === 'width') {
    return {
      x,
      y,
      width: length,
      height: ratio ? Math.max(1, Math.round(length / ratio)) : height,
    };
  }
  return { x, y, width: ratio ? Math.max(1, Math.round(length * ratio)) : width, height: length };
}

/** What of a view turned by an angle in degrees shows that a hold is dragged. */
export function cursorOf(hold: CropHold, angle: number): string {
  if (hold === 'inside') return 'move';
  if (hold === 'outside') return 'crosshair';
  const eighths = CROP_HANDLES.indexOf(hold) + Math.round(angle / 45);
  return ['ns-resize', 'nesw-resize', 'ew-resize', 'nwse-resize'][eighths & 3] ?? 'move';
}
