/** Files that were opened or saved lately, so that they can be opened again. */
import { resolve } from 'node:path';
import { NativaError } from '../../../native-models/errors.js';
import type { SettingsStore } from '../settings.js';

/** How many are remembered. */
const MOST = 12;

/** The list of recent files in the settings. */
export class RecentFiles {
  readonly #settings: SettingsStore;
  readonly #changed: (paths: readonly string[]) => void;
  #last: Promise<unknown> = Promise.resolve();

  /** @param changed told of the new list */
  constructor(settings: SettingsStore, changed: (paths: readonly string[]) => void) {
    this.#settings = settings;
    this.#changed = changed;
  }

  /** Puts a file to the top. That it cannot be remembered is no reason not to work on. */
  add(path: string): Promise<void> {
    const whole = resolve(path);
    return this.#change((paths) => [whole, ...paths.filter((other) => other !== whole)]);
  }

  /** Takes a file away that is not there any more. */
  #remove(path: string): Promise<void> {
    return this.#change((paths) => paths.filter((other) => other !== path));
  }

  /** Opens a file, which is a recent one then, or none any more if it is gone. */
  async opening<T>(path: string | undefined, open: () => Promise<T>): Promise<T> {
    try {
      const opened = await open();
      if (path !== undefined) await this.add(path);
      return opened;
    } catch (error) {
      const gone = error instanceof NativaError && error.code === 'FILE_NOT_FOUND';
      if (gone && path !== undefined) await this.#remove(path);
      throw error;
    }
  }

  /** Makes sure that a page asks for no other file of this machine. @throws NativaError FILE_NOT_FOUND */
  check(path: string): void {
    if (this.#settings.current.recentFiles.includes(path)) return;
    const message = 'This file is not among the recent ones; open it.';
    throw new NativaError('FILE_NOT_FOUND', message);
  }

  #change(next: (paths: readonly string[]) => readonly string[]): Promise<void> {
    const done = this.#last.then(async () => {
      const { recentFiles: before } = await this.#settings.settled();
      const recentFiles = next(before).slice(0, MOST);
      if (recentFiles.join('\n') === before.join('\n')) return;
      await this.#settings.set({ recentFiles });
      this.#changed(recentFiles);
    });
    this.#last = done.catch(() => undefined);
    return done.catch(() => undefined);
  }
}
