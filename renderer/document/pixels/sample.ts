/** Reading parts of rasters and masks: as they are, at lower resolutions, and transformed. */
import { TILE } from '../types.js';
import type { Mask, Matrix, Raster, Rect } from '../types.js';
import { contains, grow, intersect, wholePixels } from './bounds.js';
import { apply, boundsOf, invert, isWholeMove } from './matrix.js';
import { LAST_LEVEL } from './pyramid.js';
import type { Pyramids } from './pyramid.js';
import { tileKey } from './tiles.js';

interface Sized {
  readonly width: number;
  readonly height: number;
}

/** A tile that a rectangle touches, and what they share, in pixels of a level. */
interface Part {
  readonly key: number;
  /** How much of the tile lies inside, in pixels of level 0. */
  readonly insideWidth: number;
  readonly insideHeight: number;
  /** Where the tile begins. */
  readonly left: number;
  readonly top: number;
  readonly shared: Rect;
}

/** The tiles that a rectangle of a level's pixels touches. */
function* partsOf(of: Sized, level: number, rect: Rect): Generator<Part> {
  const side = TILE >> level;
  const inside = (size: number): number => Math.ceil(size / 2 ** level);
  const all = { x: 0, y: 0, width: inside(of.width), height: inside(of.height) };
  const within = intersect(all, rect);
  if (within === null) return;
  for (let top = Math.floor(within.y / side) * side; top < within.y + within.height; top += side) {
    let left = Math.floor(within.x / side) * side;
    for (; left < within.x + within.width; left += side) {
      const shared = intersect(within, { x: left, y: top, width: side, height: side });
      if (shared === null) continue;
      const [column, row] = [left / side, top / side];
      yield {
        key: tileKey(of, column, row),
        insideWidth: Math.min(TILE, of.width - column * TILE),
        insideHeight: Math.min(TILE, of.height - row * TILE),
        left,
        top,
        shared,
      };
    }
  }
}

/**
 * Copies a part of a raster at a level of its pyramid; transparent where the raster has nothing.
 * @param rect whole pixels of that level
 * @param out rect.width * rect.height * 4 bytes, all of them written
 * @returns whether there was any tile
 */
export function readPixels(
  raster: Raster,
  level: number,
  rect: Rect,
  out: Uint8ClampedArray,
  pyramids: Pyramids,
): boolean {
  out.fill(0, 0, rect.width * rect.height * 4);
  let any = false;
  for (const { key, insideWidth, insideHeight, left, top, shared } of partsOf(
    raster,
    level,
    rect,
  )) {
    const tile = raster.tiles.get(key);
    if (!tile) continue;
    any = true;
    const data = pyramids.pixels(tile, level, insideWidth, insideHeight);
    copyRows(data, TILE >> level, left, top, shared, rect, out, 4);
  }
  return any;
}

/**
 * Copies a part of a mask at a level of its pyramid.
 * @returns 'bytes' written to `out`, or 'full' or 'none' if the mask is even there and they were not
 */
export function readMask(
  mask: Mask,
  level: number,
  rect: Rect,
  out: Uint8ClampedArray,
  pyramids: Pyramids,
): 'bytes' | 'full' | 'none' {
  let any = false;
  for (const { key, insideWidth, insideHeight, left, top, shared } of partsOf(mask, level, rect)) {
    const tile = mask.tiles.get(key);
    if (!tile) continue;
    if (!any) out.fill(mask.outside, 0, rect.width * rect.height);
    any = true;
    const data = pyramids.mask(tile, level, insideWidth, insideHeight);
    copyRows(data, TILE >> level, left, top, shared, rect, out, 1);
  }
  if (any) return 'bytes';
  return mask.outside === 255 ? 'full' : 'none';
}

function copyRows(
  data: Uint8ClampedArray,
  side: number,
  left: number,
  top: number,
  shared: Rect,
  rect: Rect,
  out: Uint8ClampedArray,
  bytes: number,
): void {
  for (let y = shared.y; y < shared.y + shared.height; y++) {
    const from = ((y - top) * side + shared.x - left) * bytes;
    const to = ((y - rect.y) * rect.width + shared.x - rect.x) * bytes;
    out.set(data.subarray(from, from + shared.width * bytes), to);
  }
}

/** Whether all of a raster's pixels in a rectangle, which lies in it, are opaque. */
function isOpaqueIn(raster: Raster, rect: Rect, pyramids: Pyramids): boolean {
  for (const { key, insideWidth, insideHeight } of partsOf(raster, 0, rect)) {
    const tile = raster.tiles.get(key);
    if (!tile || !pyramids.isOpaque(tile, insideWidth, insideHeight)) return false;
  }
  return true;
}

