/**
 * Keeps the state of the work on disk, outside this page: a while after something changed, with only
 * the tiles that are not there yet. With it goes what waits beside it, at once: pictures and runs.
 */
import { createDocument } from '../document/create.js';
import { ProjectWriter, type Serialised } from '../document/serialise.js';
import { toStudioError } from '../bridge/client.js';
import { TILES_AT_ONCE, batches, uploadTiles } from '../bridge/pictures.js';
import { createHistory, currentDocument, type HistoryTree } from '../document/history/tree.js';
import type { Editor } from './editor.svelte.js';
import { sameMarks, type Keeping, type Marks } from './keeping.svelte.js';
import type { DocumentShared } from './open-document.svelte.js';
import type { Released } from './released.svelte.js';

/** Milliseconds after which pictures and runs are kept. */
const SOON = 150;
/** The size of what is not begun yet and says none. */
const SIDE = 512;
/** The longest name that is kept. */
const NAME_LENGTH = 200;

/** What is on disk. */
interface Kept {
  readonly work: object | null;
  readonly marks: Marks;
}

/** What is kept. */
interface Keepable {
  readonly editor: Editor;
  readonly released: Released;
  readonly keeping: Keeping;
  /** What the tab says. */
  readonly name: string;
}

export class Autosave {
  readonly #shared: DocumentShared;
  readonly #of: Keepable;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #due = 0;
  #kept = $state.raw<Kept | null>(null);
  #sent = new Set<number>();
  #document = '';
  #writer: ProjectWriter;
  #standIn: HistoryTree | null = null;
  #working: Promise<void> = Promise.resolve();
  #told = false;
  #ended = false;

  constructor(shared: DocumentShared, of: Keepable) {
    this.#shared = shared;
    this.#of = of;
    this.#writer = new ProjectWriter({ stored: of.released.stored });
  }

  /** Whether a crash would cost nothing: all of the work is saved or on disk. */
  get safe(): boolean {
    return !this.#isWanted || this.#isKept;
  }

  /** This was found on disk. */
  found(): void {
    const { editor, keeping } = this.#of;
    this.#kept = { work: editor.work, marks: keeping.marks };
  }

  /**
   * What is on disk is not needed any more.
   * @param saved whether the state that is there is saved; otherwise nobody wants it
   */
  async forget(saved: boolean): Promise<void> {
    this.#ended = !saved;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.#working;
    await this.#discard();
  }

  #anew(): void {
    this.#sent = new Set();
    this.#writer = new ProjectWriter({ stored: this.#of.released.stored });
  }

  /** Whether something would be lost that is in no file. */
  get #isWanted(): boolean {
    const { editor, keeping } = this.#of;
    return editor.dirty || (keeping.holds && !keeping.isFiled);
  }

  get #isKept(): boolean {
    const { editor, keeping } = this.#of;
    return this.#kept?.work === editor.work && sameMarks(this.#kept.marks, keeping.marks);
  }

  /** Something may have changed. */
  notice(): void {
    const { settings } = this.#shared;
    const { keeping } = this.#of;
    const wanted = this.#isWanted;
    const { marks } = keeping;
    if (!settings.autosave || keeping.restoring) return;
    if (wanted ? this.#isKept : this.#kept === null) return;
    const beside = this.#kept ? !sameMarks(this.#kept.marks, marks) : keeping.holds;
    this.#wait(wanted && beside ? SOON : settings.autosaveSeconds * 1000);
  }

  #wait(pause: number): void {
    const due = Date.now() + pause;
    if (this.#timer !== undefined && this.#due <= due) return;
    clearTimeout(this.#timer);
    this.#due = due;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#working = this.#working.then(() => this.#keep());
    }, pause);
  }

  async #keep({ again = false, gone = false } = {}): Promise<void> {
    const { client, ui } = this.#shared;
    const { editor, keeping, name } = this.#of;
    if (this.#ended || keeping.restoring || this.#isKept) return;
    if (!this.#isWanted) return this.#discard();
    const { id, work } = editor;
    const { marks } = keeping;
    if (id !== this.#document) this.#becomes(id);
    try {
      const tree = editor.tree ?? this.#stand();
      const { width, height } = currentDocument(tree);
      const written = this.#writer.write(tree, keeping.take({ gone }));
      const last = await this.#sendTiles(id, written);
      if (this.#isEnded()) return;
      await client.request('autosave.put', {
        id,
        name: name.slice(0, NAME_LENGTH),
        width,
        height,
        project: written.json,
        tiles: last.map((tile) => ({ id: tile.id, bytes: tile.data.length })),
        blob: last.length > 0 ? await uploadTiles(client, last) : null,
      });
      for (const tile of last) this.#sent.add(tile.id);
      this.#kept = { work, marks };
      this.#told = false;
    } catch (error) {
      const failure = toStudioError(error);
      if (failure.code === 'AUTOSAVE_TILES_MISSING' && !again) {
        // The services were started anew, and what they had is gone: everything is sent again.
        this.#sent = new Set();
        await this.#keep({ again: true, gone });
        return;
      }
      if (failure.code === 'TILES_GONE' && !gone) {
        // So are states that were released; what is still there is kept without them.
        this.#sent = new Set();
        this.#writer = new ProjectWriter();
        await this.#keep({ again, gone: true });
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

  /** It is kept under another name: another file was opened in its place. */
  #becomes(id: string): void {
    const before = this.#document;
    this.#document = id;
    this.#anew();
    if (before === '') return;
    void this.#shared.client.request('autosave.discard', { id: before }).catch(() => undefined);
  }

  async #discard(): Promise<void> {
    this.#kept = null;
    this.#anew();
    const { id } = this.#of.editor;
    await this.#shared.client.request('autosave.discard', { id });
  }

  /** Where nothing is begun yet, an empty history stands for it. */
  #stand(): HistoryTree {
    const label = { key: 'history.start' };
    this.#standIn ??= createHistory(createDocument(SIDE, SIDE), { label, at: 0, recipe: null });
    return this.#standIn;
  }

  /** Sends tiles that are not on disk yet, a batch at a time. @returns the last batch, not sent yet */
  async #sendTiles(
    id: string,
    { tiles, elsewhere }: Serialised,
  ): Promise<readonly { readonly id: number; readonly data: Uint8ClampedArray }[]> {
    const { client } = this.#shared;
    const { released } = this.#of;
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
