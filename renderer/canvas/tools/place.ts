/** Texts, shapes, and looking around. */
import { createShape, createText, uniqueName } from '../../document/create.js';
import { addLayer } from '../../document/layers/arrange.js';
import { translation } from '../../document/pixels/matrix.js';
import { constrainLine, dragRect } from '../../document/selection/gestures.js';
import type { Point, Rect, StudioDocument, TextLayer } from '../../document/types.js';
import { t } from '../../i18n/index.svelte.js';
import type { Studio } from '../../state/studio.svelte.js';
import { layoutOf, textAt } from '../text-metrics.js';
import { Snap } from './snap.js';
import type { Tool, ToolEvent } from './tool.js';

export const shape: Tool = ({ studio }, start) => {
  const { document } = studio.editor;
  if (!document) return null;
  const { tools, editor } = studio;
  const name = uniqueName(document, t('layer.shape'));
  const snap = new Snap(studio, document);
  const from = snap.corner(start.point, start);
  const make = (event: ToolEvent): StudioDocument => {
    const { shift, alt } = event;
    const point = snap.corner(event.point, event);
    const line = tools.shape === 'line';
    const end = line && shift ? constrainLine(from, point) : point;
    const rect = line
      ? { ...from, width: end.x - from.x, height: end.y - from.y }
      : dragRect(from, point, { square: shift, fromCentre: alt });
    snap.show(line ? { ...end, width: 0, height: 0 } : rect, event);
    const look = line
      ? { fill: null, stroke: tools.foreground, strokeWidth: Math.max(1, tools.size / 8) }
      : { fill: tools.foreground };
    return addLayer(document, createShape({ name, shape: tools.shape, ...rect, ...look }));
  };
  let made: StudioDocument | null = null;
  return {
    move(event) {
      made = make(event);
      editor.gesture = made;
    },
    up() {
      const result = made;
      editor.gesture = null;
      if (result) editor.change('command.tool.shape', () => result);
    },
    cancel() {
      editor.gesture = null;
    },
  };
};

/** Pixels of the screen that a drag has to be long to make a box. */
const DRAGGED = 6;
/** Pixels of the screen within which a text is hit. */
const NEAR = 4;

/** A click goes on with the text there, or begins one; a drag makes a box that it is wrapped in. */
export const text: Tool = ({ studio, overlay }, start) => {
  const { document } = studio.editor;
  if (!document) return null;
  const { zoom } = studio.view;
  const snap = new Snap(studio, document);
  const from = snap.corner(start.point, start);
  let rect: Rect = { ...start.point, width: 0, height: 0 };
  return {
    move(event) {
      const { shift, alt } = event;
      const to = snap.corner(event.point, event);
      rect = dragRect(from, to, { square: shift, fromCentre: alt });
      overlay({ kind: 'rectangle', rect });
      snap.show(rect, event);
    },
    up() {
      overlay(null);
      const boxed = rect.width * zoom > DRAGGED && rect.height * zoom > DRAGGED;
      const hit = boxed ? null : textAt(document, start.point, NEAR / zoom);
      if (hit) studio.typing.edit(hit.layer, hit.caret);
      else studio.typing.begin(newText(studio, document, boxed ? rect : start.point), 'all');
    },
    cancel() {
      overlay(null);
    },
  };
};

/** A text without a letter: on the baseline at a point, or at the top of a rectangle. */
function newText(studio: Studio, document: StudioDocument, at: Point | Rect): TextLayer {
  const made = createText({
    name: uniqueName(document, t('layer.text')),
    text: '',
    x: at.x,
    y: at.y,
    boxWidth: 'width' in at ? Math.round(at.width) : null,
    fontSize: Math.max(12, Math.round(document.height / 12)),
    fill: studio.tools.foreground,
  });
  if (made.boxWidth === null) return made;
  return { ...made, transform: translation(at.x, at.y - layoutOf(made).box.y) };
}

export const hand: Tool = ({ studio }, start) => {
  let last = start.screen;
  return {
    move({ screen }) {
      studio.view.pan(screen.x - last.x, screen.y - last.y);
      last = screen;
    },
    up: () => undefined,
    cancel: () => undefined,
  };
};

export const zoom: Tool = ({ studio }, start) => {
  const begun = studio.view.zoom;
  let dragged = false;
  return {
    move({ screen }) {
      const across = screen.x - start.screen.x;
      if (Math.abs(across) > 3) dragged = true;
      if (dragged) studio.view.zoomTo(begun * 2 ** (across / 120), start.screen);
    },
    up({ alt }) {
      if (!dragged) studio.view.zoomTo(begun * (alt ? 0.5 : 2), start.screen);
    },
    cancel() {
      studio.view.zoomTo(begun, start.screen);
    },
  };
};
