/**
 * Gestures: `begin` when one starts, then any number of states, then `squash` to make them one, or
 * `bail` to be where it began. Marks nest, and no clock is involved.
 */
import { DocumentError } from '../errors.js';
import { currentDocument, makeNode, pathTo } from './tree.js';
import type { HistoryNode, HistoryTree, Mark, NodeId, StateInfo } from './tree.js';
import { lastChildren, visitedTo } from './travel.js';

/** Marks where a gesture begins. */
export function begin(tree: HistoryTree, name: string): HistoryTree {
  const document = currentDocument(tree);
  const mark: Mark = { name, node: tree.current, document, from: tree.next };
  return { ...tree, marks: [...tree.marks, mark] };
}

/** Takes back all that was done since the mark. @throws DocumentError NO_SUCH_MARK */
export function bail(tree: HistoryTree, name: string): HistoryTree {
  const { mark, marks } = takeMark(tree, name);
  return { ...atMark(tree, mark), marks };
}

/**
 * Makes all that was done since the mark one state; no state at all if the document is the same.
 * @throws DocumentError NO_SUCH_MARK
 */
export function squash(tree: HistoryTree, name: string, info: StateInfo): HistoryTree {
  const { mark, marks } = takeMark(tree, name);
  const { current } = tree;
  const document = currentDocument(tree);
  if (document === mark.document) return bail(tree, name);
  const path = pathTo(tree, current);
  const at = path.findIndex(({ id }) => id === mark.node);
  const first = path[at + 1];
  // Somebody went elsewhere in the middle of the gesture: what was made stays as it is.
  if (at === -1 || (first && first.id < mark.from)) return { ...tree, marks };
  const id = Math.max(current, mark.from);
  const left = atMark(tree, mark);
  return {
    ...left,
    nodes: new Map(left.nodes).set(id, makeNode(id, mark.node, document, info)),
    current: id,
    next: Math.max(tree.next, id + 1),
    visited: new Map(left.visited).set(mark.node, id),
    marks,
  };
}

function takeMark(tree: HistoryTree, name: string): { mark: Mark; marks: readonly Mark[] } {
  const index = tree.marks.findLastIndex((mark) => mark.name === name);
  const mark = tree.marks[index];
  if (!mark) throw new DocumentError('NO_SUCH_MARK', 'The gesture has already ended.');
  return { mark, marks: tree.marks.slice(0, index) };
}

/** The tree as it was when the gesture began. */
function atMark(tree: HistoryTree, mark: Mark): HistoryTree {
  const nodes = new Map([...tree.nodes].filter(([id]) => id < mark.from));
  const node = nodes.get(mark.node);
  if (node) nodes.set(node.id, { ...node, document: mark.document });
  const left = { ...tree, nodes, current: mark.node, visited: visitedWithin(tree, nodes) };
  return { ...left, visited: visitedTo(left, mark.node) };
}

/** Where redo goes, without states that are gone; from there to the last one made that is not. */
function visitedWithin(
  { visited }: HistoryTree,
  nodes: ReadonlyMap<NodeId, HistoryNode>,
): ReadonlyMap<NodeId, NodeId> {
  const within = new Map(lastChildren(nodes));
  for (const [parent, child] of visited) {
    if (nodes.has(parent) && nodes.has(child)) within.set(parent, child);
  }
  return within;
}
