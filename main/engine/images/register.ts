/**
 * Registration of an edit against its source: the small shift and scale that repainting a whole
 * picture may bring. Gauss-Newton on luminances over a pyramid, with a gain and an offset for
 * changed light, and Tukey's weights, so that what the edit itself painted counts as outliers
 * (Baker and Matthews, "Lucas-Kanade 20 years on", 2004, forward additive, with robust weights).
 */
import { solve } from './linear.js';
import { toByte } from './resample.js';
import { requireSameSize, type Pixels, type Size } from './types.js';

/**
 * How an edit lies over its source: what is `u` pixels from the centre of the source is
 * `scale * u + (dx, dy)` pixels from the centre of the edit.
 */
export interface Registration {
  readonly dx: number;
  readonly dy: number;
  readonly scale: number;
  /** 0..1: how much of the picture's texture agrees with this. */
  readonly confidence: number;
  /** Whether resampling by it is worth its slight blur. */
  readonly significant: boolean;
}

/** Numbers of one channel. */
interface Plane extends Size {
  readonly data: Float32Array;
}

/** Source and edit at one size. */
type Pair = readonly [Plane, Plane];

/** Estimate while it is refined: shift in pixels of the level, and `edit = gain source + offset`. */
interface Pose {
  dx: number;
  dy: number;
  scale: number;
  gain: number;
  offset: number;
}

const IDENTITY: Registration = { dx: 0, dy: 0, scale: 1, confidence: 0, significant: false };
/** Shortest side of the smallest pyramid level. */
const SMALLEST = 24;
/** Farthest shift that is looked for, as a share of the side. */
const FARTHEST = 0.25;
/** Farthest shift that is tried at the smallest level, in its pixels. */
const MOST_STEPS = 12;
const SCALES = { least: 0.8, most: 1.25 };
const ITERATIONS = 20;
/** Displacement in pixels, anywhere in the picture, under which resampling does not pay. */
const NOTICEABLE = 0.2;
const CONFIDENT = 0.4;
/** Gain under which an edit no longer shows its source. */
const LEAST_GAIN = 0.15;
/** Gradient energy (levels squared per pixel) at which half of the confidence is lost. */
const FAINT_TEXTURE = 2;

function luminancePlane({ width, height, channels, data }: Pixels): Plane {
  const out = new Float32Array(width * height);
  for (let i = 0, at = 0; i < out.length; i++, at += channels) {
    out[i] = 0.299 * (data[at] ?? 0) + 0.587 * (data[at + 1] ?? 0) + 0.114 * (data[at + 2] ?? 0);
  }
  return { width, height, data: out };
}

/** A 1-2-1 blur both ways, edges repeated: keeps linear interpolation honest. */
function soften({ width, height, data }: Plane): Plane {
  const across = new Float32Array(data.length);
  const out = new Float32Array(data.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = y * width + x;
      const left = data[x > 0 ? at - 1 : at] ?? 0;
      const right = data[x < width - 1 ? at + 1 : at] ?? 0;
      across[at] = (left + 2 * (data[at] ?? 0) + right) / 4;
    }
  }
  for (let at = 0; at < out.length; at++) {
    const above = across[at >= width ? at - width : at] ?? 0;
    const below = across[at + width < out.length ? at + width : at] ?? 0;
    out[at] = (above + 2 * (across[at] ?? 0) + below) / 4;
  }
  return { width, height, data: out };
}

/** Half the size, by means of 2x2; an odd last row or column is left out. */
function halve({ width, height, data }: Plane): Plane {
  const size = { width: width >> 1, height: height >> 1 };
  const out = new Float32Array(size.width * size.height);
  for (let i = 0; i < out.length; i++) {
    const at = Math.floor(i / size.width) * 2 * width + (i % size.width) * 2;
    const above = (data[at] ?? 0) + (data[at + 1] ?? 0);
    out[i] = (above + (data[at + width] ?? 0) + (data[at + width + 1] ?? 0)) / 4;
  }
  return { ...size, data: out };
}

