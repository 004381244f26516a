/** The magic wand: a selection of what has a colour like the one pointed at. */
import type { Mask, Point } from '../types.js';
import { evenMask } from '../pixels/tiles.js';
import { IDENTITY } from '../pixels/matrix.js';
import { maskFromRows } from './mask-rows.js';
import { INSIDE, regionAround } from './region.js';
import type { Picture, Region, RegionSettings } from './region.js';
import { SelectionSampler } from './sampler.js';

export interface WandSettings extends RegionSettings {
  /** Smooths steps along slanting edges; upright and level edges stay sharp. */
  readonly antialias: boolean;
}

/**
 * A mask of the pixels like the one at a point, of the picture's size. Those are 255; smoothing
 * only adds to pixels beside them, by less than half, so the region stays what it is at 128.
 * @param within what may be found; null: everything
 */
export function magicWand(
  picture: Picture,
  at: Point,
  settings: WandSettings,
  within: Mask | null = null,
): Mask {
  const { width, height } = picture;
  const region = regionAround(picture, at, settings, within);
  if (region === null) return evenMask(width, height, 0);
  const { x, y, width: across, height: down } = region.bounds;
  const bounds = { x: x - 1, y: y - 1, width: across + 2, height: down + 2 };
  const sampler = within && new SelectionSampler(within, IDENTITY);
  const limit = new Uint8ClampedArray(width);
  return maskFromRows(width, height, bounds, (line, row, left) => {
    if (settings.antialias) smoothRow(region, width, height, line, row, left);
    else sharpRow(region, width, line, row, left);
    if (sampler === null) return;
    sampler.row(left, line, row.length, limit);
    for (let k = 0; k < row.length; k++) row[k] = ((row[k] ?? 0) * (limit[k] ?? 0)) / 255;
  });
}

function sharpRow(
  { states }: Region,
  width: number,
  y: number,
  row: Uint8ClampedArray,
  left: number,
): void {
  const start = y * width + left;
  for (let k = 0; k < row.length; k++) if (states[start + k] === INSIDE) row[k] = 255;
}

/**
 * Weights of a 3 x 3 binomial kernel tell how much of the region lies around a pixel. Along a level
 * edge they sum to 4 of 16, which is not smoothed; on a slope of 45 degrees to 5, for the eighth of
 * the pixel that lies within a straight edge.
 */
function smoothRow(
  { states }: Region,
  width: number,
  height: number,
  y: number,
  row: Uint8ClampedArray,
  left: number,
): void {
  const start = y * width;
  const up = y > 0 ? start - width : -1;
  const down = y < height - 1 ? start + width : -1;
  for (let k = 0; k < row.length; k++) {
    const x = left + k;
    if (states[start + x] === INSIDE) {
      row[k] = 255;
      continue;
    }
    const west = x > 0;
    const east = x < width - 1;
    let sides = 0;
    if (west && states[start + x - 1] === INSIDE) sides += 2;
    if (east && states[start + x + 1] === INSIDE) sides += 2;
    if (up >= 0 && states[up + x] === INSIDE) sides += 2;
    if (down >= 0 && states[down + x] === INSIDE) sides += 2;
    if (sides === 0) continue;
    let corners = 0;
    if (up >= 0 && west && states[up + x - 1] === INSIDE) corners++;
    if (up >= 0 && east && states[up + x + 1] === INSIDE) corners++;
    if (down >= 0 && west && states[down + x - 1] === INSIDE) corners++;
    if (down >= 0 && east && states[down + x + 1] === INSIDE) corners++;
    row[k] = Math.min(127, Math.max(0, sides + corners - 4) * 32);
  }
}
