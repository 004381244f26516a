/** Arrow keys: what is in hand goes on by a pixel, or by ten. */
import { setSelection } from '../document/layers/masks.js';
import { transformLayers } from '../document/layers/transform.js';
import { translation } from '../document/pixels/matrix.js';
import { resampleMask } from '../document/pixels/resample-mask.js';
import type { StudioDocument } from '../document/types.js';
import type { Studio } from '../state/studio.svelte.js';
import { SELECTORS } from '../state/tools.svelte.js';
import type { Command } from './registry.js';

/** Pixels with Shift. */
const FAR = 10;

/** With a tool that selects the outline is moved, as its drags do; else layers, by the move tool. */
const movesOutline = ({ tools, editor }: Studio): boolean =>
  SELECTORS.has(tools.current) && editor.document?.selection != null;

const movesLayers = ({ tools, editor }: Studio): boolean =>
  tools.current === 'move' && editor.selected.length > 0;

function nudge(studio: Studio, x: number, y: number): void {
  const { editor, floats } = studio;
  const by = translation(x, y);
  if (movesOutline(studio)) {
    editor.change('canvas.moveOutline', (document) => {
      const { selection, width, height } = document;
      return setSelection(document, selection && resampleMask(selection, by, width, height));
    });
    return;
  }
  const part = editor.document !== null && floats.isPart(editor.document);
  editor.change(part ? 'canvas.moveSelected' : 'command.tool.move', (document) =>
    part ? floats.down(document, floats.take(document), by) : moved(document, x, y),
  );
}

function moved(document: StudioDocument, x: number, y: number): StudioDocument {
  return transformLayers(document, document.active, translation(x, y), resampleMask);
}

const DIRECTIONS = [
  ['Left', -1, 0],
  ['Right', 1, 0],
  ['Up', 0, -1],
  ['Down', 0, 1],
] as const;

export const NUDGE_COMMANDS: readonly Command[] = DIRECTIONS.flatMap(([name, x, y]): Command[] => {
  const when = (studio: Studio): boolean => movesOutline(studio) || movesLayers(studio);
  return [
    {
      id: `edit.nudge${name}`,
      keys: [`Arrow${name}`],
      repeats: true,
      when,
      run: (studio) => {
        nudge(studio, x, y);
      },
    },
    {
      id: `edit.nudge${name}Far`,
      keys: [`Shift+Arrow${name}`],
      repeats: true,
      when,
      run: (studio) => {
        nudge(studio, x * FAR, y * FAR);
      },
    },
  ];
});
