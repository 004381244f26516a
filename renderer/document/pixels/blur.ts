/**
 * Gaussian blur by three box filters, each with fractional ends, so that the standard deviation is
 * met exactly and changes smoothly. Beyond the edge the edge goes on.
 */

interface Box {
  /** Whole pixels on each side of the middle. */
  readonly radius: number;
  /** What the next pixel on each side counts. */
  readonly end: number;
}

const PASSES = 3;

function boxOf(deviation: number): Box {
  const variance = (deviation * deviation) / PASSES;
  const radius = Math.floor((Math.sqrt(1 + 12 * variance) - 1) / 2);
  const next = (radius + 1) ** 2;
  const end = ((2 * radius + 1) * (radius * (radius + 1) - 3 * variance)) / (6 * (variance - next));
  return { radius, end };
}

/** How many pixels away a pixel still counts. */
export function blurReach(deviation: number): number {
  if (deviation <= 0) return 0;
  const factor = factorOf(deviation);
  if (factor === 1) return PASSES * (boxOf(deviation).radius + 1);
  // Two more: a coarse pixel is cut short at the edge, and the outcome lies between two.
  return factor * (PASSES * (boxOf(coarseDeviation(deviation, factor)).radius + 1) + 2);
}

/** From here on a blur is done in pixels of a multiple of the size: nothing so fine is left. */
const WIDE = 16;

function factorOf(deviation: number): number {
  return deviation < WIDE ? 1 : 2 ** Math.floor(Math.log2((deviation * 2) / WIDE));
}

/** What is left to blur, in coarse pixels: averaging and interpolating blur a little themselves. */
function coarseDeviation(deviation: number, factor: number): number {
  const itself = (factor * factor - 1) / 12 + (factor * factor) / 6;
  return Math.sqrt(deviation * deviation - itself) / factor;
}

/**
 * Blurs planes that lie interleaved, in place.
 * @param data width * height * channels values
 * @param deviation standard deviation in pixels
 */
export function gaussianBlur(
  data: Float32Array,
  width: number,
  height: number,
  channels: number,
  deviation: number,
): void {
  if (deviation <= 0 || width === 0 || height === 0) return;
  const factor = factorOf(deviation);
  if (factor > 1) {
    const coarse = shrink(data, width, height, channels, factor);
    const across = Math.ceil(width / factor);
    const down = Math.ceil(height / factor);
    boxBlur(coarse, across, down, channels, coarseDeviation(deviation, factor));
    enlarge(coarse, across, down, data, width, height, channels, factor);
  } else boxBlur(data, width, height, channels, deviation);
}

/** Means of squares of pixels, those at the ends of what is left of them. */
function shrink(
  data: Float32Array,
  width: number,
  height: number,
  channels: number,
  factor: number,
): Float32Array {
  const across = Math.ceil(width / factor);
  const out = new Float32Array(across * Math.ceil(height / factor) * channels);
  const shift = Math.log2(factor);
  for (let y = 0; y < height; y++) {
    const count = Math.min(factor, height - (y >> shift) * factor);
    for (let x = 0; x < width; x++) {
      const weight = 1 / (count * Math.min(factor, width - (x >> shift) * factor));
      const to = ((y >> shift) * across + (x >> shift)) * channels;
      const from = (y * width + x) * channels;
      for (let c = 0; c < channels; c++) {
        out[to + c] = (out[to + c] ?? 0) + weight * (data[from + c] ?? 0);
      }
    }
  }
  return out;
}

