/**
 * Keeps the state of the work on disk, outside this page: a while after something changed, with only
 * the tiles that are not there yet.
 */
import { ProjectWriter } from '../document/serialise.js';
import { toStudioError } from '../bridge/client.js';
import { uploadTiles } from '../bridge/pictures.js';
import type { HistoryTree } from '../document/history/tree.js';
import type { Studio } from './studio.svelte.js';

export class Autosave {
  readonly #studio: Studio;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #kept: HistoryTree | null = null;
  #sent = new Set<number>();
  #document = '';
  #writer = new ProjectWriter();
  #working: Promise<void> = Promise.resolve();
  #told = false;

  constructor(studio: Studio) {
    this.#studio = studio;
  }

  /** Nothing of the work is on disk. */
  begin(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#kept = this.#studio.editor.tree;
    this.#sent = new Set();
    this.#writer = new ProjectWriter();
  }

  /** Something may have changed. */
  notice(tree: HistoryTree | null): void {
    const { settings, editor } = this.#studio;
    if (!settings.autosave || tree === null || tree === this.#kept || !editor.dirty) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#working = this.#working.then(() => this.#keep());
    }, settings.autosaveSeconds * 1000);
  }

  async #keep(again = false): Promise<void> {
    const { editor, client, ui } = this.#studio;
    const { tree, document, id, name } = editor;
    if (!tree || !document || tree === this.#kept) return;
    if (id !== this.#document) {
      this.#sent = new Set();
      this.#writer = new ProjectWriter();
    }
    try {
      const { json, tiles } = this.#writer.write(tree);
      const fresh = tiles.filter((tile) => !this.#sent.has(tile.id));
      const blob = fresh.length > 0 ? await uploadTiles(client, fresh) : null;
      await client.request('autosave.put', {
        id,
        name,
        width: document.width,
        height: document.height,
        project: json,
        tiles: fresh.map((tile) => ({ id: tile.id, bytes: tile.data.length })),
        blob,
      });
      for (const tile of fresh) this.#sent.add(tile.id);
      this.#document = id;
      this.#kept = tree;
      this.#told = false;
    } catch (error) {
      const failure = toStudioError(error);
      if (failure.code === 'AUTOSAVE_TILES_MISSING' && !again) {
        // The services were started anew, and what they had is gone: everything is sent again.
        this.#sent = new Set();
        await this.#keep(true);
        return;
      }
      // Said once, not every few seconds; the next change tries again.
      if (!this.#told) ui.toast('error', failure.message);
      this.#told = true;
    }
  }
}
