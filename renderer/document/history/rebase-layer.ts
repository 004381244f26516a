/** What a step did to a layer, done to what the layer has become. */
import { invert, multiply } from '../pixels/matrix.js';
import type { Layer, LayerMask, Matrix, Raster } from '../types.js';
import { rebaseMask, rebaseRaster } from './rebase-pixels.js';
import { same } from './same.js';

/** A layer with a step's changes in it. */
export interface RebasedLayer {
  readonly layer: Layer;
  /** All of the step's changes could be made. */
  readonly whole: boolean;
}

/** Where layers lie, and what lies in them, is not a matter of this. */
const ELSEWHERE = new Set(['id', 'type', 'children']);

/**
 * A layer with what makes `after` differ from `before`. Values are set; a move is made from where
 * the layer is; of pixels and masks only what changed is changed.
 */
export function rebaseLayer(before: Layer, after: Layer, onto: Layer): RebasedLayer {
  if (before.type !== after.type) return { layer: { ...after, id: onto.id }, whole: true };
  const old = new Map<string, unknown>(Object.entries(before));
  const changed = Object.entries(after).filter(
    ([key, value]) => !ELSEWHERE.has(key) && !same(old.get(key), value),
  );
  if (changed.length === 0) return { layer: onto, whole: true };
  const common = changed.filter(([key]) => key in onto);
  const pixels = pixelsAfter(before, after, onto);
  const made = Object.fromEntries(
    common.flatMap(([key, value]): [string, unknown][] => {
      if (key === 'raster') return pixels ? [[key, pixels]] : [];
      if (key === 'mask') return [[key, maskAfter(before.mask, after.mask, onto.mask)]];
      if (key === 'transform') return [[key, placeAfter(before, after, onto)]];
      return [[key, value]];
    }),
  );
  const whole =
    onto.type === after.type && (pixels !== null || !common.some(([key]) => key === 'raster'));
  // Keys of both, with values of the type that `after` has for them.
  return { layer: { ...onto, ...made }, whole };
}

function pixelsAfter(before: Layer, after: Layer, onto: Layer): Raster | null {
  if (before.type !== 'raster' || after.type !== 'raster' || onto.type !== 'raster') return null;
  return rebaseRaster(before, after, onto.raster);
}

function transformOf(layer: Layer): Matrix | null {
  return 'transform' in layer ? layer.transform : null;
}

/** Where a layer goes that is elsewhere by now: by the same way. */
function placeAfter(before: Layer, after: Layer, onto: Layer): Matrix | null {
  const [from, to, now] = [before, after, onto].map(transformOf);
  const back = from && invert(from);
  if (!from || !to || !now || !back || same(from, now)) return to ?? null;
  return multiply(multiply(to, back), now);
}

function maskAfter(
  before: LayerMask | null,
  after: LayerMask | null,
  onto: LayerMask | null,
): LayerMask | null {
  if (!before || !after || !onto || same(before, onto)) return after;
  const { unlinked: _unlinked, ...rest } = onto;
  const { enabled, unlinked } = after;
  const mask = same(before.mask, after.mask)
    ? onto.mask
    : rebaseMask(before.mask, after.mask, onto.mask);
  const link = before.unlinked === after.unlinked ? onto.unlinked : unlinked;
  return {
    ...rest,
    mask,
    enabled: before.enabled === after.enabled ? onto.enabled : enabled,
    ...(link && { unlinked: link }),
  };
}
