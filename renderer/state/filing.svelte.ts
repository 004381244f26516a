/**
 * Files on their way out: saved projects and exported pictures. They are made of the document as it
 * was when it was asked for, so work goes on meanwhile; one after the other, and given up by Esc.
 */
import type { Ask, ReadyFile, StudioEvent } from '../../preload/contract.js';
import type { Client } from '../bridge/client.js';

/** What the page has to do of a file, if not said; the rest is writing it. */
const PAGE_PART = 0.4;

/** Requests that write a file. */
type Writing = 'files.writeProject' | 'files.exportPsd';

/** A file on its way. */
export interface FileTask {
  /** Aborted when the person thinks better of it. */
  readonly signal: AbortSignal;
  /** Tells how much of what the page has to do is done, from 0 to 1. */
  readonly onProgress: (part: number) => void;
  /** Has a blob dropped at the end, whatever happens until then. @returns it */
  readonly hold: (blob: string) => string;
  /** Has the services write it. @throws StudioError; the signal's reason */
  readonly write: <N extends Writing>(name: N, ask: Omit<Ask<N>, 'task'>) => Promise<ReadyFile>;
}

/** What is shown of a file on its way. */
interface Shown {
  readonly name: string;
  /** From 0 to 1; null: nobody knows. */
  readonly part: number | null;
}

export class Filing {
  readonly #client: Client;
  readonly #asked = new Set<AbortController>();
  #last: Promise<unknown> = Promise.resolve();
  /** What the services know the file by that is written now. */
  #task = '';
  #pagePart = PAGE_PART;
  shown = $state.raw<Shown | null>(null);

  constructor(client: Client) {
    this.#client = client;
  }

  /** Gives up all that is asked for. @returns whether there was something */
  cancel(): boolean {
    const any = this.#asked.size > 0;
    for (const controller of this.#asked) controller.abort();
    return any;
  }

  /** How far the services are. */
  receive({ task, part }: Extract<StudioEvent, { type: 'task' }>): void {
    if (task !== this.#task || !this.shown) return;
    const own = this.#pagePart;
    this.shown = { ...this.shown, part: own + (1 - own) * part };
  }

  /**
   * Makes a file, after those that were asked for before.
   * @param pagePart how much of it is done when it is written, from 0 to 1
   * @returns undefined if it was given up
   * @throws what `action` throws
   */
  async run<T>(
    name: string,
    action: (task: FileTask) => Promise<T>,
    pagePart = PAGE_PART,
  ): Promise<T | undefined> {
    const controller = new AbortController();
    this.#asked.add(controller);
    const turn = this.#last.then(() => {
      this.#pagePart = pagePart;
      return this.#perform(name, controller.signal, action);
    });
    this.#last = turn.catch(() => undefined);
    try {
      return await turn;
    } finally {
      this.#asked.delete(controller);
    }
  }

  async #perform<T>(
    name: string,
    signal: AbortSignal,
    action: (task: FileTask) => Promise<T>,
  ): Promise<T | undefined> {
    const isGivenUp = (): boolean => signal.aborted;
    if (isGivenUp()) return undefined;
    const held: string[] = [];
    this.shown = { name, part: null };
    try {
      return await action({
        signal,
        onProgress: (part) => {
          this.shown = { name, part: part * this.#pagePart };
        },
        hold: (blob) => {
          held.push(blob);
          return blob;
        },
        write: (request, ask) => this.#write(request, ask, signal),
      });
    } catch (error) {
      if (isGivenUp()) return undefined;
      throw error;
    } finally {
      this.#client.drop(...held);
      this.#task = '';
      this.shown = null;
    }
  }

  async #write<N extends Writing>(
    name: N,
    ask: Omit<Ask<N>, 'task'>,
    signal: AbortSignal,
  ): Promise<ReadyFile> {
    signal.throwIfAborted();
    const task = crypto.randomUUID();
    this.#task = task;
    const asked = this.#client.request(name, { ...ask, task } as Ask<N>) as Promise<ReadyFile>;
    return abortable(asked, signal, () => {
      void this.#client.request('task.cancel', { task }).catch(() => undefined);
      // Written in the last moment.
      void asked.then(
        ({ blob }) => {
          this.#client.drop(blob);
        },
        () => undefined,
      );
    });
  }
}

/**
 * What a promise gives, unless the signal is aborted first.
 * @param onAbort is called then
 * @throws the signal's reason
 */
export async function abortable<T>(
  promise: Promise<T>,
  signal: AbortSignal,
  onAbort: () => void = () => undefined,
): Promise<T> {
  signal.throwIfAborted();
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => {
      onAbort();
      reject(signal.reason as Error);
    });
  });
  return Promise.race([promise, aborted]);
}
