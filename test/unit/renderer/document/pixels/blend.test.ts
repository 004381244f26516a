import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { blend, crossfade } from '../../../../../renderer/document/pixels/blend.js';
import { BLEND_MODES } from '../../../../../renderer/document/types.js';
import type { BlendMode } from '../../../../../renderer/document/types.js';

type Colour = readonly [number, number, number];

const lum = ([r, g, b]: Colour): number => 0.3 * r + 0.59 * g + 0.11 * b;
const sat = (c: Colour): number => Math.max(...c) - Math.min(...c);

function clipColor(c: Colour): Colour {
  const l = lum(c);
  const n = Math.min(...c);
  const x = Math.max(...c);
  let out = c;
  if (n < 0) out = out.map((v) => l + ((v - l) * l) / (l - n)) as unknown as Colour;
  if (x > 1) out = out.map((v) => l + ((v - l) * (1 - l)) / (x - l)) as unknown as Colour;
  return out;
}

function setLum(c: Colour, l: number): Colour {
  const d = l - lum(c);
  return clipColor([c[0] + d, c[1] + d, c[2] + d]);
}

/** As in the specification: the greatest channel becomes s, the least 0, the middle in between. */
function setSat(c: Colour, s: number): Colour {
  const [n, x] = [Math.min(...c), Math.max(...c)];
  return c.map((v) => (x > n ? ((v - n) * s) / (x - n) : 0)) as unknown as Colour;
}

/** Written down from the specification, in floats, apart from what is tested. */
function separable(mode: string, b: number, s: number): number {
  const multiply = (x: number, y: number): number => x * y;
  const screen = (x: number, y: number): number => x + y - x * y;
  const hardLight = (x: number, y: number): number =>
    y <= 0.5 ? multiply(x, 2 * y) : screen(x, 2 * y - 1);
  switch (mode) {
    case 'multiply':
      return multiply(b, s);
    case 'screen':
      return screen(b, s);
    case 'overlay':
      return hardLight(s, b);
    case 'darken':
      return Math.min(b, s);
    case 'lighten':
      return Math.max(b, s);
    case 'color-dodge':
      if (b === 0) return 0;
      return s === 1 ? 1 : Math.min(1, b / (1 - s));
    case 'color-burn':
      if (b === 1) return 1;
      return s === 0 ? 0 : 1 - Math.min(1, (1 - b) / s);
    case 'hard-light':
      return hardLight(b, s);
    case 'soft-light': {
      const d = b <= 0.25 ? ((16 * b - 12) * b + 4) * b : Math.sqrt(b);
      return s <= 0.5 ? b - (1 - 2 * s) * b * (1 - b) : b + (2 * s - 1) * (d - b);
    }
    case 'difference':
      return Math.abs(b - s);
    case 'exclusion':
      return b + s - 2 * b * s;
    default:
      return s;
  }
}

function mixed(mode: string, b: Colour, s: Colour): Colour {
  switch (mode) {
    case 'hue':
      return setLum(setSat(s, sat(b)), lum(b));
    case 'saturation':
      return setLum(setSat(b, sat(s)), lum(b));
    case 'color':
      return setLum(s, lum(b));
    case 'luminosity':
      return setLum(b, lum(s));
    default:
      return b.map((value, i) => separable(mode, value, s[i] ?? 0)) as unknown as Colour;
  }
}

type Pixel = readonly [number, number, number, number];

function reference(mode: BlendMode, backdrop: Pixel, source: Pixel, opacity: number): number[] {
  const b = backdrop.slice(0, 3).map((v) => v / 255) as unknown as Colour;
  const s = source.slice(0, 3).map((v) => v / 255) as unknown as Colour;
  const ab = backdrop[3] / 255;
  const as = (source[3] / 255) * opacity;
  const ao = as + ab * (1 - as);
  const blended = mixed(mode, b, s);
  const colour = [0, 1, 2].map((i) => {
    const [cb, cs, mix] = [b[i] ?? 0, s[i] ?? 0, blended[i] ?? 0];
    const co = as * (1 - ab) * cs + as * ab * mix + (1 - as) * ab * cb;
    return ao === 0 ? 0 : (co / ao) * 255;
  });
  return [...colour, ao * 255];
}

function blendOne(mode: BlendMode, backdrop: Pixel, source: Pixel, opacity = 1): number[] {
  const out = Uint8ClampedArray.from(backdrop);
  blend(out, Uint8ClampedArray.from(source), 1, mode, opacity);
  return [...out];
}

const byte = fc.integer({ min: 0, max: 255 });
const pixel = fc.tuple(byte, byte, byte, byte);
const mode = fc.constantFrom(...BLEND_MODES);

