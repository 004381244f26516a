/**
 * What can be computed beside the page: the document's own functions, by name. What they take and
 * give crosses as messages: plain values, typed arrays, rasters and masks.
 */
import {
  clearSelection,
  fillSelection,
  type FillSettings,
} from '../document/paint/fill-selection.js';
import { gradient, type GradientSettings } from '../document/paint/gradient.js';
import { cutOut } from '../document/pixels/cut-out.js';
import {
  borderMask,
  feather,
  growMask,
  shrinkMask,
  smoothMask,
} from '../document/pixels/mask-shaping.js';
import { resampleMask } from '../document/pixels/resample-mask.js';
import { rasterFrom } from '../document/pixels/tiles.js';
import type { CombineMode } from '../document/selection/combine.js';
import { maskFromAlpha } from '../document/selection/from-alpha.js';
import { joined } from '../document/selection/joined.js';
import { compactOutline } from '../document/selection/outline.js';
import type { Picture } from '../document/selection/region.js';
import { ellipseMask, polygonMask, rectangleMask } from '../document/selection/shapes.js';
import { magicWand, type WandSettings } from '../document/selection/wand.js';
import type { Mask, Matrix, Point, Raster, RasterLayer, Rect } from '../document/types.js';

/** What is drawn to be selected. */
export type Drawn =
  | { readonly kind: 'rectangle' | 'ellipse'; readonly rect: Rect }
  | { readonly kind: 'lasso'; readonly points: readonly Point[] };

/** How a new selection joins the one there is. */
interface Joining {
  readonly old: Mask | null;
  readonly how: CombineMode;
}

/** A mask to be transformed, see `resampleMask`. */
export interface Resampling {
  readonly mask: Mask;
  readonly matrix: Matrix;
  readonly width: number;
  readonly height: number;
}

interface Painting {
  readonly target: Pick<RasterLayer, 'raster' | 'transform'>;
  readonly selection: Mask | null;
}

const SHAPING = {
  feather,
  grow: growMask,
  shrink: shrinkMask,
  border: borderMask,
  smooth: smoothMask,
};
export type Shaping = keyof typeof SHAPING;

function drawnMask(drawn: Drawn, width: number, height: number): Mask {
  if (drawn.kind === 'lasso') return polygonMask(width, height, drawn.points);
  const make = drawn.kind === 'rectangle' ? rectangleMask : ellipseMask;
  return make(width, height, drawn.rect);
}

/** One function a task; all are pure. */
export const TASKS = {
  /** Feathers, grows, shrinks or smooths a mask by pixels, or takes its border. */
  shape: ({ mask, how, pixels }: { mask: Mask; how: Shaping; pixels: number }): Mask =>
    SHAPING[how](mask, pixels),

  /** A selection with a shape that was drawn, its edges softened by `soft` pixels. */
  select: ({
    drawn,
    width,
    height,
    soft,
    old,
    how,
  }: Joining & { drawn: Drawn; width: number; height: number; soft: number }): Mask | null =>
    joined(old, feather(drawnMask(drawn, width, height), soft), how),

  /** A selection with what the magic wand finds. */
  wand: ({
    picture,
    at,
    settings,
    old,
    how,
  }: Joining & { picture: Picture; at: Point; settings: WandSettings }): Mask | null =>
    joined(old, magicWand(picture, at, settings), how),

  /** What the paint bucket fills. */
  region: ({
    picture,
    at,
    settings,
    within,
  }: {
    picture: Picture;
    at: Point;
    settings: WandSettings;
    within: Mask | null;
  }): Mask => magicWand(picture, at, settings, within),

  fill: ({ target, selection, settings }: Painting & { settings: FillSettings }): Raster =>
    fillSelection(target, selection, settings),

  clear: ({ target, selection }: Painting): Raster => clearSelection(target, selection),

  gradient: ({ target, selection, settings }: Painting & { settings: GradientSettings }): Raster =>
    gradient(target, selection, settings),

  /** A selection of what a raster shows. */
  fromAlpha: ({
    raster,
    transform,
    width,
    height,
  }: {
    raster: Raster;
    transform: Matrix;
    width: number;
    height: number;
  }): Mask => maskFromAlpha(raster, transform, width, height),

  resample: ({ masks }: { masks: readonly Resampling[] }): Mask[] =>
    masks.map(({ mask, matrix, width, height }) => resampleMask(mask, matrix, width, height)),

  outline: ({ mask, step }: { mask: Mask; step: number }) => compactOutline(mask, step),

  /** Makes transparent what is not selected, in place. */
  cutOut: ({
    data,
    rect,
    selection,
  }: {
    data: Uint8ClampedArray;
    rect: Rect;
    selection: Mask;
  }): Uint8ClampedArray => {
    cutOut(data, rect, selection);
    return data;
  },

  /** A raster of raw pixels. */
  raster: ({ data, width, height }: Picture): Raster => rasterFrom(data, width, height),
};

export type TaskName = keyof typeof TASKS;
export type TaskArgs<Name extends TaskName> = Parameters<(typeof TASKS)[Name]>[0];
export type TaskResult<Name extends TaskName> = ReturnType<(typeof TASKS)[Name]>;
