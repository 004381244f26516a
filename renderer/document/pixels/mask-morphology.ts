/** Growing masks by a disc: by distance where edges are crisp, by greatest values where soft. */
import { TILE } from '../types.js';
import type { Mask } from '../types.js';

const isPart = (value: number | undefined): boolean =>
  value !== undefined && value > 8 && value < 247;

/** Pixels deep in a soft edge that make a mask a soft one. */
const ENOUGH = 16;

/** Whether a mask has soft edges: pixels that are partly in, as are all their neighbours. */
export function isSoft(mask: Mask): boolean {
  let seen = 0;
  for (const { data } of mask.tiles.values()) {
    for (let y = 1; y < TILE - 1; y++) {
      for (let i = y * TILE + 1; i < (y + 1) * TILE - 1; i++) {
        if (!isPart(data[i]) || !isPart(data[i - 1]) || !isPart(data[i + 1])) continue;
        if (isPart(data[i - TILE]) && isPart(data[i + TILE]) && ++seen >= ENOUGH) return true;
      }
    }
  }
  return false;
}

const FAR = 1e12;

/**
 * Grows a crisp mask by exact Euclidean distances. Pixels on the edge, which are in it partly, stand
 * for an edge that runs through them, and the outcome's edge is as smooth.
 */
export function distanceGrow(
  bytes: Uint8ClampedArray,
  width: number,
  height: number,
  radius: number,
): Uint8ClampedArray {
  const squares = new Float64Array(width * height);
  for (let i = 0; i < squares.length; i++) {
    const value = bytes[i] ?? 0;
    squares[i] = value >= 128 ? ((255 - value) / 255) ** 2 : FAR;
  }
  const line = new Lines(Math.max(width, height));
  for (let x = 0; x < width; x++) line.transform(squares, x, width, height);
  for (let y = 0; y < height; y++) line.transform(squares, y * width, 1, width);
  const out = new Uint8ClampedArray(squares.length);
  for (let i = 0; i < out.length; i++) {
    const grown = 255 * (radius + 1 - Math.sqrt(squares[i] ?? 0));
    out[i] = Math.max(grown, bytes[i] ?? 0);
  }
  return out;
}

/**
 * The squared distance transform of a line (Felzenszwalb and Huttenlocher): the lower envelope of a
 * parabola on each pixel.
 */
class Lines {
  readonly #values: Float64Array;
  readonly #places: Int32Array;
  readonly #starts: Float64Array;

  constructor(longest: number) {
    this.#values = new Float64Array(longest);
    this.#places = new Int32Array(longest);
    this.#starts = new Float64Array(longest + 1);
  }

  transform(data: Float64Array, offset: number, step: number, count: number): void {
    const values = this.#values;
    const places = this.#places;
    const starts = this.#starts;
    for (let i = 0; i < count; i++) values[i] = data[offset + i * step] ?? 0;
    let last = 0;
    places[0] = 0;
    starts[0] = -Infinity;
    starts[1] = Infinity;
    for (let i = 1; i < count; i++) {
      const value = (values[i] ?? 0) + i * i;
      let meet = this.#meet(value, i, last);
      while (meet <= (starts[last] ?? 0)) meet = this.#meet(value, i, --last);
      last++;
      places[last] = i;
      starts[last] = meet;
      starts[last + 1] = Infinity;
    }
    for (let i = 0, k = 0; i < count; i++) {
      while ((starts[k + 1] ?? 0) < i) k++;
      const place = places[k] ?? 0;
      data[offset + i * step] = (i - place) ** 2 + (values[place] ?? 0);
    }
  }

  /** Where the parabola on `i` meets the last one of the envelope. */
  #meet(value: number, i: number, last: number): number {
    const place = this.#places[last] ?? 0;
    return (value - (this.#values[place] ?? 0) - place * place) / (2 * (i - place));
  }
}

/** The greatest value within a disc around each pixel. */
export function discMaximum(
  bytes: Uint8ClampedArray,
  width: number,
  height: number,
  radius: number,
): Uint8ClampedArray {
  const out = bytes.slice();
  const rows = new Uint8ClampedArray(bytes.length);
  let known = -1;
  for (let dy = Math.floor(radius); dy >= 0; dy--) {
    const half = Math.floor(Math.sqrt(radius * radius - dy * dy));
    // Several rows of a disc may be of one length.
    if (half !== known) rowMaximum(bytes, rows, width, height, half);
    known = half;
    for (const shift of dy === 0 ? [0] : [dy, -dy]) {
      const from = Math.max(0, shift) * width;
      const to = Math.min(height, height + shift) * width;
      const move = shift * width;
      for (let i = from; i < to; i++) {
        const value = rows[i] ?? 0;
        if (value > (out[i - move] ?? 0)) out[i - move] = value;
      }
    }
  }
  return out;
}

/** The greatest value within `half` pixels left and right (van Herk, Gil and Werman). */
function rowMaximum(
  from: Uint8ClampedArray,
  to: Uint8ClampedArray,
  width: number,
  height: number,
  half: number,
): void {
  const size = 2 * half + 1;
  const padded = Math.ceil((width + 2 * half) / size) * size;
  const line = new Uint8ClampedArray(padded);
  const forth = new Uint8ClampedArray(padded);
  const back = new Uint8ClampedArray(padded);
  for (let y = 0; y < height; y++) {
    line.set(from.subarray(y * width, (y + 1) * width), half);
    // Greatest values from the start of each run of `size`, and from its end.
    for (let start = 0; start < padded; start += size) {
      let most = 0;
      for (let i = start; i < start + size; i++) forth[i] = most = Math.max(most, line[i] ?? 0);
      most = 0;
      for (let i = start + size - 1; i >= start; i--) back[i] = most = Math.max(most, line[i] ?? 0);
    }
    for (let x = 0; x < width; x++) {
      to[y * width + x] = Math.max(back[x] ?? 0, forth[x + size - 1] ?? 0);
    }
  }
}
