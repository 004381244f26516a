/**
 * The files that open documents come from, as they were opened or saved: a page that is loaded again
 * has its documents again, also those that were never changed.
 */
import { NativaError } from '../../native-models/errors.js';
import type { SharedFile } from './documents/index.js';

/** Bytes of all of them together; beyond, those kept for the longest time leave. */
const MOST = 4 * 2 ** 30;
/** Milliseconds that a page which is gone may take to come back. */
const PATIENCE = 10 * 60_000;

interface Kept {
  readonly name: string;
  readonly file: SharedFile;
}

/** Files by the documents that they are of. */
export class KeptFiles {
  readonly #most: number;
  readonly #patience: number;
  readonly #kept = new Map<string, Kept>();
  readonly #leaving = new Map<string, NodeJS.Timeout>();

  constructor(most = MOST, patience = PATIENCE) {
    this.#most = most;
    this.#patience = patience;
  }

  /** Keeps a file, which is this one's from now on, in the place of what was kept before. */
  keep(document: string, name: string, file: SharedFile): void {
    this.forget(document);
    this.#kept.set(document, { name, file });
    // Where the disk has no room for it, it stays where it is.
    void file.settle().catch(() => undefined);
    let held = 0;
    for (const [id, kept] of [...this.#kept].reverse()) {
      held += kept.file.size;
      if (held > this.#most) this.forget(id);
    }
  }

  /** A document's file; whoever asks for it is its page. @throws NativaError FILE_GONE */
  find(document: string): Kept {
    this.#stay(document);
    const kept = this.#kept.get(document);
    if (kept) return kept;
    throw new NativaError('FILE_GONE', 'This file is not kept any more; open it again.');
  }

  /** The document is closed. */
  forget(document: string): void {
    this.#stay(document);
    this.#kept.get(document)?.file.release();
    this.#kept.delete(document);
  }

  /** The pages of these are gone: their files go as well unless someone asks for them again. */
  release(documents: Iterable<string>): void {
    for (const document of documents) {
      this.#stay(document);
      const timer = setTimeout(() => {
        this.forget(document);
      }, this.#patience).unref();
      this.#leaving.set(document, timer);
    }
  }

  #stay(document: string): void {
    clearTimeout(this.#leaving.get(document));
    this.#leaving.delete(document);
  }
}
