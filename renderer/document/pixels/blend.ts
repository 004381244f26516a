/**
 * Compositing of straight (not premultiplied) 8-bit RGBA, source over backdrop, as the W3C
 * Compositing and Blending specification defines it. With alphas s and b, the outcome's alpha is
 * o = s + b (1 - s) and its colour Cb + (Cs' - Cb) s / o, where Cs' = Cs + (B(Cb, Cs) - Cs) b.
 */
import type { BlendMode } from '../types.js';
import { isSeparable, mixColours, mixed, tableOf } from './blend-modes.js';
import type { NonSeparableMode } from './blend-modes.js';
import { wordsOf } from './words.js';

/** What holds a source back, beside its own alpha and opacity. */
export interface Coverage {
  /** One byte a pixel. */
  readonly mask?: Uint8ClampedArray | null;
  /** One byte a pixel, multiplied with the mask. */
  readonly clip?: Uint8ClampedArray | null;
  /** Paints only on what is there: the backdrop's alpha stays. */
  readonly keepAlpha?: boolean;
}

type Bytes = Uint8ClampedArray;

/**
 * Blends the first `count` pixels of `source` over `backdrop`, in place.
 * @param opacity 0 to 1
 */
export function blend(
  backdrop: Bytes,
  source: Bytes,
  count: number,
  mode: BlendMode,
  opacity: number,
  coverage: Coverage = {},
): void {
  if (opacity <= 0) return;
  const mask = bothOf(coverage.mask ?? null, coverage.clip ?? null, count);
  const keep = coverage.keepAlpha ?? false;
  if (mode !== 'normal' && !isSeparable(mode)) {
    blendColours(backdrop, source, count, Math.min(1, opacity) / 255, mask, keep, mode);
    return;
  }
  const under = wordsOf(backdrop, count);
  const over = wordsOf(source, count);
  const alphas = alphasOf(opacity);
  if (mode === 'normal') blendNormal(under, over, alphas, mask, keep);
  else blendSeparable(under, over, alphas, mask, keep, tableOf(mode));
  if (under.buffer !== backdrop.buffer) backdrop.set(new Uint8ClampedArray(under.buffer));
}

function bothOf(mask: Bytes | null, clip: Bytes | null, count: number): Bytes | null {
  if (mask === null || clip === null) return mask ?? clip;
  const both = new Uint8ClampedArray(count);
  for (let i = 0; i < count; i++) both[i] = ((mask[i] ?? 0) * (clip[i] ?? 0)) / 255;
  return both;
}

/** Parts of a whole in 65,536ths, so that mixing is done in integers. */
const FIXED = 65_536;

/** For each alpha of a source what it comes to with an opacity, in 65,536ths. */
function alphasOf(opacity: number): Int32Array {
  const scale = (Math.min(1, opacity) * FIXED) / 255;
  return Int32Array.from({ length: 256 }, (_, alpha) => Math.round(alpha * scale));
}

/** One channel between two values. */
function mix(from: number, to: number, part: number): number {
  return from + (((to - from) * part + 32_768) >> 16);
}

function blendNormal(
  backdrop: Uint32Array,
  source: Uint32Array,
  alphas: Int32Array,
  mask: Bytes | null,
  keep: boolean,
): void {
  for (let p = 0; p < backdrop.length; p++) {
    const to = source[p] ?? 0;
    if (to >>> 24 === 0) continue;
    let part = alphas[to >>> 24] ?? 0;
    if (mask !== null) part = ((part * (mask[p] ?? 0)) / 255 + 0.5) | 0;
    if (part === 0) continue;
    const from = backdrop[p] ?? 0;
    let alpha = from >>> 24;
    if (alpha !== 255 && !keep) {
      const over = part * 255 + alpha * (FIXED - part);
      part = alpha === 0 ? FIXED : ((part * 255 * FIXED) / over + 0.5) | 0;
      alpha = (over + 32_768) >>> 16;
    }
    if (part === FIXED) {
      backdrop[p] = (to & 0xff_ff_ff) | (alpha << 24);
      continue;
    }
    const r = mix(from & 255, to & 255, part);
    const g = mix((from >>> 8) & 255, (to >>> 8) & 255, part);
    const b = mix((from >>> 16) & 255, (to >>> 16) & 255, part);
    backdrop[p] = r | (g << 8) | (b << 16) | (alpha << 24);
  }
}

