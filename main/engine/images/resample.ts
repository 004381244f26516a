/**
 * Separable resampling by rows, in plain TypeScript: the same bytes on every machine, and memory
 * for a few rows only, whatever the picture's size. Values are resampled as stored (sRGB), as the
 * reference implementations' preprocessing does.
 */
import type { Mask, Pixels, Rect, Size } from './types.js';

/** Something that gives rows of interleaved numbers, on demand. */
export interface RowSource extends Size {
  readonly channels: 1 | 3;
  /** Writes row `y` (`width * channels` numbers) to `into`. */
  load(y: number, into: Float32Array): void;
}

/** A row source over bytes or floats that are in memory. */
export function arrayRows(size: Size, channels: 1 | 3, data: Uint8Array | Float32Array): RowSource {
  const length = size.width * channels;
  return {
    width: size.width,
    height: size.height,
    channels,
    load(y, into) {
      into.set(data.subarray(y * length, (y + 1) * length));
    },
  };
}

/** Rows of a mask, one number 0..255 per pixel. */
export function maskRows(mask: Mask): RowSource {
  return arrayRows(mask, 1, mask.data);
}

/** RGB rows of a picture; what is transparent is laid over white, as viewers show it. */
export function pixelRows(image: Pixels): RowSource {
  const { width, height, channels, data } = image;
  if (channels === 3) return arrayRows(image, 3, data);
  const load = (y: number, into: Float32Array): void => {
    let from = y * width * 4;
    for (let to = 0; to < width * 3; to += 3, from += 4) {
      const alpha = (data[from + 3] ?? 0) / 255;
      const white = 255 * (1 - alpha);
      into[to] = (data[from] ?? 0) * alpha + white;
      into[to + 1] = (data[from + 1] ?? 0) * alpha + white;
      into[to + 2] = (data[from + 2] ?? 0) * alpha + white;
    }
  };
  return { width, height, channels: 3, load };
}

/** Means over boxes of `fx` by `fy` pixels; the last box of a row or column may be smaller. */
function boxRows(source: RowSource, fx: number, fy: number): RowSource {
  const { channels } = source;
  const width = Math.ceil(source.width / fx);
  const row = new Float32Array(source.width * channels);
  const load = (y: number, into: Float32Array): void => {
    into.fill(0, 0, width * channels);
    const rows = Math.min(fy, source.height - y * fy);
    for (let dy = 0; dy < rows; dy++) {
      source.load(y * fy + dy, row);
      let from = 0;
      for (let x = 0; x < width; x++) {
        const end = Math.min(source.width, (x + 1) * fx) * channels;
        const to = x * channels;
        for (; from < end; from += channels) {
          for (let c = 0; c < channels; c++)
            into[to + c] = (into[to + c] ?? 0) + (row[from + c] ?? 0);
        }
      }
    }
    for (let x = 0; x < width; x++) {
      const count = rows * Math.min(fx, source.width - x * fx);
      for (let c = x * channels; c < (x + 1) * channels; c++) into[c] = (into[c] ?? 0) / count;
    }
  };
  return { width, height: Math.ceil(source.height / fy), channels, load };
}

interface Kernel {
  readonly radius: number;
  weight(x: number): number;
}

/** Lanczos window of three lobes: sharp, for making pictures smaller. */
const LANCZOS: Kernel = {
  radius: 3,
  weight: (x) => {
    if (x === 0) return 1;
    const t = Math.PI * x;
    return Math.abs(x) < 3 ? (3 * Math.sin(t) * Math.sin(t / 3)) / (t * t) : 0;
  },
};
/** Catmull-Rom cubic: rings less than Lanczos where a picture is made larger. */
const CATMULL_ROM: Kernel = {
  radius: 2,
  weight: (x) => {
    const t = Math.abs(x);
    if (t < 1) return (1.5 * t - 2.5) * t * t + 1;
    return t < 2 ? ((-0.5 * t + 2.5) * t - 4) * t + 2 : 0;
  },
};
/** Tent: never leaves the range of its neighbours, as masks need. */
const TENT: Kernel = { radius: 1, weight: (x) => Math.max(0, 1 - Math.abs(x)) };

/** Weights of one axis: output `i` is the sum over `count` inputs from `starts[i]` on. */
interface Taps {
  readonly starts: Int32Array;
  readonly count: number;
  readonly weights: Float32Array;
}

/** Taps that map `[start, start + length)` of `size` inputs to `out` outputs, edges repeated. */
function makeTaps(size: number, start: number, length: number, out: number, smooth: boolean): Taps {
  const step = length / out;
  const stretch = Math.max(1, step);
  const kernel = smooth ? TENT : step > 1 ? LANCZOS : CATMULL_ROM;
  const reach = kernel.radius * stretch;
  const count = Math.min(size, Math.ceil(2 * reach) + 1);
  const starts = new Int32Array(out);
  const weights = new Float32Array(out * count);
  const sums = new Float64Array(count);
  for (let i = 0; i < out; i++) {
    const centre = start + (i + 0.5) * step - 0.5;
    const first = Math.min(Math.max(Math.ceil(centre - reach), 0), size - count);
    sums.fill(0);
    let total = 0;
    for (let k = Math.ceil(centre - reach); k <= Math.floor(centre + reach); k++) {
      const weight = kernel.weight((k - centre) / stretch);
      const slot = Math.min(Math.max(k, 0), size - 1) - first;
      sums[slot] = (sums[slot] ?? 0) + weight;
      total += weight;
    }
    starts[i] = first;
    for (let slot = 0; slot < count; slot++) weights[i * count + slot] = (sums[slot] ?? 0) / total;
  }
  return { starts, count, weights };
}

