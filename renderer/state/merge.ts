/** Layers becoming pixels: merging, flattening, rasterising. */
import { flatten, mergeInto } from '../document/layers/merge.js';
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
  if (kind === 'self' || chosen.length > 1 || !first) return chosen.map(({ layer }) => layer);
  const parent = first.parents.at(-1);
  const siblings = parent?.type === 'group' ? parent.children : document.layers;
  const below = siblings[first.index - 1];
  return below ? [below, first.layer] : [];
}

/** The document with layers made one; the same where there is nothing to merge. */
export async function merged(
  compositor: Compositor,
  document: StudioDocument,
  kind: MergeKind,
  name: string,
  { run, signal, onProgress }: Job,
): Promise<StudioDocument> {
  const members = membersOf(document, kind);
  const ids: LayerId[] = members.map(({ id }) => id);
  if (ids.length === 0) return document;
  const canvas: Rect = { x: 0, y: 0, width: document.width, height: document.height };
  const rect =
    kind === 'all' ? canvas : wholePixels(boundsOfAll(document, ids, boundsOfLayer) ?? canvas);
  // What only one layer has stays its own: its blending happens later, as before.
  const shown =
    kind === 'self'
      ? members.map((layer) => ({
          ...layer,
          opacity: 1,
          blendMode: 'normal' as const,
          clipped: false,
        }))
      : members;
  const data = await flattenLayers(compositor, document, shown, { rect, signal, onProgress });
  const { x, y, width, height } = rect;
  const raster = await run('raster', { data, width, height }, { give: [data.buffer] });
  const made = { raster, x, y };
  if (kind === 'all') return flatten(document, made, name);
  const next = mergeInto(document, ids, made, members.at(kind === 'self' ? -1 : 0)?.name);
  const [only] = members;
  const id = next.active.at(-1);
  if (kind !== 'self' || members.length !== 1 || !only || id === undefined) return next;
  return keepBlending(next, id, only);
}

function keepBlending(document: StudioDocument, id: LayerId, from: Layer): StudioDocument {
  const change = (layers: readonly Layer[]): readonly Layer[] =>
    layers.map((layer) => {
      if (layer.id === id) {
        const { opacity, blendMode, clipped } = from;
        return { ...layer, opacity, blendMode, clipped };
      }
      return layer.type === 'group' ? { ...layer, children: change(layer.children) } : layer;
    });
  return locate(document, id) ? { ...document, layers: change(document.layers) } : document;
}
