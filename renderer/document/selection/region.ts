/** Which pixels of a picture have a colour like the one at a point. */
import type { Mask, Point, Rect } from '../types.js';
import { IDENTITY } from '../pixels/matrix.js';
import { SelectionSampler } from './sampler.js';

/** Raw RGBA, not premultiplied, rows from the top. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray;
}

export interface RegionSettings {
  /** How far each channel may be off, 0 to 255. */
  readonly tolerance: number;
  /** Only what hangs together with the point by its sides, else everywhere. */
  readonly contiguous: boolean;
}

/** INSIDE is in the region; every other value is not. */
export interface Region {
  readonly states: Uint8Array;
  /** Around what is inside. */
  readonly bounds: Rect;
}

export const INSIDE = 1;
/** Not like the point's, or not to be touched. */
const OUTSIDE = 2;
/** Like the point's, but not reached so far. */
const LIKE = 3;

/**
 * The pixels like the one at a point.
 * @param within a mask of the picture's size; where it is 0 nothing is found or passed through
 * @returns null if the point lies beyond the picture or where `within` is 0
 */
export function regionAround(
  picture: Picture,
  at: Point,
  { tolerance, contiguous }: RegionSettings,
  within: Mask | null,
): Region | null {
  const { width, height } = picture;
  const x = Math.floor(at.x);
  const y = Math.floor(at.y);
  if (!(x >= 0 && y >= 0 && x < width && y < height)) return null;
  const states = new Uint8Array(width * height);
  if (within !== null) shutOut(states, within);
  const seed = y * width + x;
  if (states[seed] !== 0) return null;
  const judge = new Judge(picture, states, seed, tolerance);
  const bounds = new Bounds();
  if (contiguous) flood(states, width, height, seed, judge, bounds);
  else sweep(states, width, height, judge, bounds);
  return { states, bounds: bounds.rect() };
}

function shutOut(states: Uint8Array, within: Mask): void {
  const sampler = new SelectionSampler(within, IDENTITY);
  const row = new Uint8ClampedArray(within.width);
  for (let y = 0; y < within.height; y++) {
    sampler.row(0, y, within.width, row);
    const start = y * within.width;
    for (let x = 0; x < within.width; x++) if (row[x] === 0) states[start + x] = OUTSIDE;
  }
}

/**
 * Finds what is like the point's pixel, a row at a time, once a row is asked for. It compares
 * premultiplied channels, so that all that is transparent is alike.
 */
class Judge {
  readonly #data: Uint8ClampedArray;
  readonly #states: Uint8Array;
  readonly #width: number;
  readonly #tolerance: number;
  readonly #seed: readonly [number, number, number, number];
  readonly #known: Uint8Array;

  constructor({ data, width, height }: Picture, states: Uint8Array, at: number, tolerance: number) {
    this.#data = data;
    this.#states = states;
    this.#width = width;
    this.#tolerance = tolerance;
    const [r = 0, g = 0, b = 0, a = 0] = data.subarray(at * 4, at * 4 + 4);
    this.#seed = [r * a, g * a, b * a, a];
    this.#known = new Uint8Array(height);
  }

  /** Makes LIKE or OUTSIDE what is neither in a row. */
  row(y: number): void {
    if (this.#known[y] !== 0) return;
    this.#known[y] = 1;
    const data = this.#data;
    const states = this.#states;
    const tolerance = this.#tolerance;
    const far = tolerance * 255;
    const [red, green, blue, alpha] = this.#seed;
    const end = (y + 1) * this.#width;
    for (let pixel = y * this.#width; pixel < end; pixel++) {
      if (states[pixel] !== 0) continue;
      const i = pixel * 4;
      const a = data[i + 3] ?? 0;
      const like =
        Math.abs(a - alpha) <= tolerance &&
        Math.abs((data[i] ?? 0) * a - red) <= far &&
        Math.abs((data[i + 1] ?? 0) * a - green) <= far &&
        Math.abs((data[i + 2] ?? 0) * a - blue) <= far;
      states[pixel] = like ? LIKE : OUTSIDE;
    }
  }
}

/** Everywhere. */
function sweep(
  states: Uint8Array,
  width: number,
  height: number,
  judge: Judge,
  bounds: Bounds,
): void {
  for (let y = 0; y < height; y++) {
    judge.row(y);
    const start = y * width;
    for (let x = 0; x < width; x++) {
      if (states[start + x] !== LIKE) continue;
      states[start + x] = INSIDE;
      bounds.include(x, x + 1, y);
    }
  }
}

/** Run by run: a run is filled whole, then the runs that touch it above and below wait in line. */
function flood(
  states: Uint8Array,
  width: number,
  height: number,
  seed: number,
  judge: Judge,
  bounds: Bounds,
): void {
  const waiting = [seed];
  judge.row(Math.floor(seed / width));
  for (let pixel = waiting.pop(); pixel !== undefined; pixel = waiting.pop()) {
    if (states[pixel] !== LIKE) continue;
    const y = Math.floor(pixel / width);
    const start = y * width;
    let from = pixel;
    while (from > start && states[from - 1] === LIKE) from--;
    let to = pixel + 1;
    while (to < start + width && states[to] === LIKE) to++;
    states.fill(INSIDE, from, to);
    bounds.include(from - start, to - start, y);
    if (y > 0) {
      judge.row(y - 1);
      queueRuns(states, from - width, to - width, waiting);
    }
    if (y < height - 1) {
      judge.row(y + 1);
      queueRuns(states, from + width, to + width, waiting);
    }
  }
}

/** Lines up a pixel of every run between two pixels of a row. */
function queueRuns(states: Uint8Array, from: number, to: number, waiting: number[]): void {
  let last = 0;
  for (let pixel = from; pixel < to; pixel++) {
    const state = states[pixel] ?? 0;
    if (state === LIKE && last !== LIKE) waiting.push(pixel);
    last = state;
  }
}

class Bounds {
  #left = Infinity;
  #top = Infinity;
  #right = 0;
  #bottom = 0;

  include(from: number, to: number, y: number): void {
    if (from < this.#left) this.#left = from;
    if (to > this.#right) this.#right = to;
    if (y < this.#top) this.#top = y;
    if (y >= this.#bottom) this.#bottom = y + 1;
  }

  rect(): Rect {
    const [left, top] = [this.#left, this.#top];
    return { x: left, y: top, width: this.#right - left, height: this.#bottom - top };
  }
}
