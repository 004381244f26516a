/** Fingers on the canvas: one is the tool's, two hold the picture and move and scale it. */
import type { Point } from '../document/types.js';
import type { ViewState } from '../state/view.svelte.js';

/** Milliseconds after the first finger within which a second one means both. */
const TOGETHER = 300;

type Pair = readonly [Point, Point];

/** How what two fingers hold follows them: moved, then scaled around a point of the screen. */
export function followed(before: Pair, after: Pair): { by: Point; scale: number; at: Point } {
  const middle = ([a, b]: Pair): Point => ({ x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 });
  const apart = ([a, b]: Pair): number => Math.max(1, Math.hypot(a.x - b.x, a.y - b.y));
  const [from, at] = [middle(before), middle(after)];
  return {
    by: { x: at.x - from.x, y: at.y - from.y },
    scale: apart(after) / apart(before),
    at,
  };
}

export class Fingers {
  readonly #down = new Map<number, Point>();
  #since = -Infinity;
  #holding = false;

  /** Whether two fingers hold the picture, or one of them is still there. */
  get holding(): boolean {
    return this.#holding;
  }

  /**
   * Another finger is there. One that comes late is a palm's, and no other's.
   * @param time in milliseconds
   * @returns whether from now on two of them hold the picture
   */
  press(id: number, at: Point, time: number): boolean {
    if (this.#down.size === 0) this.#since = time;
    else if (!this.#holding && time - this.#since > TOGETHER) return false;
    if (this.#down.size < 2) this.#down.set(id, at);
    const begins = this.#down.size === 2 && !this.#holding;
    this.#holding ||= begins;
    return begins;
  }

  /** A finger moves, and the view with it if it holds the picture. */
  move(id: number, at: Point, view: Pick<ViewState, 'pan' | 'zoom' | 'zoomTo'>): void {
    if (!this.#down.has(id)) return;
    const [one, other] = [...this.#down.values()];
    this.#down.set(id, at);
    const [nowOne, nowOther] = [...this.#down.values()];
    if (!this.#holding || !one || !other || !nowOne || !nowOther) return;
    const { by, scale, at: middle } = followed([one, other], [nowOne, nowOther]);
    view.pan(by.x, by.y);
    if (scale !== 1) view.zoomTo(view.zoom * scale, middle);
  }

  lift(id: number): void {
    this.#down.delete(id);
    if (this.#down.size === 0) this.#holding = false;
  }
}
