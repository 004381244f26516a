/** Going from state to state. */
import { documentOf, pathTo, requireNode } from './tree.js';
import type { HistoryNode, HistoryTree, NodeId } from './tree.js';

/** Where undo goes; null at the first state. */
export function undoTarget(tree: HistoryTree): NodeId | null {
  return requireNode(tree, tree.current).parent;
}

/** Where redo goes: to the state after this one that was visited last; null if there is none. */
export function redoTarget(tree: HistoryTree): NodeId | null {
  return tree.visited.get(tree.current) ?? null;
}

/** One state back; the same at the first one. @throws DocumentError STATE_RELEASED */
export function undo(tree: HistoryTree): HistoryTree {
  return step(tree, undoTarget(tree));
}

/** One state on; the same at the end of a branch. @throws DocumentError STATE_RELEASED */
export function redo(tree: HistoryTree): HistoryTree {
  return step(tree, redoTarget(tree));
}

function step(tree: HistoryTree, to: NodeId | null): HistoryTree {
  if (to === null) return tree;
  documentOf(tree, to);
  return { ...tree, current: to };
}

/**
 * Goes to any state; redo from the states before it leads to it from now on.
 * @throws DocumentError NO_SUCH_STATE, STATE_RELEASED
 */
export function goTo(tree: HistoryTree, id: NodeId): HistoryTree {
  documentOf(tree, id);
  if (id === tree.current) return tree;
  return { ...tree, current: id, visited: visitedTo(tree, id) };
}

/** Where redo goes once this state has been visited. */
export function visitedTo(tree: HistoryTree, id: NodeId): ReadonlyMap<NodeId, NodeId> {
  const visited = new Map(tree.visited);
  for (const { id: on, parent } of pathTo(tree, id)) if (parent !== null) visited.set(parent, on);
  return visited;
}

/** For each state the one that was made from it last. */
export function lastChildren(nodes: ReadonlyMap<NodeId, HistoryNode>): ReadonlyMap<NodeId, NodeId> {
  const last = new Map<NodeId, NodeId>();
  for (const { id, parent } of nodes.values()) if (parent !== null) last.set(parent, id);
  return last;
}
