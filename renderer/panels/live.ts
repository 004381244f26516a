/** Changes that are seen before they are made: while a slider moves, while text is typed. */
import type { StudioDocument } from '../document/types.js';
import type { Editor } from '../state/editor.svelte.js';

/**
 * Shows the document as an action would make it. What refuses is not shown, and says why when it is
 * committed.
 */
export function preview(
  editor: Editor,
  action: (document: StudioDocument) => StudioDocument,
): void {
  const { document } = editor;
  if (!document) return;
  try {
    editor.gesture = action(document);
  } catch {
    editor.gesture = null;
  }
}
