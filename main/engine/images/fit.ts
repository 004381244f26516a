import { pixelRows, RowResampler, toByte } from './resample.js';
import type { Pixels, Rect, Size } from './types.js';

/**
 * How a picture meets the model's grid:
 * - `native`: the model works on a grid of about the picture's aspect and the usual area, so that
 *   nothing is cropped and shapes are bent by a few percent at most;
 * - `pad`: the picture is fitted into the model's square, its edge pixels repeated around it;
 * - `stretch`: the picture is stretched to the model's square.
 */
export type FitMode = 'native' | 'pad' | 'stretch';

/** Options of {@link planFit}. */
export interface FitOptions {
  /** Side of the square the model was trained on, in pixels. */
  readonly resolution: number;
  /** Pixels per latent cell; sides of a `native` grid are multiples of it. Default 32. */
  readonly multiple?: number;
  /** Default `native`. */
  readonly mode?: FitMode;
}

/** How a picture gets to the model and back; plain data. */
export interface FitPlan {
  readonly mode: FitMode;
  /** Size of the picture. */
  readonly source: Size;
  /** Size of what the model sees, in pixels. */
  readonly model: Size;
  /** Where in the model's pixels the whole picture lies; what is around repeats its edge. */
  readonly content: Rect;
}

/** A place in continuous pixel coordinates: pixel `i` covers `[i, i + 1)`. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** How much a wrong area costs against a wrong aspect, both as logarithms. */
const AREA_COST = 0.25;

/** Multiples next to a length that a side may have: below and above, at least one. */
function neighbours(length: number, multiple: number): number[] {
  const below = Math.max(1, Math.floor(length / multiple)) * multiple;
  return [below, below + multiple];
}

/** Sides, multiples of `multiple`, of about the aspect of `source` and the area `resolution ** 2`. */
function nativeSize(source: Size, resolution: number, multiple: number): Size {
  const area = resolution ** 2;
  // beyond this aspect one cell across would already need more than the area along
  const limit = area / multiple ** 2;
  const aspect = Math.min(Math.max(source.width / source.height, 1 / limit), limit);
  let best: Size = { width: resolution, height: resolution };
  let least = Infinity;
  for (const width of neighbours(Math.sqrt(area * aspect), multiple)) {
    for (const height of neighbours(Math.sqrt(area / aspect), multiple)) {
      const bend = Math.abs(Math.log(width / height / aspect));
      const cost = bend + AREA_COST * Math.abs(Math.log((width * height) / area));
      if (cost < least) [best, least] = [{ width, height }, cost];
    }
  }
  return best;
}

/**
 * Plans how a picture of any size and aspect meets the model's grid; pure.
 * @throws RangeError for sizes that are no positive integers
 */
export function planFit(width: number, height: number, options: FitOptions): FitPlan {
  const { resolution, multiple = 32, mode = 'native' } = options;
  for (const value of [width, height, resolution, multiple]) {
    if (!Number.isSafeInteger(value) || value < 1) throw new RangeError(`${value} is no size`);
  }
  const source = { width, height };
  const square = { width: resolution, height: resolution };
  if (mode === 'pad') {
    const scale = resolution / Math.max(width, height);
    const inner = {
      width: Math.max(1, Math.round(width * scale)),
      height: Math.max(1, Math.round(height * scale)),
    };
    const x = Math.floor((resolution - inner.width) / 2);
    const y = Math.floor((resolution - inner.height) / 2);
    return { mode, source, model: square, content: { x, y, ...inner } };
  }
  const model = mode === 'native' ? nativeSize(source, resolution, multiple) : square;
  return { mode, source, model, content: { x: 0, y: 0, ...model } };
}

/** Where a place of the picture lies in the model's pixels. */
export function toModelPoint({ source, content }: FitPlan, { x, y }: Point): Point {
  return {
    x: content.x + (x * content.width) / source.width,
    y: content.y + (y * content.height) / source.height,
  };
}

/** Where a place in the model's pixels lies in the picture; outside of it for padding. */
export function toSourcePoint({ source, content }: FitPlan, { x, y }: Point): Point {
  return {
    x: ((x - content.x) * source.width) / content.width,
    y: ((y - content.y) * source.height) / content.height,
  };
}

/**
 * The picture as the model sees it.
 * @returns RGB planes `[3, height, width]` in [-1, 1]; what is transparent is laid over white
 */
export function toModelPixels(image: Pixels, plan: FitPlan): Float32Array<ArrayBuffer> {
  const { model, content } = plan;
  const plane = model.width * model.height;
  const out = new Float32Array(3 * plane);
  const resampler = new RowResampler(pixelRows(image), content);
  for (let y = 0; y < content.height; y++) {
    const row = resampler.row(y);
    for (let c = 0; c < 3; c++) {
      const start = c * plane + (content.y + y) * model.width;
      for (let x = 0; x < model.width; x++) {
        const from = Math.min(Math.max(x - content.x, 0), content.width - 1) * 3 + c;
        out[start + x] = Math.min(Math.max((row[from] ?? 0) / 127.5 - 1, -1), 1);
      }
    }
  }
  repeatEdges(out, plan);
  return out;
}

/** Copies the first and last row that hold the picture over the padding above and below. */
function repeatEdges(planes: Float32Array, { model, content }: FitPlan): void {
  const end = content.y + content.height;
  for (let c = 0; c < 3; c++) {
    const start = (y: number): number => (c * model.height + y) * model.width;
    for (let y = 0; y < model.height; y++) {
      if (y >= content.y && y < end) continue;
      const from = start(y < content.y ? content.y : end - 1);
      planes.copyWithin(start(y), from, from + model.width);
    }
  }
}

/**
 * What the model painted, as bytes of the model's size.
 * @param planes RGB `[3, height, width]`, nominally in [-1, 1]; beyond is clamped
 */
export function fromModelPixels(planes: Float32Array, { width, height }: Size): Pixels {
  const plane = width * height;
  if (planes.length !== 3 * plane) {
    throw new RangeError(`${planes.length} values are no RGB picture of ${width}x${height}`);
  }
  const data = new Uint8Array(3 * plane);
  for (let i = 0; i < plane; i++) {
    for (let c = 0; c < 3; c++) {
      data[i * 3 + c] = toByte(((planes[c * plane + i] ?? 0) + 1) * 127.5);
    }
  }
  return { width, height, channels: 3, data };
}

/** Rows of a picture of the model's size, brought back to the size of the plan's source. */
export function sourceRows(edited: Pixels, plan: FitPlan): RowResampler {
  return new RowResampler(pixelRows(edited), plan.source, { region: plan.content });
}

/** A picture of the model's size, brought back to the size of the plan's source. */
export function toSourcePixels(edited: Pixels, plan: FitPlan): Pixels {
  return drain(sourceRows(edited, plan), plan.source);
}

/** A picture at another size, resampled as in {@link RowResampler}; alpha is laid over white. */
export function resizePixels(image: Pixels, size: Size): Pixels {
  return drain(new RowResampler(pixelRows(image), size), size);
}

/** The picture as bytes of the model's size: {@link toModelPixels}, rounded. */
export function toModelBytes(image: Pixels, plan: FitPlan): Pixels {
  return fromModelPixels(toModelPixels(image, plan), plan.model);
}

function drain(rows: RowResampler, { width, height }: Size): Pixels {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    const row = rows.row(y);
    const start = y * width * 3;
    for (let i = 0; i < row.length; i++) data[start + i] = toByte(row[i] ?? 0);
  }
  return { width, height, channels: 3, data };
}
