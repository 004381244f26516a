/** Adding layers, taking them away, and their order. */
import { newLayerId, uniqueName } from '../create.js';
import { DocumentError } from '../errors.js';
import type { Layer, LayerId, StudioDocument } from '../types.js';
import {
  insertAt,
  mapLayers,
  refuseLocked,
  refuseLockedParent,
  refuseLockedWithin,
  withChildren,
  withLayers,
  without,
} from './change.js';
import { checkLayers } from './limits.js';
import { childrenOf, locate, placeOf, topMost } from './tree.js';
import type { Located, Place } from './tree.js';

/**
 * Where a new layer goes: into the active group if it is open, else above the active layer, else
 * on top. Above what is clipped to the active layer, for that must go on being clipped to it, and
 * above locked groups, for nothing may be put into them.
 */
export function placeForNew(
  document: StudioDocument,
  isOpen: (id: LayerId) => boolean = () => false,
): Place {
  const active = document.active.at(-1);
  const located = active === undefined ? null : locate(document, active);
  if (!located) return { parent: null, index: document.layers.length };
  const { layer, parents } = located;
  const path: readonly Layer[] = [...parents, layer];
  const locked = path.slice(0, -1).findIndex((group) => group.locked);
  if (layer.type === 'group' && isOpen(layer.id) && !layer.locked && locked === -1) {
    return { parent: layer.id, index: layer.children.length };
  }
  const depth = locked === -1 ? path.length - 1 : locked;
  const parent = parents[depth - 1];
  const siblings = parent ? parent.children : document.layers;
  const below = siblings.findIndex(({ id }) => id === path[depth]?.id);
  return { parent: parent?.id ?? null, index: aboveClipped(siblings, below + 1) };
}

/** The gap above the layers that are clipped to what lies below this one. */
function aboveClipped(siblings: readonly Layer[], index: number): number {
  const next = siblings.findIndex(({ clipped }, at) => at >= index && !clipped);
  return next === -1 ? siblings.length : next;
}

/**
 * Adds a layer, which becomes the active one.
 * @param place as by `placeForNew` unless given
 * @throws DocumentError LAYER_LOCKED, BAD_PARENT, NO_SUCH_LAYER, TOO_MANY_LAYERS, TOO_DEEP
 */
export function addLayer(
  document: StudioDocument,
  layer: Layer,
  place: Place = placeForNew(document),
): StudioDocument {
  return addLayers(document, [layer], place);
}

/** Adds layers, bottom first, which become the selected ones. @throws DocumentError */
export function addLayers(
  document: StudioDocument,
  added: readonly Layer[],
  place: Place = placeForNew(document),
): StudioDocument {
  if (added.length === 0) return document;
  childrenOf(document, place.parent);
  refuseLockedParent(document, place.parent);
  const layers = insertAt(document.layers, place, added);
  checkLayers(layers);
  return { ...document, layers, active: added.map(({ id }) => id) };
}

/** Takes layers away; the one below becomes active. @throws DocumentError LAYER_LOCKED */
export function removeLayers(document: StudioDocument, ids: readonly LayerId[]): StudioDocument {
  const removed = topMost(document, ids);
  const [lowest] = removed;
  if (!lowest) return document;
  for (const located of removed) refuseLockedWithin(located);
  const gone = new Set(removed.map(({ layer }) => layer.id));
  const next = withLayers(document, without(document.layers, gone));
  const left = document.active.filter((id) => locate(next, id));
  return { ...next, active: left.length > 0 ? left : neighbour(document, lowest, gone) };
}

function neighbour(
  document: StudioDocument,
  { parents, index }: Located,
  gone: ReadonlySet<LayerId>,
): readonly LayerId[] {
  const parent = parents.at(-1);
  const siblings = parent ? parent.children : document.layers;
  const stays = ({ id }: Layer): boolean => !gone.has(id);
  const next =
    siblings.slice(0, index).findLast(stays) ?? siblings.slice(index).find(stays) ?? parent;
  return next ? [next.id] : [];
}

/**
 * Copies layers with all that lies in them, above the topmost of them; the copies become the
 * selected ones. Pixels are shared.
 * @param nameOf the name of a copy, which is made unique
 * @throws DocumentError NO_SUCH_LAYER, LAYER_LOCKED if the group they lie in is locked
 */
