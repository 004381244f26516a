/** From the pointer's points to the brush's dabs. */
import type { BrushSettings, StrokePoint } from './brush.js';

/** One print of the brush, in document pixels. */
export interface Dab {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  /** 0 to 1, from pressure. */
  readonly strength: number;
}

export type PlaceDab = (dab: Dab) => void;

/** Points nearer than this to the last one do not move the brush. */
const STILL = 0.01;
/** Dabs are never closer. */
const MIN_STEP = 0.5;
/** Brushes with wider gaps leave separate prints, which must stay evenly apart to the end. */
const CONNECTED = 0.5;
/** Length of the straight pieces that stand for a curve. */
const PIECE = 2;
const MAX_PIECES = 128;

/**
 * Joins points by a centripetal Catmull-Rom curve and places dabs along it at even distances. How a
 * curve leaves a point depends on the next one, so the newest stretch waits for one more point or
 * the end. Points are taken one by one: how they arrive together changes nothing.
 */
export class DabPath {
  readonly #settings: BrushSettings;
  #before: StrokePoint | null = null;
  #from: StrokePoint | null = null;
  #last: StrokePoint | null = null;
  /** Along the curve to the next dab. */
  #ahead = 0;

  constructor(settings: BrushSettings) {
    this.#settings = settings;
  }

  add(point: StrokePoint, place: PlaceDab): void {
    if (!Number.isFinite(point.x) || !Number.isFinite(point.y)) return;
    const last = this.#last;
    if (last === null) {
      this.#last = point;
      this.#place(point, place);
      return;
    }
    if (distance(last, point) < STILL) {
      // A pen that presses harder where it stands.
      if (point.pressure > last.pressure) {
        this.#last = { ...last, pressure: point.pressure };
        this.#place(this.#last, place);
      }
      return;
    }
    if (this.#from !== null) this.#stretch(this.#from, last, point, place);
    this.#before = this.#from;
    this.#from = last;
    this.#last = point;
  }

  /** The rest, up to the last point. */
  finish(place: PlaceDab): void {
    if (this.#from === null || this.#last === null) return;
    this.#stretch(this.#from, this.#last, null, place);
    if (this.#settings.spacing <= CONNECTED) this.#place(this.#last, place);
    this.#from = null;
  }

  #stretch(from: StrokePoint, to: StrokePoint, after: StrokePoint | null, place: PlaceDab): void {
    const chord = distance(from, to);
    const straight = { x: to.x - from.x, y: to.y - from.y };
    const root = Math.sqrt(chord);
    const leaving = this.#before ? tangent(this.#before, from, to, root) : straight;
    const arriving = after ? tangent(from, to, after, root) : straight;
    const pieces = Math.min(MAX_PIECES, Math.max(1, Math.ceil(chord / PIECE)));
    let start = from;
    for (let k = 1; k <= pieces; k++) {
      const t = k / pieces;
      const end = k === pieces ? to : hermite(from, to, leaving, arriving, t);
      this.#line(start, end, place);
      start = end;
    }
  }

  #line(from: StrokePoint, to: StrokePoint, place: PlaceDab): void {
    const length = distance(from, to);
    let along = this.#ahead;
    while (along <= length && length > 0) {
      this.#place(mix(from, to, along / length), place);
      along += this.#ahead;
    }
    this.#ahead = along - length;
  }

  #place({ x, y, pressure }: StrokePoint, place: PlaceDab): void {
    const { size, spacing, pressure: by } = this.#settings;
    const force = Math.min(1, Math.max(0, pressure));
    const diameter = by.size ? size * force : size;
    this.#ahead = Math.max(MIN_STEP, spacing * diameter);
    if (diameter > 0) place({ x, y, radius: diameter / 2, strength: by.opacity ? force : 1 });
  }
}

function distance(one: StrokePoint, other: StrokePoint): number {
  return Math.hypot(other.x - one.x, other.y - one.y);
}

function mix(from: StrokePoint, to: StrokePoint, t: number): StrokePoint {
  return {
    x: from.x + (to.x - from.x) * t,
    y: from.y + (to.y - from.y) * t,
    pressure: from.pressure + (to.pressure - from.pressure) * t,
  };
}

interface Vector {
  readonly x: number;
  readonly y: number;
}

/** How the curve passes the middle one of three points, over a stretch as long as `root` squared. */
function tangent(a: StrokePoint, b: StrokePoint, c: StrokePoint, root: number): Vector {
  const ab = Math.sqrt(distance(a, b));
  const bc = Math.sqrt(distance(b, c));
  const along = (from: number, at: number, to: number): number =>
    root * ((at - from) / ab - (to - from) / (ab + bc) + (to - at) / bc);
  return { x: along(a.x, b.x, c.x), y: along(a.y, b.y, c.y) };
}

function hermite(
  from: StrokePoint,
  to: StrokePoint,
  leaving: Vector,
  arriving: Vector,
  t: number,
): StrokePoint {
  const rest = 1 - t;
  const a = (1 + 2 * t) * rest * rest;
  const b = t * rest * rest;
  const c = t * t * (3 - 2 * t);
  const d = -t * t * rest;
  return {
    x: a * from.x + b * leaving.x + c * to.x + d * arriving.x,
    y: a * from.y + b * leaving.y + c * to.y + d * arriving.y,
    pressure: from.pressure + (to.pressure - from.pressure) * t,
  };
}
