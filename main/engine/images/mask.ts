import { NativaError } from '../../../native-models/errors.js';
import { decodeImage, inputName } from './decode.js';
import { toSourcePoint, type FitPlan } from './fit.js';
import { maskRows, RowResampler, toByte } from './resample.js';
import type { DecodedImage, ImageInput, Mask, Size } from './types.js';

/**
 * Values up to this count as black: lossy formats leave such traces around what was painted, and
 * what they touch could not be promised to stay as it is.
 */
const NEARLY_BLACK = 8;

/** Luminance of sRGB bytes as they are stored (Rec. 601 weights). */
function luminance(data: Uint8Array, at: number): number {
  return 0.299 * (data[at] ?? 0) + 0.587 * (data[at + 1] ?? 0) + 0.114 * (data[at + 2] ?? 0);
}

/**
 * Whether a picture's painted pixels are all of one brightness while its alpha varies: strokes of
 * any one colour on an empty layer, where the alpha channel is the mask.
 */
function drawnInAlpha({ channels, data }: DecodedImage): boolean {
  if (channels === 3) return false;
  const first = data[3] ?? 0;
  let varies = false;
  let darkest = 255;
  let lightest = 0;
  for (let at = 0; at < data.length; at += 4) {
    const alpha = data[at + 3] ?? 0;
    varies ||= alpha !== first;
    if (alpha === 0) continue;
    const level = luminance(data, at);
    if (level < darkest) darkest = level;
    if (level > lightest) lightest = level;
  }
  return varies && lightest - darkest <= NEARLY_BLACK;
}

/**
 * A picture read as a mask: white may change, black must not, grey is in between. Where it has
 * alpha, transparent is black; where its alpha varies and what is painted is of one brightness,
 * whatever the colour, the alpha channel alone is the mask.
 */
function maskFromImage(image: DecodedImage): Mask {
  const { width, height, channels, data } = image;
  const alphaOnly = drawnInAlpha(image);
  const mask = new Uint8Array(width * height);
  for (let i = 0, at = 0; i < mask.length; i++, at += channels) {
    const alpha = channels === 4 ? (data[at + 3] ?? 0) : 255;
    const value = toByte(alphaOnly ? alpha : (luminance(data, at) * alpha) / 255);
    mask[i] = value <= NEARLY_BLACK ? 0 : value;
  }
  return { width, height, data: mask };
}

/**
 * Reads a mask from any picture format, see {@link maskFromImage}.
 * @param size the upright picture it is for
 * @throws NativaError MASK_SIZE_MISMATCH, MASK_EMPTY, and those of {@link decodeImage}
 */
export async function decodeMask(input: ImageInput, size: Size): Promise<Mask> {
  const mask = maskFromImage(await decodeImage(input));
  const name = inputName(input);
  if (mask.width !== size.width || mask.height !== size.height) {
    throw new NativaError(
      'MASK_SIZE_MISMATCH',
      `The mask ${name} is ${mask.width}x${mask.height} pixels and the picture is ` +
        `${size.width}x${size.height}; make the mask the size of the picture.`,
    );
  }
  if (!mask.data.some((value) => value > 0)) {
    throw new NativaError(
      'MASK_EMPTY',
      `The mask ${name} is black everywhere, so nothing could change; paint white what may change.`,
    );
  }
  return mask;
}

/** Distance along the columns to the nearest pixel of at least half white, at most `cap`. */
function columnDistances({ width, height, data }: Mask, cap: number): Uint16Array {
  const distances = new Uint16Array(width * height);
  for (let i = 0; i < data.length; i++) {
    const above = i < width ? cap : (distances[i - width] ?? cap);
    distances[i] = (data[i] ?? 0) >= 128 ? 0 : above < cap ? above + 1 : cap;
  }
  for (let i = data.length - width - 1; i >= 0; i--) {
    const below = (distances[i + width] ?? cap) + 1;
    if (below < (distances[i] ?? cap)) distances[i] = below;
  }
  return distances;
}

/** Scratch space of {@link rowDistances}: the parabolas of the lower envelope and their bounds. */
interface Envelope {
  readonly at: Int32Array;
  readonly from: Float64Array;
}

/**
 * Squared distances of one row, from its column distances: the lower envelope of one parabola per
 * column (Felzenszwalb and Huttenlocher, "Distance transforms of sampled functions", 2012).
 */
