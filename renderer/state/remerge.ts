/** Layers that became one, made one again where they look otherwise by now. */
import { rebase, type Rebased } from '../document/history/rebase.js';
import { same } from '../document/history/same.js';
import { mapLayers } from '../document/layers/change.js';
import { findLayer, walk } from '../document/layers/tree.js';
import type { Compositor } from '../document/pixels/compose.js';
import type { LayerId, StudioDocument } from '../document/types.js';
import { MERGE_KEYS, merged, type MergeKind } from './merge.js';
import type { Job } from './work.svelte.js';

/** Which way of merging a step of the history is called by; null: none. */
export function mergeKindOf(key: string): MergeKind | null {
  const kinds = ['down', 'visible', 'all', 'self'] as const;
  return kinds.find((kind) => MERGE_KEYS[kind] === key) ?? null;
}

/** Ids of layers that one document has and another has not. */
function gone(from: StudioDocument, to: StudioDocument): readonly LayerId[] {
  return [...walk(from.layers)].map(({ layer }) => layer.id).filter((id) => !findLayer(to, id));
}

/**
 * Merges what a step merged, as it is in another state. Where nothing of it looks otherwise, the
 * step is done again as any other.
 */
export async function remerge(
  compositor: Compositor,
  kind: MergeKind,
  { before, after }: { readonly before: StudioDocument; readonly after: StudioDocument },
  onto: StudioDocument,
  job: Job,
): Promise<Rebased> {
  const members = gone(before, after);
  const [made, ...more] = gone(after, before);
  const isAsItWas = (id: LayerId): boolean => same(findLayer(before, id), findLayer(onto, id));
  if (made === undefined || more.length > 0 || members.every(isAsItWas)) {
    return rebase(before, after, onto);
  }
  const there = members.filter((id) => findLayer(onto, id));
  const layer = findLayer(after, made);
  const next = await merged(compositor, { ...onto, active: there }, kind, layer?.name ?? '', job);
  const [id] = gone(next, onto);
  if (id === undefined || !layer) return { document: onto, whole: false };
  // Later steps know it by the name and id that it had.
  const layers = mapLayers(next.layers, new Set([id]), (one) => ({
    ...one,
    id: made,
    name: layer.name,
  }));
  const document = { ...next, layers, active: [made] };
  return { document, whole: there.length === members.length };
}
