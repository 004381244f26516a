/** What an edit holds on to: how strongly, what besides the picture, and what may not change. */
import type { PictureSource } from '../create/origin.js';

export interface Strengths {
  semantics: number;
  appearance: number;
  structure: number;
}

/** A picture that results should resemble. */
export interface Reference {
  readonly id: number;
  readonly name: string;
  /** A layer, read anew at each run, or a picture of a file. */
  readonly source: PictureSource;
  readonly strengths: Strengths;
}

const MOST = 8;
/** With all its strength a picture that the model was not trained for takes the other one's place. */
const UNTRAINED = 0.5;

export class ConsistencyState {
  /** 0 (hardly guided by the picture) over 0.5 (as trained) to 1. */
  keep = $state(0.5);
  /** Each way apart; null: as `keep` says. */
  strengths = $state<Strengths | null>(null);
  references = $state<readonly Reference[]>([]);
  lockTokens = $state(false);
  grid = $state(false);
  difference = $state(false);
  /** Split view of before and after; where the line is, from 0 to 1. */
  split = $state<number | null>(null);
  /** Before is shown while a key is held. */
  held = $state(false);
  seedLocked = $state(false);
  seed = $state(7);
  #last = 0;

  /** @param trained for how many references besides the picture the model was trained */
  add(name: string, source: Reference['source'], trained: number): void {
    if (this.references.length >= MOST) return;
    const strength = this.references.length < trained ? 1 : UNTRAINED;
    const strengths = { semantics: strength, appearance: strength, structure: strength };
    this.references = [...this.references, { id: ++this.#last, name, source, strengths }];
  }

  /** References as they were before the page was loaded again. */
  restore(references: readonly Omit<Reference, 'id'>[]): void {
    const numbered = references.map((reference) => ({ ...reference, id: ++this.#last }));
    this.references = [...this.references, ...numbered].slice(0, MOST);
  }

  remove(id: number): void {
    this.references = this.references.filter((reference) => reference.id !== id);
  }

  weigh(id: number, strengths: Partial<Strengths>): void {
    this.references = this.references.map((reference) =>
      reference.id === id
        ? { ...reference, strengths: { ...reference.strengths, ...strengths } }
        : reference,
    );
  }
}
