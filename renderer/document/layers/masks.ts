/** Masks of layers, the selection, and what is protected. */
import { DocumentError } from '../errors.js';
import type { LayerId, Mask, StudioDocument } from '../types.js';
import { updateLayers } from './change.js';

/** Gives a layer a mask, enabled, in place of the one it has. @throws DocumentError */
export function setMask(document: StudioDocument, id: LayerId, mask: Mask): StudioDocument {
  checkSize(document, mask);
  return updateLayers(document, [id], (layer) =>
    layer.mask?.mask === mask && layer.mask.enabled
      ? layer
      : { ...layer, mask: { mask, enabled: true } },
  );
}

/** Changes what a mask hides, whether it is enabled or not. @throws DocumentError */
export function paintMask(document: StudioDocument, id: LayerId, mask: Mask): StudioDocument {
  checkSize(document, mask);
  return updateLayers(document, [id], (layer) =>
    layer.mask?.mask === mask ? layer : { ...layer, mask: { enabled: true, ...layer.mask, mask } },
  );
}

/** @throws DocumentError NO_SUCH_LAYER, LAYER_LOCKED */
export function removeMask(document: StudioDocument, ids: readonly LayerId[]): StudioDocument {
  return updateLayers(document, ids, (layer) =>
    layer.mask === null ? layer : { ...layer, mask: null },
  );
}

/** Switches masks on or off; layers without one stay as they are. @throws DocumentError */
export function setMaskEnabled(
  document: StudioDocument,
  ids: readonly LayerId[],
  enabled: boolean,
): StudioDocument {
  return updateLayers(document, ids, (layer) =>
    layer.mask === null || layer.mask.enabled === enabled
      ? layer
      : { ...layer, mask: { ...layer.mask, enabled } },
  );
}

/** Lets masks move with their layers, or stay when those move. @throws DocumentError */
export function setMaskLinked(
  document: StudioDocument,
  ids: readonly LayerId[],
  linked: boolean,
): StudioDocument {
  return updateLayers(document, ids, (layer) => {
    if (layer.mask === null || linked === (layer.mask.unlinked !== true)) return layer;
    const { mask, enabled } = layer.mask;
    return { ...layer, mask: linked ? { mask, enabled } : { mask, enabled, unlinked: true } };
  });
}

/** @throws DocumentError BAD_SIZE */
export function setSelection(document: StudioDocument, selection: Mask | null): StudioDocument {
  if (selection) checkSize(document, selection);
  return selection === document.selection ? document : { ...document, selection };
}

/** @throws DocumentError BAD_SIZE */
export function setProtection(document: StudioDocument, protection: Mask | null): StudioDocument {
  if (protection) checkSize(document, protection);
  return protection === document.protection ? document : { ...document, protection };
}

function checkSize(document: StudioDocument, { width, height }: Mask): void {
  if (width === document.width && height === document.height) return;
  throw new DocumentError('BAD_SIZE', 'A mask is as large as the document.');
}
