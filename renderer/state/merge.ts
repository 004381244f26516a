/** Layers becoming pixels: merging, flattening, rasterising. */
import { flatten, mergeInto, type Merged } from '../document/layers/merge.js';
import { locate, topMost } from '../document/layers/tree.js';
import { wholePixels } from '../document/pixels/bounds.js';
import type { Compositor } from '../document/pixels/compose.js';
import { flattenLayers } from '../document/pixels/flatten.js';
import type { Layer, LayerId, Rect, StudioDocument } from '../document/types.js';
import { boundsOfAll } from '../document/layers/transform.js';
import { boundsOfLayer } from '../canvas/bounds.js';
import type { MessageKey } from '../i18n/index.svelte.js';
import type { Job } from './work.svelte.js';

export type MergeKind = 'down' | 'visible' | 'all' | 'self';

/** What steps of the history are called that make layers one. */
export const MERGE_KEYS = {
  down: 'command.layer.mergeDown',
  visible: 'command.layer.mergeVisible',
  all: 'command.layer.flatten',
  self: 'command.layer.rasterize',
} as const satisfies Readonly<Record<MergeKind, MessageKey>>;

/** Which layers become one; empty where there is nothing to merge. */
function membersOf(document: StudioDocument, kind: MergeKind): readonly Layer[] {
  if (kind === 'all') return document.layers;
  if (kind === 'visible') return document.layers.filter(({ visible }) => visible);
  const chosen = topMost(document, document.active);
  const [first] = chosen;
  if (kind === 'self') return toRasterise(chosen.map(({ layer }) => layer));
  if (chosen.length > 1 || !first) return chosen.map(({ layer }) => layer);
  const parent = first.parents.at(-1);
  const siblings = parent?.type === 'group' ? parent.children : document.layers;
  const below = siblings[first.index - 1];
  return below ? [below, first.layer] : [];
}

/** Those that are no pixels yet; where all are, they are drawn anew. Adjustments have nothing to show. */
function toRasterise(chosen: readonly Layer[]): readonly Layer[] {
  const shown = chosen.filter(({ type }) => type !== 'adjustment');
  const others = shown.filter(({ type }) => type !== 'raster');
  return others.length > 0 ? others : shown;
}

/** The document with layers made one, or each of pixels; the same where there is nothing to merge. */
export async function merged(
  compositor: Compositor,
  document: StudioDocument,
  kind: MergeKind,
  name: string,
  job: Job,
): Promise<StudioDocument> {
  const members = membersOf(document, kind);
  if (kind === 'self') return rasterised(compositor, document, members, job);
  const ids: LayerId[] = members.map(({ id }) => id);
  if (ids.length === 0) return document;
  const made = await drawn(compositor, document, members, kind === 'all', job);
  if (kind === 'all') return flatten(document, made, name);
  return mergeInto(document, ids, made, members.at(0)?.name);
}

/** Each of the layers as pixels. What only it has stays its own: its blending happens later, as before. */
async function rasterised(
  compositor: Compositor,
  document: StudioDocument,
  members: readonly Layer[],
  job: Job,
): Promise<StudioDocument> {
  const plain = { opacity: 1, blendMode: 'normal', clipped: false, visible: true } as const;
  let next = document;
  const made = new Map<LayerId, LayerId>();
  for (const layer of members) {
    const pixels = await drawn(compositor, document, [{ ...layer, ...plain }], false, job);
    next = mergeInto(next, [layer.id], pixels, layer.name);
    const id = next.active.at(-1);
    if (id === undefined) continue;
    next = keepBlending(next, id, layer);
    made.set(layer.id, id);
  }
  const active = document.active.map((id) => made.get(id) ?? id);
  return { ...next, active: active.filter((id) => locate(next, id)) };
}

/** What layers show together. @param whole all of the canvas, and not only where they lie */
async function drawn(
  compositor: Compositor,
  document: StudioDocument,
  layers: readonly Layer[],
  whole: boolean,
  { run, signal, onProgress }: Job,
): Promise<Merged> {
  const canvas: Rect = { x: 0, y: 0, width: document.width, height: document.height };
  const ids = layers.map(({ id }) => id);
  const rect = whole ? canvas : wholePixels(boundsOfAll(document, ids, boundsOfLayer) ?? canvas);
  const data = await flattenLayers(compositor, document, layers, { rect, signal, onProgress });
  const { x, y, width, height } = rect;
  const raster = await run('raster', { data, width, height }, { give: [data.buffer] });
  return { raster, x, y };
}

function keepBlending(document: StudioDocument, id: LayerId, from: Layer): StudioDocument {
  const change = (layers: readonly Layer[]): readonly Layer[] =>
    layers.map((layer) => {
      if (layer.id === id) {
        const { opacity, blendMode, clipped, visible } = from;
        return { ...layer, opacity, blendMode, clipped, visible };
      }
      return layer.type === 'group' ? { ...layer, children: change(layer.children) } : layer;
    });
  return locate(document, id) ? { ...document, layers: change(document.layers) } : document;
}
