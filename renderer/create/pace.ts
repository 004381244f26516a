/** How far a run is and when it will be there, by how long its stages took before. */
import type { RunRequest, StudioEvent } from '../../preload/contract.js';

export type Stage = Extract<StudioEvent, { type: 'progress' }>['stage'];

/** In order. Shares of a whole run until one was seen; loading counts only where it happens. */
const GUESSES: Readonly<Record<Stage, number>> = {
  load: 0,
  read: 2,
  encode: 2,
  tokens: 40,
  denoise: 40,
  decode: 12,
  compose: 4,
};
const STAGES = Object.keys(GUESSES) as readonly Stage[];
/** Part of a stage after which its own pace says more about it than earlier runs do. */
const TELLING = 0.1;
/** How much of a new estimate of the end is taken over, so that it does not jump. */
const TAKEN = 0.3;

/** Milliseconds that stages of runs of one kind took last. */
type Seen = Partial<Record<Stage, number>>;

/** How long runs took, by what they were. */
export class Paces {
  readonly #seen = new Map<string, Seen>();

  /** A run that begins. */
  of(request: RunRequest): RunPace {
    const { model, kind, width, height, steps, tokens, count, references } = request;
    const key = [model, kind, width, height, steps, tokens, count, references.length].join(' ');
    const seen = this.#seen.get(key) ?? {};
    this.#seen.set(key, seen);
    return new RunPace(seen);
  }
}

/** How far a run is. */
export interface Pace {
  /** 0 to 1, never less than before. */
  readonly share: number;
  /** When the run ends, or the stage, on the clock that was given; null: that cannot be told yet. */
  readonly ends: number | null;
  /** Whether that is the end of the run. */
  readonly whole: boolean;
}

/** The way of one run through its stages. */
export class RunPace {
  readonly #seen: Seen;
  /** What was known when it began. */
  readonly #known: Seen;
  #stage: Stage | null = null;
  #began = 0;
  #share = 0;
  #ends: number | null = null;
  #whole = false;

  constructor(seen: Seen) {
    this.#seen = seen;
    this.#known = { ...seen };
  }

  /** @param now milliseconds of a clock that only goes forward */
  progress(stage: Stage, step: number, total: number, now: number): Pace {
    if (stage !== this.#stage) this.#enter(stage, now);
    const part = total > 0 ? Math.min(1, step / total) : 0;
    const at = STAGES.indexOf(stage);
    const weights = STAGES.map((one) => this.#known[one] ?? this.#guess(one, stage));
    const sum = (list: readonly number[]): number => list.reduce((all, one) => all + one, 0);
    const done = sum(weights.slice(0, at)) + part * (weights[at] ?? 0);
    this.#share = Math.max(this.#share, done / Math.max(1, sum(weights)));
    this.#foresee(stage, part, now);
    return { share: this.#share, ends: this.#ends, whole: this.#whole };
  }

  /** The run is there: the next of its kind knows what the last stage took. */
  done(now: number): void {
    this.#leave(now);
  }

  #guess(one: Stage, stage: Stage): number {
    // Only where nothing was seen at all do shares that were guessed make up the whole.
    const known = STAGES.some((other) => this.#known[other] !== undefined);
    if (known) return 0;
    return one === 'load' && stage === 'load' ? GUESSES.tokens : GUESSES[one];
  }

  #enter(stage: Stage, now: number): void {
    this.#leave(now);
    this.#stage = stage;
    this.#began = now;
  }

  #leave(now: number): void {
    if (this.#stage === null || this.#stage === 'load') return;
    this.#seen[this.#stage] = now - this.#began;
  }

  #foresee(stage: Stage, part: number, now: number): void {
    const passed = now - this.#began;
    const own = this.#known[stage];
    const rest =
      part >= TELLING ? (passed / part) * (1 - part) : own === undefined ? null : own * (1 - part);
    const later = STAGES.slice(STAGES.indexOf(stage) + 1);
    // A stage that never came does not come this time either.
    const whole = later.some((one) => this.#known[one] !== undefined) || own !== undefined;
    if (rest === null || stage === 'load') {
      this.#ends = null;
      return;
    }
    const after = whole ? later.reduce((all, one) => all + (this.#known[one] ?? 0), 0) : 0;
    const ends = now + rest + after;
    const smooth = this.#ends !== null && whole && this.#whole;
    this.#ends = smooth && this.#ends !== null ? this.#ends + (ends - this.#ends) * TAKEN : ends;
    this.#whole = whole;
  }
}
