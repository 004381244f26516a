/** The blending functions B(Cb, Cs) of the W3C Compositing and Blending specification. */
import type { BlendMode } from '../types.js';

type Separable = (backdrop: number, source: number) => number;

const multiply: Separable = (b, s) => b * s;
const screen: Separable = (b, s) => b + s - b * s;
const hardLight: Separable = (b, s) => (s <= 0.5 ? multiply(b, 2 * s) : screen(b, 2 * s - 1));

function dodge(b: number, s: number): number {
  if (b === 0) return 0;
  return s === 1 ? 1 : Math.min(1, b / (1 - s));
}

function burn(b: number, s: number): number {
  if (b === 1) return 1;
  return s === 0 ? 0 : 1 - Math.min(1, (1 - b) / s);
}

function softLight(b: number, s: number): number {
  if (s <= 0.5) return b - (1 - 2 * s) * b * (1 - b);
  const d = b <= 0.25 ? ((16 * b - 12) * b + 4) * b : Math.sqrt(b);
  return b + (2 * s - 1) * (d - b);
}

/** Modes that treat each channel alone; channels from 0 to 1. */
const SEPARABLE = {
  multiply,
  screen,
  overlay: (b, s) => hardLight(s, b),
  darken: Math.min,
  lighten: Math.max,
  'color-dodge': dodge,
  'color-burn': burn,
  'hard-light': hardLight,
  'soft-light': softLight,
  difference: (b, s) => Math.abs(b - s),
  exclusion: (b, s) => b + s - 2 * b * s,
} satisfies Partial<Record<BlendMode, Separable>>;

export type SeparableMode = keyof typeof SEPARABLE;
export type NonSeparableMode = Exclude<BlendMode, SeparableMode | 'normal'>;

export function isSeparable(mode: BlendMode): mode is SeparableMode {
  return mode in SEPARABLE;
}

const tables = new Map<SeparableMode, Uint8ClampedArray>();

/** B for all pairs of bytes, at backdrop * 256 + source; made when first asked for. */
export function tableOf(mode: SeparableMode): Uint8ClampedArray {
  const known = tables.get(mode);
  if (known) return known;
  const table = new Uint8ClampedArray(65_536);
  const mix: Separable = SEPARABLE[mode];
  for (let b = 0; b < 256; b++) {
    for (let s = 0; s < 256; s++) table[b * 256 + s] = 255 * mix(b / 255, s / 255);
  }
  tables.set(mode, table);
  return table;
}

/** Where `mixColours` leaves red, green and blue, so that no pixel allocates. */
export const mixed = new Float64Array(3);

const lum = (r: number, g: number, b: number): number => 0.3 * r + 0.59 * g + 0.11 * b;

/** A colour moved to a luminosity, and back into range without changing its hue. */
function setLum(r: number, g: number, b: number, l: number): void {
  const d = l - lum(r, g, b);
  r += d;
  g += d;
  b += d;
  const low = Math.min(r, g, b);
  const high = Math.max(r, g, b);
  if (low < 0) {
    const k = l / (l - low);
    r = l + (r - l) * k;
    g = l + (g - l) * k;
    b = l + (b - l) * k;
  }
  if (high > 255) {
    const k = (255 - l) / (high - l);
    r = l + (r - l) * k;
    g = l + (g - l) * k;
    b = l + (b - l) * k;
  }
  mixed[0] = r;
  mixed[1] = g;
  mixed[2] = b;
}

const range = (r: number, g: number, b: number): number => Math.max(r, g, b) - Math.min(r, g, b);

/** A colour stretched to a saturation, then moved to a luminosity. */
function setSatLum(r: number, g: number, b: number, s: number, l: number): void {
  const low = Math.min(r, g, b);
  const span = Math.max(r, g, b) - low;
  const k = span > 0 ? s / span : 0;
  setLum((r - low) * k, (g - low) * k, (b - low) * k, l);
}

/** B of whole colours, channels from 0 to 255, left in `mixed`. */
export function mixColours(
  mode: NonSeparableMode,
  br: number,
  bg: number,
  bb: number,
  sr: number,
  sg: number,
  sb: number,
): void {
  switch (mode) {
    case 'hue':
      setSatLum(sr, sg, sb, range(br, bg, bb), lum(br, bg, bb));
      break;
    case 'saturation':
      setSatLum(br, bg, bb, range(sr, sg, sb), lum(br, bg, bb));
      break;
    case 'color':
      setLum(sr, sg, sb, lum(br, bg, bb));
      break;
    case 'luminosity':
      setLum(br, bg, bb, lum(sr, sg, sb));
      break;
  }
}
