/** Selected pixels that are moved or turned, and moved on: of one layer, or of several together. */
import { StudioError } from '../bridge/client.js';
import { boundsOfLayer } from '../canvas/bounds.js';
import { refuseLockedWithin } from '../document/layers/change.js';
import { locate, topMost } from '../document/layers/tree.js';
import { floating, lift, putDown, type Float } from '../document/paint/float.js';
import { boundsOfAll } from '../document/layers/transform.js';
import { intersect, wholePixels } from '../document/pixels/bounds.js';
import type { Compositor } from '../document/pixels/compose.js';
import { maskBounds } from '../document/pixels/mask-operations.js';
import { boundsOf, isUpright, multiply } from '../document/pixels/matrix.js';
import type { Mask, Matrix, Raster, RasterLayer, Rect, StudioDocument } from '../document/types.js';
import { t } from '../i18n/index.svelte.js';

/** What is in the hand: of each layer that has something selected its own. */
export type Floating = readonly Float[];

/** What was put down of a layer; null: nothing of it was selected. */
interface Down {
  readonly float: Float | null;
  readonly selection: Mask;
  /** The rectangle around what is selected of all layers, as they were moved with it; null: turned aslant. */
  readonly box: Rect | null;
}

/**
 * The layers of which only what is selected is moved; none where one of the selected ones has no pixels
 * of its own, such as a text or a group: then all are moved as a whole.
 */
function layersOf(document: StudioDocument): readonly RasterLayer[] {
  if (!document.selection) return [];
  const chosen = topMost(document, document.active).map(({ layer }) => layer);
  const rasters = chosen.filter((layer) => layer.type === 'raster');
  return rasters.length === chosen.length ? rasters : [];
}

export class Floats {
  readonly #compositor: Compositor;
  /** By the pixels that came of putting them down, while what is selected is what they are. */
  readonly #down = new WeakMap<Raster, Down>();

  constructor(compositor: Compositor) {
    this.#compositor = compositor;
  }

  /** Whether only what is selected of the selected layers is moved, and not all of them. */
  isPart(document: StudioDocument): boolean {
    return layersOf(document).length > 0;
  }

  /**
   * Takes what is selected out of the selected layers.
   * @param copy leaves it there as well
   * @throws StudioError NO_PIXELS, NOTHING_SELECTED; DocumentError LAYER_LOCKED
   */
  take(document: StudioDocument, copy = false): Floating {
    const layers = layersOf(document);
    const { selection } = document;
    if (layers.length === 0 || !selection) throw new StudioError('NO_PIXELS', t('error.NO_PIXELS'));
    const floats = layers.flatMap((layer) => this.#taken(document, layer, selection, copy) ?? []);
    if (floats.length > 0) return floats;
    throw new StudioError('NOTHING_SELECTED', t('error.NOTHING_SELECTED'));
  }

  #taken(
    document: StudioDocument,
    layer: RasterLayer,
    selection: Mask,
    copy: boolean,
  ): Float | null {
    const located = locate(document, layer.id);
    if (located) refuseLockedWithin(located);
    const down = this.#down.get(layer.raster);
    if (down?.selection !== selection) {
      return lift(this.#compositor, document, layer, selection, copy);
    }
    const { float } = down;
    return float && { ...float, rest: { ...(copy ? layer : float.rest), name: layer.name } };
  }

  /** The document with the pixels elsewhere, still in the hand. */
  shown(document: StudioDocument, floats: Floating, matrix: Matrix): StudioDocument {
    return floats.reduce((made, float) => floating(made, moved(float, matrix)), document);
  }

  /** The document with the pixels put down elsewhere. */
  down(document: StudioDocument, floats: Floating, matrix: Matrix): StudioDocument {
    const old = isUpright(matrix) ? this.boundsOf(document) : null;
    const box = old && boundsOf(matrix, old);
    const there = floats.map((float) => moved(float, matrix));
    const made = there.reduce((now, float) => putDown(this.#compositor, now, float), document);
    const { selection } = made;
    for (const layer of selection ? layersOf(made) : []) {
      const float = there.find(({ rest }) => rest.id === layer.id) ?? null;
      if (selection) this.#down.set(layer.raster, { float, selection, box });
    }
    return made;
  }

  /** The rectangle around what is selected of the selected layers, in whole pixels; null: nothing. */
  boundsOf(document: StudioDocument): Rect | null {
    const { selection } = document;
    const layers = layersOf(document);
    const [first] = layers;
    if (!selection || !first) return null;
    // What was moved over the edge of the document is still in the hand.
    const known = this.#down.get(first.raster);
    const same = layers.every(({ raster }) => this.#down.get(raster)?.box === known?.box);
    if (known?.box && known.selection === selection && same) return known.box;
    const ids = layers.map(({ id }) => id);
    const shown = boundsOfAll(document, ids, boundsOfLayer);
    const selected = maskBounds(selection);
    const both = shown && selected && intersect(shown, selected);
    return both && wholePixels(both);
  }
}

function moved(float: Float, matrix: Matrix): Float {
  return { ...float, matrix: multiply(matrix, float.matrix) };
}
