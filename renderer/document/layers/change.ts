/** What all changes of layers are made of: what is not changed stays the same object. */
import { DocumentError } from '../errors.js';
import type { Layer, LayerId, StudioDocument } from '../types.js';
import { requireLayer, walk } from './tree.js';
import type { Located, Place } from './tree.js';

/** The document with other layers; itself if they are the same. */
export function withLayers(document: StudioDocument, layers: readonly Layer[]): StudioDocument {
  return layers === document.layers ? document : { ...document, layers };
}

/** @throws DocumentError LAYER_LOCKED if the layer or a group it lies in is locked */
export function refuseLocked({ layer, parents }: Pick<Located, 'layer' | 'parents'>): void {
  if (!layer.locked && !parents.some(({ locked }) => locked)) return;
  throw new DocumentError('LAYER_LOCKED', 'The layer is locked; unlock it to change it.');
}

/** The same for all that lies in it, too. */
export function refuseLockedWithin(located: Located): void {
  refuseLocked(located);
  const { layer } = located;
  if (layer.type !== 'group') return;
  for (const inner of walk(layer.children)) refuseLocked(inner);
}

/** @throws DocumentError LAYER_LOCKED if nothing may be put into the group; null: the document */
export function refuseLockedParent(document: StudioDocument, parent: LayerId | null): void {
  if (parent !== null) refuseLocked(requireLayer(document, parent));
}

/** Layers with some of them changed, wherever they lie. */
export function mapLayers(
  layers: readonly Layer[],
  ids: ReadonlySet<LayerId>,
  change: (layer: Layer) => Layer,
): readonly Layer[] {
  return mapShared(layers, (layer) => {
    const inner = withChildren(layer, (children) => mapLayers(children, ids, change));
    return ids.has(layer.id) ? change(inner) : inner;
  });
}

/** Like `map`, but the same list where nothing changed. */
export function mapShared<T>(list: readonly T[], change: (item: T) => T): readonly T[] {
  const mapped = list.map((item) => change(item));
  return mapped.every((item, index) => item === list[index]) ? list : mapped;
}

/** A group with its children changed; any other layer as it is. */
export function withChildren(
  layer: Layer,
  change: (children: readonly Layer[]) => readonly Layer[],
): Layer {
  if (layer.type !== 'group') return layer;
  const children = change(layer.children);
  return children === layer.children ? layer : { ...layer, children };
}

/** Changes layers that are not locked. @throws DocumentError NO_SUCH_LAYER, LAYER_LOCKED */
export function updateLayers(
  document: StudioDocument,
  ids: readonly LayerId[],
  change: (layer: Layer) => Layer,
): StudioDocument {
  for (const id of ids) refuseLocked(requireLayer(document, id));
  return withLayers(document, mapLayers(document.layers, new Set(ids), change));
}

/** Layers without some of them, wherever they lie. */
export function without(layers: readonly Layer[], ids: ReadonlySet<LayerId>): readonly Layer[] {
  const kept = layers.filter(({ id }) => !ids.has(id));
  const mapped = mapShared(kept, (layer) =>
    withChildren(layer, (children) => without(children, ids)),
  );
  return mapped.length === layers.length && mapped === kept ? layers : mapped;
}

/** Layers with more of them in a gap. */
export function insertAt(
  layers: readonly Layer[],
  { parent, index }: Place,
  added: readonly Layer[],
): readonly Layer[] {
  if (parent === null) return layers.toSpliced(index, 0, ...added);
  const change = (layer: Layer): Layer =>
    withChildren(layer, (children) => children.toSpliced(index, 0, ...added));
  return mapLayers(layers, new Set([parent]), change);
}
