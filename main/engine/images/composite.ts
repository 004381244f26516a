import { detailRows, type RgbRows } from './detail.js';
import { sourceRows, type FitPlan } from './fit.js';
import { pixelRows, RowResampler, toByte } from './resample.js';
import { requireSameSize, type Mask, type Pixels } from './types.js';

/** Options of {@link composite}. */
export interface CompositeOptions {
  /** How the source met the model; given when `edited` is of the model's size. */
  readonly plan?: FitPlan | undefined;
  /**
   * What the edit was painted from, of the model's size. With it, the source's own detail stays
   * where the edit still follows it (see detail.ts); without it, the edit is plainly upscaled.
   */
  readonly base?: Pixels | undefined;
}

/** Alpha under which colours are not scaled up further, since hardly anything shows of them. */
const FAINT = 1 / 8;

function editedRows(source: Pixels, edited: Pixels, options: CompositeOptions): RgbRows {
  const { plan, base } = options;
  if (!plan) {
    requireSameSize('composite', source, edited);
    return new RowResampler(pixelRows(edited), edited);
  }
  requireSameSize('composite', source, plan.source);
  return base ? detailRows(source, edited, base, plan) : sourceRows(edited, plan);
}

/**
 * Lays an edit over its source: `source + soft * (edited - source)`, row by row at the source's
 * size. Where the mask is 0 every byte is the source's own; alpha is the source's everywhere. Of a
 * transparent picture the model saw the colours over white; the change is carried back so that the
 * result over white looks like the edit.
 * @param softMask of the source's size; null lets everything change
 */
export function composite(
  source: Pixels,
  edited: Pixels,
  softMask: Mask | null,
  options: CompositeOptions = {},
): Pixels {
  if (softMask) requireSameSize('composite', source, softMask);
  const { width, height, channels } = source;
  const rows = editedRows(source, edited, options);
  const data = source.data.slice();
  for (let y = 0; y < height; y++) {
    const soft = softMask?.data.subarray(y * width, (y + 1) * width);
    if (soft?.every((value) => value === 0)) continue;
    const row = rows.row(y);
    for (let x = 0; x < width; x++) {
      const share = soft ? (soft[x] ?? 0) / 255 : 1;
      if (share === 0) continue;
      const at = (y * width + x) * channels;
      const alpha = channels === 4 ? (data[at + 3] ?? 0) / 255 : 1;
      const strength = share / Math.max(alpha, FAINT);
      const white = 255 * (1 - alpha);
      for (let c = 0; c < 3; c++) {
        const own = data[at + c] ?? 0;
        data[at + c] = toByte(own + strength * ((row[x * 3 + c] ?? 0) - own * alpha - white));
      }
    }
  }
  return { width, height, channels, data };
}
