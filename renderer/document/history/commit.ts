/** Making states. */
import type { StudioDocument } from '../types.js';
import { currentDocument, makeNode, requireNode, withNode } from './tree.js';
import type { HistoryTree, NodeId, StateInfo } from './tree.js';

/** Characters of a state's name. */
const MAX_STATE_NAME = 200;

/** Makes a state after the current one and goes there; nothing if the document is the same. */
export function commit(tree: HistoryTree, document: StudioDocument, info: StateInfo): HistoryTree {
  const { current, next } = tree;
  if (document === currentDocument(tree)) return tree;
  return {
    ...tree,
    nodes: new Map(tree.nodes).set(next, makeNode(next, current, document, info)),
    current: next,
    next: next + 1,
    visited: new Map(tree.visited).set(current, next),
  };
}

/**
 * Puts another document in the place of the current one, without a state of its own: for the steps
 * of a gesture, and for what is no change of the picture, such as which layers are selected.
 */
export function replaceCurrent(tree: HistoryTree, document: StudioDocument): HistoryTree {
  const node = requireNode(tree, tree.current);
  return node.document === document ? tree : withNode(tree, { ...node, document });
}

/** Calls a state by a name; an empty one takes it away. @throws DocumentError NO_SUCH_STATE */
export function setName(tree: HistoryTree, id: NodeId, given: string): HistoryTree {
  const { name: old = '', ...node } = requireNode(tree, id);
  const name = given.trim().slice(0, MAX_STATE_NAME);
  return name === old ? tree : withNode(tree, { ...node, ...(name !== '' && { name }) });
}

/** Keeps a state in memory, or lets it be released again. @throws DocumentError NO_SUCH_STATE */
export function setPinned(tree: HistoryTree, id: NodeId, pinned: boolean): HistoryTree {
  const node = requireNode(tree, id);
  return node.pinned === pinned ? tree : withNode(tree, { ...node, pinned });
}
