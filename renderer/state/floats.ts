/** Selected pixels that are moved, and moved on. */
import { StudioError } from '../bridge/client.js';
import { refuseLockedWithin } from '../document/layers/change.js';
import { activeLayer, locate } from '../document/layers/tree.js';
import { floating, lift, putDown, type Float } from '../document/paint/float.js';
import type { Compositor } from '../document/pixels/compose.js';
import { multiply } from '../document/pixels/matrix.js';
import type { Mask, Matrix, Raster, RasterLayer, StudioDocument } from '../document/types.js';
import { t } from '../i18n/index.svelte.js';

export class Floats {
  readonly #compositor: Compositor;
  /** By the pixels that came of putting them down, while what is selected is what they are. */
  readonly #down = new WeakMap<Raster, { readonly float: Float; readonly selection: Mask }>();

  constructor(compositor: Compositor) {
    this.#compositor = compositor;
  }

  /** The layer of which only what is selected is moved; null: layers are moved as a whole. */
  layerOf(document: StudioDocument): RasterLayer | null {
    if (!document.selection || document.active.length !== 1) return null;
    const active = activeLayer(document);
    return active?.type === 'raster' ? active : null;
  }

  /**
   * Takes what is selected out of the active layer.
   * @param copy leaves it there as well
   * @throws StudioError NOTHING_SELECTED; DocumentError LAYER_LOCKED
   */
  take(document: StudioDocument, copy = false): Float {
    const layer = this.layerOf(document);
    const { selection } = document;
    if (!layer || !selection) throw new StudioError('NO_PIXELS', t('error.NO_PIXELS'));
    const located = locate(document, layer.id);
    if (located) refuseLockedWithin(located);
    const down = this.#down.get(layer.raster);
    if (down && down.selection === selection) {
      const { float } = down;
      const rest = { ...(copy ? layer : float.rest), name: layer.name };
      return { ...float, rest };
    }
    const float = lift(this.#compositor, document, layer, selection, copy);
    if (float) return float;
    throw new StudioError('NOTHING_SELECTED', t('error.NOTHING_SELECTED'));
  }

  /** The document with the pixels elsewhere, still in the hand. */
  shown(document: StudioDocument, float: Float, matrix: Matrix): StudioDocument {
    return floating(document, moved(float, matrix));
  }

  /** The document with the pixels put down elsewhere. */
  down(document: StudioDocument, float: Float, matrix: Matrix): StudioDocument {
    const there = moved(float, matrix);
    const made = putDown(this.#compositor, document, there);
    const layer = activeLayer(made);
    if (layer?.type === 'raster' && made.selection) {
      this.#down.set(layer.raster, { float: there, selection: made.selection });
    }
    return made;
  }
}

function moved(float: Float, matrix: Matrix): Float {
  return { ...float, matrix: multiply(matrix, float.matrix) };
}
