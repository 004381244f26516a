/** When which tooltip is shown: after a while under the pointer or with the keyboard's focus. */

/** Milliseconds until one is shown; the next one beside it comes at once. */
const DELAY = 600;
/** Milliseconds after which the next one is a first one again. */
const AGAIN = 400;

/** What is shown. */
export interface Tip {
  readonly anchor: HTMLElement;
  readonly text: string;
  readonly keys: string;
}

/** Beside the tools, above what lies at the bottom, below everything else. */
export function sideOf(anchor: Element): 'top' | 'right' | 'bottom' {
  if (anchor.closest('[role=toolbar][aria-orientation=vertical]')) return 'right';
  return anchor.getBoundingClientRect().top > innerHeight * 0.75 ? 'top' : 'bottom';
}

/** What an element has to say; null if nothing, or nothing of its own any more. */
function tipOf(anchor: HTMLElement): Tip | null {
  const { tip: text, keys = '' } = anchor.dataset;
  return anchor.isConnected && text ? { anchor, text, keys } : null;
}

const withTip = (target: EventTarget | null): HTMLElement | null =>
  target instanceof Element ? target.closest<HTMLElement>('[data-tip]') : null;

export class Tips {
  shown = $state.raw<Tip | null>(null);
  readonly #id: string;
  /** What the pointer is over or has the focus, shown or waiting. */
  #about: HTMLElement | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #lastShown = -Infinity;
  #gone: MutationObserver | null = null;

  /** @param id of the element that shows them */
  constructor(id: string) {
    this.#id = id;
  }

  /** From now on, until the returned function is called. */
  listen(): () => void {
    const ended = new AbortController();
    const on = <K extends keyof DocumentEventMap>(
      type: K,
      heard: (event: DocumentEventMap[K]) => void,
    ): void => {
      document.addEventListener(type, heard, { signal: ended.signal, capture: true });
    };
    on('pointerover', ({ target, buttons, pointerType }) => {
      if (buttons === 0 && pointerType !== 'touch') this.#attend(withTip(target));
    });
    document.documentElement.addEventListener(
      'pointerleave',
      () => {
        this.#attend(null);
      },
      { signal: ended.signal },
    );
    on('focusin', ({ target }) => {
      const found = withTip(target);
      if (found && target instanceof Element && target.matches(':focus-visible')) {
        this.#attend(found);
      }
    });
    on('focusout', () => {
      this.hide();
      this.#about = null;
    });
    // What is worked on is not covered: pressing, typing and scrolling take it away.
    for (const type of ['pointerdown', 'keydown', 'wheel', 'scroll'] as const) {
      on(type, () => {
        this.hide();
      });
    }
    return () => {
      ended.abort();
      this.hide();
    };
  }

  hide(): void {
    clearTimeout(this.#timer);
    this.#gone?.disconnect();
    if (!this.shown) return;
    const { anchor } = this.shown;
    if (anchor.getAttribute('aria-describedby') === this.#id) {
      anchor.removeAttribute('aria-describedby');
    }
    this.shown = null;
    this.#lastShown = performance.now();
  }

  #attend(anchor: HTMLElement | null): void {
    if (anchor === this.#about) return;
    this.hide();
    this.#about = anchor;
    if (!anchor) return;
    const soon = performance.now() - this.#lastShown < AGAIN;
    this.#timer = setTimeout(
      () => {
        this.#show(anchor);
      },
      soon ? 0 : DELAY,
    );
  }

  #show(anchor: HTMLElement): void {
    const tip = tipOf(anchor);
    this.shown = tip;
    if (!tip) return;
    const named = anchor.getAttribute('aria-label') ?? anchor.textContent.trim();
    // What only repeats the name is not said twice.
    if (named !== tip.text && !anchor.hasAttribute('aria-describedby')) {
      anchor.setAttribute('aria-describedby', this.#id);
    }
    this.#gone = new MutationObserver(() => {
      if (!anchor.isConnected) this.hide();
    });
    this.#gone.observe(document.body, { childList: true, subtree: true });
  }
}