/** Two planes and their halves, smallest first. */
function pyramid(finest: Pair): Pair[] {
  const levels = [finest];
  for (let [a, b] = finest; Math.min(a.width, a.height) >= 2 * SMALLEST;) {
    [a, b] = [halve(a), halve(b)];
    levels.unshift([a, b]);
  }
  return levels;
}

function mean(values: Float32Array): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}

/** The whole shift, at the smallest level, under which the pictures differ least. */
function wholeShift(source: Plane, edited: Plane): { dx: number; dy: number } {
  const { width, height } = source;
  const apart = mean(edited.data) - mean(source.data);
  const reach = [width, height].map((side) => Math.min(Math.floor(side * FARTHEST), MOST_STEPS));
  const [reachX = 0, reachY = 0] = reach;
  let best = { dx: 0, dy: 0 };
  let least = Infinity;
  for (let dy = -reachY; dy <= reachY; dy++) {
    for (let dx = -reachX; dx <= reachX; dx++) {
      let sum = 0;
      let count = 0;
      for (let y = Math.max(0, -dy); y < Math.min(height, height - dy); y++) {
        for (let x = Math.max(0, -dx); x < Math.min(width, width - dx); x++) {
          const moved = edited.data[(y + dy) * width + x + dx] ?? 0;
          // cut off, so that an edited part weighs no more than its area
          sum += Math.min(Math.abs(moved - apart - (source.data[y * width + x] ?? 0)), 40);
          count++;
        }
      }
      // a mild preference for staying where it is, against ties in pictures without texture
      const cost = sum / count + 0.02 * Math.hypot(dx, dy);
      if (cost < least) [best, least] = [{ dx, dy }, cost];
    }
  }
  return best;
}

/** Value and gradient of a plane between its pixels, bilinear. */
function sample({ width, data }: Plane, x: number, y: number, out: Float64Array): void {
  const x0 = Math.floor(x);
  const y0 = Math.floor(y);
  const fx = x - x0;
  const fy = y - y0;
  const at = y0 * width + x0;
  const value = (column: number, row: number): number => data[at + row * width + column] ?? 0;
  const line = (row: number): number => value(0, row) * (1 - fx) + value(1, row) * fx;
  const slope = (row: number): number =>
    ((value(1, row) - value(-1, row)) * (1 - fx) + (value(2, row) - value(0, row)) * fx) / 2;
  const middle = [line(0), line(1)] as const;
  out[0] = middle[0] * (1 - fy) + middle[1] * fy;
  out[1] = slope(0) * (1 - fy) + slope(1) * fy;
  out[2] = ((middle[1] - line(-1)) * (1 - fy) + (line(2) - middle[0]) * fy) / 2;
}

/** One row per usable pixel: residual, then its derivatives by the five unknowns. */
function residuals(source: Plane, edited: Plane, pose: Pose): Float32Array {
  const { width, height } = source;
  const rows = new Float32Array(width * height * 6);
  const at = new Float64Array(3);
  let used = 0;
  for (let y = 1; y < height - 1; y++) {
    const v = y + 0.5 - height / 2;
    const ey = pose.scale * v + pose.dy + height / 2 - 0.5;
    if (ey < 1 || ey >= height - 2) continue;
    for (let x = 1; x < width - 1; x++) {
      const u = x + 0.5 - width / 2;
      const ex = pose.scale * u + pose.dx + width / 2 - 0.5;
      if (ex < 1 || ex >= width - 2) continue;
      sample(edited, ex, ey, at);
      const [value = 0, gx = 0, gy = 0] = at;
      const own = source.data[y * width + x] ?? 0;
      rows.set([value - pose.gain * own - pose.offset, gx, gy, gx * u + gy * v, -own, -1], used);
      used += 6;
    }
  }
  return rows.subarray(0, used);
}

