/** Which layers are selected; the last one is the active one. Locked layers can be, too. */
import type { LayerId, StudioDocument } from '../types.js';
import { panelOrder, requireLayer } from './tree.js';

/** Selects these layers and no others. @throws DocumentError NO_SUCH_LAYER */
export function selectLayers(document: StudioDocument, ids: readonly LayerId[]): StudioDocument {
  const active = [...new Set(ids)];
  for (const id of active) requireLayer(document, id);
  const { active: old } = document;
  const same = active.length === old.length && active.every((id, index) => id === old[index]);
  return same ? document : { ...document, active };
}

/** Adds a layer to the selected ones, or takes it away. @throws DocumentError NO_SUCH_LAYER */
export function toggleLayer(document: StudioDocument, id: LayerId): StudioDocument {
  const { active } = document;
  const others = active.filter((other) => other !== id);
  return selectLayers(document, others.length < active.length ? others : [...active, id]);
}

/**
 * Selects from the active layer to this one, as a panel lists them. The active layer stays active,
 * so that the range can be made again from where it began.
 * @param isOpen whether a group's layers are listed
 * @throws DocumentError NO_SUCH_LAYER
 */
export function selectRange(
  document: StudioDocument,
  id: LayerId,
  isOpen: (id: LayerId) => boolean = () => true,
): StudioDocument {
  const order = panelOrder(document.layers, isOpen);
  const anchor = document.active.at(-1);
  const from = anchor === undefined ? -1 : order.indexOf(anchor);
  const to = order.indexOf(id);
  if (from === -1 || to === -1) return selectLayers(document, [id]);
  const range = order.slice(Math.min(from, to), Math.max(from, to) + 1);
  return selectLayers(document, from < to ? range.toReversed() : range);
}