/** How a transform is sampled: from which level, and how many samples make a pixel. */
interface Sampling {
  /** From pixels of the outcome to pixels of the raster. */
  readonly inverse: Matrix;
  readonly level: number;
  /** Where the samples of a pixel lie about its middle, in pixels of the level. */
  readonly offsets: Float64Array;
  /** How far the raster's x and y change over a pixel of the outcome. */
  readonly stepX: number;
  readonly stepY: number;
}

/** Most samples along one side of a pixel, for transforms that squeeze one way. */
const MOST_SAMPLES = 16;

function samplingOf(transform: Matrix): Sampling | null {
  const inverse = invert(transform);
  if (inverse === null) return null;
  const [a, b, c, d] = inverse;
  const across = Math.hypot(a, b);
  const down = Math.hypot(c, d);
  const finest = Math.round(Math.log2(Math.min(across, down)));
  const level = Math.min(LAST_LEVEL, Math.max(0, finest));
  const samples = (size: number): number =>
    Math.min(MOST_SAMPLES, Math.max(1, Math.round(size / 2 ** level)));
  const columns = samples(across);
  const rows = samples(down);
  const offsets = new Float64Array(columns * rows * 2);
  for (let i = 0; i < columns * rows; i++) {
    const x = ((i % columns) + 0.5) / columns - 0.5;
    const y = (Math.floor(i / columns) + 0.5) / rows - 0.5;
    offsets[i * 2] = (a * x + c * y) / 2 ** level;
    offsets[i * 2 + 1] = (b * x + d * y) / 2 ** level;
  }
  return { inverse, level, offsets, stepX: Math.hypot(a, c), stepY: Math.hypot(b, d) };
}

/** What the last pixels of a picture count for, if they lie only partly inside. */
export interface PartialEdge {
  readonly lastX: number;
  readonly partX: number;
  readonly lastY: number;
  readonly partY: number;
}

const NO_EDGE: PartialEdge = { lastX: Infinity, partX: 1, lastY: Infinity, partY: 1 };

/**
 * Draws a transformed raster: bilinear, colours weighed by their alphas, from the level of its
 * pyramid that is as fine as the outcome. The raster's edges are smooth over one pixel of the
 * outcome; edges on pixels' edges stay sharp, and turns by 90 degrees and flips are exact.
 * @param rect whole pixels of the outcome
 * @param out rect.width * rect.height * 4 bytes, all of them written
 * @returns whether anything may have been drawn
 */
export function drawTransformed(
  raster: Raster,
  transform: Matrix,
  rect: Rect,
  out: Uint8ClampedArray,
  pyramids: Pyramids,
  edge: PartialEdge = NO_EDGE,
): boolean {
  out.fill(0, 0, rect.width * rect.height * 4);
  const sampling = samplingOf(transform);
  if (sampling === null) return false;
  const { inverse, level } = sampling;
  const unit = 2 ** level;
  const seen = boundsOf(inverse, rect);
  const all = { x: 0, y: 0, width: raster.width, height: raster.height };
  const margin = Math.max(sampling.stepX, sampling.stepY) + unit;
  const shared = intersect(all, grow(seen, margin));
  if (shared === null) return false;
  const x = Math.floor(shared.x / unit);
  const y = Math.floor(shared.y / unit);
  const source = {
    x,
    y,
    width: Math.ceil((shared.x + shared.width) / unit) - x,
    height: Math.ceil((shared.y + shared.height) / unit) - y,
  };
  const pixels = new Uint8ClampedArray(source.width * source.height * 4);
  if (!readPixels(raster, level, source, pixels, pyramids)) return false;
  sampleRows(raster, sampling, source, pixels, rect, out, edge);
  return true;
}

function sampleRows(
  raster: Raster,
  sampling: Sampling,
  source: Rect,
  pixels: Uint8ClampedArray,
  rect: Rect,
  out: Uint8ClampedArray,
  edge: PartialEdge,
): void {
  const [a, b, c, d, e, f] = sampling.inverse;
  const { stepX, stepY, offsets } = sampling;
  const unit = 2 ** sampling.level;
  for (let row = 0; row < rect.height; row++) {
    const y = rect.y + row + 0.5;
    const start = apply(sampling.inverse, { x: rect.x + 0.5, y });
    const alongX = spanOf(start.x, a, raster.width, stepX / 2, rect.width);
    const alongY = spanOf(start.y, b, raster.height, stepY / 2, rect.width);
    const to = Math.min(alongX.to, alongY.to);
    const rowPart = rect.y + row === edge.lastY ? edge.partY : 1;
    for (let column = Math.max(alongX.from, alongY.from); column < to; column++) {
      // From the whole transform, so that a pixel is the same whatever else is drawn with it.
      const x = rect.x + column + 0.5;
      const u = a * x + c * y + e;
      const v = b * x + d * y + f;
      let part = coverage(u, raster.width, stepX) * coverage(v, raster.height, stepY);
      if (rowPart < 1) part = Math.min(1, part / rowPart);
      if (rect.x + column === edge.lastX) part = Math.min(1, part / edge.partX);
      if (part <= 0) continue;
      const at = (row * rect.width + column) * 4;
      samplePixel(pixels, source, u / unit - 0.5, v / unit - 0.5, offsets, part, out, at);
    }
  }
}

