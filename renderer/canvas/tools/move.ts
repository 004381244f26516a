/** Moving layers, what is selected of them, and copies of either. */
import { duplicateLayers } from '../../document/layers/arrange.js';
import { setSelection } from '../../document/layers/masks.js';
import { boundsOfAll, transformLayers } from '../../document/layers/transform.js';
import { maskBounds, maskBytes } from '../../document/pixels/mask-operations.js';
import { IDENTITY, translation } from '../../document/pixels/matrix.js';
import { resampleMask } from '../../document/pixels/resample-mask.js';
import { constrainLine } from '../../document/selection/gestures.js';
import type { Mask, Matrix, Point, Rect, StudioDocument } from '../../document/types.js';
import type { MessageKey } from '../../i18n/en/index.js';
import type { Studio } from '../../state/studio.svelte.js';
import { boundsOfLayer } from '../bounds.js';
import { maskMove } from './mask.js';
import { pick, picks } from './pick.js';
import { Snap } from './snap.js';
import type { Gesture, Tool, ToolEvent } from './tool.js';

/** What a drag by whole pixels makes of the document. */
interface Moving {
  readonly key: MessageKey;
  /** Around what is moved, where it lies: it catches on what lies near. */
  readonly box: Rect | null;
  /** Layers that are moved, of a document that has them. */
  readonly moves: Pick<StudioDocument, 'active'> & { readonly of: StudioDocument };
  readonly shown: (matrix: Matrix) => StudioDocument;
  readonly done: (matrix: Matrix) => StudioDocument;
  /** What a press means that is no drag. */
  readonly pressed?: () => void;
}

/** Pixels of the screen that a press has to be dragged to be more than a click. */
const DRAGGED = 2;

/** A drag by whole pixels; with Shift level, upright or aslant. */
function dragging(studio: Studio, start: ToolEvent, moving: Moving): Gesture {
  const { editor } = studio;
  const { key, box, moves, shown, done } = moving;
  const snap = new Snap(studio, moves.of, moves.active);
  let matrix: Matrix | null = null;
  let refused = false;
  let begun = false;
  const show = (event: ToolEvent): void => {
    const end = event.shift ? constrainLine(start.point, event.point, 45) : event.point;
    const far = { x: end.x - start.point.x, y: end.y - start.point.y };
    const by = snap.move(box, far, event);
    const there = translation(by.x, by.y);
    editor.gesture = shown(there);
    matrix = there;
    studio.tools.dragged = by;
    snap.show(box && { ...box, x: box.x + by.x, y: box.y + by.y }, event, true);
  };
  return {
    move(event) {
      const { x, y } = event.screen;
      begun ||= Math.hypot(x - start.screen.x, y - start.screen.y) > DRAGGED;
      if (!begun || refused) return;
      // What refuses says so once, and not at every step of the pointer.
      refused = true;
      show(event);
      refused = false;
    },
    up() {
      const last = matrix;
      editor.gesture = null;
      if (last) editor.change(key, () => done(last));
      else if (!begun) moving.pressed?.();
    },
    cancel() {
      editor.gesture = null;
    },
  };
}

/** Nothing of the document itself moves. */
const still = (of: StudioDocument): Moving['moves'] => ({ of, active: [] });

/** Only what is selected of the selected layers; with Alt a copy of it. */
const moveSelected: Tool = ({ studio }, start) => {
  const { document } = studio.editor;
  if (!document) return null;
  const { floats } = studio;
  const taken = floats.take(document, start.alt);
  return dragging(studio, start, {
    key: 'canvas.moveSelected',
    box: floats.boundsOf(document),
    moves: still(document),
    shown: (matrix) => floats.shown(document, taken, matrix),
    done: (matrix) => floats.down(document, taken, matrix),
  });
};

/** The layers that a document has selected, as a drag moves them. */
function movingLayers(document: StudioDocument): Pick<Moving, 'box' | 'moves' | 'shown' | 'done'> {
  const { active } = document;
  const moved = (matrix: Matrix): StudioDocument =>
    transformLayers(document, active, matrix, resampleMask);
  const box = boundsOfAll(document, active, boundsOfLayer);
  return { box, moves: { of: document, active }, shown: moved, done: moved };
}

/** Copies of the selected layers. */
const moveCopies: Tool = ({ studio }, start) => {
  const { document } = studio.editor;
  if (!document) return null;
  const copied = duplicateLayers(document, document.active);
  return dragging(studio, start, { key: 'command.layer.duplicate', ...movingLayers(copied) });
};

/** The selected layers; those that are pressed on are selected first. */
const moveLayers: Tool = ({ studio }, start) => {
  const pressed = picks(studio, start) ? pick(studio, start) : undefined;
  const { document } = studio.editor;
  if (!document || (document.active.length === 0 && !pressed)) return null;
  return dragging(studio, start, {
    key: 'command.tool.move',
    ...movingLayers(document),
    ...(pressed && { pressed }),
  });
};

export const move: Tool = (context, start) => {
  const { studio } = context;
  const { document } = studio.editor;
  if (studio.mask.target?.mask.unlinked === true) return maskMove(context, start);
  if (!document || start.mod) return moveLayers(context, start);
  if (studio.floats.isPart(document)) return moveSelected(context, start);
  if (!start.alt || document.active.length === 0) return moveLayers(context, start);
  if (picks(studio, start)) pick(studio, start);
  return moveCopies(context, start);
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
      box: maskBounds(selection),
      moves: still(document),
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
