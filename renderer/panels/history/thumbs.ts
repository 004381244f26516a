/** Small pictures of states, kept when the state itself is released from memory. */
import type { Label } from '../../document/history/tree.js';
import type { Layer, StudioDocument } from '../../document/types.js';

type Make = (document: StudioDocument) => Promise<ImageBitmap | null>;

interface Kept {
  /** Which layers are selected is part of a document, but not seen. */
  readonly layers: readonly Layer[];
  readonly picture: Promise<ImageBitmap | null>;
}

export class StateThumbnails {
  /** A state's label is one object as long as the state is, whatever becomes of its document. */
  readonly #kept = new WeakMap<Label, Kept>();
  #turn: Promise<unknown> = Promise.resolve();

  /** The picture of a state, made if there is none of what it shows; null if there can be none. */
  of(label: Label, document: StudioDocument | null, make: Make): Promise<ImageBitmap | null> {
    const kept = this.#kept.get(label);
    if (kept && (!document || kept.layers === document.layers)) return kept.picture;
    if (!document) return Promise.resolve(null);
    const picture = make(document);
    this.#kept.set(label, { layers: document.layers, picture });
    return picture;
  }

  /**
   * The picture of a state that is not in memory. States are read one after the other, so that whoever
   * goes to one meanwhile waits for one at most.
   * @param read the state, or null where it is not wanted any more or cannot be had
   */
  read(
    label: Label,
    read: () => Promise<StudioDocument | null>,
    make: Make,
  ): Promise<ImageBitmap | null> {
    const kept = this.#kept.get(label);
    if (kept) return kept.picture;
    const turn = this.#turn.then(async () => this.of(label, await read(), make));
    this.#turn = turn.catch(() => undefined);
    return turn;
  }
}
