/** How far a result drifted from its source, apart for where it might change and where not. */
import { SSIM_WINDOW, SsimRows } from './ssim.js';
import { requireSameSize, type Mask, type Pixels } from './types.js';

/** Figures of one region; plain JSON. */
interface RegionDrift {
  readonly pixels: number;
  /** Whether every byte is the same, alpha included. */
  readonly identical: boolean;
  /** Largest difference of a byte, alpha included, 0..255. */
  readonly maxAbs: number;
  /** Of RGB, in dB; null where nothing differs. */
  readonly psnr: number | null;
  /** Mean SSIM of the windows that lie wholly in the region; null where it holds no such window. */
  readonly ssim: number | null;
}

/** Figures of a result; a region without pixels is null. */
export interface DriftReport {
  /** Where the soft mask is 0. */
  readonly outside: RegionDrift | null;
  /** Where it is not; the whole picture if there is no mask. */
  readonly inside: RegionDrift | null;
}

/** Sums over one region. */
class Region {
  pixels = 0;
  maxAbs = 0;
  squares = 0;
  similarity = 0;
  windows = 0;

  report(): RegionDrift | null {
    if (this.pixels === 0) return null;
    const error = this.squares / (3 * this.pixels);
    return {
      pixels: this.pixels,
      identical: this.maxAbs === 0,
      maxAbs: this.maxAbs,
      psnr: error === 0 ? null : 10 * Math.log10(255 ** 2 / error),
      ssim: this.windows === 0 ? null : this.similarity / this.windows,
    };
  }
}

/** Measures row by row: memory for a few rows, whatever the picture's size. */
class Meter {
  readonly outside = new Region();
  readonly inside = new Region();
  readonly #source: Pixels;
  readonly #result: Pixels;
  readonly #mask: Mask | undefined;
  readonly #ssim: SsimRows | null;
  readonly #luminances: readonly [Float32Array, Float32Array];
  /** How many of the last rows are outside the mask, for each column. */
  readonly #outsideRows: Uint8Array;

  constructor(source: Pixels, result: Pixels, mask: Mask | undefined) {
    this.#source = source;
    this.#result = result;
    this.#mask = mask;
    const { width, height } = source;
    this.#ssim = Math.min(width, height) < SSIM_WINDOW ? null : new SsimRows(width);
    this.#luminances = [new Float32Array(width), new Float32Array(width)];
    this.#outsideRows = new Uint8Array(width);
  }

  row(y: number): void {
    this.#bytes(y);
    if (!this.#ssim) return;
    const { width } = this.#source;
    for (let x = 0; x < width; x++) {
      let count = this.#outsideRows[x] ?? 0;
      if (this.#isOutside(x, y)) count++;
      if (y >= SSIM_WINDOW && this.#isOutside(x, y - SSIM_WINDOW)) count--;
      this.#outsideRows[x] = count;
    }
    const windows = this.#ssim.push(...this.#luminances);
    if (windows) this.#add(windows);
  }

  #isOutside(x: number, y: number): boolean {
    return this.#mask?.data[y * this.#source.width + x] === 0;
  }

  /** Differences of the bytes of a row, and its luminances on the way. */
  #bytes(y: number): void {
    const { width, channels: step, data: a } = this.#source;
    const { channels: otherStep, data: b } = this.#result;
    const [lumaA, lumaB] = this.#luminances;
    let i = y * width * step;
    let j = y * width * otherStep;
    for (let x = 0; x < width; x++, i += step, j += otherStep) {
      const [r, g, blue] = [a[i] ?? 0, a[i + 1] ?? 0, a[i + 2] ?? 0];
      const dr = (b[j] ?? 0) - r;
      const dg = (b[j + 1] ?? 0) - g;
      const db = (b[j + 2] ?? 0) - blue;
      const region = this.#isOutside(x, y) ? this.outside : this.inside;
      region.pixels++;
      const luma = 0.299 * r + 0.587 * g + 0.114 * blue;
      lumaA[x] = luma;
      lumaB[x] = luma;
      const da = (otherStep === 4 ? (b[j + 3] ?? 0) : 255) - (step === 4 ? (a[i + 3] ?? 0) : 255);
      if (dr === 0 && dg === 0 && db === 0 && da === 0) continue;
      lumaB[x] = luma + 0.299 * dr + 0.587 * dg + 0.114 * db;
      region.squares += dr * dr + dg * dg + db * db;
      const most = Math.max(Math.abs(dr), Math.abs(dg), Math.abs(db), Math.abs(da));
      if (most > region.maxAbs) region.maxAbs = most;
    }
  }

  /** Adds the windows that lie wholly in one region to it. */
  #add(windows: Float32Array): void {
    let count = 0;
    for (let x = 0; x < SSIM_WINDOW - 1; x++) count += this.#outsideRows[x] ?? 0;
    for (let x = 0; x < windows.length; x++) {
      count += this.#outsideRows[x + SSIM_WINDOW - 1] ?? 0;
      const region = count === 0 ? this.inside : count === SSIM_WINDOW ** 2 ? this.outside : null;
      if (region) {
        region.similarity += windows[x] ?? 0;
        region.windows++;
      }
      count -= this.#outsideRows[x] ?? 0;
    }
  }
}

/**
 * Measures how far a result differs from its source.
 * @param softMask of their size: 0 = outside, where nothing should have changed
 */
export function measureDrift(source: Pixels, result: Pixels, softMask?: Mask): DriftReport {
  requireSameSize('measureDrift', source, result);
  if (softMask) requireSameSize('measureDrift', source, softMask);
  const meter = new Meter(source, result, softMask);
  for (let y = 0; y < source.height; y++) meter.row(y);
  return { outside: meter.outside.report(), inside: meter.inside.report() };
}
