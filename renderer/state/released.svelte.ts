/** Old states of the history, released to the services' disk and read back when someone goes there. */
import type { StudioEvent } from '../../preload/contract.js';
import { toStudioError, type Client } from '../bridge/client.js';
import { DocumentError } from '../document/errors.js';
import { leastMissedFirst, restore } from '../document/history/memory.js';
import { currentDocument, type HistoryTree, type NodeId } from '../document/history/tree.js';
import { tilesOf, type Stored } from '../document/serialise.js';
import type { UnreadProject } from '../document/serialise.js';
import { badProject } from '../document/serialise/read.js';
import type { Mask, Raster, StudioDocument } from '../document/types.js';
import { t } from '../i18n/index.svelte.js';
import type { Editor } from './editor.svelte.js';
import type { DocumentShared } from './open-document.svelte.js';
import { Shelf } from './shelf.js';

/** Bytes of pixels that are read for a look at a state. */
const LOOK = 256 * 2 ** 20;
/** States that are brought back at once when a project is opened. */
const RECALLED = 24;
/** What that is of reading the history; the rest is looking whether all of it is whole. */
const RECALLED_PART = 0.5;

/**
 * Reads the present state of a project; the pixels of the others stay with the services.
 * @param blob of all tiles, the shelf's from now on
 * @returns its history, and the shelf that the other states are on
 * @throws StudioError, DocumentError
 */
export async function openProject(
  client: Client,
  project: UnreadProject,
  blob: string,
): Promise<{ readonly tree: HistoryTree; readonly shelf: Shelf }> {
  const shelf = new Shelf(client);
  try {
    await shelf.adopt(project.layout, blob);
    const present = await shelf.fetch([...project.present]);
    const tree = project.tree((id) => present.get(id));
    shelf.states.adopt(
      project.released,
      project.layout.map(({ id }) => id),
    );
    return { tree, shelf };
  } catch (error) {
    shelf.clear();
    client.drop(blob);
    const failure = toStudioError(error);
    throw failure.code === 'BAD_TILES' ? badProject('pixels are missing') : failure;
  }
}

export class Released {
  readonly #shared: DocumentShared;
  readonly #editor: Editor;
  #shelf: Shelf;
  /** Reading and writing, one after the other. */
  #turn: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  #told = false;
  /** What the services know the looking through by. */
  #checking = '';
  /** How much of a history that was opened is read, from 0 to 1; null: all that is to be read. */
  reading = $state.raw<number | null>(null);

  constructor(shared: DocumentShared, editor: Editor) {
    this.#shared = shared;
    this.#editor = editor;
    this.#shelf = new Shelf(shared.client);
  }

  /** Released states, for writing the history. */
  stored = (id: NodeId): Stored | undefined => this.#shelf.states.stored(id);

