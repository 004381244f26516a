/**
 * Keeps the state of the work on disk, outside this page: a while after something changed, with only
 * the tiles that are not there yet.
 */
import { ProjectWriter, type Serialised } from '../document/serialise.js';
import { toStudioError } from '../bridge/client.js';
import { TILES_AT_ONCE, batches, uploadTiles } from '../bridge/pictures.js';
import type { HistoryTree } from '../document/history/tree.js';
import type { Editor } from './editor.svelte.js';
import type { DocumentShared } from './open-document.svelte.js';
import type { Released } from './released.svelte.js';

export class Autosave {
  readonly #shared: DocumentShared;
  readonly #editor: Editor;
  readonly #released: Released;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** The tree that is on disk; not held, for it may have states that are released since. */
  #kept: WeakRef<HistoryTree> | null = null;
  #sent = new Set<number>();
  #document = '';
  #writer: ProjectWriter;
  #working: Promise<void> = Promise.resolve();
  #told = false;
  #ended = false;

  constructor(shared: DocumentShared, editor: Editor, released: Released) {
    this.#shared = shared;
    this.#editor = editor;
    this.#released = released;
    this.#writer = new ProjectWriter({ stored: released.stored });
  }

  /** Whether a crash would cost nothing: all of the work is saved or on disk. */
  get safe(): boolean {
    const { tree, dirty } = this.#editor;
    return !dirty || tree === this.#kept?.deref();
  }

  /** This was found on disk. */
  found(tree: HistoryTree): void {
    this.#kept = new WeakRef(tree);
  }

  /** What is on disk is not needed any more: this state is saved, or nobody wants it (null). */
  async forget(tree: HistoryTree | null): Promise<void> {
    this.#ended = tree === null;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.#working;
    this.#kept = tree && new WeakRef(tree);
    this.#anew();
    const { id } = this.#editor;
    if (id) await this.#shared.client.request('autosave.discard', { id });
  }

  #anew(): void {
    this.#sent = new Set();
    this.#writer = new ProjectWriter({ stored: this.#released.stored });
  }

  /** Something may have changed. */
  notice(tree: HistoryTree | null): void {
    const { settings } = this.#shared;
    const editor = this.#editor;
    if (!settings.autosave || tree === null || tree === this.#kept?.deref() || !editor.dirty)
      return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#working = this.#working.then(() => this.#keep());
    }, settings.autosaveSeconds * 1000);
  }

  async #keep(again = false): Promise<void> {
    const { client, ui } = this.#shared;
    const { tree, document, id, name } = this.#editor;
    if (this.#ended || !tree || !document || tree === this.#kept?.deref()) return;
    if (id !== this.#document) this.#anew();
    try {
      const written = this.#writer.write(tree);
      const last = await this.#sendTiles(id, written);
      if (this.#isEnded()) return;
      await client.request('autosave.put', {
        id,
        name,
        width: document.width,
        height: document.height,
        project: written.json,
        tiles: last.map((tile) => ({ id: tile.id, bytes: tile.data.length })),
        blob: last.length > 0 ? await uploadTiles(client, last) : null,
      });
      for (const tile of last) this.#sent.add(tile.id);
      this.#document = id;
      this.#kept = new WeakRef(tree);
      this.#told = false;
    } catch (error) {
      const failure = toStudioError(error);
      if (failure.code === 'AUTOSAVE_TILES_MISSING' && !again) {
        // The services were started anew, and what they had is gone: everything is sent again.
        this.#sent = new Set();
        await this.#keep(true);
        return;
      }
      if (failure.code === 'TILES_GONE') {
        // So are states that were released; what is still there is kept without them.
        this.#sent = new Set();
        this.#writer = new ProjectWriter();
        await this.#keep(true);
        return;
      }
      // Said once, not every few seconds; the next change tries again.
      if (!this.#told) ui.toast('error', failure.message);
      this.#told = true;
    }
  }

  #isEnded(): boolean {
    return this.#ended;
  }

  /** Sends tiles that are not on disk yet, a batch at a time. @returns the last batch, not sent yet */
  async #sendTiles(
    id: string,
    { tiles, elsewhere }: Serialised,
  ): Promise<readonly { readonly id: number; readonly data: Uint8ClampedArray }[]> {
    const { client } = this.#shared;
    const released = this.#released;
    const gone = elsewhere.filter((tile) => !this.#sent.has(tile.id));
    for (let at = 0; at < gone.length; at += TILES_AT_ONCE) {
      const some = gone.slice(at, at + TILES_AT_ONCE);
      const blob = await released.blobOf(some.map((tile) => tile.id));
      await client.request('autosave.tiles', { id, tiles: some, blob });
      for (const tile of some) this.#sent.add(tile.id);
    }
    const fresh = batches(tiles.filter((tile) => !this.#sent.has(tile.id)));
    for (const batch of fresh.slice(0, -1)) {
      const named = batch.map((tile) => ({ id: tile.id, bytes: tile.data.length }));
      const blob = await uploadTiles(client, batch);
      await client.request('autosave.tiles', { id, tiles: named, blob });
      for (const tile of batch) this.#sent.add(tile.id);
    }
    return fresh.at(-1) ?? [];
  }
}