/** How {@link RowResampler} reads its source. */
export interface ResampleOptions {
  /** Part of the source to show, in its pixels; edges are repeated outside the whole source. */
  readonly region?: Rect;
  /** Use a tent kernel, whose results stay between their neighbours (for masks). */
  readonly smooth?: boolean;
}

/** Largest step, in source pixels per result pixel, that the kernel is given to do alone. */
const LARGEST_STEP = 8;

/**
 * Resizes a source row by row: Lanczos for smaller, Catmull-Rom for larger, a plain copy where
 * nothing changes. Very large reductions first average boxes that are still at least four times
 * finer than the result. Ask for rows in rising order; each is valid until the next call.
 */
export class RowResampler {
  readonly width: number;
  readonly #source: RowSource;
  readonly #columns: Taps;
  readonly #lines: Taps;
  readonly #loaded: Float32Array;
  readonly #rows: Float32Array[];
  readonly #tags: Int32Array;
  readonly #out: Float32Array;

  constructor(source: RowSource, out: Size, options: ResampleOptions = {}) {
    const { x, y, width, height } = options.region ?? { x: 0, y: 0, ...sizeOf(source) };
    const fx = width / out.width >= LARGEST_STEP ? Math.floor(width / out.width / 4) : 1;
    const fy = height / out.height >= LARGEST_STEP ? Math.floor(height / out.height / 4) : 1;
    this.#source = fx * fy > 1 ? boxRows(source, fx, fy) : source;
    const smooth = options.smooth ?? false;
    this.#columns = makeTaps(this.#source.width, x / fx, width / fx, out.width, smooth);
    this.#lines = makeTaps(this.#source.height, y / fy, height / fy, out.height, smooth);
    this.width = out.width;
    const length = out.width * source.channels;
    this.#loaded = new Float32Array(this.#source.width * source.channels);
    this.#rows = Array.from({ length: this.#lines.count }, () => new Float32Array(length));
    this.#tags = new Int32Array(this.#lines.count).fill(-1);
    this.#out = new Float32Array(length);
  }

  /** Row `y` of the result, `width * channels` numbers, not rounded and not clamped. */
  row(y: number): Float32Array {
    const { starts, count, weights } = this.#lines;
    const first = starts[y] ?? 0;
    const out = this.#out;
    out.fill(0);
    for (let k = 0; k < count; k++) {
      const weight = weights[y * count + k] ?? 0;
      if (weight === 0) continue;
      const row = this.#widthwise(first + k);
      for (let i = 0; i < out.length; i++) out[i] = (out[i] ?? 0) + weight * (row[i] ?? 0);
    }
    return out;
  }

  /** Row `y` of the source, resized along its width; kept until its slot is needed again. */
  #widthwise(y: number): Float32Array {
    const slot = y % this.#rows.length;
    const row = this.#rows[slot] ?? this.#out;
    if (this.#tags[slot] === y) return row;
    this.#tags[slot] = y;
    this.#source.load(y, this.#loaded);
    if (this.#source.channels === 3) spread3(this.#loaded, this.#columns, row);
    else spread1(this.#loaded, this.#columns, row);
    return row;
  }
}

function sizeOf({ width, height }: Size): Size {
  return { width, height };
}

function spread3(from: Float32Array, { starts, count, weights }: Taps, to: Float32Array): void {
  for (let i = 0; i < starts.length; i++) {
    let at = (starts[i] ?? 0) * 3;
    let r = 0;
    let g = 0;
    let b = 0;
    for (let k = i * count; k < (i + 1) * count; k++, at += 3) {
      const weight = weights[k] ?? 0;
      r += weight * (from[at] ?? 0);
      g += weight * (from[at + 1] ?? 0);
      b += weight * (from[at + 2] ?? 0);
    }
    to[i * 3] = r;
    to[i * 3 + 1] = g;
    to[i * 3 + 2] = b;
  }
}

function spread1(from: Float32Array, { starts, count, weights }: Taps, to: Float32Array): void {
  for (let i = 0; i < starts.length; i++) {
    const at = starts[i] ?? 0;
    let sum = 0;
    for (let k = 0; k < count; k++) sum += (weights[i * count + k] ?? 0) * (from[at + k] ?? 0);
    to[i] = sum;
  }
}

/** A number as a byte: rounded, and kept in 0..255. */
export function toByte(value: number): number {
  return value <= 0 ? 0 : value >= 255 ? 255 : Math.floor(value + 0.5);
}
