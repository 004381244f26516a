/** Gradients between two colours. */
import { TILE } from '../types.js';
import type { Colour, Mask, Matrix, Point, Raster } from '../types.js';
import { applyEffect } from './apply.js';
import type { Effect, Placed, Stretch } from './blend.js';
import { rgbaOf } from './colour.js';
import type { Rgba } from './colour.js';

/**
 * Radial: around `from`, out to the distance of `to`. Reflected: from `from` the same both ways.
 * Conical: once around `from` clockwise, beginning towards `to`.
 */
export const GRADIENTS = ['linear', 'radial', 'reflected', 'conical'] as const;
export type GradientKind = (typeof GRADIENTS)[number];

export interface GradientSettings {
  readonly type: GradientKind;
  /** In document pixels. */
  readonly from: Point;
  readonly to: Point;
  readonly startColour: Colour;
  readonly endColour: Colour;
  /** 0 to 1. */
  readonly opacity: number;
  /** Keeps every pixel's alpha. */
  readonly lockAlpha: boolean;
}

/**
 * A raster with a gradient laid over where it is selected (null: everywhere); before and beyond its
 * ends it goes on in their colours. Colours are mixed premultiplied and dithered, always alike, by
 * less than one level. Without a length it changes nothing.
 * @param selection in document coordinates
 * @throws RangeError if a colour is none
 */
export function gradient(
  target: Placed,
  selection: Mask | null,
  settings: GradientSettings,
): Raster {
  const { from, to, opacity, lockAlpha } = settings;
  const effect = gradientEffect(settings, target.transform);
  if (from.x === to.x && from.y === to.y) return target.raster;
  const strength = Math.min(1, Math.max(0, opacity));
  return applyEffect(target, selection, { effect, strength, onlyOpaque: lockAlpha });
}

function gradientEffect(settings: GradientSettings, transform: Matrix): Effect {
  const start = premultiplied(settings.startColour);
  const end = premultiplied(settings.endColour);
  const positions = new Float64Array(TILE);
  return (stretch) => {
    positionsOf(settings, transform, stretch, positions);
    layGradient(stretch, positions, start, end, settings.lockAlpha);
  };
}

function layGradient(
  { from, out, start: first, x, y, count, forces }: Stretch,
  positions: Float64Array,
  start: Rgba,
  end: Rgba,
  lockAlpha: boolean,
): void {
  for (let k = 0; k < count; k++) {
    const i = first + k * 4;
    const t = Math.min(1, Math.max(0, positions[k] ?? 0));
    const alpha = start.a + (end.a - start.a) * t;
    const force = alpha * (forces[k] ?? 0);
    const old = (from[i + 3] ?? 0) / 255;
    if (force <= 0 || (lockAlpha && old === 0)) continue;
    const whole = lockAlpha ? 1 : force + old * (1 - force);
    const part = force / whole;
    const noise = noiseAt(x + k, y);
    const red = from[i] ?? 0;
    const green = from[i + 1] ?? 0;
    const blue = from[i + 2] ?? 0;
    out[i] = dithered(red + ((start.r + (end.r - start.r) * t) / alpha - red) * part, noise);
    out[i + 1] = dithered(
      green + ((start.g + (end.g - start.g) * t) / alpha - green) * part,
      noise,
    );
    out[i + 2] = dithered(blue + ((start.b + (end.b - start.b) * t) / alpha - blue) * part, noise);
    out[i + 3] = lockAlpha ? (from[i + 3] ?? 0) : dithered(255 * whole, noise);
  }
}

/** Alpha 0 to 1, the others 0 to 255 times alpha. */
function premultiplied(colour: Colour): Rgba {
  const { r, g, b, a } = rgbaOf(colour);
  return { r: (r * a) / 255, g: (g * a) / 255, b: (b * a) / 255, a: a / 255 };
}

/** How far along the gradient the pixels of a stretch lie: 0 at its start, 1 at its end. */
export function positionsOf(
  { type, from, to }: Pick<GradientSettings, 'type' | 'from' | 'to'>,
  [a, b, c, d, e, f]: Matrix,
  { x, y, count }: Pick<Stretch, 'x' | 'y' | 'count'>,
  positions: Float64Array,
): void {
  const across = to.x - from.x;
  const down = to.y - from.y;
  const square = across * across + down * down;
  for (let k = 0; k < count; k++) {
    const u = a * (x + k + 0.5) + c * (y + 0.5) + e - from.x;
    const v = b * (x + k + 0.5) + d * (y + 0.5) + f - from.y;
    const along = (u * across + v * down) / square;
    if (type === 'linear') positions[k] = along;
    else if (type === 'reflected') positions[k] = Math.abs(along);
    else if (type === 'radial') positions[k] = Math.sqrt((u * u + v * v) / square);
    else {
      const turns = Math.atan2(v * across - u * down, u * across + v * down) / (2 * Math.PI);
      positions[k] = turns < 0 ? turns + 1 : turns;
    }
  }
}

/** Rounds up or down by chance, so that the mean is kept; whole values stay what they are. */
export function dithered(value: number, noise: number): number {
  return Math.floor(value + 0.001 + noise * 0.998);
}

/** Interleaved gradient noise, 0 to below 1: even over every small neighbourhood. */
export function noiseAt(x: number, y: number): number {
  const inner = 0.06711056 * x + 0.00583715 * y;
  const outer = 52.9829189 * (inner - Math.floor(inner));
  return outer - Math.floor(outer);
}
