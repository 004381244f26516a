/** Making groups of layers, and layers of groups. */
import { createGroup } from '../create.js';
import type { GroupLayer, Layer, LayerId, StudioDocument } from '../types.js';
import { insertAt, refuseLocked, without } from './change.js';
import { checkLayers } from './limits.js';
import { placeOf, topMost } from './tree.js';
import type { Located } from './tree.js';

/**
 * Puts layers into a new group where the topmost of them lies; the group becomes active.
 * @throws DocumentError NO_SUCH_LAYER, LAYER_LOCKED, TOO_MANY_LAYERS, TOO_DEEP
 */
export function groupLayers(
  document: StudioDocument,
  ids: readonly LayerId[],
  name: string,
): StudioDocument {
  const members = topMost(document, ids);
  const top = members.at(-1);
  if (!top) return document;
  for (const located of members) refuseLocked(located);
  const { parent, index } = placeOf(top);
  const set = new Set(members.map(({ layer }) => layer.id));
  const siblings = top.parents.at(-1)?.children ?? document.layers;
  const at = siblings.slice(0, index).filter(({ id }) => !set.has(id)).length;
  // Passing through, the picture stays what it was.
  const children = members.map(({ layer }) => layer);
  const group = createGroup({ name, children, passThrough: true });
  const layers = insertAt(without(document.layers, set), { parent, index: at }, [group]);
  checkLayers(layers);
  return { ...document, layers, active: [group.id] };
}

/**
 * Puts what lies in groups in their place; layers of other types stay as they are. What was hidden
 * with its group stays hidden.
 * @throws DocumentError NO_SUCH_LAYER, LAYER_LOCKED
 */
export function ungroupLayers(document: StudioDocument, ids: readonly LayerId[]): StudioDocument {
  const groups = topMost(document, ids).filter(isGroup);
  if (groups.length === 0) return document;
  let { layers } = document;
  const freed: LayerId[] = [];
  // From the top, so that the places of the groups below stay true.
  for (const located of groups.toReversed()) {
    const { layer: group, parents } = located;
    refuseLocked(located);
    for (const layer of group.children) refuseLocked({ layer, parents });
    const children = group.children.map((layer): Layer =>
      group.visible || !layer.visible ? layer : { ...layer, visible: false },
    );
    layers = insertAt(without(layers, new Set([group.id])), placeOf(located), children);
    freed.unshift(...children.map(({ id }) => id));
  }
  const others = document.active.filter((id) => !groups.some(({ layer }) => layer.id === id));
  return { ...document, layers, active: [...others.filter((id) => !freed.includes(id)), ...freed] };
}

function isGroup(located: Located): located is Located & { readonly layer: GroupLayer } {
  return located.layer.type === 'group';
}
