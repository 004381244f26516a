/**
 * Where an edit really changed a picture. The model repaints every pixel, so all of them differ a
 * little; what counts is what differs by more than the repainting's own noise. The noise is taken
 * from the picture itself, by its lower quartile, which an edit of up to three quarters of the
 * picture leaves alone.
 */
import { featherMask } from './mask.js';
import { dilate, erode, patches } from './morphology.js';
import { requireSameSize, type Mask, type Pixels, type Size } from './types.js';

/** Result of {@link changeMap}. */
export interface ChangeMap {
  /** Soft mask of the pictures' size: 255 where the edit changed something, 0 where not. */
  readonly mask: Mask;
  /** Share of the picture that changed, 0..1, the soft edge not counted. */
  readonly changed: number;
  /** Difference in levels (0..255) above which a patch counts as changed. */
  readonly threshold: number;
}

/** Lower quartile of the absolute value of a standard normal number. */
const QUARTILE = 0.31864;
/** Bounds of the threshold, in levels: below is never seen, above never missed. */
const LEAST = 12;
const MOST = 40;
/** Smallest patch that counts, and smallest hole that stays, as shares of the picture. */
const SMALLEST_PATCH = 0.0006;
const SMALLEST_HOLE = 0.004;

/** RGB planes after a 3x3 binomial blur, edges repeated; takes single-pixel noise down by half. */
function blurred({ width, height, channels, data }: Pixels): Float32Array {
  const out = new Float32Array(width * height * 3);
  const value = (x: number, y: number, c: number): number => {
    const cx = Math.min(Math.max(x, 0), width - 1);
    const cy = Math.min(Math.max(y, 0), height - 1);
    return data[(cy * width + cx) * channels + c] ?? 0;
  };
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < 3; c++) {
        let sum = 0;
        for (let dy = -1; dy <= 1; dy++) {
          const line = value(x - 1, y + dy, c) + 2 * value(x, y + dy, c) + value(x + 1, y + dy, c);
          sum += (dy === 0 ? 2 : 1) * line;
        }
        out[(y * width + x) * 3 + c] = sum / 16;
      }
    }
  }
  return out;
}

/**
 * How far the edit lies from the base in each pixel, in levels: the largest of the three channels.
 * With a tolerance, from the range of values within that many pixels, which forgives the edges
 * that an autoencoder moves or softens.
 */
function differences(edited: Pixels, base: Pixels, tolerance: number): Float32Array {
  const { width, height } = edited;
  const [e, b] = [blurred(edited), blurred(base)];
  const out = new Float32Array(width * height);
  for (let i = 0; i < out.length; i++) {
    const [x, y] = [i % width, Math.floor(i / width)];
    for (let c = 0; c < 3; c++) {
      let low = Infinity;
      let high = -Infinity;
      for (let ny = y - tolerance; ny <= y + tolerance; ny++) {
        for (let nx = x - tolerance; nx <= x + tolerance; nx++) {
          if (nx < 0 || ny < 0 || nx >= width || ny >= height) continue;
          const value = b[(ny * width + nx) * 3 + c] ?? 0;
          low = Math.min(low, value);
          high = Math.max(high, value);
        }
      }
      const value = e[i * 3 + c] ?? 0;
      out[i] = Math.max(out[i] ?? 0, value - high, low - value);
    }
  }
  return out;
}

function thresholdOf(difference: Float32Array): number {
  const sorted = difference.slice().sort();
  const noise = (sorted[Math.floor(sorted.length / 4)] ?? 0) / QUARTILE;
  return Math.min(Math.max(LEAST, LEAST / 2 + 5 * noise), MOST);
}

/** Patches over half the threshold that reach the whole of it somewhere and are not tiny. */
function strongPatches(difference: Float32Array, size: Size, threshold: number): Uint8Array {
  const bits = new Uint8Array(difference.length);
  const least = Math.max(3, SMALLEST_PATCH * bits.length);
  for (const patch of patches(size, (i) => (difference[i] ?? 0) > threshold / 2)) {
    if (patch.length < least) continue;
    if (!patch.some((i) => (difference[i] ?? 0) > threshold)) continue;
    for (const i of patch) bits[i] = 1;
  }
  return bits;
}

function fillHoles(bits: Uint8Array, size: Size): void {
  for (const hole of patches(size, (i) => bits[i] === 0)) {
    if (hole.length >= SMALLEST_HOLE * bits.length) continue;
    for (const i of hole) bits[i] = 1;
  }
}

/**
 * Where an edit changed its source, both as the model saw and painted them, of one size.
 * Thresholding with hysteresis, then small patches dropped, gaps closed, holes filled, and a soft
 * edge grown around the rest.
 * @param roundTrip the source through the autoencoder alone, which shows what the edit would be if
 *   nothing had changed; without it the source itself is compared, with some tolerance at edges
 */
export function changeMap(source: Pixels, edited: Pixels, roundTrip?: Pixels): ChangeMap {
  const base = roundTrip ?? source;
  requireSameSize('changeMap', base, edited);
  const { width, height } = edited;
  const difference = differences(edited, base, roundTrip ? 0 : 1);
  const threshold = thresholdOf(difference);
  const unit = Math.max(1, Math.round(Math.min(width, height) / 128));
  let bits = strongPatches(difference, edited, threshold);
  bits = erode(dilate(bits, edited, 2 * unit), edited, 2 * unit);
  fillHoles(bits, edited);
  bits = dilate(bits, edited, unit);
  let count = 0;
  for (const bit of bits) count += bit;
  const hard = { width, height, data: bits.map((bit) => bit * 255) };
  return { mask: featherMask(hard, 2 * unit), changed: count / bits.length, threshold };
}
