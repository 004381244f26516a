/**
 * What is told of runs before it is known whose they are: events can come before the reply that says
 * a run's number.
 */
import type { StudioEvent } from '../../preload/contract.js';

/** What happens to one run. */
export type JobEvent = Extract<StudioEvent, { job: number }>;

/** The most that is kept of one run. */
const MOST = 64;

export class EarlyEvents {
  readonly #events = new Map<number, readonly JobEvent[]>();
  #asked = 0;

  /** Asks for a run; till its number is known, what nobody else takes is kept. */
  async during<T>(ask: () => Promise<T>): Promise<T> {
    this.#asked += 1;
    try {
      return await ask();
    } finally {
      this.#asked -= 1;
      // The events of this run are taken right after; those of runs given up are nobody's.
      if (this.#asked === 0) setTimeout(() => this.#asked === 0 && this.#events.clear());
    }
  }

  keep(event: JobEvent): void {
    if (this.#asked === 0) return;
    this.#events.set(event.job, [...(this.#events.get(event.job) ?? []), event].slice(-MOST));
  }

  /** What came of a run so far; it is kept no longer. */
  take(job: number): readonly JobEvent[] {
    const events = this.#events.get(job) ?? [];
    this.#events.delete(job);
    return events;
  }
}
