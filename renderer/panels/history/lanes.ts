/** The history as lines of a list: the way to the current state, with its branches beside it. */
import {
  childrenByParent,
  pathTo,
  type HistoryNode,
  type HistoryTree,
  type NodeId,
} from '../../document/history/tree.js';

/** Whether a state led to the current one. */
type Led = 'past' | 'other';

export interface HistoryRow {
  readonly node: HistoryNode;
  /** 0: the way to the current state and on from there; a branch stands one further right. */
  readonly lane: number;
  /** It is the first one of its branch. */
  readonly starts: boolean;
  /** What its lane goes on with below it; null: nothing. */
  readonly onward: Led | null;
  /** Of each lane that goes on beside it, from the left. */
  readonly beside: readonly Led[];
  readonly current: boolean;
  /** It led to the current state. */
  readonly past: boolean;
}

/** Which of the states made from one goes on in its lane. */
function mainChild(
  tree: HistoryTree,
  children: readonly HistoryNode[],
  id: NodeId,
): HistoryNode | undefined {
  const visited = tree.visited.get(id);
  return children.find((child) => child.id === visited) ?? children.at(-1);
}

/**
 * All states, the first one on top. Below a state come the branches that leave the way there, the
 * oldest first, each with its own branches, then what the way goes on with.
 */
export function historyRows(tree: HistoryTree): readonly HistoryRow[] {
  const children = childrenByParent(tree);
  const path = new Set(pathTo(tree, tree.current).map(({ id }) => id));
  const led = (id: NodeId): Led => (path.has(id) ? 'past' : 'other');
  const rows: HistoryRow[] = [];
  // A stack, for a history can be thousands of states deep.
  const open = [{ id: tree.root, starts: true, beside: [] as readonly Led[] }];
  for (let next = open.pop(); next; next = open.pop()) {
    const { id, starts, beside } = next;
    const node = tree.nodes.get(id);
    if (!node) continue;
    const made = children.get(id) ?? [];
    const main = mainChild(tree, made, id);
    const onward = main ? led(main.id) : null;
    const [current, past] = [id === tree.current, path.has(id)];
    rows.push({ node, lane: beside.length, starts, onward, beside, current, past });
    if (!main || !onward) continue;
    open.push({ id: main.id, starts: false, beside });
    for (const child of made.toReversed()) {
      if (child !== main) open.push({ id: child.id, starts: true, beside: [...beside, onward] });
    }
  }
  return rows;
}
