/** What an edit holds on to: how strongly, what besides the picture, and what may not change. */
import type { Drift } from '../../preload/contract.js';
import type { LayerId, Raster } from '../document/types.js';

export interface Strengths {
  semantics: number;
  appearance: number;
  structure: number;
}

/** A picture that results should resemble. */
export interface Reference {
  readonly id: number;
  readonly name: string;
  /** A layer, read anew at each run, or the pixels of a file. */
  readonly source: { readonly layer: LayerId } | { readonly raster: Raster };
  readonly strengths: Strengths;
}

const MOST = 8;

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
  /** Of the edit last accepted or looked at. */
  drift = $state.raw<Drift | null>(null);
  #last = 0;

  add(name: string, source: Reference['source']): void {
    if (this.references.length >= MOST) return;
    const strengths = { semantics: 1, appearance: 1, structure: 1 };
    this.references = [...this.references, { id: ++this.#last, name, source, strengths }];
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
