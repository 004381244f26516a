/** What all layers have: name, visibility, lock, opacity, blend mode, clipping. */
import { BLEND_MODES } from '../types.js';
import type { BlendMode, Layer, LayerId, StudioDocument } from '../types.js';
import { DocumentError } from '../errors.js';
import { mapLayers, refuseLocked, updateLayers, withLayers } from './change.js';
import { checkFinite, cleanName } from './limits.js';
import { requireLayer } from './tree.js';

function set<K extends 'name' | 'visible' | 'locked' | 'opacity' | 'blendMode' | 'clipped'>(
  key: K,
  value: Layer[K],
): (layer: Layer) => Layer {
  return (layer) => (layer[key] === value ? layer : { ...layer, [key]: value });
}

/** Gives a layer a name; an empty one leaves it as it is. @throws DocumentError */
export function renameLayer(document: StudioDocument, id: LayerId, name: string): StudioDocument {
  const clean = cleanName(name);
  return updateLayers(document, [id], clean === '' ? (layer) => layer : set('name', clean));
}

/** Shows or hides layers, locked ones as well: that changes nothing of them. @throws DocumentError NO_SUCH_LAYER */
export function setVisible(
  document: StudioDocument,
  ids: readonly LayerId[],
  visible: boolean,
): StudioDocument {
  for (const id of ids) requireLayer(document, id);
  return withLayers(document, mapLayers(document.layers, new Set(ids), set('visible', visible)));
}

/** @throws DocumentError NO_SUCH_LAYER, LAYER_LOCKED if a group that it lies in is locked */
export function setLocked(
  document: StudioDocument,
  ids: readonly LayerId[],
  locked: boolean,
): StudioDocument {
  for (const id of ids) {
    const { parents } = requireLayer(document, id);
    const parent = parents.at(-1);
    if (parent) refuseLocked({ layer: parent, parents });
  }
  return withLayers(document, mapLayers(document.layers, new Set(ids), set('locked', locked)));
}

/** @param opacity 0 to 1, brought within it. @throws DocumentError */
export function setOpacity(
  document: StudioDocument,
  ids: readonly LayerId[],
  opacity: number,
): StudioDocument {
  checkFinite([opacity]);
  return updateLayers(document, ids, set('opacity', Math.min(1, Math.max(0, opacity))));
}

/** @throws DocumentError NO_SUCH_LAYER, LAYER_LOCKED, BAD_VALUE */
export function setBlendMode(
  document: StudioDocument,
  ids: readonly LayerId[],
  blendMode: BlendMode,
): StudioDocument {
  if (!BLEND_MODES.includes(blendMode)) {
    throw new DocumentError('BAD_VALUE', 'There is no such blend mode.');
  }
  return updateLayers(document, ids, set('blendMode', blendMode));
}

/**
 * Lets groups be drawn onto what lies below them, or as one; layers of other types stay as they are.
 * @throws DocumentError NO_SUCH_LAYER, LAYER_LOCKED
 */
export function setPassThrough(
  document: StudioDocument,
  ids: readonly LayerId[],
  passThrough: boolean,
): StudioDocument {
  return updateLayers(document, ids, (layer) =>
    layer.type !== 'group' || layer.passThrough === passThrough ? layer : { ...layer, passThrough },
  );
}

/**
 * Keeps what is transparent of layers of pixels as transparent as it is; others stay as they are.
 * @throws DocumentError NO_SUCH_LAYER, LAYER_LOCKED
 */
export function setAlphaLocked(
  document: StudioDocument,
  ids: readonly LayerId[],
  alphaLocked: boolean,
): StudioDocument {
  return updateLayers(document, ids, (layer) =>
    layer.type !== 'raster' || layer.alphaLocked === alphaLocked
      ? layer
      : { ...layer, alphaLocked },
  );
}

/** @throws DocumentError NO_SUCH_LAYER, LAYER_LOCKED */
export function setClipped(
  document: StudioDocument,
  ids: readonly LayerId[],
  clipped: boolean,
): StudioDocument {
  return updateLayers(document, ids, set('clipped', clipped));
}
