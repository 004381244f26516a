/**
 * Does one thing at a time, and of what is asked for meanwhile only the last: a slider asks more often
 * than a picture can be encoded.
 */
export class Latest<Ask, Answer> {
  readonly #work: (ask: Ask) => Promise<Answer>;
  readonly #drop: (answer: Answer) => void;
  #running = false;
  #closed = false;
  #next: { readonly ask: Ask; readonly settle: (answer: Promise<Answer | null>) => void } | null =
    null;

  /** @param drop is given answers that nobody waits for any more */
  constructor(work: (ask: Ask) => Promise<Answer>, drop: (answer: Answer) => void) {
    this.#work = work;
    this.#drop = drop;
  }

  /** @returns null where something else was asked for before this was done */
  ask(ask: Ask): Promise<Answer | null> {
    if (this.#closed) return Promise.resolve(null);
    if (!this.#running) return this.#run(ask);
    this.#next?.settle(Promise.resolve(null));
    return new Promise((resolve) => {
      this.#next = { ask, settle: resolve };
    });
  }

  /** What is on its way is dropped when it comes, and what waits is not begun. */
  close(): void {
    this.#closed = true;
    this.#next?.settle(Promise.resolve(null));
    this.#next = null;
  }

  async #run(ask: Ask): Promise<Answer | null> {
    this.#running = true;
    try {
      const answer = await this.#work(ask);
      if (!this.#isOvertaken()) return answer;
      this.#drop(answer);
      return null;
    } catch (error) {
      if (this.#isOvertaken()) return null;
      throw error;
    } finally {
      this.#running = false;
      const next = this.#next;
      this.#next = null;
      if (next) next.settle(this.#run(next.ask));
    }
  }

  #isOvertaken(): boolean {
    return this.#closed || this.#next !== null;
  }
}
