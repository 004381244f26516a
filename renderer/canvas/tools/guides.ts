/** Guides by the pointer: out of the rulers, to another place, and back where they came from. */
import { addGuide, moveGuide as placeGuide, removeGuide } from '../../document/layers/guides.js';
import type { Guide, Point, StudioDocument } from '../../document/types.js';
import type { Studio } from '../../state/studio.svelte.js';
import { catchOn, linesOf } from '../snapping.js';
import { CATCH } from './snap.js';
import type { Gesture, ToolEvent } from './tool.js';

/** Breadth of a ruler in pixels of the screen. */
export const RULER = 18;
/** Pixels of the screen within which a guide is taken hold of. */
const REACH = 4;

type Axis = Guide['axis'];
type At = Pick<ToolEvent, 'point' | 'screen' | 'mod'>;

/** The guide at a point that a press would take hold of: only where the tool moves things. */
export function guideAt(
  { editor, ui, tools, view }: Studio,
  point: Point,
): (Guide & { readonly index: number }) | null {
  const { document } = editor;
  if (!document || !ui.guides || tools.current !== 'move') return null;
  const off = ({ axis, position }: Guide): number =>
    Math.abs((axis === 'horizontal' ? point.y : point.x) - position) * view.zoom;
  const index = document.guides.findLastIndex((guide) => off(guide) <= REACH);
  const guide = document.guides[index];
  return guide ? { ...guide, index } : null;
}

/** Whether a guide is let go of where guides come from, or off the canvas' window. */
function isBack({ view, ui }: Studio, axis: Axis, { x, y }: Point): boolean {
  const [at, length] = axis === 'horizontal' ? [y, view.height] : [x, view.width];
  return at < (ui.rulers && view.angle === 0 ? RULER : 0) || at > length;
}

/** The whole pixel at a point, or an edge or middle of a layer that lies near. */
function positionOf(studio: Studio, document: StudioDocument, axis: Axis, at: At): number {
  const place = axis === 'horizontal' ? at.point.y : at.point.x;
  if (!studio.tools.snapping || at.mod) return Math.round(place);
  const { across, down } = linesOf(document, [], false);
  const lines = axis === 'horizontal' ? down : across;
  return Math.round(place + catchOn([place], lines, 0, CATCH / studio.view.zoom));
}

/** A gesture that shows what `made` makes, and keeps it. */
function dragging(
  studio: Studio,
  made: (at: At) => {
    readonly key: 'guide.added' | 'guide.moved' | 'guide.removed';
    readonly document: StudioDocument;
  },
): Gesture {
  const { editor } = studio;
  let dragged = false;
  return {
    move(event) {
      dragged = true;
      editor.gesture = made(event).document;
    },
    up(event) {
      editor.gesture = null;
      if (!dragged) return;
      const { key, document } = made(event);
      editor.change(key, () => document);
    },
    cancel() {
      editor.gesture = null;
    },
  };
}

/** Takes hold of a guide; null where there is none. */
export function moveGuide(studio: Studio, start: ToolEvent): Gesture | null {
  const { document } = studio.editor;
  const guide = guideAt(studio, start.point);
  if (!document || !guide) return null;
  const { axis, index } = guide;
  return dragging(studio, (at) =>
    isBack(studio, axis, at.screen)
      ? { key: 'guide.removed', document: removeGuide(document, index) }
      : {
          key: 'guide.moved',
          document: placeGuide(document, index, positionOf(studio, document, axis, at)),
        },
  );
}

/** Drags a new guide out of a ruler; let go of in the ruler again, there is none. */
export function pullGuide(studio: Studio, axis: Axis): Gesture | null {
  const { document } = studio.editor;
  if (!document) return null;
  studio.ui.guides = true;
  return dragging(studio, (at) => ({
    key: 'guide.added',
    document: isBack(studio, axis, at.screen)
      ? document
      : addGuide(document, { axis, position: positionOf(studio, document, axis, at) }),
  }));
}
