/** Colours: written, in other models, and picked from pixels. */
import type { Colour, Point } from '../types.js';
import type { Picture } from '../selection/region.js';

/** Each 0 to 255. */
export interface Rgba {
  readonly r: number;
  readonly g: number;
  readonly b: number;
  readonly a: number;
}

/** Degrees from 0 to below 360, and 0 to 1. */
export interface Hsv {
  readonly h: number;
  readonly s: number;
  readonly v: number;
}

/** Degrees from 0 to below 360, and 0 to 1. */
export interface Hsl {
  readonly h: number;
  readonly s: number;
  readonly l: number;
}

type Rgb = Omit<Rgba, 'a'>;

/** Reads #rgb, #rgba, #rrggbb and #rrggbbaa, also without the #; null for anything else. */
export function parseColour(text: string): Rgba | null {
  const digits = /^#?([0-9a-f]{3,8})$/i.exec(text.trim())?.[1];
  if (digits === undefined || digits.length === 5 || digits.length === 7) return null;
  const long = digits.length > 4 ? digits : digits.replace(/./g, '$&$&');
  const byte = (at: number): number => Number.parseInt(long.slice(at, at + 2), 16);
  return { r: byte(0), g: byte(2), b: byte(4), a: long.length === 8 ? byte(6) : 255 };
}

/**
 * The same of a colour in a document.
 * @throws RangeError if it is none
 */
export function rgbaOf(colour: Colour): Rgba {
  const rgba = parseColour(colour);
  if (rgba === null) throw new RangeError(`"${colour}" is not a colour; write it as #rrggbb`);
  return rgba;
}

/**
 * How light a colour is, from 0 to 255, by the weights of the blend mode luminosity: its value on a
 * mask. Alpha plays no part.
 * @throws RangeError if it is none
 */
export function greyOf(colour: Colour): number {
  const { r, g, b } = rgbaOf(colour);
  return Math.round(0.3 * r + 0.59 * g + 0.11 * b);
}

/** As #rrggbb, or #rrggbbaa if it is not opaque; channels are rounded and brought within 0 to 255. */
export function formatColour({ r, g, b, a }: Rgba): Colour {
  const [red, green, blue, alpha] = Uint8ClampedArray.of(r, g, b, a);
  const channels = alpha === 255 ? [red, green, blue] : [red, green, blue, alpha];
  return `#${channels.map((value) => (value ?? 0).toString(16).padStart(2, '0')).join('')}`;
}

/** 0 for greys. */
function hueOf({ r, g, b }: Rgb, max: number, delta: number): number {
  if (delta === 0) return 0;
  if (max === r) return ((g - b) / delta + (g < b ? 6 : 0)) * 60;
  return max === g ? ((b - r) / delta + 2) * 60 : ((r - g) / delta + 4) * 60;
}

export function rgbToHsv({ r, g, b }: Rgb): Hsv {
  const max = Math.max(r, g, b);
  const delta = max - Math.min(r, g, b);
  return { h: hueOf({ r, g, b }, max, delta), s: max === 0 ? 0 : delta / max, v: max / 255 };
}

export function rgbToHsl({ r, g, b }: Rgb): Hsl {
  const max = Math.max(r, g, b);
  const min = Math.min(r, g, b);
  const delta = max - min;
  const l = (max + min) / 510;
  const s = delta === 0 ? 0 : delta / 255 / (1 - Math.abs(2 * l - 1));
  return { h: hueOf({ r, g, b }, max, delta), s, l };
}

/** Opaque, its channels not rounded. */
export function hsvToRgb({ h, s, v }: Hsv): Rgba {
  const channel = (n: number): number => {
    const k = (n + h / 60) % 6;
    return 255 * (v - v * s * Math.max(0, Math.min(k, 4 - k, 1)));
  };
  return { r: channel(5), g: channel(3), b: channel(1), a: 255 };
}

/** Opaque, its channels not rounded. */
export function hslToRgb({ h, s, l }: Hsl): Rgba {
  const reach = s * Math.min(l, 1 - l);
  const channel = (n: number): number => {
    const k = (n + h / 30) % 12;
    return 255 * (l - reach * Math.max(-1, Math.min(k - 3, 9 - k, 1)));
  };
  return { r: channel(0), g: channel(8), b: channel(4), a: 255 };
}

/**
 * What the eyedropper picks: the mean of a square of pixels around a point, weighted by alpha, of
 * what lies within the picture; null if the point does not.
 */
export function pickColour(picture: Picture, at: Point, size: 1 | 3 | 5 = 1): Rgba | null {
  const { width, height, data } = picture;
  const x = Math.floor(at.x);
  const y = Math.floor(at.y);
  if (!(x >= 0 && y >= 0 && x < width && y < height)) return null;
  const reach = (size - 1) / 2;
  let [r, g, b, alpha, count] = [0, 0, 0, 0, 0];
  for (let j = Math.max(0, y - reach); j <= Math.min(height - 1, y + reach); j++) {
    for (let i = Math.max(0, x - reach); i <= Math.min(width - 1, x + reach); i++) {
      const [red = 0, green = 0, blue = 0, a = 0] = data.subarray((j * width + i) * 4);
      r += red * a;
      g += green * a;
      b += blue * a;
      alpha += a;
      count++;
    }
  }
  if (alpha === 0) return { r: 0, g: 0, b: 0, a: 0 };
  const [red = 0, green = 0, blue = 0, a = 0] = Uint8ClampedArray.of(
    r / alpha,
    g / alpha,
    b / alpha,
    alpha / count,
  );
  return { r: red, g: green, b: blue, a };
}
