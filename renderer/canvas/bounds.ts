/** What room layers take in the document. */
import { rasterBounds, unite } from '../document/pixels/bounds.js';
import { boundsOf } from '../document/pixels/matrix.js';
import type { Layer, Raster, Rect } from '../document/types.js';
import { Rasteriser } from './rasterise.js';

/** Draws the texts and shapes of all documents of this page. */
export const rasteriser = new Rasteriser();

const known = new WeakMap<Raster, Rect | null>();

/** Bounds of a raster's pixels, looked for once. */
function innerBounds(raster: Raster): Rect | null {
  const found = known.get(raster);
  if (found !== undefined) return found;
  const bounds = rasterBounds(raster);
  known.set(raster, bounds);
  return bounds;
}

/** Bounds of what a layer shows, in document coordinates; null if it shows nothing. */
export function boundsOfLayer(layer: Layer): Rect | null {
  if (layer.type === 'group') {
    return layer.children.reduce<Rect | null>((all, child) => {
      const bounds = boundsOfLayer(child);
      return bounds ? unite(all, bounds) : all;
    }, null);
  }
  if (layer.type === 'adjustment') return null;
  if (layer.type === 'raster') {
    const inner = innerBounds(layer.raster);
    return inner && boundsOf(layer.transform, inner);
  }
  const drawn = rasteriser.rasterOf(layer);
  const inner = drawn && innerBounds(drawn.raster);
  return drawn && inner && boundsOf(drawn.transform, inner);
}
