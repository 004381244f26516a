/** How much memory a history holds, and holding less. */
import { DocumentError } from '../errors.js';
import { holdersOf } from '../layers/held.js';
import type { Mask, MaskTile, Raster, StudioDocument, Tile } from '../types.js';
import { pathTo, redoPath, requireNode, withNode } from './tree.js';
import type { HistoryNode, HistoryTree, NodeId } from './tree.js';

/** Counts how many states hold a tile, by way of rasters and masks, which states share as well. */
class Holdings {
  bytes = 0;
  readonly #holders = new Map<Raster | Mask, number>();
  readonly #tiles = new Map<Tile | MaskTile, number>();

  hold(document: StudioDocument): void {
    for (const holder of holdersOf(document)) {
      const count = this.#holders.get(holder) ?? 0;
      this.#holders.set(holder, count + 1);
      if (count > 0) continue;
      for (const tile of holder.tiles.values()) {
        const tiles = this.#tiles.get(tile) ?? 0;
        this.#tiles.set(tile, tiles + 1);
        if (tiles === 0) this.bytes += tile.data.byteLength;
      }
    }
  }

  release(document: StudioDocument): void {
    for (const holder of holdersOf(document)) {
      const count = (this.#holders.get(holder) ?? 0) - 1;
      this.#holders.set(holder, count);
      if (count > 0) continue;
      for (const tile of holder.tiles.values()) {
        const tiles = (this.#tiles.get(tile) ?? 0) - 1;
        this.#tiles.set(tile, tiles);
        if (tiles === 0) this.bytes -= tile.data.byteLength;
      }
    }
  }

  /** Whether holding it would take nothing but what is held already. */
  isFree(document: StudioDocument): boolean {
    const held = (tile: Tile | MaskTile): boolean => (this.#tiles.get(tile) ?? 0) > 0;
    return [...holdersOf(document)].every(
      (holder) => (this.#holders.get(holder) ?? 0) > 0 || [...holder.tiles.values()].every(held),
    );
  }
}

function holdingsOf(tree: HistoryTree): Holdings {
  const holdings = new Holdings();
  for (const { document } of tree.nodes.values()) if (document) holdings.hold(document);
  return holdings;
}

/** Bytes of pixels that the states in memory hold; a tile that several hold counts once. */
export function bytesHeld(tree: HistoryTree): number {
  return holdingsOf(tree).bytes;
}

/**
 * All states but the current one, those first that are missed least: first what undo and redo do
 * not lead to, the oldest first, then what they lead to, the farthest first.
 */
export function leastMissedFirst(tree: HistoryTree): readonly HistoryNode[] {
  const steps = new Map<NodeId, number>();
  // As far on as back, back is where people go.
  for (const [index, id] of redoPath(tree).entries()) steps.set(id, index + 1.5);
  for (const [index, { id }] of pathTo(tree, tree.current).toReversed().entries()) {
    steps.set(id, index);
  }
  const nodes = [...tree.nodes.values()].filter(({ id }) => id !== tree.current);
  const aside = nodes.filter(({ id }) => !steps.has(id));
  const line = nodes.filter(({ id }) => steps.has(id));
  const farthest = (one: HistoryNode, other: HistoryNode): number =>
    (steps.get(other.id) ?? 0) - (steps.get(one.id) ?? 0);
  return [...aside, ...line.sort(farthest)];
}

/**
 * Releases documents of states until no more than this is held, or all but the current and the
 * pinned ones are released. States that would free nothing stay.
 * @returns the tree, and the states released, whose documents the caller may want to keep on disk
 *   (they are in the tree given)
 */
export function trim(
  tree: HistoryTree,
  maxBytes: number,
): { readonly tree: HistoryTree; readonly released: readonly NodeId[] } {
  const holdings = holdingsOf(tree);
  const released = new Map<NodeId, StudioDocument>();
  for (const { id, document, pinned } of leastMissedFirst(tree)) {
    if (holdings.bytes <= maxBytes) break;
    if (!document || pinned) continue;
    holdings.release(document);
    released.set(id, document);
  }
  for (const [id, document] of [...released].reverse()) {
    if (!holdings.isFree(document)) continue;
    holdings.hold(document);
    released.delete(id);
  }
  if (released.size === 0) return { tree, released: [] };
  const nodes = new Map(
    [...tree.nodes].map(([id, node]) => [
      id,
      released.has(id) ? { ...node, document: null } : node,
    ]),
  );
  return { tree: { ...tree, nodes }, released: [...released.keys()] };
}

/** Gives a released state its document back. @throws DocumentError NO_SUCH_STATE */
export function restore(tree: HistoryTree, id: NodeId, document: StudioDocument): HistoryTree {
  const node = requireNode(tree, id);
  return node.document ? tree : withNode(tree, { ...node, document });
}

/** Releases one state, whose document the caller keeps. @throws DocumentError NO_SUCH_STATE */
export function release(tree: HistoryTree, id: NodeId): HistoryTree {
  const node = requireNode(tree, id);
  if (id === tree.current) {
    throw new DocumentError('BAD_VALUE', 'The current state cannot be released.');
  }
  return node.document ? withNode(tree, { ...node, document: null }) : tree;
}