describe('blend', () => {
  test.each<[BlendMode, Colour, Colour, Colour]>([
    // Backdrop, source, outcome, worked out by hand from the formulas.
    ['normal', [10, 20, 30], [200, 100, 0], [200, 100, 0]],
    ['multiply', [128, 255, 51], [128, 100, 255], [64, 100, 51]],
    ['screen', [128, 0, 51], [128, 100, 255], [192, 100, 255]],
    ['overlay', [51, 204, 0], [102, 102, 255], [41, 194, 0]],
    ['darken', [51, 204, 9], [102, 102, 9], [51, 102, 9]],
    ['lighten', [51, 204, 9], [102, 102, 9], [102, 204, 9]],
    ['color-dodge', [51, 0, 102], [204, 255, 51], [255, 0, 128]],
    ['color-burn', [204, 255, 102], [102, 0, 0], [128, 255, 0]],
    ['hard-light', [102, 102, 255], [51, 204, 0], [41, 194, 0]],
    // 0.25 + 0.6 * (0.5 - 0.25) at a source of 0.8; 0.6 - 0.6 * 0.6 * 0.4 at one of 0.2.
    ['soft-light', [64, 153, 0], [204, 51, 255], [102, 116, 0]],
    ['difference', [51, 204, 9], [102, 102, 9], [51, 102, 0]],
    ['exclusion', [51, 204, 0], [102, 102, 255], [112, 143, 255]],
    // Luminosity of the backdrop, a grey of 100, in a red of the same saturation: grey again.
    ['hue', [100, 100, 100], [255, 0, 0], [100, 100, 100]],
    ['saturation', [200, 100, 50], [77, 77, 77], [125, 125, 125]],
    // Red moved by 100 - 76.5, then pulled back into range about its luminosity.
    ['color', [100, 100, 100], [255, 0, 0], [255, 34, 34]],
    ['luminosity', [120, 120, 120], [255, 0, 0], [77, 77, 77]],
  ])('%s of %j and %j', (name, backdrop, source, outcome) => {
    const result = blendOne(name, [...backdrop, 255], [...source, 255]);
    for (const [i, value] of outcome.entries()) {
      expect(Math.abs((result[i] ?? 0) - value), `channel ${i} of ${result.join()}`).toBeLessThan(
        2,
      );
    }
    expect(result[3]).toBe(255);
  });

  test('agrees with the specification within 1 for all modes, alphas and opacities', () => {
    const opacity = fc.constantFrom(1, 0.8, 0.5, 0.1);
    const check = fc.property(mode, pixel, pixel, opacity, (name, backdrop, source, part) => {
      const result = blendOne(name, backdrop, source, part);
      const wanted = reference(name, backdrop, source, part);
      const off = result.map((value, i) => Math.abs(value - Math.round(wanted[i] ?? 0)));
      // A colour that is hardly there cannot be told, nor seen.
      const most = (wanted[3] ?? 0) < 1 ? (off[3] ?? 0) : Math.max(...off);
      return most <= 1;
    });
    fc.assert(check, { numRuns: 10_000 });
  });

  test('with no opacity, no mask or no source nothing changes by a byte', () => {
    const check = fc.property(mode, pixel, pixel, (name, backdrop, source) => {
      expect(blendOne(name, backdrop, source, 0)).toEqual([...backdrop]);
      expect(blendOne(name, backdrop, [source[0], source[1], source[2], 0])).toEqual([...backdrop]);
      const out = Uint8ClampedArray.from(backdrop);
      const mask = Uint8ClampedArray.of(0);
      blend(out, Uint8ClampedArray.from(source), 1, name, 1, { mask });
      blend(out, Uint8ClampedArray.from(source), 1, name, 1, { clip: mask });
      expect([...out]).toEqual([...backdrop]);
    });
    fc.assert(check);
  });

  test('opaque pixels in normal mode come out byte-identical', () => {
    const check = fc.property(pixel, byte, byte, byte, (backdrop, r, g, b) => {
      expect(blendOne('normal', backdrop, [r, g, b, 255])).toEqual([r, g, b, 255]);
    });
    fc.assert(check);
  });

  test('a mask and a clip hold a source back like opacity', () => {
    const out = Uint8ClampedArray.of(0, 0, 0, 255, 0, 0, 0, 255);
    const source = Uint8ClampedArray.of(255, 255, 255, 255, 255, 255, 255, 255);
    const mask = Uint8ClampedArray.of(128, 255);
    blend(out, source, 2, 'normal', 0.5, { mask, clip: Uint8ClampedArray.of(255, 51) });
    expect([...out]).toEqual([64, 64, 64, 255, 26, 26, 26, 255]);
  });

  test('painting on what is there leaves its alpha', () => {
    const check = fc.property(mode, pixel, pixel, (name, backdrop, source) => {
      const out = Uint8ClampedArray.from(backdrop);
      blend(out, Uint8ClampedArray.from(source), 1, name, 1, { keepAlpha: true });
      expect(out[3]).toBe(backdrop[3]);
    });
    fc.assert(check);
  });

  test('only the pixels counted are touched, wherever the bytes begin', () => {
    const memory = new Uint8ClampedArray(17);
    const source = Uint8ClampedArray.of(9, 8, 7, 255, 9, 8, 7, 255);
    blend(memory.subarray(1), source, 1, 'normal', 1);
    blend(memory.subarray(8, 16), source.subarray(4), 1, 'multiply', 1);
    expect([...memory]).toEqual([0, 9, 8, 7, 255, 0, 0, 0, 9, 8, 7, 255, 0, 0, 0, 0, 0]);
  });
});

describe('crossfade', () => {
  test('mixes colours by what they weigh, and alphas', () => {
    const out = Uint8ClampedArray.of(200, 0, 0, 255, 0, 0, 0, 0);
    crossfade(out, Uint8ClampedArray.of(0, 100, 0, 255, 50, 60, 70, 200), 2, 0.5);
    expect([...out]).toEqual([100, 50, 0, 255, 50, 60, 70, 100]);
  });

  test('in full it is the other picture', () => {
    const other = Uint8ClampedArray.of(1, 2, 3, 4, 5, 6, 7, 8);
    const out = new Uint8ClampedArray(8);
    crossfade(out, other, 2, 1);
    expect([...out]).toEqual([...other]);
  });
});