/** Writes coarse pixels back, interpolated. */
function enlarge(
  coarse: Float32Array,
  across: number,
  down: number,
  out: Float32Array,
  width: number,
  height: number,
  channels: number,
  factor: number,
): void {
  const row = new Float32Array(across * channels);
  for (let y = 0; y < height; y++) {
    const v = Math.min(down - 1, Math.max(0, (y + 0.5) / factor - 0.5));
    const upper = Math.floor(v) * row.length;
    const lower = Math.min(down - 1, Math.floor(v) + 1) * row.length;
    const fy = v % 1;
    for (let i = 0; i < row.length; i++) {
      const from = coarse[upper + i] ?? 0;
      row[i] = from + ((coarse[lower + i] ?? 0) - from) * fy;
    }
    for (let x = 0; x < width; x++) {
      const u = Math.min(across - 1, Math.max(0, (x + 0.5) / factor - 0.5));
      const left = Math.floor(u) * channels;
      const right = Math.min(across - 1, Math.floor(u) + 1) * channels;
      const fx = u % 1;
      const to = (y * width + x) * channels;
      for (let c = 0; c < channels; c++) {
        const from = row[left + c] ?? 0;
        out[to + c] = from + ((row[right + c] ?? 0) - from) * fx;
      }
    }
  }
}

function boxBlur(
  data: Float32Array,
  width: number,
  height: number,
  channels: number,
  deviation: number,
): void {
  const box = boxOf(deviation);
  const pad = box.radius + 1;
  // Rows first: each is copied between two runs of its ends, and filtered from there.
  const line = new Float32Array((width + 2 * pad) * channels);
  for (let y = 0; y < height; y++) {
    const row = data.subarray(y * width * channels, (y + 1) * width * channels);
    for (let pass = 0; pass < PASSES; pass++) blurLine(row, line, width, channels, box);
  }
  const spare = new Float32Array(data.length);
  let from: Float32Array = data;
  let to: Float32Array = spare;
  for (let pass = 0; pass < PASSES; pass++) {
    blurColumns(from, to, width * channels, height, box);
    [from, to] = [to, from];
  }
  if (from !== data) data.set(from);
}

function blurLine(
  row: Float32Array,
  line: Float32Array,
  width: number,
  channels: number,
  { radius, end }: Box,
): void {
  const pad = radius + 1;
  line.set(row, pad * channels);
  const last = (width - 1) * channels;
  for (let i = 0; i < pad; i++) {
    for (let c = 0; c < channels; c++) {
      line[i * channels + c] = row[c] ?? 0;
      line[(pad + width + i) * channels + c] = row[last + c] ?? 0;
    }
  }
  const scale = 1 / (2 * radius + 1 + 2 * end);
  const span = (2 * radius + 1) * channels;
  for (let c = 0; c < channels; c++) {
    // `at` is the pixel before the box, `at + span + channels` the one after it.
    let sum = 0;
    for (let i = 1; i <= 2 * radius + 1; i++) sum += line[i * channels + c] ?? 0;
    for (let at = c; at < width * channels; at += channels) {
      const before = line[at] ?? 0;
      const after = line[at + span + channels] ?? 0;
      row[at] = (sum + end * (before + after)) * scale;
      sum += after - (line[at + channels] ?? 0);
    }
  }
}

function blurColumns(
  from: Float32Array,
  to: Float32Array,
  stride: number,
  height: number,
  { radius, end }: Box,
): void {
  const scale = 1 / (2 * radius + 1 + 2 * end);
  const at = (y: number): number => Math.min(height - 1, Math.max(0, y)) * stride;
  const sums = new Float64Array(stride);
  for (let y = -radius; y <= radius; y++) {
    const row = at(y);
    for (let x = 0; x < stride; x++) sums[x] = (sums[x] ?? 0) + (from[row + x] ?? 0);
  }
  for (let y = 0; y < height; y++) {
    const before = at(y - radius - 1);
    const after = at(y + radius + 1);
    const first = at(y - radius);
    const row = y * stride;
    for (let x = 0; x < stride; x++) {
      const sum = sums[x] ?? 0;
      const coming = from[after + x] ?? 0;
      to[row + x] = (sum + end * ((from[before + x] ?? 0) + coming)) * scale;
      sums[x] = sum + coming - (from[first + x] ?? 0);
    }
  }
}
