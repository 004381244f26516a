/** The bound of what histories hold in memory, of all open documents together. */
import { bytesHeld } from '../document/history/memory.js';
import { currentDocument, type HistoryTree } from '../document/history/tree.js';
import { bytesOf } from '../document/release.js';

/** Milliseconds after a change before anything is written. */
const PAUSE = 1500;

/** What has a history. */
interface Holder {
  readonly editor: { readonly tree: HistoryTree | null };
  readonly released: { release(bytes: number): Promise<void> };
}

/**
 * How much each history may hold, so that all of them hold no more than a bound: those that are
 * missed least, further back in the list, get what the others leave.
 * @param held bytes that each holds now
 */
export function shares(held: readonly number[], bytes: number): readonly number[] {
  let left = bytes;
  return held.map((wanted) => {
    const share = left;
    left = Math.max(0, left - wanted);
    return share;
  });
}

export class HistoryMemory {
  readonly #holders: () => readonly Holder[];
  readonly #bytes: () => number;
  #waiting = false;
  #working: Promise<void> = Promise.resolve();

  /**
   * @param holders the documents, the one that is missed least last
   * @param bytes of pixels that all of them may hold beside the pictures
   */
  constructor(holders: () => readonly Holder[], bytes: () => number) {
    this.#holders = holders;
    this.#bytes = bytes;
  }

  /** Something may have changed. */
  notice(): void {
    if (this.#waiting) return;
    this.#waiting = true;
    setTimeout(() => {
      this.#waiting = false;
      this.#working = this.#working.then(() => this.#release());
    }, PAUSE);
  }

  async #release(): Promise<void> {
    const holders = this.#holders();
    const held = holders.map(({ editor: { tree } }) => heldBeside(tree));
    const bytes = shares(held, this.#bytes());
    // What is missed least leaves first.
    for (const [index, { released }] of [...holders.entries()].reverse()) {
      const share = bytes[index] ?? 0;
      if ((held[index] ?? 0) > share) await released.release(share);
    }
  }
}

/** Bytes of pixels that a history holds beside the picture. */
function heldBeside(tree: HistoryTree | null): number {
  return tree ? Math.max(0, bytesHeld(tree) - bytesOf(currentDocument(tree))) : 0;
}
