/**
 * The history of a document: a tree of states, an immutable value like the documents in it. Going
 * back and doing something else begins a branch; nothing that was done is lost.
 */
import { DocumentError } from '../errors.js';
import type { Recipe, StudioDocument } from '../types.js';

/**
 * Given in the order in which states are made; a state's is greater than its parent's. One that was
 * put before the first one is less than 0.
 */
export type NodeId = number;

/** What was done, to be put into the person's language. */
export interface Label {
  readonly key: string;
  readonly params?: Readonly<Record<string, string | number>>;
}

/** A state. */
export interface HistoryNode {
  readonly id: NodeId;
  /** The state it was made from; null for the first one. */
  readonly parent: NodeId | null;
  readonly label: Label;
  /** What the person calls it. */
  readonly name?: string;
  /** When, in milliseconds since 1970. */
  readonly at: number;
  /** null: released from memory, to be restored from where the caller keeps it. */
  readonly document: StudioDocument | null;
  /** What made it, if a model did. */
  readonly recipe: Recipe | null;
  /** Pinned states are never released from memory. */
  readonly pinned: boolean;
}

/** The beginning of a gesture that may be undone as a whole or made one state. */
export interface Mark {
  readonly name: string;
  /** The state the gesture began in, and its document at that time. */
  readonly node: NodeId;
  readonly document: StudioDocument;
  /** States from this id on were made since. */
  readonly from: NodeId;
}

export interface HistoryTree {
  /** By id, in the order they were made. */
  readonly nodes: ReadonlyMap<NodeId, HistoryNode>;
  readonly root: NodeId;
  readonly current: NodeId;
  /** The id of the next state. */
  readonly next: NodeId;
  /** For each state the one after it that was visited last: where redo goes. */
  readonly visited: ReadonlyMap<NodeId, NodeId>;
  readonly marks: readonly Mark[];
}

/** What a state is made with. */
export interface StateInfo {
  readonly label: Label;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly recipe?: Recipe | null;
}

/** A history that begins with this document. */
export function createHistory(document: StudioDocument, info: StateInfo): HistoryTree {
  const root = makeNode(0, null, document, info);
  return {
    nodes: new Map([[0, root]]),
    root: 0,
    current: 0,
    next: 1,
    visited: new Map(),
    marks: [],
  };
}

export function makeNode(
  id: NodeId,
  parent: NodeId | null,
  document: StudioDocument,
  { label, at, recipe = null }: StateInfo,
): HistoryNode {
  return { id, parent, label, at, document, recipe, pinned: false };
}

/** @throws DocumentError NO_SUCH_STATE */
export function requireNode(tree: HistoryTree, id: NodeId): HistoryNode {
  const node = tree.nodes.get(id);
  if (node) return node;
  throw new DocumentError('NO_SUCH_STATE', 'This state is not in the history.');
}

/** @throws DocumentError NO_SUCH_STATE, STATE_RELEASED */
export function documentOf(tree: HistoryTree, id: NodeId): StudioDocument {
  const { document } = requireNode(tree, id);
  if (document) return document;
  throw new DocumentError('STATE_RELEASED', 'This state has to be read from disk first.');
}

/** The document as it is now. */
export function currentDocument(tree: HistoryTree): StudioDocument {
  return documentOf(tree, tree.current);
}

/** From the first state to this one, both included. @throws DocumentError NO_SUCH_STATE */
export function pathTo(tree: HistoryTree, id: NodeId): readonly HistoryNode[] {
  const path: HistoryNode[] = [];
  let node: HistoryNode | undefined = requireNode(tree, id);
  while (node) {
    path.push(node);
    node = node.parent === null ? undefined : tree.nodes.get(node.parent);
  }
  return path.reverse();
}

/** States by the state they were made from, in the order they were made. */
export function childrenByParent(tree: HistoryTree): ReadonlyMap<NodeId, readonly HistoryNode[]> {
  const children = new Map<NodeId, HistoryNode[]>();
  for (const node of tree.nodes.values()) {
    if (node.parent === null) continue;
    const siblings = children.get(node.parent);
    if (siblings) siblings.push(node);
    else children.set(node.parent, [node]);
  }
  return children;
}

/** States made from this one, in the order they were made. */
export function childrenOf(tree: HistoryTree, id: NodeId): readonly HistoryNode[] {
  return [...tree.nodes.values()].filter(({ parent }) => parent === id);
}

/** The last state of each branch, in the order they were made. */
export function branches(tree: HistoryTree): readonly HistoryNode[] {
  const parents = new Set([...tree.nodes.values()].map(({ parent }) => parent));
  return [...tree.nodes.values()].filter(({ id }) => !parents.has(id));
}

/** The states that redo would go through, the nearest first. */
export function redoPath(tree: HistoryTree): readonly NodeId[] {
  const path: NodeId[] = [];
  let next = tree.visited.get(tree.current);
  while (next !== undefined) {
    path.push(next);
    next = tree.visited.get(next);
  }
  return path;
}

/** The tree with a state changed. */
export function withNode(tree: HistoryTree, node: HistoryNode): HistoryTree {
  return { ...tree, nodes: new Map(tree.nodes).set(node.id, node) };
}
