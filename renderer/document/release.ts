/** States that leave the memory: what of them is kept elsewhere, and how they come back. */
import { leastMissedFirst, release, trim } from './history/memory.js';
import { setPinned } from './history/commit.js';
import {
  currentDocument,
  documentOf,
  requireNode,
  type HistoryTree,
  type NodeId,
} from './history/tree.js';
import { tilesOf } from './layers/held.js';
import { readState, storeState, tileLayout } from './serialise.js';
import type { Stored, TileBytes, TileLength } from './serialise.js';
import type { StudioDocument } from './types.js';

/** Where tiles are kept outside of the memory, by their ids. */
export interface TileKeeper {
  store(tiles: readonly TileBytes[]): Promise<void>;
  /** @throws where one is not kept any more */
  fetch(ids: readonly number[]): Promise<ReadonlyMap<number, Uint8ClampedArray>>;
}

/** Bytes of pixels of one document; a tile that lies in it twice counts once. */
export function bytesOf(document: StudioDocument): number {
  return tilesOf(document).reduce((sum, { data }) => sum + data.byteLength, 0);
}

/** The released states of one history. Its methods that wait must not run at the same time. */
export class ReleasedStates {
  readonly #keeper: TileKeeper;
  readonly #stored = new Map<NodeId, Stored>();
  /** Tiles that the keeper has; once there, they stay. */
  readonly #kept = new Set<number>();
  /** Tiles of released states that others had at that time, so that they need not be kept yet. */
  readonly #shared = new Map<number, TileBytes>();

  constructor(keeper: TileKeeper) {
    this.#keeper = keeper;
  }

  /** A released state, for writing it. */
  readonly stored = (id: NodeId): Stored | undefined => this.#stored.get(id);

  /** Takes in states that were never in memory. @param tiles that the keeper has, by their ids */
  adopt(states: ReadonlyMap<NodeId, StudioDocument>, tiles: Iterable<number>): void {
    for (const [id, document] of states) this.#stored.set(id, document);
    for (const id of tiles) this.#kept.add(id);
  }

  /**
   * Gives to the keeper what has to leave so that states other than the current one hold no more
   * than this; those that are missed least leave first.
   * @param saved a document that is held elsewhere anyway: its state stays
   * @returns the tree that is left of the one that is there by then
   * @throws what the keeper throws; then nothing leaves
   */
  async release(
    tree: HistoryTree,
    bytes: number,
    saved: StudioDocument | null,
  ): Promise<(now: HistoryTree) => HistoryTree> {
    const states = leaving(tree, bytes, saved);
    if (states.size === 0) return (now) => now;
    const staying = tilesBut(tree, states);
    const tiles = new Map(this.#shared);
    for (const document of states.values()) {
      for (const tile of tilesOf(document)) if (!this.#kept.has(tile.id)) tiles.set(tile.id, tile);
    }
    const alone = [...tiles.values()].filter(({ id }) => !staying.has(id));
    if (alone.length > 0) await this.#keeper.store(alone);
    for (const { id } of alone) this.#kept.add(id);
    return (now) => this.#without(now, states);
  }

  /**
   * The document of a released state.
   * @throws what the keeper throws; DocumentError STATE_RELEASED where it was not released here
   */
  async read(tree: HistoryTree, id: NodeId): Promise<StudioDocument> {
    const { document } = requireNode(tree, id);
    const stored = this.#stored.get(id);
    if (document || stored === undefined) return documentOf(tree, id);
    const json = typeof stored === 'string' ? stored : storeState(stored);
    const known = this.#known(tree);
    const missing = missingTiles(json, known);
    if (missing.length > 0) {
      const fetched = await this.#keeper.fetch(missing.map((tile) => tile.id));
      for (const [tile, data] of fetched) known.set(tile, { id: tile, data });
    }
    return readState(json, (tile) => known.get(tile));
  }

  /** Bytes of pixels that reading a state would fetch. @throws DocumentError NO_SUCH_STATE */
  bytesToRead(tree: HistoryTree, id: NodeId): number {
    const { document } = requireNode(tree, id);
    const stored = this.#stored.get(id);
    if (document || stored === undefined) return 0;
    const json = typeof stored === 'string' ? stored : storeState(stored);
    return missingTiles(json, this.#known(tree)).reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** Tiles that are in memory, by their ids. */
  #known(tree: HistoryTree): Map<number, TileBytes> {
    const known = new Map(this.#shared);
    for (const { document } of tree.nodes.values()) {
      if (document) for (const tile of tilesOf(document)) known.set(tile.id, tile);
    }
    return known;
  }

  #without(now: HistoryTree, states: ReadonlyMap<NodeId, StudioDocument>): HistoryTree {
    let left = now;
    for (const [id, document] of states) {
      // Somebody went there, or changed what is selected in it, while it was written.
      if (id === left.current || left.nodes.get(id)?.document !== document) continue;
      this.#stored.set(id, storeState(document));
      for (const tile of tilesOf(document)) {
        if (!this.#kept.has(tile.id)) this.#shared.set(tile.id, tile);
      }
      left = release(left, id);
    }
    for (const id of this.#kept) this.#shared.delete(id);
    return left;
  }
}

/** Tiles of a stored state that are not among these. */
function missingTiles(json: string, known: ReadonlyMap<number, TileBytes>): readonly TileLength[] {
  return tileLayout(json).filter(({ id }) => !known.has(id));
}

/** States that have to leave, with their documents. */
function leaving(
  tree: HistoryTree,
  bytes: number,
  saved: StudioDocument | null,
): ReadonlyMap<NodeId, StudioDocument> {
  const savedNode = leastMissedFirst(tree).find(({ document }) => document && document === saved);
  const guarded = savedNode ? setPinned(tree, savedNode.id, true) : tree;
  const { released } = trim(guarded, bytesOf(currentDocument(tree)) + bytes);
  const states = new Map<NodeId, StudioDocument>();
  for (const id of released) {
    const { document } = requireNode(tree, id);
    if (document) states.set(id, document);
  }
  return states;
}

/** Tiles of all states in memory but these. */
function tilesBut(
  tree: HistoryTree,
  states: ReadonlyMap<NodeId, StudioDocument>,
): ReadonlySet<number> {
  const tiles = new Set<number>();
  for (const { id, document } of tree.nodes.values()) {
    if (document && !states.has(id)) for (const tile of tilesOf(document)) tiles.add(tile.id);
  }
  return tiles;
}
