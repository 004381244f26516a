/** Layers becoming one. What they look like together is computed elsewhere and handed in. */
import { createRasterLayer } from '../create.js';
import type { LayerId, Raster, StudioDocument } from '../types.js';
import { insertAt, refuseLockedWithin, without } from './change.js';
import { placeOf, topMost } from './tree.js';

/** Pixels of several layers together, with the document position of their top left corner. */
export interface Merged {
  readonly raster: Raster;
  readonly x: number;
  readonly y: number;
}

/**
 * Puts one raster layer in the place of several, where the topmost of them lies; it becomes active.
 * @param name that of the lowest of them unless given
 * @throws DocumentError NO_SUCH_LAYER, LAYER_LOCKED
 */
export function mergeInto(
  document: StudioDocument,
  ids: readonly LayerId[],
  { raster, x, y }: Merged,
  name?: string,
): StudioDocument {
  const members = topMost(document, ids);
  const [lowest] = members;
  const top = members.at(-1);
  if (!lowest || !top) return document;
  for (const located of members) refuseLockedWithin(located);
  const set = new Set(members.map(({ layer }) => layer.id));
  const { parent, index } = placeOf(top);
  const siblings = top.parents.at(-1)?.children ?? document.layers;
  const at = siblings.slice(0, index).filter(({ id }) => !set.has(id)).length;
  const layer = createRasterLayer({
    name: name ?? lowest.layer.name,
    raster,
    x,
    y,
    // What was clipped as a whole to a layer that stays goes on being clipped to it.
    clipped: members.every(({ layer: { clipped } }) => clipped),
  });
  const layers = insertAt(without(document.layers, set), { parent, index: at }, [layer]);
  return { ...document, layers, active: [layer.id] };
}

/** Puts one raster layer in the place of all. @throws DocumentError LAYER_LOCKED */
export function flatten(document: StudioDocument, merged: Merged, name: string): StudioDocument {
  const ids = document.layers.map(({ id }) => id);
  return mergeInto(document, ids, merged, name);
}
