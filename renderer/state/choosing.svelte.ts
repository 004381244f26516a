/** Candidates: those to choose from now, those that wait behind them, and those put away. */
import { withCandidate, type CandidateSet } from '../create/candidates.js';
import { bytesOf } from '../create/keeping.js';
import type { NodeId } from '../document/history/tree.js';
import type { StudioDocument } from '../document/types.js';

/** Bytes of pixels that candidates put away may hold on to. */
const SHELF_BYTES = 256 * 2 ** 20;
/** Runs whose candidates are put away at most. */
const SHELF_SETS = 40;

/** Candidates that were done with. */
export interface PutAway {
  readonly set: CandidateSet;
  readonly chosen: number;
  /** The state that they made; null: they were discarded. */
  readonly made: NodeId | null;
  /** The document as it was then. */
  readonly document: StudioDocument | null;
}

export class Choosing {
  sets = $state.raw<readonly CandidateSet[]>([]);
  /** Which candidate of the first set is looked at; -1: the picture before. */
  chosen = $state(0);
  /** Candidates of the first set that are to be kept together. */
  marked = $state.raw<ReadonlySet<number>>(new Set());
  /** Done with, the latest last; they can be looked at again. */
  shelf = $state.raw<readonly PutAway[]>([]);
  /** What came back because the state that it made was undone. */
  #undone: PutAway | null = null;

  /** The candidates that are to be chosen from now. */
  get current(): CandidateSet | null {
    return this.sets[0] ?? null;
  }

  /** A document as it would be with the candidate that is looked at. */
  preview(document: StudioDocument | null): StudioDocument | null {
    const set = this.current;
    const ready = set?.items[this.chosen];
    return set && ready ? withCandidate(document, ready, set.placement) : null;
  }

  offer(set: CandidateSet): void {
    if (this.sets.length === 0) this.#look(0);
    this.sets = [...this.sets, set];
  }

  /** What waited and was put away before the page was loaded again: the earlier, before the new. */
  restore(sets: readonly CandidateSet[], chosen: number, marked: ReadonlySet<number>): void {
    const looking = this.sets.length === 0;
    this.sets = [...sets, ...this.sets];
    if (!looking || sets.length === 0) return;
    this.chosen = chosen;
    this.marked = marked;
  }

  /** Candidates of another run that waits: the next (1) or the one before (-1). */
  turn(by: 1 | -1): void {
    const [first, ...others] = this.sets;
    const last = others.at(-1);
    if (!first || !last) return;
    this.sets = by === 1 ? [...others, first] : [last, first, ...others.slice(0, -1)];
    this.#look(0);
  }

  /** Marks a candidate to be kept with others, or takes its mark away. */
  mark(index: number): void {
    const marked = new Set(this.marked);
    if (!marked.delete(index)) marked.add(index);
    this.marked = marked;
  }

  /** The set that is chosen from is done with, and can be had back. */
  putAway(made: NodeId | null, document: StudioDocument | null): void {
    const [set, ...others] = this.sets;
    if (!set) return;
    this.shelf = kept([...this.shelf, { set, chosen: this.chosen, made, document }]);
    this.sets = others;
    this.#look(0);
  }

  /** The candidates put away last are to be chosen from again. */
  bringBack(): void {
    const last = this.shelf.at(-1);
    if (!last) return;
    this.shelf = this.shelf.slice(0, -1);
    this.sets = [last.set, ...this.sets];
    this.#look(Math.max(0, last.chosen));
  }

  /** Whether discarding was the last thing done to the document, so that undo means it. */
  discarded(document: StudioDocument | null): boolean {
    const last = this.shelf.at(-1);
    return last !== undefined && last.made === null && last.document === document;
  }

  /** A state was left by undo: what it was chosen from is there again. */
  undone(state: NodeId): void {
    const last = this.shelf.at(-1);
    if (last?.made !== state) return;
    this.#undone = last;
    this.bringBack();
  }

  /** A state was reached by redo: it was chosen already. */
  redone(state: NodeId): void {
    const back = this.#undone;
    if (back?.made !== state || this.current !== back.set) return;
    this.chosen = back.chosen;
    this.putAway(state, back.document);
  }

  #look(at: number): void {
    this.chosen = at;
    this.marked = new Set();
  }
}

/** The latest of them, as far as there is room. */
function kept(all: readonly PutAway[]): readonly PutAway[] {
  let left = SHELF_BYTES;
  const from = all.findLastIndex(({ set }) => (left -= bytesOf(set)) < 0);
  // The last one can always be had back.
  return all.slice(Math.max(Math.min(from + 1, all.length - 1), all.length - SHELF_SETS));
}
