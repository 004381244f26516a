/** Whether a picture is one that no model made. */
import type { HistoryTree } from '../document/history/tree.js';

/** Steps that bring something in from outside. */
const BRINGS: ReadonlySet<string> = new Set([
  'history.open',
  'command.file.place',
  'command.edit.paste',
]);

/** Whether something was opened, placed or pasted on the way to the present state. */
export function isForeign(tree: HistoryTree | null): boolean {
  let node = tree?.nodes.get(tree.current);
  while (node) {
    if (BRINGS.has(node.label.key) && node.recipe === null) return true;
    node = node.parent === null ? undefined : tree?.nodes.get(node.parent);
  }
  return false;
}
