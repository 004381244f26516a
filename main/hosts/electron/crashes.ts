/** Whether a page that has crashed is loaded again at once. */

const MANY = 3;
const SPAN = 60_000;

/** Counts the crashes of one page, lest one that cannot start does so for ever. */
export class CrashLimit {
  #times: number[] = [];

  /**
   * A crash happened.
   * @param now in milliseconds
   * @returns false where it was one too many in the last minute: a person has to decide
   */
  allows(now: number): boolean {
    this.#times = [...this.#times.filter((time) => now - time < SPAN), now];
    return this.#times.length <= MANY;
  }

  /** A person wants it tried again. */
  forgive(): void {
    this.#times = [];
  }
}
