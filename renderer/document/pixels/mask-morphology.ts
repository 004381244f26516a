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
  const squares = columnDistances(bytes, width, height);
  const line = new Line(width, (radius + 1) ** 2);
  const out = bytes.slice();
  for (let y = 0; y < height; y++) {
    const start = y * width;
    if (!line.measure(squares, start)) continue;
    for (let x = 0; x < width; x++) {
      const grown = 255 * (radius + 1 - Math.sqrt(squares[start + x] ?? 0));
      if (grown > (out[start + x] ?? 0)) out[start + x] = grown;
    }
  }
  return out;
}

/**
 * Squares of the distances to the nearest pixel in the mask above or below, and of how far its edge
 * is from its middle. That is less than a pixel, so no pixel behind the nearest one can be nearer.
 */
function columnDistances(bytes: Uint8ClampedArray, width: number, height: number): Float64Array {
  const squares = new Float64Array(width * height).fill(FAR);
  const rows = new Int32Array(width);
  const parts = new Float64Array(width);
  const parted = Float64Array.from({ length: 256 }, (_, value) => ((255 - value) / 255) ** 2);
  for (const down of [true, false]) {
    parts.fill(FAR);
    for (let k = 0; k < height; k++) {
      const y = down ? k : height - 1 - k;
      for (let x = 0, i = y * width; x < width; x++, i++) {
        const value = bytes[i] ?? 0;
        if (value >= 128) {
          rows[x] = y;
          parts[x] = parted[value] ?? 0;
        }
        const square = (y - (rows[x] ?? 0)) ** 2 + (parts[x] ?? 0);
        if (square < (squares[i] ?? 0)) squares[i] = square;
      }
    }
  }
  return squares;
}

/**
 * The squared distance transform of a line (Felzenszwalb and Huttenlocher): the lower envelope of a
 * parabola on each pixel, without those that lie too far away to matter.
 */
class Line {
  readonly #count: number;
  readonly #limit: number;
  readonly #values: Float64Array;
  readonly #places: Int32Array;
  readonly #starts: Float64Array;

  /** @param limit squares above it are all the same */
  constructor(count: number, limit: number) {
    this.#count = count;
    this.#limit = limit;
    this.#values = new Float64Array(count);
    this.#places = new Int32Array(count);
    this.#starts = new Float64Array(count + 1);
  }

  /** Makes distances in columns distances; false where all of a row are above the limit. */
  measure(data: Float64Array, offset: number): boolean {
    const values = this.#values;
    const places = this.#places;
    const starts = this.#starts;
    let last = -1;
    for (let i = 0; i < this.#count; i++) {
      const square = data[offset + i] ?? 0;
      values[i] = square;
      if (square > this.#limit) continue;
      let meet = -Infinity;
      while (last >= 0) {
        meet = this.#meet(square + i * i, i, last);
        if (meet > (starts[last] ?? 0)) break;
        last--;
        meet = -Infinity;
      }
      last++;
      places[last] = i;
      starts[last] = meet;
      starts[last + 1] = Infinity;
    }
    if (last < 0) return false;
    for (let i = 0, k = 0; i < this.#count; i++) {
      while ((starts[k + 1] ?? 0) < i) k++;
      const place = places[k] ?? 0;
      data[offset + i] = (i - place) ** 2 + (values[place] ?? 0);
    }
    return true;
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
