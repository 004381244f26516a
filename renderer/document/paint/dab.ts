/** Dabs of a stroke, gathered as coverage of the pixels of a raster. */
import { TILE } from '../types.js';
import type { Matrix, Rect } from '../types.js';
import { tileKey } from '../pixels/tiles.js';
import type { Dab } from './path.js';

/** Coverage of a pixel that is wholly covered. */
export const COVERED = 65_535;

/** Half-open, in pixels of a tile. */
export interface TileArea {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** A dab in pixels of the raster; `outer` and `inner` are distances in document pixels. */
interface Print {
  readonly x: number;
  readonly y: number;
  readonly outer: number;
  readonly inner: number;
  readonly strength: number;
}

/**
 * How much of each pixel a stroke covers: the most that any of its dabs does, so that a stroke that
 * crosses itself covers no more. Below full flow, each dab adds a part of what is missing to that.
 * Dabs are round in the document, whatever the transform; their edges are anti-aliased over one
 * pixel of the raster, over the mean of its sides where those are scaled differently.
 */
export class StrokeCoverage {
  readonly #size: { readonly width: number; readonly height: number };
  readonly #back: Matrix;
  readonly #hardness: number;
  readonly #flow: number;
  /** Squared length in the document of a step (x, y) in the raster: xx x² + 2 xy x y + yy y². */
  readonly #xx: number;
  readonly #xy: number;
  readonly #yy: number;
  /** Side of a pixel of the raster in document pixels. */
  readonly #pixel: number;
  readonly #tiles = new Map<number, Uint16Array>();
  #dirty = new Map<number, TileArea>();

  /**
   * @param transform from the raster's to the document's coordinates
   * @param back its inverse
   */
  constructor(
    size: { readonly width: number; readonly height: number },
    transform: Matrix,
    back: Matrix,
    settings: { readonly hardness: number; readonly flow: number },
  ) {
    const [a, b, c, d] = transform;
    this.#size = size;
    this.#back = back;
    this.#hardness = settings.hardness;
    this.#flow = Math.min(1, Math.max(0, settings.flow));
    this.#xx = a * a + b * b;
    this.#xy = a * c + b * d;
    this.#yy = c * c + d * d;
    this.#pixel = Math.sqrt(Math.abs(a * d - b * c));
  }

  /** Coverage of a tile, 0 to COVERED, undefined where there is none. */
  tile(key: number): Uint16Array | undefined {
    return this.#tiles.get(key);
  }

  /** The keys of all tiles with coverage. */
  keys(): Iterable<number> {
    return this.#tiles.keys();
  }

  /** What was touched since the last call, by key of the tile. */
  takeDirty(): Map<number, TileArea> {
    const dirty = this.#dirty;
    this.#dirty = new Map();
    return dirty;
  }

  /** Adds a dab. @returns the rectangle around it within the raster; null if it lies beyond. */
  stamp(dab: Dab): Rect | null {
    const print = this.#printOf(dab);
    // Around the ellipse that the circle is in the raster.
    const area = this.#pixel * this.#pixel;
    const reachX = (print.outer * Math.sqrt(this.#yy)) / area;
    const reachY = (print.outer * Math.sqrt(this.#xx)) / area;
    const left = Math.max(0, Math.ceil(print.x - reachX - 0.5));
    const top = Math.max(0, Math.ceil(print.y - reachY - 0.5));
    const right = Math.min(this.#size.width, Math.floor(print.x + reachX - 0.5) + 1);
    const bottom = Math.min(this.#size.height, Math.floor(print.y + reachY - 0.5) + 1);
    if (left >= right || top >= bottom) return null;
    for (let y = top - (top % TILE); y < bottom; y += TILE) {
      for (let x = left - (left % TILE); x < right; x += TILE) {
        const area: TileArea = {
          left: Math.max(left, x) - x,
          top: Math.max(top, y) - y,
          right: Math.min(right, x + TILE) - x,
          bottom: Math.min(bottom, y + TILE) - y,
        };
        const key = tileKey(this.#size, x / TILE, y / TILE);
        this.#stampTile(this.#touch(key, area), area, { ...print, x: print.x - x, y: print.y - y });
      }
    }
    return { x: left, y: top, width: right - left, height: bottom - top };
  }

  #printOf({ x, y, radius, strength }: Dab): Print {
    const [a, b, c, d, e, f] = this.#back;
    const half = this.#pixel / 2;
    // What is smaller than a pixel covers a part of one.
    const part = radius < half ? (radius / half) ** 2 : 1;
    const wide = Math.max(radius, half);
    return {
      x: a * x + c * y + e,
      y: b * x + d * y + f,
      outer: wide + half,
      inner: Math.max(0, Math.min(this.#hardness * wide, wide - half)),
      strength: strength * part,
    };
  }

  #touch(key: number, area: TileArea): Uint16Array {
    const known = this.#dirty.get(key);
    this.#dirty.set(key, {
      left: Math.min(area.left, known?.left ?? TILE),
      top: Math.min(area.top, known?.top ?? TILE),
      right: Math.max(area.right, known?.right ?? 0),
      bottom: Math.max(area.bottom, known?.bottom ?? 0),
    });
    const tile = this.#tiles.get(key) ?? new Uint16Array(TILE * TILE);
    this.#tiles.set(key, tile);
    return tile;
  }

  #stampTile(tile: Uint16Array, area: TileArea, print: Print): void {
    const [xx, xy, yy, flow] = [this.#xx, this.#xy, this.#yy, this.#flow];
    const { inner, outer } = print;
    const full = print.strength * COVERED;
    const outerSquare = outer * outer;
    const innerSquare = inner * inner;
    for (let y = area.top; y < area.bottom; y++) {
      const down = y + 0.5 - print.y;
      // The part of the row within the ellipse.
      const inside = (xy * down) ** 2 - xx * (yy * down * down - outerSquare);
      if (inside <= 0) continue;
      const middle = print.x - (xy * down) / xx - 0.5;
      const half = Math.sqrt(inside) / xx;
      const to = Math.min(area.right, Math.floor(middle + half) + 1);
      for (let x = Math.max(area.left, Math.ceil(middle - half)); x < to; x++) {
        const across = x + 0.5 - print.x;
        const square = xx * across * across + 2 * xy * across * down + yy * down * down;
        if (square >= outerSquare) continue;
        let cover = full;
        if (square > innerSquare) {
          const u = (Math.sqrt(square) - inner) / (outer - inner);
          cover *= 1 - u * u * (3 - 2 * u);
        }
        const i = y * TILE + x;
        const old = tile[i] ?? 0;
        if (cover > old) tile[i] = old + (cover - old) * flow + 0.5;
      }
    }
  }
}
