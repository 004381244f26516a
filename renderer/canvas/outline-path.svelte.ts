/** The outline of a mask as the overlay draws it: small ones at once, others beside the page. */
import { compactOutline, type CompactOutline } from '../document/selection/outline.js';
import { TILE, type Mask } from '../document/types.js';
import type { PixelWorker } from '../work/pixel-worker.js';

/** Pixels looked at by which the page is not held up. */
const FEW = 2_000_000;

interface Wanted {
  readonly mask: Mask;
  readonly step: number;
}

export class OutlinePath {
  readonly #worker: PixelWorker;
  #wanted: Wanted | null = null;
  #working = false;
  path = $state.raw<Path2D | null>(null);

  constructor(worker: PixelWorker) {
    this.#worker = worker;
  }

  /** Shows the outline of a mask, as soon as it is known; null: none. @param step see `outlineOf` */
  follow(mask: Mask | null | undefined, step: number): void {
    this.#wanted = mask ? { mask, step } : null;
    if (!mask) this.path = null;
    else if (isSmall(mask, step)) this.#show(compactOutline(mask, step));
    else void this.#work();
  }

  /** Follows what is wanted now; what has come to be wanted meanwhile is next. */
  async #work(): Promise<void> {
    if (this.#working) return;
    this.#working = true;
    try {
      let done: Wanted | null = null;
      for (let next = this.#wanted; next && next !== done; next = this.#wanted) {
        done = next;
        const outline = await this.#worker.run('outline', next);
        if (this.#isWanted()) this.#show(outline);
      }
    } finally {
      this.#working = false;
    }
  }

  #isWanted(): boolean {
    return this.#wanted !== null;
  }

  #show({ points, counts }: CompactOutline): void {
    const path = new Path2D();
    let at = 0;
    for (const count of counts) {
      path.moveTo(points[at] ?? 0, points[at + 1] ?? 0);
      for (let i = 1; i < count; i++)
        path.lineTo(points[at + i * 2] ?? 0, points[at + i * 2 + 1] ?? 0);
      path.closePath();
      at += count * 2;
    }
    this.path = path;
  }
}

/** Whether looking at a mask takes no time to speak of. */
function isSmall({ width, height, outside, tiles }: Mask, step: number): boolean {
  const all = outside === 0 ? tiles.size * TILE * TILE : width * height;
  // Those that are the same all over are one and the same tile.
  const uneven = new Set(tiles.values()).size * TILE * TILE;
  return all / (step * step) + uneven < FEW;
}
