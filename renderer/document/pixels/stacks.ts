/** What of a list of layers is seen, and what is clipped to what. */
import type { AdjustmentLayer, Layer, Mask, Matrix, Raster, Rect } from '../types.js';
import type { ShapeLayer, TextLayer } from '../types.js';
import { isNeutral, reachOf } from './adjust.js';
import { unite } from './bounds.js';
import { boundsOf } from './matrix.js';

/** Pixels and where they stand in the document. */
export interface Placed {
  readonly raster: Raster;
  readonly transform: Matrix;
}

/** Pixels of a text or shape; null if they are not ready. */
export type RasterOf = (layer: TextLayer | ShapeLayer) => Placed | null;

/** A layer with the layers above it that are shown only where it is. */
export interface Stack {
  readonly base: Layer;
  readonly clipped: readonly Layer[];
}

export function isShown(layer: Layer): boolean {
  return layer.visible && layer.opacity > 0;
}

/**
 * Layers in stacks, bottom first. A clipped layer belongs to the nearest layer below it in the list
 * that is not clipped; with none there it stands for itself.
 */
export function stacksOf(layers: readonly Layer[]): Stack[] {
  const stacks: { base: Layer; clipped: Layer[] }[] = [];
  for (const layer of layers) {
    const top = stacks.at(-1);
    if (layer.clipped && top) top.clipped.push(layer);
    else stacks.push({ base: layer, clipped: [] });
  }
  return stacks;
}

/**
 * The stacks that are seen: with a hidden base goes all that is clipped to it. In place of a group
 * that passes through whole stands what lies in it.
 */
export function shownStacks(layers: readonly Layer[]): Stack[] {
  return stacksOf(layers)
    .filter(({ base }) => isShown(base) && !doesNothing(base))
    .flatMap(({ base, clipped }) => {
      const stack = { base, clipped: clipped.filter(isShown) };
      return passesThrough(stack) && isPlain(base) ? shownStacks(stack.base.children) : [stack];
    });
}

/** Whether what lies in a group is drawn onto what lies below it. */
export function passesThrough(
  stack: Stack,
): stack is Stack & { readonly base: Extract<Layer, { type: 'group' }> } {
  const { base, clipped } = stack;
  return (
    base.type === 'group' &&
    base.passThrough &&
    base.blendMode === 'normal' &&
    !clipped.some(isShown)
  );
}

function doesNothing(layer: Layer): boolean {
  return layer.type === 'adjustment' && layer.blendMode === 'normal' && isNeutral(layer.adjustment);
}

export function maskOf(layer: Layer): Mask | null {
  return layer.mask?.enabled === true ? layer.mask.mask : null;
}

/** Whether what is drawn of a layer goes onto what is below it as it is. */
export function isPlain(layer: Layer): boolean {
  return layer.blendMode === 'normal' && layer.opacity >= 1 && maskOf(layer) === null;
}

/** How far the adjustments among layers look, one after the other. */
export function reachOfAll(layers: readonly Layer[], scale: number): number {
  return layers.reduce(
    (sum, layer) =>
      layer.type === 'adjustment' && isShown(layer) ? sum + reachOf(layer.adjustment, scale) : sum,
    0,
  );
}

/** How much of what is below must be known around a region, for stacks drawn one after the other. */
export function reachBelow(stacks: readonly Stack[], scale: number): number {
  return stacks.reduce((sum, stack) => {
    if (passesThrough(stack)) return sum + reachBelow(shownStacks(stack.base.children), scale);
    if (stack.base.type !== 'adjustment') return sum;
    return sum + reachOfAll([stack.base, ...stack.clipped], scale);
  }, 0);
}

/**
 * Whether layers come out the same drawn one by one onto what is below their group as drawn
 * together first: source-over is associative, other modes and adjustments are not.
 */
export function canPassThrough(layers: readonly Layer[]): boolean {
  return shownStacks(layers).every(
    ({ base }) =>
      base.type !== 'adjustment' &&
      base.blendMode === 'normal' &&
      (base.type !== 'group' || canPassThrough(base.children)),
  );
}

/** Where a layer with pixels stands; null for text and shapes that are not ready. */
export function placedOf(
  layer: Exclude<Layer, { type: 'group' } | AdjustmentLayer>,
  rasterOf: RasterOf,
): Placed | null {
  return layer.type === 'raster' ? layer : rasterOf(layer);
}

/** Around what a layer shows, in document pixels; null if nothing, or if it is not known yet. */
export function layerBounds(layer: Layer, rasterOf: RasterOf = () => null): Rect | null {
  if (layer.type === 'adjustment') return null;
  if (layer.type !== 'group') {
    const placed = placedOf(layer, rasterOf);
    if (placed === null) return null;
    const { width, height } = placed.raster;
    return boundsOf(placed.transform, { x: 0, y: 0, width, height });
  }
  let bounds: Rect | null = null;
  for (const child of layer.children) bounds = unite(bounds, layerBounds(child, rasterOf));
  return bounds;
}
