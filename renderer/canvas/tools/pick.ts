/** Selecting layers by pressing on what they show. */
import { selectLayers, toggleLayer } from '../../document/layers/select.js';
import type { LayerId, StudioDocument } from '../../document/types.js';
import type { Studio } from '../../state/studio.svelte.js';
import { layersAt } from '../layers-at.js';
import type { ToolEvent } from './tool.js';

/** What a press selects: the topmost layer there that is not locked, or its outermost group. */
function pickedAt(
  { compositor, tools }: Studio,
  document: StudioDocument,
  { point }: ToolEvent,
): LayerId | null {
  const found = layersAt(compositor, document, point).find(
    ({ layer, parents }) => !layer.locked && !parents.some(({ locked }) => locked),
  );
  if (!found) return null;
  const [outermost] = found.parents;
  return tools.picks === 'group' && outermost ? outermost.id : found.layer.id;
}

/** Whether a press selects: Ctrl turns the option round; where nothing is selected, it always does. */
export function picks({ tools, editor }: Studio, { mod }: ToolEvent): boolean {
  return mod !== tools.autoSelect || editor.selected.length === 0;
}

/**
 * Selects what a press is on, with Shift besides what is selected, so that a drag moves it. What is
 * selected already stays so, for several layers are dragged by one of them.
 * @returns what a press means that was no drag
 */
export function pick(studio: Studio, start: ToolEvent): () => void {
  const { editor, tools } = studio;
  const { document } = editor;
  const found = document && pickedAt(studio, document, start);
  const choose = (change: (document: StudioDocument) => StudioDocument) => (): void => {
    editor.touch(change);
  };
  const nothing = (): void => undefined;
  if (!document) return nothing;
  if (found === null) {
    const none = tools.autoSelect && !start.shift;
    return none ? choose((now) => selectLayers(now, [])) : nothing;
  }
  if (document.active.includes(found)) {
    return choose((now) => (start.shift ? toggleLayer(now, found) : selectLayers(now, [found])));
  }
  choose((now) => (start.shift ? toggleLayer(now, found) : selectLayers(now, [found])))();
  return nothing;
}
