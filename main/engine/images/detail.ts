/**
 * Full-resolution detail for edits made at the model's small size. A plain upscale of an edit
 * blurs all of a large photo, also where the edit changed nothing or only the light. So the source's
 * own detail is carried over as far as the edit still follows it: around each pixel the edit E is
 * explained as a factor of what the model was given, B (the local linear model of He, Sun and Tang,
 * "Guided image filtering", 2013), and with that factor a
 *
 *   result = upscaled(E - a B) + upscaled(a) * source
 *
 * which is the source plus a smooth correction where nothing changed (a = 1), the re-lit source
 * where the light changed (a below or above 1), and the plain upscale where the edit painted
 * something else (a = 0).
 */
import { arrayRows, pixelRows, RowResampler } from './resample.js';
import type { FitPlan } from './fit.js';
import { requireSameSize, type Pixels, type Size } from './types.js';

/** Rows of RGB numbers, asked for in rising order; each is valid until the next call. */
export interface RgbRows {
  row(y: number): Float32Array;
}

/** Pixels on each side of the window that a factor is fitted in. */
const REACH = 2;
/** Variance (levels squared) below which a window is too flat to tell its factor. */
const FLAT = 20;
/** Root mean square difference, in levels, at which a window no longer counts as unchanged. */
const CHANGED = 7;
const LARGEST_FACTOR = 2.5;

/** Means over the window around each value of a plane, cut at the edges. */
function windowMeans(plane: Float32Array, { width, height }: Size): Float32Array {
  const across = new Float32Array(plane.length);
  const out = new Float32Array(plane.length);
  const pass = (from: Float32Array, to: Float32Array, along: 'rows' | 'columns'): void => {
    const [lines, length] = along === 'rows' ? [height, width] : [width, height];
    const [stride, step] = along === 'rows' ? [width, 1] : [1, width];
    for (let line = 0; line < lines; line++) {
      let sum = 0;
      let count = 0;
      for (let i = -REACH; i < length; i++) {
        const enter = i + REACH;
        const leave = enter - 2 * REACH - 1;
        if (enter < length) {
          sum += from[line * stride + enter * step] ?? 0;
          count++;
        }
        if (leave >= 0) {
          sum -= from[line * stride + leave * step] ?? 0;
          count--;
        }
        if (i >= 0) to[line * stride + i * step] = sum / count;
      }
    }
  };
  pass(plane, across, 'rows');
  pass(across, out, 'columns');
  return out;
}

/** One channel of a picture as numbers. */
function channelOf({ channels, data }: Pixels, channel: number): Float32Array {
  const plane = new Float32Array(data.length / channels);
  for (let i = 0; i < plane.length; i++) plane[i] = data[i * channels + channel] ?? 0;
  return plane;
}

/** The factor a for each pixel of one channel, smoothed over the window. */
function factors(edited: Float32Array, base: Float32Array, size: Size): Float32Array {
  const squares = windowMeans(
    base.map((b) => b * b),
    size,
  );
  const products = windowMeans(
    base.map((b, i) => b * (edited[i] ?? 0)),
    size,
  );
  const changes = windowMeans(
    base.map((b, i) => ((edited[i] ?? 0) - b) ** 2),
    size,
  );
  const baseMean = windowMeans(base, size);
  const editedMean = windowMeans(edited, size);
  const raw = base.map((_, i) => {
    const mean = baseMean[i] ?? 0;
    const variance = (squares[i] ?? 0) - mean * mean;
    const covariance = (products[i] ?? 0) - mean * (editedMean[i] ?? 0);
    // a flat window says nothing, so there the factor is 1 if nothing changed, and 0 if it did
    const prior = Math.exp(-(changes[i] ?? 0) / (2 * CHANGED ** 2));
    const factor = (covariance + FLAT * prior) / (variance + FLAT);
    return Math.min(Math.max(factor, 0), LARGEST_FACTOR);
  });
  return windowMeans(raw, size);
}

/**
 * Rows of the edit at the source's size, with the source's detail where it still belongs.
 * @param edited what the model painted, of the model's size
 * @param base what it was painted from: the autoencoder's round trip of the source, or else the
 *   source as the model saw it; of the model's size
 */
export function detailRows(source: Pixels, edited: Pixels, base: Pixels, plan: FitPlan): RgbRows {
  requireSameSize('detailRows', edited, plan.model);
  requireSameSize('detailRows', base, plan.model);
  const count = plan.model.width * plan.model.height;
  const factor = new Float32Array(count * 3);
  const offset = new Float32Array(count * 3);
  for (let c = 0; c < 3; c++) {
    const [e, b] = [channelOf(edited, c), channelOf(base, c)];
    const a = factors(e, b, plan.model);
    for (let i = 0; i < count; i++) {
      factor[i * 3 + c] = a[i] ?? 0;
      offset[i * 3 + c] = (e[i] ?? 0) - (a[i] ?? 0) * (b[i] ?? 0);
    }
  }
  const region = plan.content;
  const factorRows = new RowResampler(arrayRows(plan.model, 3, factor), plan.source, { region });
  const offsetRows = new RowResampler(arrayRows(plan.model, 3, offset), plan.source, { region });
  const own = pixelRows(source);
  const out = new Float32Array(source.width * 3);
  return {
    row(y) {
      own.load(y, out);
      const a = factorRows.row(y);
      const b = offsetRows.row(y);
      for (let i = 0; i < out.length; i++) out[i] = (out[i] ?? 0) * (a[i] ?? 0) + (b[i] ?? 0);
      return out;
    },
  };
}
