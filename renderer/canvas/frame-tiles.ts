/**
 * The computed tiles of a frame. Each also keeps what it showed before its last change, so that undo
 * and redo, and a gesture that is given up, show at once what was computed already.
 */
import type { StudioDocument } from '../document/types.js';

/** What is drawn of a document: which of its layers are selected makes no other picture. */
type Layers = StudioDocument['layers'];

interface Kept {
  data: Uint8ClampedArray;
  /** Whether it shows something else than the document. */
  stale: boolean;
  /** The lasting state since which it was changed last. */
  changed: number;
  spare: { readonly of: Layers; readonly data: Uint8ClampedArray } | null;
}

export class FrameTiles {
  readonly #tiles = new Map<string, Kept>();
  /** The document that was shown last and was no gesture on its way. */
  #lasting: Layers;
  #turn = 0;

  constructor(layers: Layers) {
    this.#lasting = layers;
  }

  /** A tile's pixels, which may be of another state. */
  get(key: string): { readonly data: Uint8ClampedArray; readonly stale: boolean } | undefined {
    return this.#tiles.get(key);
  }

  keys(): IterableIterator<string> {
    return this.#tiles.keys();
  }

  /** Takes the pixels of the document that is shown. */
  set(key: string, data: Uint8ClampedArray): void {
    const { changed = -1, spare = null } = this.#tiles.get(key) ?? {};
    // The one computed last is let go of last.
    this.#tiles.delete(key);
    this.#tiles.set(key, { data, stale: false, changed, spare });
  }

  delete(key: string): void {
    this.#tiles.delete(key);
  }

  /** Begins anew with a document of another size. */
  clear(layers: Layers): void {
    this.#tiles.clear();
    this.#lasting = layers;
    this.#turn += 1;
  }

  /**
   * Another document is shown that differs in some tiles.
   * @param passing whether it is a gesture on its way, which nobody comes back to
   * @returns the tiles that show it at once
   */
  change(keys: Iterable<string>, layers: Layers, passing: boolean): string[] {
    const restored: string[] = [];
    for (const key of keys) {
      const tile = this.#tiles.get(key);
      if (!tile) continue;
      const known = tile.spare?.of === layers ? tile.spare.data : null;
      // Only what has not changed since that state is its picture.
      if (!tile.stale && tile.changed !== this.#turn) {
        tile.spare = { of: this.#lasting, data: tile.data };
      }
      tile.changed = this.#turn;
      tile.stale = known === null;
      if (known === null) continue;
      tile.data = known;
      restored.push(key);
    }
    if (!passing) {
      this.#lasting = layers;
      this.#turn += 1;
    }
    return restored;
  }

  /** All of it is drawn otherwise from now on, whatever document it is. */
  invalidate(): void {
    for (const tile of this.#tiles.values()) {
      tile.stale = true;
      tile.spare = null;
    }
  }

  /** Lets go of the tiles longest not computed, beyond so many with what they keep. */
  forget(most: number): void {
    let count = 0;
    for (const { spare } of this.#tiles.values()) count += spare ? 2 : 1;
    for (const [key, { spare }] of this.#tiles) {
      if (count <= most) break;
      this.#tiles.delete(key);
      count -= spare ? 2 : 1;
    }
  }
}
