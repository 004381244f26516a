import { checkpoint } from './cancel.js';
import { STAGES } from './events.js';
import type { EngineEvent, Stage, Timings } from './events.js';

/** What a run is given besides its request: how to stop it, and whom to tell. */
export class RunContext {
  readonly signal: AbortSignal;
  readonly #onEvent: (event: EngineEvent) => void;
  readonly #started = performance.now();
  readonly #seconds = new Map<Stage, number>();
  /** Seconds of stages inside the running one. */
  #inner = 0;

  constructor(signal: AbortSignal, onEvent: (event: EngineEvent) => void) {
    this.signal = signal;
    this.#onEvent = onEvent;
  }

  /** Sends an event. */
  emit(event: EngineEvent): void {
    this.#onEvent(event);
  }

  /** Runs one stage: says that it begins, and adds to its time. */
  async stage<Result>(stage: Stage, total: number, work: () => Promise<Result>): Promise<Result> {
    this.progress(stage, 0, total);
    return this.#timed(stage, work);
  }

  /** Loads something in the middle of a stage: what that takes counts as loading. */
  async loading<Result>(work: () => Promise<Result>): Promise<Result> {
    await checkpoint(this.signal);
    return this.#timed('load', work);
  }

  /** Adds the time of `work` to a stage, less the time of other stages inside it. */
  async #timed<Result>(stage: Stage, work: () => Promise<Result>): Promise<Result> {
    const before = performance.now();
    const outside = this.#inner;
    this.#inner = 0;
    try {
      return await work();
    } finally {
      const spent = (performance.now() - before) / 1000;
      this.#seconds.set(stage, (this.#seconds.get(stage) ?? 0) + spent - this.#inner);
      this.#inner = outside + spent;
    }
  }

  /** Says how far a stage is. */
  progress(stage: Stage, step: number, total: number): void {
    this.emit({ type: 'progress', stage, step, total });
  }

  /** Seconds of every stage so far, and since the run began. */
  timings(): Timings {
    const total = (performance.now() - this.#started) / 1000;
    const entries = STAGES.map((stage) => [stage, this.#seconds.get(stage) ?? 0]);
    return { ...(Object.fromEntries(entries) as Omit<Timings, 'total'>), total };
  }
}
