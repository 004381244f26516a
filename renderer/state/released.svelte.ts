/** Old states of the history, released to the services' disk and read back when someone goes there. */
import { toStudioError } from '../bridge/client.js';
import { TILES_AT_ONCE, batches, fetchTiles, uploadTiles } from '../bridge/pictures.js';
import { restore } from '../document/history/memory.js';
import type { HistoryTree, NodeId } from '../document/history/tree.js';
import { ReleasedStates, type TileKeeper } from '../document/release.js';
import type { Serialised, TileBytes } from '../document/serialise.js';
import type { Studio } from './studio.svelte.js';

/** Milliseconds after a change before anything is written. */
const PAUSE = 1500;

export class Released {
  readonly #studio: Studio;
  /** What the services know this page's tiles by. */
  readonly #name = crypto.randomUUID();
  /** Lengths of what was stored. */
  readonly #lengths = new Map<number, number>();
  #states: ReleasedStates;
  /** Of which document. */
  #document = '';
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Reading and writing, one after the other. */
  #turn: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  #told = false;

  constructor(studio: Studio) {
    this.#studio = studio;
    this.#states = new ReleasedStates(this.#keeper);
  }

  /** Released states, for writing the history. */
  stored = (id: NodeId): string | undefined => this.#states.stored(id);

  /** Something may have changed. */
  notice(tree: HistoryTree | null): void {
    const { id } = this.#studio.editor;
    if (id !== this.#document) this.#begin(id);
    if (tree === null) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.#inTurn(() => this.#release());
    }, PAUSE);
  }

  /**
   * Goes to a state, at once if it is in memory.
   * @param targetOf the state; null: nowhere
   * @throws StudioError where it cannot be read
   */
  go(targetOf: (tree: HistoryTree) => NodeId | null, go: () => void): void | Promise<void> {
    const { editor } = this.#studio;
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
   * All tiles of a history as it is written, those in memory and those on disk, as one blob.
   * @throws StudioError TILES_GONE where one on disk is not there any more; the signal's reason once
   *   it is aborted, and then nothing of it stays
   */
  async uploadAll(written: Serialised, signal?: AbortSignal): Promise<string> {
    const { client } = this.#studio;
    const parts: string[] = [];
    try {
      await this.#uploadParts(written, parts, signal);
      return parts.length > 0 ? await client.joined(parts) : await uploadTiles(client, []);
    } catch (error) {
      client.drop(...parts);
      throw error;
    }
  }

  async #uploadParts(
    { tiles, elsewhere }: Serialised,
    parts: string[],
    signal?: AbortSignal,
  ): Promise<void> {
    const { client } = this.#studio;
    let next = 0;
    let run: TileBytes[] = [];
    const send = async (): Promise<void> => {
      for (const batch of batches(run)) parts.push(await uploadTiles(client, batch, signal));
      run = [];
    };
    // Both lists are in the order of the ids, and so has the blob to be.
    for (const tile of tiles) {
      const before: number[] = [];
      for (let other = elsewhere[next]; other && other.id < tile.id; other = elsewhere[++next]) {
        before.push(other.id);
      }
      if (before.length > 0) {
        await send();
        parts.push(...(await this.#onDisk(before)));
      }
      run.push(tile);
    }
    await send();
    signal?.throwIfAborted();
    parts.push(...(await this.#onDisk(elsewhere.slice(next).map(({ id }) => id))));
  }

  /** Blobs of tiles on disk, which never come through this page. */
  async #onDisk(ids: readonly number[]): Promise<readonly string[]> {
    const blobs: string[] = [];
    for (const some of groups(ids)) blobs.push(await this.blobOf(some));
    return blobs;
  }

  /** A blob of some tiles on disk, in this order. @throws StudioError TILES_GONE */
  async blobOf(ids: readonly number[]): Promise<string> {
    const ask = { store: this.#name, ids: [...ids] };
    const { blob } = await this.#studio.client.request('tiles.fetch', ask);
    return blob;
  }

  readonly #keeper: TileKeeper = {
    store: async (tiles) => {
      const { client } = this.#studio;
      for (const batch of batches(tiles)) {
        const named = batch.map(({ id, data }) => ({ id, bytes: data.length }));
        const blob = await uploadTiles(client, batch);
        await client.request('tiles.store', { store: this.#name, tiles: named, blob });
        for (const { id, bytes } of named) this.#lengths.set(id, bytes);
      }
    },
    fetch: async (ids) => {
      const { client } = this.#studio;
      const found = new Map<number, Uint8ClampedArray>();
      for (const some of groups(ids)) {
        const blob = await this.blobOf(some);
        const layout = some.map((id) => ({ id, bytes: this.#lengths.get(id) ?? 0 }));
        for (const [id, data] of await fetchTiles(client, blob, layout)) found.set(id, data);
        client.drop(blob);
      }
      return found;
    },
  };

  #begin(document: string): void {
    this.#document = document;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#states = new ReleasedStates(this.#keeper);
    if (this.#lengths.size === 0) return;
    this.#lengths.clear();
    const { client } = this.#studio;
    void client.request('tiles.clear', { store: this.#name }).catch(() => undefined);
  }

  async #release(): Promise<void> {
    const { editor, settings, ui } = this.#studio;
    const { tree, id } = editor;
    if (!tree) return;
    try {
      const release = await this.#states.release(tree, settings.historyMemory, editor.saved);
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
    const { editor, ui } = this.#studio;
    const { tree, id } = editor;
    if (!tree) return;
    const target = targetOf(tree);
    if (target === null) return;
    if (!tree.nodes.get(target)?.document) {
      ui.busy = { key: 'history.reading', params: {} };
      try {
        const document = await this.#states.read(tree, target);
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

/** As many ids at once as may be fetched at once. */
function groups(ids: readonly number[]): readonly (readonly number[])[] {
  const made: (readonly number[])[] = [];
  for (let at = 0; at < ids.length; at += TILES_AT_ONCE)
    made.push(ids.slice(at, at + TILES_AT_ONCE));
  return made;
}