  /** The document was opened with states on a shelf: those that are missed first are brought back. */
  take(shelf: Shelf): void {
    this.#shelf.clear();
    this.#shelf = shelf;
    this.reading = 0;
    void this.#readOn(shelf).finally(() => {
      if (shelf === this.#shelf) this.reading = null;
    });
  }

  /** How far the services are with looking through it. */
  receive({ task, part }: Extract<StudioEvent, { type: 'task' }>): void {
    if (task !== this.#checking || this.reading === null) return;
    this.reading = RECALLED_PART + (1 - RECALLED_PART) * part;
  }

  /** Reads no more of the history than is wanted. @returns whether something was read */
  stopReading(): boolean {
    if (this.reading === null) return false;
    this.reading = null;
    if (this.#checking !== '') {
      const ask = { task: this.#checking };
      void this.#shared.client.request('task.cancel', ask).catch(() => undefined);
    }
    return true;
  }

  /** Makes states other than the current one hold no more bytes of pixels than this. */
  release(bytes: number): Promise<void> {
    return this.#inTurn(() => this.#release(bytes));
  }

  /** The document is closed: nothing of it is wanted any more. */
  end(): void {
    this.stopReading();
    this.#shelf.clear();
  }

  /**
   * Goes to a state, at once if it is in memory.
   * @param targetOf the state; null: nowhere
   * @throws StudioError where it cannot be read
   */
  go(targetOf: (tree: HistoryTree) => NodeId | null, go: () => void): void | Promise<void> {
    const editor = this.#editor;
    const target = editor.tree && targetOf(editor.tree);
    if (target === null) return;
    if (this.#waiting === 0 && editor.tree?.nodes.get(target)?.document) {
      go();
      return;
    }
    this.#waiting += 1;
    return this.#inTurn(() => this.#bring(targetOf, go)).finally(() => {
      this.#waiting -= 1;
    });
  }

  /**
   * A state's document, without going there; one on disk stays there.
   * @throws StudioError where it cannot be read; DocumentError NO_SUCH_STATE
   */
  read(id: NodeId): Promise<StudioDocument> {
    const turn = this.#turn
      .catch(() => undefined)
      .then(() => {
        const { tree } = this.#editor;
        if (!tree) throw new DocumentError('NO_SUCH_STATE', 'There is no history.');
        return this.#shelf.states.read(tree, id);
      });
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  /**
   * A state's document for a look at it; null where that is not wanted any more when its turn comes,
   * would take too much, or cannot be had.
   */
  async look(id: NodeId, wanted: () => boolean): Promise<StudioDocument | null> {
    let found: StudioDocument | null = null;
    await this.#inTurn(async () => {
      const { tree } = this.#editor;
      const { states } = this.#shelf;
      if (!wanted() || !tree?.nodes.has(id) || states.bytesToRead(tree, id) > LOOK) return;
      found = await states.read(tree, id);
      // Said when somebody goes there.
    }).catch(() => undefined);
    return found;
  }

  /** Pixels with those of their tiles that are not in memory yet. @throws StudioError */
  async filled<Pixels extends Raster | Mask>(pixels: Pixels): Promise<Pixels> {
    const missing = [...pixels.tiles.values()].filter(({ data }) => data.byteLength === 0);
    if (missing.length === 0) return pixels;
    const found = await this.#shelf.fetch(missing.map(({ id }) => id));
    const tiles = [...pixels.tiles].map(([key, tile]) => {
      const data = found.get(tile.id);
      return [key, data ? { id: tile.id, data } : tile] as const;
    });
    return { ...pixels, tiles: new Map(tiles) };
  }

  /** A blob of some tiles on disk, in this order. @throws StudioError TILES_GONE */
  blobOf(ids: readonly number[]): Promise<string> {
    return this.#shelf.blobOf(ids);
  }

  /** Reads what of an opened history is missed first, and has a look at the rest. */
  async #readOn(shelf: Shelf): Promise<void> {
    const { ui } = this.#shared;
    const { name } = this.#editor;
    await this.#recall();
    if (this.reading === null || shelf !== this.#shelf) return;
    this.reading = RECALLED_PART;
    this.#checking = crypto.randomUUID();
    try {
      await shelf.check(this.#checking);
    } catch (error) {
      // Given up, or closed meanwhile.
      if (this.#gaveUp() || shelf !== this.#shelf) return;
      const { code } = toStudioError(error);
      if (code === 'DAMAGED_TILES') ui.toast('error', t('history.damaged', { name }));
    } finally {
      this.#checking = '';
    }
  }

  #gaveUp(): boolean {
    return this.reading === null;
  }

  /** Brings the states back that undo and redo lead to first, as far as memory is theirs. */
  async #recall(): Promise<void> {
    const { settings } = this.#shared;
    const editor = this.#editor;
    const { tree: first, id } = editor;
    const { states } = this.#shelf;
    if (!first) return;
    const held = new Set(tilesOf(currentDocument(first)).map((tile) => tile.id));
    let left = settings.historyMemory / 2;
    const wanted = leastMissedFirst(first).toReversed().slice(0, RECALLED);
    for (const [index, node] of wanted.entries()) {
      if (this.reading === null) return;
      await this.#inTurn(async () => {
        const { tree } = editor;
        if (left <= 0 || !tree || editor.id !== id || tree.nodes.get(node.id)?.document) return;
        const document = await states.read(tree, node.id);
        for (const tile of tilesOf(document)) {
          if (!held.has(tile.id)) left -= tile.data.byteLength;
          held.add(tile.id);
        }
        const now = editor.tree;
        if (now && editor.id === id) editor.replaceTree(restore(now, node.id, document));
        // Said when somebody goes there.
      }).catch(() => undefined);
      if (!this.#gaveUp()) this.reading = ((index + 1) / wanted.length) * RECALLED_PART;
    }
  }

  async #release(bytes: number): Promise<void> {
    const { ui } = this.#shared;
    const editor = this.#editor;
    const { tree, id } = editor;
    if (!tree) return;
    try {
      const release = await this.#shelf.states.release(tree, bytes, editor.saved);
      const now = editor.tree;
      if (now && editor.id === id) editor.replaceTree(release(now));
      this.#told = false;
    } catch (error) {
      // Said once: the states stay in memory, and the next change tries again.
      if (!this.#told) ui.toast('error', editor.explain(toStudioError(error)));
      this.#told = true;
    }
  }

  async #bring(targetOf: (tree: HistoryTree) => NodeId | null, go: () => void): Promise<void> {
    const { ui } = this.#shared;
    const editor = this.#editor;
    const { tree, id } = editor;
    if (!tree) return;
    const target = targetOf(tree);
    if (target === null) return;
    if (!tree.nodes.get(target)?.document) {
      ui.busy = { key: 'history.reading', params: {} };
      try {
        const document = await this.#shelf.states.read(tree, target);
        const now = editor.tree;
        if (now && editor.id === id) editor.replaceTree(restore(now, target, document));
      } finally {
        ui.busy = null;
      }
    }
    // Who went on working meanwhile stays there.
    if (editor.id === id && editor.tree && targetOf(editor.tree) === target) go();
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#turn.catch(() => undefined).then(work);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }
}
