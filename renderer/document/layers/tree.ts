/** Finding layers among groups. */
import { DocumentError } from '../errors.js';
import type { GroupLayer, Layer, LayerId, StudioDocument } from '../types.js';

/** A layer and where it lies. */
export interface Located {
  readonly layer: Layer;
  /** The groups it lies in, the outermost first. */
  readonly parents: readonly GroupLayer[];
  /** Among the layers beside it, bottom first. */
  readonly index: number;
}

/** A gap between layers: below the layer that now has this index. */
export interface Place {
  /** null: the document itself. */
  readonly parent: LayerId | null;
  readonly index: number;
}

/** All layers, bottom first, a group before what lies in it. */
export function* walk(
  layers: readonly Layer[],
  parents: readonly GroupLayer[] = [],
): Generator<Located> {
  for (const [index, layer] of layers.entries()) {
    yield { layer, parents, index };
    if (layer.type === 'group') yield* walk(layer.children, [...parents, layer]);
  }
}

/** A layer and where it lies, null if it is not there. */
export function locate(document: StudioDocument, id: LayerId): Located | null {
  for (const located of walk(document.layers)) if (located.layer.id === id) return located;
  return null;
}

/** @throws DocumentError NO_SUCH_LAYER */
export function requireLayer(document: StudioDocument, id: LayerId): Located {
  const located = locate(document, id);
  if (located) return located;
  throw new DocumentError('NO_SUCH_LAYER', 'The layer is no longer there.');
}

export function findLayer(document: StudioDocument, id: LayerId): Layer | undefined {
  return locate(document, id)?.layer;
}

/** The active layer: the last one selected. */
export function activeLayer(document: StudioDocument): Layer | undefined {
  const id = document.active.at(-1);
  return id === undefined ? undefined : findLayer(document, id);
}

/** The layers that lie directly in a group, or in the document for null. @throws DocumentError */
export function childrenOf(document: StudioDocument, parent: LayerId | null): readonly Layer[] {
  if (parent === null) return document.layers;
  const { layer } = requireLayer(document, parent);
  if (layer.type === 'group') return layer.children;
  throw new DocumentError('BAD_PARENT', 'Layers can only be put into groups.');
}

/** The gap below a layer. */
export function placeOf({ parents, index }: Located): Place {
  return { parent: parents.at(-1)?.id ?? null, index };
}

/**
 * The layers of these ids, bottom first, without those that lie in another of them.
 * @throws DocumentError NO_SUCH_LAYER
 */
export function topMost(document: StudioDocument, ids: Iterable<LayerId>): readonly Located[] {
  const wanted = new Set(ids);
  const found: Located[] = [];
  for (const located of walk(document.layers)) {
    if (!wanted.delete(located.layer.id)) continue;
    const inside = located.parents.some(({ id }) => found.some(({ layer }) => layer.id === id));
    if (!inside) found.push(located);
  }
  if (wanted.size === 0) return found;
  throw new DocumentError('NO_SUCH_LAYER', 'The layer is no longer there.');
}

/** Whether the layer or a group it lies in is locked. @throws DocumentError NO_SUCH_LAYER */
export function isLocked(document: StudioDocument, id: LayerId): boolean {
  const { layer, parents } = requireLayer(document, id);
  return layer.locked || parents.some(({ locked }) => locked);
}

/**
 * Whether any of these cannot be moved: it, a group that it lies in, or what lies in it is locked.
 * @throws DocumentError NO_SUCH_LAYER
 */
export function isAnyLocked(document: StudioDocument, ids: readonly LayerId[]): boolean {
  return topMost(document, ids).some(({ layer, parents }) => {
    const inside = layer.type === 'group' ? [...walk(layer.children)] : [];
    return [layer, ...parents, ...inside.map((inner) => inner.layer)].some(({ locked }) => locked);
  });
}

/** Whether a layer would be drawn, as far as it and its groups are concerned. */
export function isShown(document: StudioDocument, id: LayerId): boolean {
  const located = locate(document, id);
  if (!located) return false;
  return located.layer.visible && located.parents.every(({ visible }) => visible);
}

/** Ids as a layer panel lists them: top first, a group above what lies in it. */
export function panelOrder(
  layers: readonly Layer[],
  isOpen: (id: LayerId) => boolean = () => true,
): readonly LayerId[] {
  return layers.toReversed().flatMap((layer) => {
    if (layer.type !== 'group' || !isOpen(layer.id)) return [layer.id];
    return [layer.id, ...panelOrder(layer.children, isOpen)];
  });
}