export function duplicateLayers(
  document: StudioDocument,
  ids: readonly LayerId[],
  nameOf: (layer: Layer) => string = ({ name }) => name,
): StudioDocument {
  const originals = topMost(document, ids);
  const top = originals.at(-1);
  if (!top) return document;
  let named = document;
  const copies: Layer[] = [];
  for (const { layer } of originals) {
    const copy = { ...copyLayer(layer), name: uniqueName(named, nameOf(layer)) };
    copies.push(copy);
    // So that the names of two copies differ, too.
    named = { ...named, layers: [...named.layers, copy] };
  }
  const { parent, index } = placeOf(top);
  const above = index + 1;
  const siblings = childrenOf(document, parent);
  // A copy that is not clipped would take over what is clipped to the original.
  const at = copies[0]?.clipped === true ? above : aboveClipped(siblings, above);
  return addLayers(document, copies, { parent, index: at });
}

/** A copy with ids of its own, all the way down. */
export function copyLayer(layer: Layer): Layer {
  if (layer.type !== 'group') return { ...layer, id: newLayerId() };
  return { ...layer, id: newLayerId(), children: layer.children.map(copyLayer) };
}

/**
 * Moves layers to a gap, in the order they have.
 * @param place the index counts the layers as they lie before the move
 * @throws DocumentError BAD_PARENT, NO_SUCH_LAYER, LAYER_LOCKED, TOO_DEEP
 */
export function moveLayers(
  document: StudioDocument,
  ids: readonly LayerId[],
  { parent, index }: Place,
): StudioDocument {
  const moving = topMost(document, ids);
  const set = new Set(moving.map(({ layer }) => layer.id));
  const siblings = childrenOf(document, parent);
  for (const located of moving) refuseLocked(located);
  refuseLockedParent(document, parent);
  if (parent !== null) refuseItself(document, parent, set);
  const at = siblings.slice(0, index).filter(({ id }) => !set.has(id)).length;
  const moved = moving.map(({ layer }) => layer);
  const layers = insertAt(without(document.layers, set), { parent, index: at }, moved);
  const order = siblings.filter(({ id }) => !set.has(id)).toSpliced(at, 0, ...moved);
  if (order.length === siblings.length && order.every((layer, i) => layer === siblings[i])) {
    return document;
  }
  checkLayers(layers);
  return withLayers(document, layers);
}

function refuseItself(
  document: StudioDocument,
  parent: LayerId,
  moving: ReadonlySet<LayerId>,
): void {
  const inside = [parent, ...(locate(document, parent)?.parents ?? []).map(({ id }) => id)];
  if (!inside.some((id) => moving.has(id))) return;
  throw new DocumentError('BAD_PARENT', 'A group cannot be put into itself.');
}

/** How layers are moved among those beside them. */
export type Reorder = 'forward' | 'backward' | 'front' | 'back';

/** Moves layers among those beside them. @throws DocumentError NO_SUCH_LAYER, LAYER_LOCKED */
export function reorderLayers(
  document: StudioDocument,
  ids: readonly LayerId[],
  to: Reorder,
): StudioDocument {
  const moving = topMost(document, ids);
  for (const located of moving) refuseLocked(located);
  const set = new Set(moving.map(({ layer }) => layer.id));
  const parents = new Set(moving.map(({ parents: above }) => above.at(-1)?.id ?? null));
  const change = (siblings: readonly Layer[]): readonly Layer[] => reorder(siblings, set, to);
  const inner = new Set([...parents].filter((id) => id !== null));
  const layers = mapLayers(document.layers, inner, (layer) => withChildren(layer, change));
  return withLayers(document, parents.has(null) ? change(layers) : layers);
}

function reorder(
  siblings: readonly Layer[],
  moving: ReadonlySet<LayerId>,
  to: Reorder,
): readonly Layer[] {
  const moves = ({ id }: Layer): boolean => moving.has(id);
  const rest = siblings.filter((layer) => !moves(layer));
  const moved = siblings.filter(moves);
  let order: readonly Layer[];
  if (to === 'front') order = [...rest, ...moved];
  else if (to === 'back') order = [...moved, ...rest];
  else if (to === 'forward') order = forward(siblings.toReversed(), moves).toReversed();
  else order = forward(siblings, moves);
  return order.every((layer, index) => layer === siblings[index]) ? siblings : order;
}

/** Moves each one a place towards the start, past one that does not move. */
function forward(list: readonly Layer[], moves: (layer: Layer) => boolean): readonly Layer[] {
  const order = [...list];
  for (const [index, layer] of order.entries()) {
    const before = order[index - 1];
    if (!before || !moves(layer) || moves(before)) continue;
    order[index - 1] = layer;
    order[index] = before;
  }
  return order;
}
