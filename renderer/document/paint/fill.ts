/** The paint bucket. */
import type { Mask, Point, Raster } from '../types.js';
import type { Picture } from '../selection/region.js';
import { magicWand } from '../selection/wand.js';
import type { WandSettings } from '../selection/wand.js';
import type { Placed } from './blend.js';
import { fillSelection } from './fill-selection.js';
import type { FillSettings } from './fill-selection.js';

/**
 * A raster with the pixels like the one at a point filled: exactly those that the magic wand finds.
 * The selection is a wall: nothing beyond it is filled, and the fill does not flow through it.
 * @param picture what colours are looked for in, in document coordinates and of its size
 * @param at in document pixels
 * @throws RangeError if the colour is none
 */
export function floodFill(
  target: Placed,
  selection: Mask | null,
  picture: Picture,
  at: Point,
  settings: FillSettings & WandSettings,
): Raster {
  return fillSelection(target, magicWand(picture, at, settings, selection), settings);
}
