/** What a page has written for it: it is told how far it is, and may think better of it. */
import type { StudioEvent } from '../../../preload/contract.js';
import type { Watched } from '../documents/index.js';

/** What of the whole has to be done before it is told again. */
const STEP = 0.005;

/** The tasks of one page, by names that it made up. */
export class Tasks {
  readonly #emit: (event: StudioEvent) => void;
  readonly #running = new Map<string, AbortController>();

  constructor(emit: (event: StudioEvent) => void) {
    this.#emit = emit;
  }

  /**
   * Does something. It is over at once when it is cancelled; `action` ends by its signal.
   * @throws what `action` throws; the signal's reason
   */
  async run<T>(task: string, action: (watched: Watched) => Promise<T>): Promise<T> {
    const controller = new AbortController();
    const { signal } = controller;
    this.#running.set(task, controller);
    let told = 0;
    const onProgress = (part: number): void => {
      if (signal.aborted || (part < told + STEP && part < 1)) return;
      told = part;
      this.#emit({ type: 'task', task, part });
    };
    try {
      return await Promise.race([action({ signal, onProgress }), abortionOf(signal)]);
    } finally {
      this.#running.delete(task);
    }
  }

  cancel(task: string): void {
    this.#running.get(task)?.abort();
  }

  /** The page is gone, and with it whoever wanted them. */
  close(): void {
    for (const controller of this.#running.values()) controller.abort();
  }
}

function abortionOf(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => {
      // An AbortError, since nobody gives another reason.
      reject(signal.reason as Error);
    });
  });
}
