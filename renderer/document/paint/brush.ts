/** What all brushes have in common: their settings, and the way from pointer to coverage. */
import type { Matrix, Point, Rect } from '../types.js';
import { invert } from '../pixels/matrix.js';
import { StrokeCoverage } from './dab.js';
import type { TileArea } from './dab.js';
import { DabPath } from './path.js';

/** Where the pointer was, in document pixels, and how hard it pressed: 0 to 1, a mouse 1. */
export interface StrokePoint extends Point {
  readonly pressure: number;
}

export interface BrushSettings {
  /** Diameter in document pixels. */
  readonly size: number;
  /** 0: soft from the middle on; 1: sharp. */
  readonly hardness: number;
  /** What the stroke cannot exceed, however often it crosses itself; 0 to 1. */
  readonly opacity: number;
  /** How much of what is missing to that each dab adds; 0 to 1. */
  readonly flow: number;
  /** From dab to dab, as a part of the diameter. */
  readonly spacing: number;
  /** What less pressure makes less. */
  readonly pressure: { readonly size: boolean; readonly opacity: boolean };
}

/** The part of a stroke that does not depend on what it does: its coverage of a raster or mask. */
export class BrushTrack {
  readonly coverage: StrokeCoverage;
  readonly #path: DabPath;

  /**
   * @param transform from the raster's to the document's coordinates
   * @throws RangeError if the transform flattens the raster to a line
   */
  constructor(
    size: { readonly width: number; readonly height: number },
    settings: BrushSettings,
    transform: Matrix,
  ) {
    const back = invert(transform);
    if (back === null) throw new RangeError('a layer without area cannot be painted on');
    this.coverage = new StrokeCoverage(size, transform, back, settings);
    this.#path = new DabPath(settings);
  }

  /** @returns where coverage grew, in pixels of the raster; null: nowhere */
  add(points: Iterable<StrokePoint>): Rect | null {
    let dirty: Rect | null = null;
    for (const point of points) {
      this.#path.add(point, (dab) => {
        dirty = union(dirty, this.coverage.stamp(dab));
      });
    }
    return dirty;
  }

  finish(): void {
    this.#path.finish((dab) => this.coverage.stamp(dab));
  }

  takeDirty(): Map<number, TileArea> {
    return this.coverage.takeDirty();
  }
}

function union(one: Rect | null, other: Rect | null): Rect | null {
  if (one === null || other === null) return one ?? other;
  const x = Math.min(one.x, other.x);
  const y = Math.min(one.y, other.y);
  return {
    x,
    y,
    width: Math.max(one.x + one.width, other.x + other.width) - x,
    height: Math.max(one.y + one.height, other.y + other.height) - y,
  };
}
