/** How often each value is in a picture. */
import { findLayer, locate } from '../layers/tree.js';
import { TILE } from '../types.js';
import type { Layer, LayerId, StudioDocument } from '../types.js';
import type { Compositor } from './compose.js';
import { LAST_LEVEL } from './pyramid.js';

/** 256 counts for each channel, and for all of them together. */
export type Histogram = Readonly<Record<'all' | 'red' | 'green' | 'blue', Float64Array>>;

/** Tiles that are looked at, at most: a smaller picture has much the same histogram. */
const MOST_TILES = 16;

/** What a layer lies on: those below it in its group, and below that, as far as it is let through. */
export function layersBelow(document: StudioDocument, id: LayerId): readonly Layer[] {
  const located = locate(document, id);
  if (!located) return [];
  const below: Layer[] = [];
  const path = [...located.parents, located.layer];
  for (let depth = path.length - 1; depth >= 0; depth--) {
    const parent = path[depth - 1];
    const siblings = parent?.type === 'group' ? parent.children : document.layers;
    const index = siblings.findIndex((layer) => layer.id === path[depth]?.id);
    below.unshift(...siblings.slice(0, index));
    if (parent?.type !== 'group' || !parent.passThrough) break;
  }
  return below;
}

/**
 * What an adjustment layer is given to adjust. What is transparent does not count.
 * @param turn lets others get their turn between tiles
 * @throws the signal's reason once it is aborted
 */
export async function histogramBelow(
  compositor: Compositor,
  document: StudioDocument,
  id: LayerId,
  { signal, turn }: { readonly signal: AbortSignal; readonly turn: () => Promise<void> },
): Promise<Histogram> {
  const histogram = empty();
  if (!findLayer(document, id)) return histogram;
  const layers = layersBelow(document, id);
  let level = 0;
  const across = (side: number): number => Math.ceil(side / 2 ** level / TILE);
  const { width, height } = document;
  while (across(width) * across(height) > MOST_TILES && level < LAST_LEVEL) level += 1;
  for (let row = 0; row < across(height); row++) {
    for (let column = 0; column < across(width); column++) {
      signal.throwIfAborted();
      count(histogram, compositor.composeTile({ ...document, layers }, column, row, level));
      await turn();
    }
  }
  return histogram;
}

function empty(): Histogram {
  const counts = (): Float64Array => new Float64Array(256);
  return { all: counts(), red: counts(), green: counts(), blue: counts() };
}

/** Counts the pixels of straight RGBA. */
function count({ all, red, green, blue }: Histogram, data: Uint8ClampedArray): void {
  const add = (counts: Float64Array, value: number): void => {
    counts[value] = (counts[value] ?? 0) + 1;
  };
  for (let i = 0; i < data.length; i += 4) {
    if ((data[i + 3] ?? 0) < 128) continue;
    const [r, g, b] = [data[i] ?? 0, data[i + 1] ?? 0, data[i + 2] ?? 0];
    add(red, r);
    add(green, g);
    add(blue, b);
    for (const value of [r, g, b]) add(all, value);
  }
}