function rowDistances(row: Uint16Array, cap: number, { at, from }: Envelope, out: Float64Array) {
  let last = -1;
  for (let x = 0; x < row.length; x++) {
    const distance = row[x] ?? cap;
    if (distance >= cap) continue;
    const value = distance * distance + x * x;
    let start = -Infinity;
    while (last >= 0) {
      const other = at[last] ?? 0;
      const height = row[other] ?? cap;
      start = (value - height * height - other * other) / (2 * (x - other));
      if (start > (from[last] ?? 0)) break;
      last--;
      start = -Infinity;
    }
    last++;
    at[last] = x;
    from[last] = start;
  }
  const count = last + 1;
  for (let x = 0, k = 0; x < row.length; x++) {
    while (k + 1 < count && (from[k + 1] ?? 0) < x) k++;
    const centre = at[k] ?? 0;
    const distance = row[centre] ?? cap;
    out[x] = count === 0 ? Infinity : (x - centre) ** 2 + distance * distance;
  }
}

/**
 * Feathers a mask outwards: all that was white stays white, and from its edge the mask falls
 * smoothly to 0, which it is from `radius` pixels on (Euclidean). So "outside the feathered mask"
 * means exactly the pixels where the result is 0. Exact distances, in time linear in the pixels.
 * @param radius pixels, 0 to 16,000; rounded
 */
export function featherMask(mask: Mask, radius: number): Mask {
  const reach = Math.round(radius);
  if (!(reach >= 0 && reach <= 16_000)) throw new RangeError(`${radius} is no feather radius`);
  if (reach === 0) return mask;
  const { width, height } = mask;
  const cap = reach + 1;
  const fade = Uint8Array.from({ length: reach * reach + 1 }, (_, squared) => {
    const t = 1 - Math.sqrt(squared) / cap;
    return Math.max(1, toByte(255 * t * t * (3 - 2 * t)));
  });
  const columns = columnDistances(mask, cap);
  const envelope = { at: new Int32Array(width), from: new Float64Array(width) };
  const squared = new Float64Array(width);
  const data = mask.data.slice();
  for (let y = 0; y < height; y++) {
    const row = columns.subarray(y * width, (y + 1) * width);
    if (row.every((distance) => distance === cap)) continue;
    rowDistances(row, cap, envelope, squared);
    for (let x = 0; x < width; x++) {
      const value = fade[squared[x] ?? Infinity] ?? 0;
      const at = y * width + x;
      if (value > (data[at] ?? 0)) data[at] = value;
    }
  }
  return { width, height, data };
}

/** Pixels `[start, end)` of one axis that a cell covers; at least one, inside the picture. */
function span(from: number, to: number, length: number): [start: number, end: number] {
  const start = Math.min(Math.max(Math.floor(from + 1e-6), 0), length - 1);
  return [start, Math.min(Math.max(Math.ceil(to - 1e-6), start + 1), length)];
}

/**
 * How much each cell of a grid over the model's picture may change: the mask's largest value among
 * the picture's pixels that the cell covers, over 255. Cells of padding take the picture's edge.
 * @param mask of the size of the plan's source
 * @param grid cells across and down, of the whole model picture
 * @returns `[grid.height, grid.width]` in [0, 1]
 */
export function latentMask(mask: Mask, plan: FitPlan, grid: Size): Float32Array<ArrayBuffer> {
  const cells = new Float32Array(grid.width * grid.height);
  const corner = (column: number, row: number) =>
    toSourcePoint(plan, {
      x: (column * plan.model.width) / grid.width,
      y: (row * plan.model.height) / grid.height,
    });
  for (let row = 0; row < grid.height; row++) {
    for (let column = 0; column < grid.width; column++) {
      const from = corner(column, row);
      const to = corner(column + 1, row + 1);
      const [left, right] = span(from.x, to.x, mask.width);
      const [top, bottom] = span(from.y, to.y, mask.height);
      let most = 0;
      for (let y = top; y < bottom && most < 255; y++) {
        for (let at = y * mask.width + left; at < y * mask.width + right; at++) {
          const value = mask.data[at] ?? 0;
          if (value > most) most = value;
        }
      }
      cells[row * grid.width + column] = most / 255;
    }
  }
  return cells;
}

/**
 * Which cells of a grid the mask touches at all: 1 or 0, `[grid.height, grid.width]`; see
 * {@link latentMask}.
 */
export function tokenMask(mask: Mask, plan: FitPlan, grid: Size): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(latentMask(mask, plan, grid), (value) => (value > 0 ? 1 : 0));
}

/** A mask of the model's size, brought to the size of the plan's source. */
export function toSourceMask(mask: Mask, plan: FitPlan): Mask {
  const { width, height } = plan.source;
  const rows = new RowResampler(maskRows(mask), plan.source, {
    region: plan.content,
    smooth: true,
  });
  const data = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    const row = rows.row(y);
    for (let x = 0; x < width; x++) data[y * width + x] = toByte(row[x] ?? 0);
  }
  return { width, height, data };
}
