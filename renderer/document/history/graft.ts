/** States made apart from where the person is: branches that grow beside their work. */
import type { StudioDocument } from '../types.js';
import { lastChildren } from './travel.js';
import { makeNode, pathTo, requireNode } from './tree.js';
import type { HistoryNode, HistoryTree, NodeId, StateInfo } from './tree.js';

/**
 * Makes a state after any other without going there; undo and redo lead where they led before.
 * @throws DocumentError NO_SUCH_STATE
 */
export function graft(
  tree: HistoryTree,
  parent: NodeId,
  document: StudioDocument,
  info: StateInfo,
): { readonly tree: HistoryTree; readonly id: NodeId } {
  requireNode(tree, parent);
  const id = tree.next;
  const nodes = new Map(tree.nodes).set(id, makeNode(id, parent, document, info));
  return { tree: { ...tree, nodes, next: id + 1 }, id };
}

/**
 * Puts a state before the first one, which it then leads to; the person stays where they are.
 * @returns the tree, and the state that is its first one now
 */
export function plant(
  tree: HistoryTree,
  document: StudioDocument,
  info: StateInfo,
): { readonly tree: HistoryTree; readonly id: NodeId } {
  const old = requireNode(tree, tree.root);
  const id = old.id - 1;
  const nodes = new Map([[id, makeNode(id, null, document, info)], ...tree.nodes]);
  nodes.set(old.id, { ...old, parent: id });
  const visited = new Map(tree.visited).set(id, old.id);
  return { tree: { ...tree, nodes, root: id, visited }, id };
}

/**
 * The states after this one: on the way to where the person is, or, where that way does not lead
 * through it or ends in it, on to the end of its branch.
 * @throws DocumentError NO_SUCH_STATE
 */
export function stepsAfter(tree: HistoryTree, id: NodeId): readonly HistoryNode[] {
  requireNode(tree, id);
  const path = pathTo(tree, tree.current);
  const at = path.findIndex((node) => node.id === id);
  if (at >= 0 && at < path.length - 1) return path.slice(at + 1);
  const last = lastChildren(tree.nodes);
  const steps: HistoryNode[] = [];
  let next = tree.visited.get(id) ?? last.get(id);
  while (next !== undefined) {
    steps.push(requireNode(tree, next));
    next = tree.visited.get(next) ?? last.get(next);
  }
  return steps;
}
