/** Whether a layer's pixels or its mask are painted on, and how the mask is looked at. */
import { findLayer } from '../document/layers/tree.js';
import { maskAlone, maskOver } from '../document/pixels/mask-picture.js';
import type { Layer, LayerId, LayerMask, StudioDocument } from '../document/types.js';
import type { Editor } from './editor.svelte.js';

/** The picture as ever, the picture with red over what is hidden, or the mask in grey. */
export type MaskView = 'picture' | 'overlay' | 'alone';
export type MaskedLayer = Layer & { readonly mask: LayerMask };

export class MaskState {
  readonly #editor: Pick<Editor, 'document' | 'active'>;
  #chosen = $state.raw<{ readonly id: LayerId; readonly view: MaskView } | null>(null);

  constructor(editor: Pick<Editor, 'document' | 'active'>) {
    this.#editor = editor;
  }

  /** The active layer, if its mask is painted on. */
  get target(): MaskedLayer | null {
    const { active } = this.#editor;
    return active?.id === this.#chosen?.id && hasMask(active) ? active : null;
  }

  get view(): MaskView {
    return this.target && this.#chosen ? this.#chosen.view : 'picture';
  }

  /** From now on the mask of a layer is painted on, once it is the active one and has one. */
  edit(id: LayerId): void {
    if (this.target?.id !== id) this.#chosen = { id, view: 'picture' };
  }

  /** From now on pixels are painted on. */
  leave(): void {
    this.#chosen = null;
  }

  /** Shows the mask of the active layer otherwise; looking at it is painting on it. */
  look(view: MaskView): void {
    const { active } = this.#editor;
    if (hasMask(active)) this.#chosen = { id: active.id, view };
  }

  /** What is seen of a document. */
  seen(document: StudioDocument | null): StudioDocument | null {
    const { target, view } = this;
    if (!document || !target || view === 'picture') return document;
    const mask = findLayer(document, target.id)?.mask?.mask;
    if (!mask) return document;
    return view === 'alone' ? maskAlone(document, mask) : maskOver(document, mask);
  }
}

/** Whether there is a layer, and it has a mask. */
export function hasMask(layer: Layer | null): layer is MaskedLayer {
  return layer?.mask != null;
}
