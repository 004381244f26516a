/** What layers hold before their transform. */
import { boundsOfLayer } from '../../canvas/bounds.js';
import { union } from '../../document/layers/transform.js';
import { IDENTITY, boundsOf } from '../../document/pixels/matrix.js';
import type { AdjustmentLayer, Layer, Matrix, Raster, Rect } from '../../document/types.js';

/** Layers that lie somewhere. */
export type Placed = Exclude<Layer, AdjustmentLayer>;

/** Looking through all pixels of a large picture takes time, and moving it changes none of them. */
const rasters = new WeakMap<Raster, { readonly bounds: Rect | null }>();

/** From what a layer holds to the document; a group has none of its own. */
export function transformOf(layer: Placed): Matrix {
  return layer.type === 'group' ? IDENTITY : layer.transform;
}

/** Bounds of what a layer shows in its own coordinates; null if it shows nothing. */
export function contentOf(layer: Placed): Rect | null {
  if (layer.type === 'group') return union(layer.children.flatMap(placed));
  if (layer.type !== 'raster') return boundsOfLayer({ ...layer, transform: IDENTITY });
  const kept = rasters.get(layer.raster);
  if (kept) return kept.bounds;
  const bounds = boundsOfLayer({ ...layer, transform: IDENTITY });
  rasters.set(layer.raster, { bounds });
  return bounds;
}

function placed(layer: Layer): readonly Rect[] {
  if (layer.type === 'adjustment') return [];
  const content = contentOf(layer);
  return content ? [boundsOf(transformOf(layer), content)] : [];
}
