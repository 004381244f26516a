/** Where documents are saved, for a host that can write to the disk itself. */
import { extname } from 'node:path';
import type { SaveTarget } from '../../../preload/contract.js';

const PROJECT = '.ora';

/** Remembers the files of documents, so that saving one again asks nobody. */
export class SavePlaces {
  readonly #paths = new Map<string, string>();
  readonly #offered: (index: number) => string | undefined;

  /** @param offered path of a file that was given to the studio, by its number */
  constructor(offered: (index: number) => string | undefined) {
    this.#offered = offered;
  }

  /**
   * The file that the document was saved to last, or the project that it was opened from; undefined
   * where there is none.
   */
  of({ document, origin }: SaveTarget): string | undefined {
    const kept = this.#paths.get(document);
    if (kept !== undefined) return kept;
    const opened = origin === undefined ? undefined : this.#offered(origin);
    // What was opened from a picture is a project now, and must not take the picture's place.
    return opened !== undefined && extname(opened).toLowerCase() === PROJECT ? opened : undefined;
  }

  /** The file that a document is: where it was saved last, or what it was opened from. */
  fileOf({ document, origin }: Pick<SaveTarget, 'document' | 'origin'>): string | undefined {
    return this.#paths.get(document) ?? (origin === undefined ? undefined : this.#offered(origin));
  }

  /** Remembers where a document was saved. */
  keep({ document }: SaveTarget, path: string): void {
    this.#paths.set(document, path);
  }
}
