/** The crop tool: its box is resized by its handles, moved by its inside, begun anew outside. */
import { holdAt, moveBox, newBox, resizeBox, CROP_SIDES, type CropHold } from '../crop-box.js';
import type { Point, Rect, StudioDocument } from '../../document/types.js';
import type { Studio } from '../../state/studio.svelte.js';
import { Snap } from './snap.js';
import type { Tool, ToolEvent } from './tool.js';

/** Pixels of the screen within which a side is taken hold of. */
const REACH = 8;
/** Pixels of the screen that a press has to be dragged to be more than a click. */
const DRAGGED = 3;

/** What of the box a press would take hold of; a whole canvas is not moved, but drawn into. */
export function cropHold({ current, view }: Studio, point: Point): CropHold | null {
  const { box, whole } = current.crop;
  if (!box) return null;
  const hold = holdAt(box, point, REACH / view.zoom);
  return hold === 'inside' && whole ? 'outside' : hold;
}

interface Drag {
  readonly studio: Studio;
  readonly document: StudioDocument;
  readonly snap: Snap;
  readonly hold: CropHold;
  readonly start: Point;
  readonly before: Rect;
}

/** A point drawn to what lies near, on the axes that move. */
function caught({ snap }: Drag, point: Point, mod: boolean, moves: Point): Point {
  const { x, y } = snap.point(point, { mod });
  return { x: moves.x === 0 ? point.x : x, y: moves.y === 0 ? point.y : y };
}

function moved({ snap, start, before }: Drag, event: ToolEvent): Rect {
  const by = { x: event.point.x - start.x, y: event.point.y - start.y };
  return moveBox(before, snap.move(before, by, event));
}

/** The box as the pointer makes it; Shift keeps its ratio, Alt its middle, Ctrl does not catch. */
function dragged(drag: Drag, event: ToolEvent): Rect {
  const { studio, document, hold, before } = drag;
  if (hold === 'inside') return moved(drag, event);
  const set = studio.tools.cropRatioOf(document);
  const fromCentre = event.alt;
  if (hold === 'outside') {
    const all = { x: 1, y: 1 };
    const from = caught(drag, drag.start, event.mod, all);
    const to = caught(drag, event.point, event.mod, all);
    return newBox(from, to, { ratio: set ?? (event.shift ? 1 : null), fromCentre });
  }
  const [x, y] = CROP_SIDES[hold];
  const ratio = set ?? (event.shift ? before.width / before.height : null);
  return resizeBox(before, hold, caught(drag, event.point, event.mod, { x, y }), {
    ratio,
    fromCentre,
  });
}

export const crop: Tool = ({ studio }, start) => {
  const { document } = studio.editor;
  const { crop: state } = studio.current;
  const hold = cropHold(studio, start.point);
  const before = state.box;
  if (!document || !hold || !before) return null;
  const { touched } = state;
  const snap = new Snap(studio, document);
  const drag = { studio, document, snap, hold, start: start.point, before };
  let begun = false;
  return {
    move(event) {
      const far = Math.hypot(event.screen.x - start.screen.x, event.screen.y - start.screen.y);
      begun ||= far > DRAGGED;
      if (!begun) return;
      state.set(dragged(drag, event));
      snap.show(state.box, event, hold === 'inside');
    },
    up: () => undefined,
    cancel() {
      if (touched) state.set(before);
      else state.reset();
    },
  };
};
