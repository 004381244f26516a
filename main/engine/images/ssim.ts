/**
 * Structural similarity (Wang, Bovik, Sheikh and Simoncelli, "Image quality assessment: from error
 * visibility to structural similarity", 2004): Gaussian windows of 11x11 with sigma 1.5, on
 * luminance, K1 = 0.01, K2 = 0.03. Row by row: memory for a few rows, whatever the picture's size.
 */

/** Side of the window, in pixels. */
export const SSIM_WINDOW = 11;
const SIGMA = 1.5;
const C1 = (0.01 * 255) ** 2;
const C2 = (0.03 * 255) ** 2;

const KERNEL = (() => {
  const weights = Array.from({ length: SSIM_WINDOW }, (_, i) =>
    Math.exp(-((i - (SSIM_WINDOW - 1) / 2) ** 2) / (2 * SIGMA ** 2)),
  );
  const total = weights.reduce((a, b) => a + b);
  return Float64Array.from(weights, (weight) => weight / total);
})();

/** What a row leaves for the windows it is in: sum s and difference d of both, and squares. */
interface Line {
  readonly planes: readonly [Float32Array, Float32Array, Float32Array, Float32Array];
  /** First and last place where the two pictures differ; `first > last` if nowhere. */
  first: number;
  last: number;
}

/**
 * SSIM of the windows that lie wholly inside two pictures. With s = x + y and d = x - y, only four
 * means are needed: 4 mx my = ms^2 - md^2, 4 E[xy] = E[s^2] - E[d^2], and so on.
 */
export class SsimRows {
  readonly #width: number;
  readonly #lines: Line[];
  readonly #columns: Float64Array[];
  readonly #out: Float32Array;
  #count = 0;

  /** @param width of both pictures, at least {@link SSIM_WINDOW} */
  constructor(width: number) {
    this.#width = width;
    const plane = (): Float32Array => new Float32Array(width);
    this.#lines = Array.from({ length: SSIM_WINDOW }, () => ({
      planes: [plane(), plane(), plane(), plane()],
      first: width,
      last: -1,
    }));
    this.#columns = Array.from({ length: 4 }, () => new Float64Array(width));
    this.#out = new Float32Array(width - SSIM_WINDOW + 1);
  }

  /**
   * Takes the next row of luminances (0..255) of both pictures.
   * @returns the similarity of the windows that end with this row, by their left edge; null while
   *   there are too few rows. Valid until the next call.
   */
  push(a: Float32Array, b: Float32Array): Float32Array | null {
    const line = this.#lines[this.#count % SSIM_WINDOW];
    if (!line) return null;
    const [s, d, ss, dd] = line.planes;
    line.first = this.#width;
    line.last = -1;
    for (let x = 0; x < a.length; x++) {
      const sum = (a[x] ?? 0) + (b[x] ?? 0);
      const difference = (a[x] ?? 0) - (b[x] ?? 0);
      s[x] = sum;
      d[x] = difference;
      ss[x] = sum * sum;
      dd[x] = difference * difference;
      if (difference !== 0) {
        if (line.last < 0) line.first = x;
        line.last = x;
      }
    }
    this.#count++;
    return this.#count < SSIM_WINDOW ? null : this.#windows();
  }

  #windows(): Float32Array {
    const out = this.#out;
    // windows without any difference have a similarity of exactly 1, and most are such
    out.fill(1);
    const first = Math.min(...this.#lines.map((line) => line.first));
    const last = Math.max(...this.#lines.map((line) => line.last));
    if (last < first) return out;
    const from = Math.max(0, first - SSIM_WINDOW + 1);
    const to = Math.min(out.length, last + 1);
    this.#sumColumns(from, to + SSIM_WINDOW - 1);
    for (let x = from; x < to; x++) out[x] = this.#similarity(x);
    return out;
  }

  /** Weighted sums down the columns `[from, to)` of the four planes. */
  #sumColumns(from: number, to: number): void {
    this.#columns.forEach((column, plane) => {
      column.fill(0, from, to);
      for (let k = 0; k < SSIM_WINDOW; k++) {
        const row = this.#lines[(this.#count + k) % SSIM_WINDOW]?.planes[plane];
        if (!row) continue;
        const weight = KERNEL[k] ?? 0;
        for (let x = from; x < to; x++) column[x] = (column[x] ?? 0) + weight * (row[x] ?? 0);
      }
    });
  }

  #similarity(x: number): number {
    const [s, d, ss, dd] = this.#columns;
    if (!s || !d || !ss || !dd) return 1;
    let sum = 0;
    let difference = 0;
    let sumSquares = 0;
    let differenceSquares = 0;
    for (let k = 0; k < SSIM_WINDOW; k++) {
      const weight = KERNEL[k] ?? 0;
      sum += weight * (s[x + k] ?? 0);
      difference += weight * (d[x + k] ?? 0);
      sumSquares += weight * (ss[x + k] ?? 0);
      differenceSquares += weight * (dd[x + k] ?? 0);
    }
    const [s2, d2] = [sum * sum, difference * difference];
    const twiceProduct = (s2 - d2) / 2; // 2 mx my
    const squares = (s2 + d2) / 2; // mx^2 + my^2
    const twiceCovariance = (sumSquares - differenceSquares) / 2 - twiceProduct;
    const variances = (sumSquares + differenceSquares) / 2 - squares;
    return ((twiceProduct + C1) * (twiceCovariance + C2)) / ((squares + C1) * (variances + C2));
  }
}
