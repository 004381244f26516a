/**
 * Heavy work: beside the page, one thing after the other, shown once it lasts, and given up by Esc.
 * What comes of it becomes one state of the history.
 */
import { isWholeMove } from '../document/pixels/matrix.js';
import { resampleMask } from '../document/pixels/resample-mask.js';
import { evenMask } from '../document/pixels/tiles.js';
import type { ResampleMask } from '../document/layers/transform.js';
import type { Mask, StudioDocument } from '../document/types.js';
import { t, type MessageKey } from '../i18n/index.svelte.js';
import { PixelWorker, type TaskOptions } from '../work/pixel-worker.js';
import type { Resampling, TaskArgs, TaskName, TaskResult } from '../work/tasks.js';
import type { Editor } from './editor.svelte.js';
import type { UiState } from './ui.svelte.js';

/** Milliseconds after which a person is told that something is going on. */
const SOON = 100;

/** Work on its way. */
export interface Job {
  /** Aborted when the person thinks better of it. */
  readonly signal: AbortSignal;
  /** Tells how much is done, from 0 to 1. */
  readonly onProgress: (part: number) => void;
  /** Does a part of it in the worker; see `PixelWorker.run`. */
  readonly run: <Name extends TaskName>(
    task: Name,
    args: TaskArgs<Name>,
    options?: Omit<TaskOptions, 'signal'>,
  ) => Promise<TaskResult<Name>>;
}

/** What work made of a document. */
export interface Outcome {
  /** What of a document it was made of: if any of it has changed since, it is not applied. */
  readonly of: (document: StudioDocument) => readonly unknown[];
  readonly change: (document: StudioDocument) => StudioDocument;
}

/** What is shown of work that lasts. */
interface Shown {
  readonly key: MessageKey;
  /** From 0 to 1; null: nobody knows. */
  readonly part: number | null;
}

type Reshape = (document: StudioDocument, resample: ResampleMask) => StudioDocument;

const startWorker = (): Worker =>
  new Worker(new URL('../work/worker.ts', import.meta.url), { type: 'module' });

export class Work {
  readonly #editor: () => Editor;
  readonly #ui: UiState;
  readonly #worker: PixelWorker;
  /** What is asked for and not done. */
  readonly #asked = new Set<AbortController>();
  #last: Promise<unknown> = Promise.resolve();
  shown = $state.raw<Shown | null>(null);

  /** @param editor of the document that is shown: what is asked for belongs to it */
  constructor(editor: () => Editor, ui: UiState, worker = new PixelWorker(startWorker)) {
    this.#editor = editor;
    this.#ui = ui;
    this.#worker = worker;
  }

  /** Where tasks that belong to no job are done. */
  get worker(): PixelWorker {
    return this.#worker;
  }

  /** Gives up all that is asked for. @returns whether there was something */
  cancel(): boolean {
    const any = this.#asked.size > 0;
    for (const controller of this.#asked) controller.abort();
    return any;
  }

  /**
   * Does something light after what was asked for before, at once where nothing was: keys that are
   * pressed one after the other count in their order.
   */
  inTurn(action: () => void): void | Promise<void> {
    if (this.#asked.size === 0) {
      action();
      return;
    }
    const turn = this.#last.then(action);
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  /**
   * Does something heavy, after what was asked for before.
   * @param key what it is called
   * @returns undefined if it was given up
   */
  async job<T>(key: MessageKey, action: (job: Job) => Promise<T>): Promise<T | undefined> {
    const controller = new AbortController();
    this.#asked.add(controller);
    const turn = this.#last.then(() => this.#perform(key, controller.signal, action));
    this.#last = turn.catch(() => undefined);
    try {
      return await turn;
    } finally {
      this.#asked.delete(controller);
    }
  }

  /**
   * Changes the document by something heavy. @param compute is given the document when its turn comes
   * @returns whether the document was changed
   */
  async change(
    key: MessageKey,
    compute: (document: StudioDocument, job: Job) => Promise<Outcome>,
  ): Promise<boolean> {
    const editor = this.#editor();
    const changed = await this.job(key, async (job) => {
      const { document, id } = editor;
      if (!document) return false;
      const { of, change } = await compute(document, job);
      await gestureEnded(editor, job.signal);
      const now = editor.document;
      const before = of(document);
      // Who has closed it wants nothing of it.
      if (!now) return false;
      if (editor.id !== id || of(now).some((value, index) => value !== before[index])) {
        this.#ui.toast('info', t('work.overtaken', { name: nameOf(key) }));
        return false;
      }
      editor.change(key, change);
      return true;
    });
    return changed ?? false;
  }

  /**
   * Changes the document by a function that transforms it. Masks that have to be drawn anew are so
   * in the worker; without such masks it is done at once.
   * @returns whether the document was changed
   */
  async reshape(key: MessageKey, action: Reshape): Promise<boolean> {
    const editor = this.#editor();
    const { document } = editor;
    if (!document) return false;
    if (masksOf(document, action).every(({ matrix }) => isWholeMove(matrix))) {
      editor.change(key, (now) => action(now, resampleMask));
      return true;
    }
    return this.change(key, async (now, job) => {
      const made: Mask[] = await job.run('resample', { masks: masksOf(now, action) });
      return {
        of: ({ width, height, layers, active, selection, protection }) => [
          ...[width, height, layers, active],
          ...[selection, protection],
        ],
        change: (current) => {
          const next = made.values();
          return action(current, (mask) => next.next().value ?? mask);
        },
      };
    });
  }

  async #perform<T>(
    key: MessageKey,
    signal: AbortSignal,
    action: (job: Job) => Promise<T>,
  ): Promise<T | undefined> {
    const isGivenUp = (): boolean => signal.aborted;
    if (isGivenUp()) return undefined;
    let part: number | null = null;
    const timer = setTimeout(() => {
      this.shown = { key, part };
    }, SOON);
    try {
      return await action({
        signal,
        onProgress: (done) => {
          part = done;
          if (this.shown) this.shown = { key, part };
        },
        run: (task, args, options) => this.#worker.run(task, args, { ...options, signal }),
      });
    } catch (error) {
      if (isGivenUp()) return undefined;
      throw error;
    } finally {
      clearTimeout(timer);
      this.shown = null;
    }
  }
}

/** Waits until nothing is drawn by hand, so that neither overwrites the other. */
async function gestureEnded(editor: Editor, signal: AbortSignal): Promise<void> {
  while (editor.gesture) await new Promise((resolve) => setTimeout(resolve, SOON));
  signal.throwIfAborted();
}

/** What a piece of work is called in the middle of a sentence. */
export function nameOf(key: MessageKey): string {
  return t(key).replace(/\s*…$/, '');
}

/** The masks that a function would resample; none where it refuses. */
function masksOf(document: StudioDocument, action: Reshape): readonly Resampling[] {
  const asked: Resampling[] = [];
  try {
    action(document, (mask, matrix, width, height) => {
      asked.push({ mask, matrix, width, height });
      return evenMask(width, height, mask.outside);
    });
  } catch {
    // It refuses again, and says why, when it is done.
    return [];
  }
  return asked;
}