/** Robust spread of the residuals: their median absolute value, as a standard deviation. */
function spreadOf(rows: Float32Array): number {
  const sizes = new Float32Array(rows.length / 6);
  for (let i = 0; i < sizes.length; i++) sizes[i] = Math.abs(rows[i * 6] ?? 0);
  sizes.sort();
  return Math.max(1.4826 * (sizes[sizes.length >> 1] ?? 0), 0.5);
}

/** Tukey's weight of a residual: 0 from 4.685 spreads on. */
function tukey(residual: number, spread: number): number {
  const t = residual / (4.685 * spread);
  return Math.abs(t) < 1 ? (1 - t * t) ** 2 : 0;
}

/** One weighted Gauss-Newton step; null where the picture does not determine it. */
function step(rows: Float32Array): Float64Array | null {
  const spread = spreadOf(rows);
  const normal = new Float64Array(25);
  const right = new Float64Array(5);
  for (let at = 0; at < rows.length; at += 6) {
    const residual = rows[at] ?? 0;
    const weight = tukey(residual, spread);
    if (weight === 0) continue;
    for (let i = 0; i < 5; i++) {
      const scaled = weight * (rows[at + 1 + i] ?? 0);
      right[i] = (right[i] ?? 0) - scaled * residual;
      for (let j = i; j < 5; j++) {
        normal[i * 5 + j] = (normal[i * 5 + j] ?? 0) + scaled * (rows[at + 1 + j] ?? 0);
      }
    }
  }
  for (let i = 0; i < 5; i++)
    for (let j = 0; j < i; j++) normal[i * 5 + j] = normal[j * 5 + i] ?? 0;
  return solve(normal, right);
}

/** Refines a pose in place; false if the picture does not determine it or it runs away. */
function refine(source: Plane, edited: Plane, pose: Pose): boolean {
  for (let i = 0; i < ITERATIONS; i++) {
    const rows = residuals(source, edited, pose);
    const change = rows.length < 6 * 64 ? null : step(rows);
    if (!change) return false;
    const [dx = 0, dy = 0, scale = 0, gain = 0, offset = 0] = change;
    pose.dx += dx;
    pose.dy += dy;
    pose.scale += scale;
    pose.gain += gain;
    pose.offset += offset;
    const lost =
      !(pose.scale > SCALES.least && pose.scale < SCALES.most) ||
      !(Math.abs(pose.dx) < source.width * FARTHEST * 1.2) ||
      !(Math.abs(pose.dy) < source.height * FARTHEST * 1.2);
    if (lost) return false;
    const moved =
      Math.hypot(dx, dy) + (Math.abs(scale) * Math.hypot(source.width, source.height)) / 2;
    if (moved < 2e-3) break;
  }
  return true;
}

/**
 * Share of the gradients that agree with a pose, less where there is hardly any texture in one of
 * the directions.
 */
function agreement(rows: Float32Array): number {
  const spread = Math.min(spreadOf(rows), 12);
  let [xx, xy, yy, agreed, all] = [0, 0, 0, 0, 0];
  for (let at = 0; at < rows.length; at += 6) {
    const [residual = 0, gx = 0, gy = 0] = rows.subarray(at, at + 3);
    const energy = gx * gx + gy * gy;
    agreed += tukey(residual, spread) * energy;
    all += energy;
    xx += gx * gx;
    xy += gx * gy;
    yy += gy * gy;
  }
  const count = rows.length / 6;
  const weaker = (xx + yy - Math.hypot(xx - yy, 2 * xy)) / 2 / count;
  return all === 0 ? 0 : (agreed / all) * (weaker / (weaker + FAINT_TEXTURE));
}

/**
 * Estimates how an edit is shifted and scaled against its source, from coarse to fine; an edit of
 * up to about a third of the picture does not disturb it. Deterministic.
 * @param source as the model saw it
 * @param edited what the model painted, of the same size
 */
