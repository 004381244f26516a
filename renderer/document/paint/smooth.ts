/** Strokes that follow an unsteady hand calmly. */
import type { StrokePoint } from './brush.js';

/** What the strongest smoothing leaves of each step towards the hand. */
const LEAST = 0.06;

/**
 * Each point goes only a part of the way from the last one to where the hand is. Once the hand is
 * lifted, the stroke goes on to where it was.
 */
export class Smoother {
  readonly #part: number;
  #at: StrokePoint | null = null;
  #hand: StrokePoint | null = null;

  /** @param strength 0: points stay as they are; to 1 */
  constructor(strength: number) {
    const clamped = Math.min(1, Math.max(0, strength));
    this.#part = clamped === 0 ? 1 : (1 - clamped) * (0.6 - LEAST) + LEAST;
  }

  add(points: readonly StrokePoint[]): readonly StrokePoint[] {
    if (this.#part === 1) return points;
    return points.map((hand) => {
      this.#hand = hand;
      const at = this.#at ?? hand;
      const towards = (from: number, to: number): number => from + (to - from) * this.#part;
      this.#at = {
        x: towards(at.x, hand.x),
        y: towards(at.y, hand.y),
        pressure: towards(at.pressure, hand.pressure),
      };
      return this.#at;
    });
  }

  /** What is still missing at the end. */
  finish(): readonly StrokePoint[] {
    return this.#hand && this.#part !== 1 ? [this.#hand] : [];
  }
}
