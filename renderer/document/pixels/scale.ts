/** Rasters of another size: averages of areas where it becomes smaller, Lanczos where larger. */
import { TILE } from '../types.js';
import type { Raster } from '../types.js';
import { emptyRaster, pixelsOf, putRows, RasterEditor } from './tiles.js';

/** For each pixel of a line of the outcome, the source pixels that it is made of. */
interface Taps {
  readonly starts: Int32Array;
  /** `most` weights a pixel, which make 1 together. */
  readonly weights: Float64Array;
  readonly most: number;
}

/**
 * A raster scaled to a size in pixels, each direction for itself. Colours count by their alphas.
 * @throws RangeError unless both sides are whole numbers of at least 1
 */
export function scaleRaster(raster: Raster, width: number, height: number): Raster {
  if (!Number.isInteger(width) || !Number.isInteger(height) || width < 1 || height < 1) {
    throw new RangeError(`${width} x ${height} is no size: give whole pixels, at least 1 x 1.`);
  }
  if (width === raster.width && height === raster.height) return raster;
  const across = tapsOf(raster.width, width);
  const down = tapsOf(raster.height, height);
  const editor = new RasterEditor(emptyRaster(width, height));
  const rows = new SourceRows(raster, across, width);
  const sums = new Float64Array(width * 4);
  for (let top = 0; top < height; top += TILE) {
    const count = Math.min(TILE, height - top);
    const band = new Uint8ClampedArray(width * count * 4);
    for (let y = 0; y < count; y++) {
      sums.fill(0);
      const start = down.starts[top + y] ?? 0;
      rows.forget(start);
      for (let i = 0; i < down.most; i++) {
        const weight = down.weights[(top + y) * down.most + i] ?? 0;
        if (weight !== 0) addRow(sums, rows.row(start + i), weight);
      }
      putRow(sums, band, y * width * 4);
    }
    putRows(editor, band, top, top);
  }
  return editor.finish();
}

const LOBES = 3;

function lanczos(x: number): number {
  if (x === 0) return 1;
  if (Math.abs(x) >= LOBES) return 0;
  const t = Math.PI * x;
  return (LOBES * Math.sin(t) * Math.sin(t / LOBES)) / (t * t);
}

function tapsOf(from: number, to: number): Taps {
  const ratio = from / to;
  const most = ratio >= 1 ? Math.ceil(ratio) + 1 : 2 * LOBES;
  const starts = new Int32Array(to);
  const weights = new Float64Array(to * most);
  for (let i = 0; i < to; i++) {
    const middle = (i + 0.5) * ratio;
    const first = ratio >= 1 ? Math.floor(i * ratio + 1e-9) : Math.floor(middle - 0.5) - LOBES + 1;
    // Beyond the ends stands the last pixel.
    const start = Math.min(Math.max(0, from - most), Math.max(0, first));
    starts[i] = start;
    let sum = 0;
    for (let k = 0; k < most; k++) {
      const at = first + k;
      const weight =
        ratio >= 1
          ? Math.max(0, Math.min(at + 1, (i + 1) * ratio) - Math.max(at, i * ratio))
          : lanczos(at + 0.5 - middle);
      const slot = i * most + Math.min(from - 1, Math.max(0, at)) - start;
      weights[slot] = (weights[slot] ?? 0) + weight;
      sum += weight;
    }
    for (let k = i * most; k < (i + 1) * most; k++) weights[k] = (weights[k] ?? 0) / sum;
  }
  return { starts, weights, most };
}

/** Rows of the source, scaled across and premultiplied, as long as they are needed. */
class SourceRows {
  readonly #raster: Raster;
  readonly #taps: Taps;
  readonly #width: number;
  readonly #rows = new Map<number, Float32Array>();
  readonly #source: Float32Array;
  /** Rows are read from tiles some at a time. */
  #block: { top: number; data: Uint8ClampedArray } = { top: 0, data: new Uint8ClampedArray(0) };

  constructor(raster: Raster, taps: Taps, width: number) {
    this.#raster = raster;
    this.#taps = taps;
    this.#width = width;
    this.#source = new Float32Array(raster.width * 4);
  }

  /** Lets go of the rows before `first`. */
  forget(first: number): void {
    for (const y of this.#rows.keys()) if (y < first) this.#rows.delete(y);
  }

  row(y: number): Float32Array {
    const known = this.#rows.get(y);
    if (known) return known;
    this.#read(y);
    const { starts, weights, most } = this.#taps;
    const row = new Float32Array(this.#width * 4);
    for (let x = 0; x < this.#width; x++) {
      const start = (starts[x] ?? 0) * 4;
      let r = 0;
      let g = 0;
      let b = 0;
      let a = 0;
      for (let k = 0; k < most; k++) {
        const weight = weights[x * most + k] ?? 0;
        if (weight === 0) continue;
        const at = start + k * 4;
        r += weight * (this.#source[at] ?? 0);
        g += weight * (this.#source[at + 1] ?? 0);
        b += weight * (this.#source[at + 2] ?? 0);
        a += weight * (this.#source[at + 3] ?? 0);
      }
      row[x * 4] = r;
      row[x * 4 + 1] = g;
      row[x * 4 + 2] = b;
      row[x * 4 + 3] = a;
    }
    this.#rows.set(y, row);
    return row;
  }

  /** Leaves a row of the source in `#source`. */
  #read(y: number): void {
    const { width, height } = this.#raster;
    const stride = width * 4;
    const { top, data } = this.#block;
    if (y < top || (y - top) * stride >= data.length) {
      const rect = { x: 0, y, width, height: Math.min(32, height - y) };
      this.#block = { top: y, data: pixelsOf(this.#raster, rect) };
    }
    const from = (y - this.#block.top) * stride;
    const bytes = this.#block.data;
    for (let i = 0; i < stride; i += 4) {
      const alpha = bytes[from + i + 3] ?? 0;
      this.#source[i] = ((bytes[from + i] ?? 0) * alpha) / 255;
      this.#source[i + 1] = ((bytes[from + i + 1] ?? 0) * alpha) / 255;
      this.#source[i + 2] = ((bytes[from + i + 2] ?? 0) * alpha) / 255;
      this.#source[i + 3] = alpha;
    }
  }
}

function addRow(sums: Float64Array, row: Float32Array, weight: number): void {
  for (let i = 0; i < sums.length; i++) sums[i] = (sums[i] ?? 0) + weight * (row[i] ?? 0);
}

function putRow(sums: Float64Array, out: Uint8ClampedArray, to: number): void {
  for (let i = 0; i < sums.length; i += 4) {
    const alpha = Math.min(255, sums[i + 3] ?? 0);
    // What would round to nothing has no colour: dividing by it would only give noise.
    if (alpha < 0.5) continue;
    out[to + i] = ((sums[i] ?? 0) * 255) / alpha;
    out[to + i + 1] = ((sums[i + 1] ?? 0) * 255) / alpha;
    out[to + i + 2] = ((sums[i + 2] ?? 0) * 255) / alpha;
    out[to + i + 3] = alpha;
  }
}