/** How much of a pixel at `at` lies between 0 and `size`, if it is `step` wide. */
function coverage(at: number, size: number, step: number): number {
  const low = Math.min(1, Math.max(0, at / step + 0.5));
  const high = Math.min(1, Math.max(0, (size - at) / step + 0.5));
  return low + high - 1;
}

/** The columns at which start + slope * column lies between -margin and size + margin. */
function spanOf(
  start: number,
  slope: number,
  size: number,
  margin: number,
  count: number,
): { from: number; to: number } {
  if (Math.abs(slope) < 1e-12) {
    return start > -margin && start < size + margin ? { from: 0, to: count } : { from: 0, to: 0 };
  }
  const first = (-margin - start) / slope;
  const last = (size + margin - start) / slope;
  return {
    from: Math.max(0, Math.floor(Math.min(first, last))),
    to: Math.min(count, Math.ceil(Math.max(first, last)) + 1),
  };
}

function samplePixel(
  pixels: Uint8ClampedArray,
  source: Rect,
  u: number,
  v: number,
  offsets: Float64Array,
  part: number,
  out: Uint8ClampedArray,
  at: number,
): void {
  const endX = source.x + source.width - 1;
  const endY = source.y + source.height - 1;
  let r = 0;
  let g = 0;
  let b = 0;
  let sum = 0;
  for (let i = 0; i < offsets.length; i += 2) {
    const x = Math.min(endX, Math.max(source.x, u + (offsets[i] ?? 0)));
    const y = Math.min(endY, Math.max(source.y, v + (offsets[i + 1] ?? 0)));
    // Neither is below 0: what is read lies in the raster.
    const left = x | 0;
    const top = y | 0;
    const fx = x - left;
    const fy = y - top;
    const p = ((top - source.y) * source.width + left - source.x) * 4;
    const q = left < endX ? p + 4 : p;
    const below = top < endY ? source.width * 4 : 0;
    const wp = (1 - fx) * (1 - fy) * (pixels[p + 3] ?? 0);
    const wq = fx * (1 - fy) * (pixels[q + 3] ?? 0);
    const wr = (1 - fx) * fy * (pixels[p + below + 3] ?? 0);
    const ws = fx * fy * (pixels[q + below + 3] ?? 0);
    sum += wp + wq + wr + ws;
    r += wp * (pixels[p] ?? 0) + wq * (pixels[q] ?? 0);
    r += wr * (pixels[p + below] ?? 0) + ws * (pixels[q + below] ?? 0);
    g += wp * (pixels[p + 1] ?? 0) + wq * (pixels[q + 1] ?? 0);
    g += wr * (pixels[p + below + 1] ?? 0) + ws * (pixels[q + below + 1] ?? 0);
    b += wp * (pixels[p + 2] ?? 0) + wq * (pixels[q + 2] ?? 0);
    b += wr * (pixels[p + below + 2] ?? 0) + ws * (pixels[q + below + 2] ?? 0);
  }
  if (sum <= 0) return;
  out[at] = r / sum;
  out[at + 1] = g / sum;
  out[at + 2] = b / sum;
  out[at + 3] = (sum * part * 2) / offsets.length;
}

/**
 * Whether a transformed raster covers a rectangle of the outcome with opaque pixels.
 * @param rect whole pixels of the outcome
 */
export function coversOpaquely(
  raster: Raster,
  transform: Matrix,
  rect: Rect,
  pyramids: Pyramids,
): boolean {
  const inverse = invert(transform);
  if (inverse === null) return false;
  const seen = wholePixels(boundsOf(inverse, rect));
  const all = { x: 0, y: 0, width: raster.width, height: raster.height };
  if (!contains(all, seen)) return false;
  if (isWholeMove(transform)) return isOpaqueIn(raster, seen, pyramids);
  // Pixels beside those seen are mixed in.
  const margin = Math.max(
    1,
    Math.hypot(inverse[0], inverse[1]),
    Math.hypot(inverse[2], inverse[3]),
  );
  const mixed = intersect(all, grow(seen, Math.ceil(margin)));
  return mixed !== null && isOpaqueIn(raster, mixed, pyramids);
}