export function register(source: Pixels, edited: Pixels): Registration {
  requireSameSize('register', source, edited);
  if (Math.min(source.width, source.height) < SMALLEST) return IDENTITY;
  const finest: Pair = [soften(luminancePlane(source)), soften(luminancePlane(edited))];
  const pose: Pose = { dx: 0, dy: 0, scale: 1, gain: 1, offset: 0 };
  const levels = pyramid(finest);
  for (const [index, [a, b]] of levels.entries()) {
    if (index === 0) {
      Object.assign(pose, wholeShift(a, b));
      pose.offset = mean(b.data) - mean(a.data);
    } else {
      pose.dx *= 2;
      pose.dy *= 2;
    }
    if (!refine(a, b, pose)) return IDENTITY;
  }
  return judge(finest[0], finest[1], pose);
}

/** Median absolute distance of a plane's values from their median, as a standard deviation. */
function contrastOf({ data }: Plane): number {
  const sorted = data.slice().sort();
  const median = sorted[sorted.length >> 1] ?? 0;
  const apart = data.map((value) => Math.abs(value - median)).sort();
  return Math.max(1.4826 * (apart[apart.length >> 1] ?? 0), 0.5);
}

function judge(source: Plane, edited: Plane, pose: Pose): Registration {
  const { dx, dy, scale } = pose;
  const rows = residuals(source, edited, pose);
  // of two pictures that have nothing in common, neither explains anything of the other
  const explained = 1 - (spreadOf(rows) / contrastOf(edited)) ** 2;
  const alike = pose.gain > LEAST_GAIN ? Math.max(explained, 0) : 0;
  const confidence = agreement(rows) * alike;
  const corner = Math.hypot(source.width, source.height) / 2;
  const farthest = Math.hypot(dx, dy) + Math.abs(scale - 1) * corner;
  const still = residuals(source, edited, { ...pose, dx: 0, dy: 0, scale: 1 });
  const better = spreadOf(rows) < 0.95 * spreadOf(still);
  const significant = farthest >= NOTICEABLE && confidence >= CONFIDENT && better;
  return { dx, dy, scale, confidence, significant };
}

/** Catmull-Rom weights of the four pixels around a fraction. */
function cubic(t: number): [number, number, number, number] {
  return [
    ((-0.5 * t + 1) * t - 0.5) * t,
    (1.5 * t - 2.5) * t * t + 1,
    ((-1.5 * t + 2) * t + 0.5) * t,
    (0.5 * t - 0.5) * t * t,
  ];
}

/**
 * Moves an edit onto its source, or gives it back untouched where that is not significant. What
 * comes in at an edge repeats the edit's edge.
 * @returns RGB of the same size
 */
export function applyRegistration(edited: Pixels, found: Registration): Pixels {
  if (!found.significant) return edited;
  const { width, height, channels, data } = edited;
  const out = new Uint8Array(width * height * 3);
  const column = (x: number): number => Math.min(Math.max(x, 0), width - 1) * channels;
  for (let y = 0; y < height; y++) {
    const ey = found.scale * (y + 0.5 - height / 2) + found.dy + height / 2 - 0.5;
    const down = cubic(ey - Math.floor(ey));
    for (let x = 0; x < width; x++) {
      const ex = found.scale * (x + 0.5 - width / 2) + found.dx + width / 2 - 0.5;
      const across = cubic(ex - Math.floor(ex));
      for (let c = 0; c < 3; c++) {
        let sum = 0;
        for (const [j, weight] of down.entries()) {
          const row = Math.min(Math.max(Math.floor(ey) + j - 1, 0), height - 1) * width * channels;
          for (const [i, part] of across.entries()) {
            sum += weight * part * (data[row + column(Math.floor(ex) + i - 1) + c] ?? 0);
          }
        }
        out[(y * width + x) * 3 + c] = toByte(sum);
      }
    }
  }
  return { width, height, channels: 3, data: out };
}
