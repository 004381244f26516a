/** What adjustment layers do to straight 8-bit RGBA. */
import type { Adjustment } from '../types.js';
import { areIdentities, tablesOf } from './adjust-tables.js';
import type { Tables } from './adjust-tables.js';
import { blurReach, gaussianBlur } from './blur.js';

/** How many pixels of neighbourhood an adjustment looks at. */
export function reachOf(adjustment: Adjustment, scale = 1): number {
  if (adjustment.kind === 'blur') return blurReach(adjustment.radius * scale);
  if (adjustment.kind !== 'sharpen' || adjustment.amount === 0) return 0;
  return blurReach(adjustment.radius * scale);
}

/** Whether an adjustment does nothing. */
export function isNeutral(adjustment: Adjustment): boolean {
  switch (adjustment.kind) {
    case 'hue-saturation':
      return adjustment.hue === 0 && adjustment.saturation === 0 && adjustment.lightness === 0;
    case 'blur':
      return adjustment.radius <= 0;
    case 'sharpen':
      return adjustment.radius <= 0 || adjustment.amount <= 0;
    case 'grayscale':
      return adjustment.amount <= 0;
    case 'brightness-contrast':
    case 'levels':
    case 'curves':
    case 'exposure':
    case 'temperature':
      return areIdentities(knownTables(adjustment));
  }
}

const known = new WeakMap<Adjustment, Tables>();

/** Adjustments are values that live as long as their layer does: one table for all its tiles. */
function knownTables(adjustment: Parameters<typeof tablesOf>[0]): Tables {
  let tables = known.get(adjustment);
  if (tables === undefined) known.set(adjustment, (tables = tablesOf(adjustment)));
  return tables;
}

/**
 * Adjusted pixels, in a new buffer; byte-equal where the adjustment is neutral.
 * @param scale what radii are multiplied by: pixels of `data` in a pixel of the document
 */
export function adjust(
  data: Uint8ClampedArray,
  width: number,
  height: number,
  adjustment: Adjustment,
  scale = 1,
): Uint8ClampedArray {
  const out = data.slice(0, width * height * 4);
  if (isNeutral(adjustment)) return out;
  switch (adjustment.kind) {
    case 'hue-saturation':
      shiftHsl(out, adjustment.hue / 360, adjustment.saturation / 100, adjustment.lightness / 100);
      break;
    case 'blur':
      blur(out, width, height, adjustment.radius * scale);
      break;
    case 'sharpen':
      sharpen(out, width, height, adjustment.amount / 100, adjustment.radius * scale);
      break;
    case 'grayscale':
      toGrey(out, Math.min(1, adjustment.amount / 100));
      break;
    case 'brightness-contrast':
    case 'levels':
    case 'curves':
    case 'exposure':
    case 'temperature':
      lookUp(out, knownTables(adjustment));
      break;
  }
  return out;
}

function lookUp(data: Uint8ClampedArray, [red, green, blue]: Tables): void {
  for (let i = 0; i < data.length; i += 4) {
    data[i] = red[data[i] ?? 0] ?? 0;
    data[i + 1] = green[data[i + 1] ?? 0] ?? 0;
    data[i + 2] = blue[data[i + 2] ?? 0] ?? 0;
  }
}

/** Rec. 709 luma. */
function toGrey(data: Uint8ClampedArray, amount: number): void {
  for (let i = 0; i < data.length; i += 4) {
    const r = data[i] ?? 0;
    const g = data[i + 1] ?? 0;
    const b = data[i + 2] ?? 0;
    const luma = 0.2126 * r + 0.7152 * g + 0.0722 * b;
    data[i] = r + (luma - r) * amount;
    data[i + 1] = g + (luma - g) * amount;
    data[i + 2] = b + (luma - b) * amount;
  }
}

/** Turns hue, scales saturation, and moves lightness towards white or black, in HSL. */
function shiftHsl(
  data: Uint8ClampedArray,
  turn: number,
  saturation: number,
  lightness: number,
): void {
  for (let i = 0; i < data.length; i += 4) {
    const r = (data[i] ?? 0) / 255;
    const g = (data[i + 1] ?? 0) / 255;
    const b = (data[i + 2] ?? 0) / 255;
    const high = Math.max(r, g, b);
    const low = Math.min(r, g, b);
    const span = high - low;
    let l = (high + low) / 2;
    let s = 0;
    let h = 0;
    if (span > 0) {
      s = span / (1 - Math.abs(2 * l - 1));
      if (high === r) h = (g - b) / span + 6;
      else if (high === g) h = (b - r) / span + 2;
      else h = (r - g) / span + 4;
    }
    h += turn * 6 + 6;
    s = Math.min(1, s * (1 + saturation));
    l = lightness < 0 ? l * (1 + lightness) : l + (1 - l) * lightness;
    const reach = s * Math.min(l, 1 - l);
    data[i] = 255 * channel(h, l, reach);
    data[i + 1] = 255 * channel(h + 4, l, reach);
    data[i + 2] = 255 * channel(h + 2, l, reach);
  }
}

/** A channel of an HSL colour; `sixths` is the hue in sixths of a turn, from the channel's own. */
function channel(sixths: number, l: number, reach: number): number {
  const k = (2 * sixths) % 12;
  return l - reach * Math.max(-1, Math.min(k - 3, 9 - k, 1));
}

function premultiplied(data: Uint8ClampedArray): Float32Array {
  const out = new Float32Array(data.length);
  for (let i = 0; i < data.length; i += 4) {
    const a = data[i + 3] ?? 0;
    const k = a / 255;
    out[i] = (data[i] ?? 0) * k;
    out[i + 1] = (data[i + 1] ?? 0) * k;
    out[i + 2] = (data[i + 2] ?? 0) * k;
    out[i + 3] = a;
  }
  return out;
}

function blur(data: Uint8ClampedArray, width: number, height: number, deviation: number): void {
  const soft = premultiplied(data);
  gaussianBlur(soft, width, height, 4, deviation);
  for (let i = 0; i < data.length; i += 4) {
    const a = soft[i + 3] ?? 0;
    const k = a > 0 ? 255 / a : 0;
    data[i] = (soft[i] ?? 0) * k;
    data[i + 1] = (soft[i + 1] ?? 0) * k;
    data[i + 2] = (soft[i + 2] ?? 0) * k;
    data[i + 3] = a;
  }
}

/** Unsharp mask: what blurring takes away is added once more. Alpha stays. */
function sharpen(
  data: Uint8ClampedArray,
  width: number,
  height: number,
  amount: number,
  deviation: number,
): void {
  const soft = premultiplied(data);
  gaussianBlur(soft, width, height, 4, deviation);
  for (let i = 0; i < data.length; i += 4) {
    const a = soft[i + 3] ?? 0;
    if (a <= 0) continue;
    for (let c = i; c < i + 3; c++) {
      const value = data[c] ?? 0;
      data[c] = value + amount * (value - ((soft[c] ?? 0) * 255) / a);
    }
  }
}
