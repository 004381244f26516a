/** States of a history as the JSON lists them: which are written, and how they hang together. */
import { leastMissedFirst } from '../history/memory.js';
import { lastChildren } from '../history/travel.js';
import { requireNode } from '../history/tree.js';
import type { HistoryNode, HistoryTree, NodeId } from '../history/tree.js';
import type { StudioDocument } from '../types.js';
import type { Budget, Project } from './format.js';
import { badProject, optional } from './read.js';
import type { Store } from './store.js';
import { Tables } from './write.js';

/** Indices in the store of the documents of states. */
export type Documents = ReadonlyMap<NodeId, number>;

/** The states to write, and the tables that have their documents. */
interface Chosen {
  readonly states: readonly HistoryNode[];
  readonly tables: Tables;
}

/** All states whose documents are known, unless they are too many, then those missed most. */
export function chosenStates(
  tree: HistoryTree,
  documents: Documents,
  store: Store,
  budget: Budget,
): Chosen {
  const all = within(tree.nodes.values(), documents, store, budget);
  if (all.complete) return all;
  const ranked = [requireNode(tree, tree.current), ...leastMissedFirst(tree).toReversed()];
  const fewer = within(ranked, documents, store, budget).states;
  const states = fewer.toSorted((one, other) => one.id - other.id);
  // Once more without what did not fit, and in the order the states were made.
  const tables = new Tables(store);
  for (const { id } of states) tables.document(documents.get(id) ?? 0);
  return { states, tables };
}

/** As many states as fit, at least one. */
function within(
  nodes: Iterable<HistoryNode>,
  documents: Documents,
  store: Store,
  budget: Budget,
): Chosen & { readonly complete: boolean } {
  const tables = new Tables(store);
  const states: HistoryNode[] = [];
  for (const node of nodes) {
    const document = documents.get(node.id);
    if (document === undefined) continue;
    tables.document(document);
    const fits = states.length < budget.states && tables.fits(budget);
    if (!fits && states.length > 0) return { states, tables, complete: false };
    states.push(node);
  }
  return { states, tables, complete: true };
}

/** States as they are written: what hung on one that is left out hangs on the one before it. */
export function writeNodes(
  tree: HistoryTree,
  { states, tables }: Chosen,
  documents: Documents,
  store: Store,
): Project['nodes'] {
  const ids = new Set(states.map(({ id }) => id));
  const root = states[0]?.id;
  const parentOf = ({ id, parent }: HistoryNode): NodeId | null => {
    let at = parent;
    while (at !== null && !ids.has(at)) at = requireNode(tree, at).parent;
    // Where the first state is left out, the oldest one takes its place.
    return at ?? (id === root ? null : (root ?? null));
  };
  const nextOf = ({ id }: HistoryNode): NodeId | null => {
    let at = tree.visited.get(id);
    while (at !== undefined && !ids.has(at)) at = tree.visited.get(at);
    return at ?? null;
  };
  return states.map((node) => ({
    id: node.id,
    parent: parentOf(node),
    label: { key: node.label.key, ...(node.label.params && { params: { ...node.label.params } }) },
    ...(node.name !== undefined && { name: node.name }),
    at: node.at,
    document: tables.document(documents.get(node.id) ?? 0),
    recipe: tables.recipe(store.recipe(node.recipe)),
    pinned: node.pinned,
    next: nextOf(node),
  }));
}

/** A history of the states that the JSON lists. @throws DocumentError BAD_PROJECT */
export function readNodes(
  { nodes: listed, current, recipes }: Pick<Project, 'nodes' | 'current' | 'recipes'>,
  documents: readonly StudioDocument[],
): HistoryTree {
  const nodes = new Map<NodeId, HistoryNode>();
  let last = -Infinity;
  for (const { next, label, name, ...json } of listed) {
    const { id, parent } = json;
    const known = parent === null ? nodes.size === 0 : nodes.has(parent);
    // From the oldest on: so no state can come from itself.
    if (!known || id <= last) throw badProject('its history does not hang together');
    last = id;
    nodes.set(id, {
      ...json,
      ...(name !== undefined && { name }),
      label: { key: label.key, ...(label.params && { params: label.params }) },
      document: optional(documents, json.document),
      recipe: optional(recipes, json.recipe),
    });
  }
  const [root] = nodes.keys();
  if (root === undefined || !nodes.has(current)) throw badProject('its history has no present');
  const visited = new Map(lastChildren(nodes));
  for (const { id, next } of listed) {
    if (next !== null && nodes.get(next)?.parent === id) visited.set(id, next);
  }
  return { nodes, root, current, next: last + 1, visited, marks: [] };
}
