/** When to try again. */
import { setTimeout as sleep } from 'node:timers/promises';
import { NativaError } from '../../../../native-models/errors.js';
import type { IncomingHttpHeaders } from 'node:http';
import { TransientError, givenUp } from '../errors.js';

/** How often and how long; milliseconds. */
export interface RetryPolicy {
  /** Tries in a row that bring nothing. */
  readonly attempts: number;
  /** Pause before the second try; doubled each time. */
  readonly base: number;
  readonly longest: number;
  /** The longest that a server may ask for. */
  readonly longestAsked: number;
}

export const PATIENT: RetryPolicy = {
  attempts: 7,
  base: 1000,
  longest: 30_000,
  // Limits are counted over five minutes.
  longestAsked: 330_000,
};

/**
 * Pause before the next try: twice as long each time, shortened by up to a half at random, so that
 * many who were refused together do not come back together; never shorter than the server asks.
 * @param failures so far, from 1
 */
export function pauseAfter(
  failures: number,
  { base, longest }: RetryPolicy,
  asked = 0,
  random: () => number = Math.random,
): number {
  const doubled = Math.min(longest, base * 2 ** (failures - 1));
  return Math.max(asked, doubled * (1 - random() / 2));
}

/** `Retry-After` in milliseconds: seconds, or a date. */
export function retryAfter(header: string | undefined, now = Date.now()): number | undefined {
  if (header === undefined) return undefined;
  if (/^\s*\d{1,9}\s*$/.test(header)) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/** Whether an answer's status is one that passes. */
export function passes(status: number): boolean {
  return status === 408 || status === 425 || status === 429 || status >= 500;
}

/**
 * Milliseconds that an answer asks to wait: `Retry-After`, or, where a limit is reached, the rest of
 * the time it is counted over (`RateLimit: "resolvers";r=0;t=55`). Undefined where it asks nothing.
 */
export function retryPause(status: number, headers: IncomingHttpHeaders): number | undefined {
  const asked = retryAfter(headers['retry-after']);
  if (asked !== undefined || status !== 429) return asked;
  const limit = String(headers.ratelimit ?? '');
  const reset = /;\s*r\s*=\s*0\s*;\s*t\s*=\s*(\d{1,9})/.exec(limit)?.[1];
  // Whole seconds: one more, so as not to come back too early.
  return reset === undefined ? undefined : (Number(reset) + 1) * 1000;
}

/** Counts failures in a row and waits between them. */
export class Patience {
  #failures = 0;

  constructor(
    readonly what: string,
    readonly policy: RetryPolicy,
    readonly signal: AbortSignal,
  ) {}

  /** Something arrived: failures are counted anew. */
  reset(): void {
    this.#failures = 0;
  }

  /**
   * Waits before the next try.
   * @throws what cannot be helped by another try; NativaError DOWNLOAD_FAILED after too many;
   *   AbortError
   */
  async after(error: unknown): Promise<void> {
    this.signal.throwIfAborted();
    if (!(error instanceof TransientError)) throw error;
    this.#failures += 1;
    const { attempts, longestAsked } = this.policy;
    const { retryAfter: asked = 0 } = error;
    if (asked > longestAsked) {
      const minutes = Math.ceil(asked / 60_000);
      const time = minutes === 1 ? 'a minute' : `${minutes} minutes`;
      const message = `The server asks to come back in ${time}; go on then: what has arrived is kept.`;
      throw new NativaError('DOWNLOAD_BUSY', message, { cause: error });
    }
    if (this.#failures >= attempts) throw givenUp(this.what, error);
    await sleep(pauseAfter(this.#failures, this.policy, asked), undefined, {
      signal: this.signal,
    });
  }
}

/** Does something until it works or {@link Patience} is at its end. */
export async function persist<T>(patience: Patience, action: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await action();
    } catch (error) {
      await patience.after(error);
    }
  }
}
