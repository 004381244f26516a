/** Filling and clearing what is selected. */
import type { Colour, Mask, Raster } from '../types.js';
import { newTile, TILE_BYTES } from '../pixels/tiles.js';
import { applyEffect } from './apply.js';
import { eraseEffect, paintEffect } from './blend.js';
import type { Placed } from './blend.js';
import { rgbaOf } from './colour.js';
import type { Rgba } from './colour.js';

export interface FillSettings {
  readonly colour: Colour;
  /** 0 to 1. */
  readonly opacity: number;
  /** Keeps every pixel's alpha. */
  readonly lockAlpha: boolean;
}

/**
 * A raster filled with a colour where it is selected (null: everywhere). Tiles that are filled all
 * over are one and the same.
 * @param selection in document coordinates
 * @throws RangeError if the colour is none
 */
export function fillSelection(
  target: Placed,
  selection: Mask | null,
  { colour, opacity, lockAlpha }: FillSettings,
): Raster {
  const rgba = rgbaOf(colour);
  const strength = (Math.min(1, Math.max(0, opacity)) * rgba.a) / 255;
  const application = { effect: paintEffect(rgba, lockAlpha), strength, onlyOpaque: lockAlpha };
  if (strength < 1 || lockAlpha) return applyEffect(target, selection, application);
  return applyEffect(target, selection, { ...application, whole: tileOf(rgba) });
}

function tileOf({ r, g, b }: Rgba) {
  const data = new Uint8ClampedArray(TILE_BYTES);
  for (let i = 0; i < TILE_BYTES; i += 4) {
    data[i] = r;
    data[i + 1] = g;
    data[i + 2] = b;
    data[i + 3] = 255;
  }
  return newTile(data);
}

/** A raster that is transparent where it is selected (null: everywhere). */
export function clearSelection(target: Placed, selection: Mask | null): Raster {
  const application = { effect: eraseEffect, strength: 1, onlyOpaque: true, whole: null };
  return applyEffect(target, selection, application);
}