function blendSeparable(
  backdrop: Uint32Array,
  source: Uint32Array,
  alphas: Int32Array,
  mask: Bytes | null,
  keep: boolean,
  table: Bytes,
): void {
  for (let p = 0; p < backdrop.length; p++) {
    const to = source[p] ?? 0;
    if (to >>> 24 === 0) continue;
    let part = alphas[to >>> 24] ?? 0;
    if (mask !== null) part = ((part * (mask[p] ?? 0)) / 255 + 0.5) | 0;
    if (part === 0) continue;
    const from = backdrop[p] ?? 0;
    let alpha = from >>> 24;
    let mixing = FIXED;
    if (alpha !== 255 && !keep) {
      const over = part * 255 + alpha * (FIXED - part);
      part = ((part * 255 * FIXED) / over + 0.5) | 0;
      mixing = ((alpha * FIXED) / 255 + 0.5) | 0;
      alpha = (over + 32_768) >>> 16;
    }
    let out = alpha << 24;
    for (let shift = 0; shift < 24; shift += 8) {
      const below = (from >>> shift) & 255;
      const above = (to >>> shift) & 255;
      const full = mix(above, table[(below << 8) | above] ?? 0, mixing);
      out |= mix(below, full, part) << shift;
    }
    backdrop[p] = out;
  }
}

function blendColours(
  backdrop: Bytes,
  source: Bytes,
  count: number,
  scale: number,
  mask: Bytes | null,
  keep: boolean,
  mode: NonSeparableMode,
): void {
  for (let p = 0, i = 0; p < count; p++, i += 4) {
    const sourceAlpha = source[i + 3] ?? 0;
    if (sourceAlpha === 0) continue;
    const alpha = sourceAlpha * (mask === null ? scale : (scale * (mask[p] ?? 0)) / 255);
    const under = (backdrop[i + 3] ?? 0) / 255;
    const over = keep ? 1 : alpha + under * (1 - alpha);
    if (over === 0) continue;
    const part = alpha / over;
    const mixing = keep ? 1 : under;
    const r = backdrop[i] ?? 0;
    const g = backdrop[i + 1] ?? 0;
    const b = backdrop[i + 2] ?? 0;
    const sr = source[i] ?? 0;
    const sg = source[i + 1] ?? 0;
    const sb = source[i + 2] ?? 0;
    mixColours(mode, r, g, b, sr, sg, sb);
    backdrop[i] = r + (sr + ((mixed[0] ?? 0) - sr) * mixing - r) * part;
    backdrop[i + 1] = g + (sg + ((mixed[1] ?? 0) - sg) * mixing - g) * part;
    backdrop[i + 2] = b + (sb + ((mixed[2] ?? 0) - sb) * mixing - b) * part;
    if (!keep) backdrop[i + 3] = 255 * over;
  }
}

/**
 * Replaces `backdrop` by `other` to a degree, in place: alphas are mixed too, colours by what they
 * weigh. How an adjustment layer with opacity and mask acts.
 */
export function crossfade(
  backdrop: Bytes,
  other: Bytes,
  count: number,
  opacity: number,
  mask: Bytes | null = null,
): void {
  if (mask === null && opacity >= 1) {
    backdrop.set(other.subarray(0, count * 4));
    return;
  }
  for (let p = 0, i = 0; p < count; p++, i += 4) {
    const k = mask === null ? opacity : (opacity * (mask[p] ?? 0)) / 255;
    if (k <= 0) continue;
    const before = (backdrop[i + 3] ?? 0) * (1 - k);
    const after = (other[i + 3] ?? 0) * k;
    const sum = before + after;
    backdrop[i + 3] = sum;
    if (sum === 0) continue;
    const part = after / sum;
    for (let c = i; c < i + 3; c++) {
      const from = backdrop[c] ?? 0;
      backdrop[c] = from + ((other[c] ?? 0) - from) * part;
    }
  }
}
