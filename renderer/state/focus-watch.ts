/** Who has the keys: the studio, or the control that has the focus. */

/** What a click leaves the focus on, although whoever clicked is done with it. */
const PRESSED = 'button:not([aria-haspopup]),input[type=checkbox],input[type=radio]';
/** Where the focus is meant to stay. */
const KEEPS_FOCUS = '[role=dialog],[role=menu],[role=menubar]';
const TAB = /^(?:Shift\+)?Tab$/;

/**
 * A click does what it does and gives the keys back: Space pans, Enter goes to the prompt and Delete
 * clears pixels, whatever button was clicked last. Who goes by keyboard keeps the focus.
 */
export class FocusWatch {
  /** Whether the pointer was used last: keys that press a button make clicks as well. */
  #pointed = false;
  /** Whether somebody goes from control to control. */
  #tabbing = false;

  constructor(signal: AbortSignal) {
    const capture = { signal, capture: true };
    window.addEventListener(
      'pointerdown',
      () => {
        this.#pointed = true;
        this.#tabbing = false;
      },
      capture,
    );
    window.addEventListener('keydown', () => (this.#pointed = false), capture);
    // Before what it does: a dialog that it opens does not give the focus back to it either.
    window.addEventListener('click', () => this.#pointed && this.giveBack(), capture);
  }

  /** Takes the focus off a button or a box that was pressed. */
  giveBack(): void {
    const focused = document.activeElement;
    if (!(focused instanceof HTMLElement) || !focused.matches(PRESSED)) return;
    if (focused.closest(KEEPS_FOCUS) !== null) return;
    focused.blur();
    this.#tabbing = false;
  }

  /**
   * Whether a combination goes to another control; past the last, Tab begins with the first again.
   * Only where nobody goes that way is it free for a command.
   */
  moves(combination: string, target: EventTarget | null): boolean {
    if (TAB.test(combination)) this.#tabbing ||= target !== document.body;
    else if (target === document.body) this.#tabbing = false;
    return this.#tabbing && TAB.test(combination);
  }
}
