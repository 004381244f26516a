/** Moving layers, texts, shapes, and looking around. */
import { createShape, createText, uniqueName } from '../../document/create.js';
import { addLayer } from '../../document/layers/arrange.js';
import { selectLayers } from '../../document/layers/select.js';
import { transformLayers } from '../../document/layers/transform.js';
import { walk } from '../../document/layers/tree.js';
import { translation } from '../../document/pixels/matrix.js';
import { resampleMask } from '../../document/pixels/resample-mask.js';
import { constrainLine, dragRect } from '../../document/selection/gestures.js';
import type { LayerId, Point, Rect, StudioDocument, TextLayer } from '../../document/types.js';
import { t } from '../../i18n/index.svelte.js';
import type { Studio } from '../../state/studio.svelte.js';
import { boundsOfLayer } from '../bounds.js';
import { snapMove } from '../snapping.js';
import { layoutOf, textAt } from '../text-metrics.js';
import type { Tool } from './tool.js';

/** The topmost layer that shows something at a point. */
function layerAt(studio: Studio, document: StudioDocument, point: Point): LayerId | null {
  const layers = [...walk(document.layers)].map(({ layer }) => layer).reverse();
  for (const layer of layers) {
    if (layer.type === 'group' || layer.type === 'adjustment' || !layer.visible) continue;
    const bounds = boundsOfLayer(layer);
    if (!bounds || !inside(bounds, point)) continue;
    const [column, row] = [Math.floor(point.x / 256), Math.floor(point.y / 256)];
    const alone = { ...document, layers: [{ ...layer, clipped: false, opacity: 1 }] };
    const tile = studio.compositor.composeTile(alone, column, row, 0);
    const at = (Math.floor(point.y) - row * 256) * 256 + Math.floor(point.x) - column * 256;
    if ((tile[at * 4 + 3] ?? 0) > 8) return layer.id;
  }
  return null;
}

const inside = ({ x, y, width, height }: Rect, point: Point): boolean =>
  point.x >= x && point.y >= y && point.x < x + width && point.y < y + height;

export const move: Tool = ({ studio }, start) => {
  const { editor, tools } = studio;
  if (!editor.document) return null;
  const { document: before } = editor;
  const inDocument = inside(
    { x: 0, y: 0, width: before.width, height: before.height },
    start.point,
  );
  if (start.mod || editor.selected.length === 0) {
    const found = inDocument ? layerAt(studio, before, start.point) : null;
    if (found !== null) editor.touch((document) => selectLayers(document, [found]));
  }
  const document = editor.document;
  const ids = document.active;
  if (ids.length === 0) return null;
  const place = (to: Point, shift: boolean, free: boolean): StudioDocument => {
    const end = shift ? constrainLine(start.point, to, 45) : to;
    const by = { x: Math.round(end.x - start.point.x), y: Math.round(end.y - start.point.y) };
    const snapped =
      tools.snapping && !free
        ? snapMove(document, ids, by, 6 / studio.view.zoom, studio.ui.guides)
        : by;
    return transformLayers(document, ids, translation(snapped.x, snapped.y), resampleMask);
  };
  let moved: StudioDocument | null = null;
  return {
    move({ point, shift, mod }) {
      studio.attempt(() => {
        moved = place(point, shift, mod);
        editor.gesture = moved;
      });
    },
    up() {
      const result = moved;
      editor.gesture = null;
      if (result) editor.change('command.tool.move', () => result);
    },
    cancel() {
      editor.gesture = null;
    },
  };
};

export const shape: Tool = ({ studio }, start) => {
  const { document } = studio.editor;
  if (!document) return null;
  const { tools, editor } = studio;
  const name = uniqueName(document, t('layer.shape'));
  const make = (point: Point, shift: boolean, alt: boolean): StudioDocument => {
    const line = tools.shape === 'line';
    const end = line && shift ? constrainLine(start.point, point) : point;
    const rect = line
      ? { ...start.point, width: end.x - start.point.x, height: end.y - start.point.y }
      : dragRect(start.point, point, { square: shift, fromCentre: alt });
    const look = line
      ? { fill: null, stroke: tools.foreground, strokeWidth: Math.max(1, tools.size / 8) }
      : { fill: tools.foreground };
    return addLayer(document, createShape({ name, shape: tools.shape, ...rect, ...look }));
  };
  let made: StudioDocument | null = null;
  return {
    move({ point, shift, alt }) {
      made = make(point, shift, alt);
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
  let rect: Rect = { ...start.point, width: 0, height: 0 };
  return {
    move({ point, shift, alt }) {
      rect = dragRect(start.point, point, { square: shift, fromCentre: alt });
      overlay({ kind: 'rectangle', rect });
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
