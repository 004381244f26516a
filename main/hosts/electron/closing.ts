/** Whether the window may close: the page has the work that is not saved, and asks about it. */
import type { ClosingAnswer } from '../../../preload/contract.js';

/** How long a page may take until it says that it asks, in milliseconds. */
const PATIENCE = 5000;

/** What closing is made of. */
export interface ClosingActions {
  /** Tells the page that its window is about to close. */
  readonly ask: () => void;
  /** The page says nothing: asks the person without it. @returns whether they leave all the same */
  readonly leavesAnyway: () => boolean;
  /** Closes the window, whatever it says. @param quits the whole app was to end, and does now */
  readonly leave: (quits: boolean) => void;
}

/** The closing of the window; its `page` is set where one comes or goes. */
export class Closing {
  readonly #actions: ClosingActions;
  #page = false;
  #waiting = false;
  #quits = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(actions: ClosingActions) {
    this.#actions = actions;
  }

  /** Whether there is a page that can be asked; another one knows nothing of what was asked. */
  set page(there: boolean) {
    this.#page = there;
    this.#end();
  }

  /** The app is about to end; if the page has to ask first, it ends when the person agrees. */
  quit(): void {
    this.#quits = true;
  }

  /** The window is about to close. @returns whether it may; if not, the page asks */
  mayClose(): boolean {
    if (!this.#page) return true;
    if (this.#waiting) return false;
    this.#waiting = true;
    this.#timer = setTimeout(() => {
      this.answer(this.#actions.leavesAnyway() ? 'leave' : 'stay');
    }, PATIENCE);
    this.#actions.ask();
    return false;
  }

  /** What the page says. */
  answer(answer: ClosingAnswer): void {
    if (!this.#waiting) return;
    clearTimeout(this.#timer);
    if (answer === 'asking') return;
    const quits = this.#quits;
    this.#end();
    if (answer === 'leave') this.#actions.leave(quits);
  }

  #end(): void {
    clearTimeout(this.#timer);
    this.#waiting = false;
    this.#quits = false;
  }
}
