/** Moving layers, what is selected of them, and copies of either. */
import { duplicateLayers } from '../../document/layers/arrange.js';
import { setSelection } from '../../document/layers/masks.js';
import { transformLayers } from '../../document/layers/transform.js';
import { maskBytes } from '../../document/pixels/mask-operations.js';
import { IDENTITY, translation } from '../../document/pixels/matrix.js';
import { resampleMask } from '../../document/pixels/resample-mask.js';
import { constrainLine } from '../../document/selection/gestures.js';
import type { Mask, Matrix, Point, StudioDocument } from '../../document/types.js';
import type { MessageKey } from '../../i18n/en/index.js';
import type { Studio } from '../../state/studio.svelte.js';
import { maskMove } from './mask.js';
import { move as moveLayers } from './place.js';
import type { Gesture, Tool, ToolEvent } from './tool.js';

/** What a drag by whole pixels makes of the document. */
interface Moving {
  readonly key: MessageKey;
  readonly shown: (matrix: Matrix) => StudioDocument;
  readonly done: (matrix: Matrix) => StudioDocument;
}

/** A drag by whole pixels; with Shift level, upright or aslant. */
function dragging(studio: Studio, start: ToolEvent, { key, shown, done }: Moving): Gesture {
  let matrix: Matrix | null = null;
  return {
    move({ point, shift }) {
      const end = shift ? constrainLine(start.point, point, 45) : point;
      const by = { x: Math.round(end.x - start.point.x), y: Math.round(end.y - start.point.y) };
      matrix = translation(by.x, by.y);
      studio.editor.gesture = shown(matrix);
    },
    up() {
      const last = matrix;
      studio.editor.gesture = null;
      if (last) studio.editor.change(key, () => done(last));
    },
    cancel() {
      studio.editor.gesture = null;
    },
  };
}

/** Only what is selected of the selected layers; with Alt a copy of it. */
const moveSelected: Tool = ({ studio }, start) => {
  const { document } = studio.editor;
  if (!document) return null;
  const { floats } = studio;
  const float = floats.take(document, start.alt);
  return dragging(studio, start, {
    key: 'canvas.moveSelected',
    shown: (matrix) => floats.shown(document, float, matrix),
    done: (matrix) => floats.down(document, float, matrix),
  });
};

/** Copies of the selected layers. */
const moveCopies: Tool = ({ studio }, start) => {
  const { document } = studio.editor;
  if (!document) return null;
  const copied = duplicateLayers(document, document.active);
  const moved = (matrix: Matrix): StudioDocument =>
    transformLayers(copied, copied.active, matrix, resampleMask);
  return dragging(studio, start, {
    key: 'command.layer.duplicate',
    shown: moved,
    done: moved,
  });
};

export const move: Tool = (context, start) => {
  const { studio } = context;
  const { document } = studio.editor;
  if (studio.mask.target?.mask.unlinked === true) return maskMove(context, start);
  if (!document || start.mod) return moveLayers(context, start);
  if (studio.floats.isPart(document)) return moveSelected(context, start);
  const copies = start.alt && document.active.length > 0;
  return (copies ? moveCopies : moveLayers)(context, start);
};

/** Whether a point is in what is selected. */
function isSelected(selection: Mask, { x, y }: Point): boolean {
  const rect = { x: Math.floor(x), y: Math.floor(y), width: 1, height: 1 };
  const outside = x < 0 || y < 0 || x >= selection.width || y >= selection.height;
  return !outside && (maskBytes(selection, rect)[0] ?? 0) > 127;
}

/**
 * A tool that selects, but for presses within what is selected: those take hold of its outline. Without
 * a drag they are the tool's own.
 */
export const orOutline =
  (tool: Tool): Tool =>
  (context, start) => {
    const { studio } = context;
    const { document } = studio.editor;
    const selection = document?.selection;
    const plain = studio.tools.mode === 'replace' && !start.shift && !start.alt;
    if (!document || !selection || !plain || !isSelected(selection, start.point)) {
      return tool(context, start);
    }
    const moved = (matrix: Matrix): StudioDocument =>
      setSelection(document, resampleMask(selection, matrix, document.width, document.height));
    let last: Matrix = IDENTITY;
    const drag = dragging(studio, start, {
      key: 'canvas.moveOutline',
      shown: (matrix) => {
        last = matrix;
        return moved(matrix);
      },
      done: moved,
    });
    return {
      ...drag,
      up(event) {
        if (last[4] !== 0 || last[5] !== 0) {
          drag.up(event);
          return;
        }
        drag.cancel();
        tool(context, start)?.up(event);
      },
    };
  };
