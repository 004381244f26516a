/** What the layer panel remembers that is no part of the document. */
import { SvelteSet } from 'svelte/reactivity';
import { locate } from '../../document/layers/tree.js';
import type { LayerId, StudioDocument } from '../../document/types.js';

class LayerPanel {
  /** The layer whose name is being typed. */
  renaming = $state<LayerId | null>(null);
  readonly #closed = new SvelteSet<LayerId>();

  /** Whether the layers in a group are listed. Bound, so that it can be handed on. */
  readonly isOpen = (id: LayerId): boolean => !this.#closed.has(id);

  open(id: LayerId): void {
    this.#closed.delete(id);
  }

  close(id: LayerId): void {
    this.#closed.add(id);
  }

  toggle(id: LayerId): void {
    if (this.isOpen(id)) this.close(id);
    else this.open(id);
  }

  /** Opens the groups that a layer lies in. */
  reveal(document: StudioDocument, id: LayerId): void {
    for (const { id: parent } of locate(document, id)?.parents ?? []) this.open(parent);
  }

  /** Lets the person type another name. */
  rename(document: StudioDocument, id: LayerId): void {
    this.reveal(document, id);
    this.renaming = id;
  }
}

/** There is one layer panel on a page. */
export const layerPanel = new LayerPanel();
