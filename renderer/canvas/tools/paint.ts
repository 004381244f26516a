/** Brush, eraser, clone, fill, gradient and eyedropper. */
import { Stroke, type StrokeSettings } from '../../document/paint/stroke.js';
import { Smoother } from '../../document/paint/smooth.js';
import { formatColour, pickColour } from '../../document/paint/colour.js';
import { createRasterLayer, uniqueName } from '../../document/create.js';
import { addLayer } from '../../document/layers/arrange.js';
import { refuseLockedWithin } from '../../document/layers/change.js';
import { replaceRaster } from '../../document/layers/content.js';
import { expandToDocument } from '../../document/layers/expand.js';
import { constrainLine } from '../../document/selection/gestures.js';
import { activeLayer, findLayer, locate } from '../../document/layers/tree.js';
import { IDENTITY } from '../../document/pixels/matrix.js';
import { pictureOf } from '../../document/pixels/picture-raster.js';
import { emptyRaster } from '../../document/pixels/tiles.js';
import type { Point, Raster, RasterLayer, StudioDocument } from '../../document/types.js';
import { StudioError } from '../../bridge/client.js';
import { t } from '../../i18n/index.svelte.js';
import type { MessageKey } from '../../i18n/en/index.js';
import { paintedOver, placed, readsSelected } from '../../state/painting.js';
import type { Studio } from '../../state/studio.svelte.js';
import type { Job } from '../../state/work.svelte.js';
import { brushOf } from './select.js';
import { lineGesture } from './line.js';
import type { Tool } from './tool.js';

/** A document and the layer in it that is painted on, with room everywhere. */
interface Target {
  readonly document: StudioDocument;
  readonly layer: RasterLayer;
}

/**
 * What is painted on: the active raster layer; where nothing is active, a new one.
 * @throws StudioError TRANSFORM for texts, shapes and groups; DocumentError LAYER_LOCKED
 */
function targetOf({ editor: { document } }: Pick<Studio, 'editor'>): Target | null {
  if (!document) return null;
  const active = activeLayer(document);
  if (!active) {
    const raster = emptyRaster(document.width, document.height);
    const name = uniqueName(document, t('layer.name', { number: 1 }));
    const added = addLayer(document, createRasterLayer({ name, raster }));
    const layer = activeLayer(added);
    return layer?.type === 'raster' ? { document: added, layer } : null;
  }
  if (active.type !== 'raster') throw new StudioError('TRANSFORM', t('error.TRANSFORM'));
  const located = locate(document, active.id);
  if (located) refuseLockedWithin(located);
  return { document, layer: expandToDocument(active, document) };
}

/** The document with other pixels in the layer that is painted on. */
function painted({ document, layer }: Target, raster: Raster): StudioDocument {
  return replaceRaster(document, layer.id, raster, { transform: layer.transform });
}

function stroke(
  key: MessageKey,
  settingsOf: (studio: Studio, target: Target, at: Point) => StrokeSettings | null,
): Tool {
  return ({ studio }, start) => {
    const target = targetOf(studio);
    const settings = target && settingsOf(studio, target, start.point);
    if (!target || !settings) return null;
    const { layer, document } = target;
    const { current, tools } = studio;
    const work = new Stroke(layer.raster, settings, layer.transform, document.selection);
    const smoother = new Smoother(tools.smoothing);
    const show = (): void => {
      studio.editor.gesture = painted(target, work.raster());
    };
    // With Shift a straight line from where the last stroke ended.
    const from = start.shift ? current.strokeEnd : null;
    if (from) work.add([{ ...from, pressure: 1 }, ...start.trail]);
    else work.add(smoother.add(start.trail));
    let end = start.point;
    show();
    return {
      move({ trail, shift, point }) {
        end = shift ? constrainLine(start.point, point) : point;
        work.add(shift ? [{ ...end, pressure: 1 }] : smoother.add(trail));
        show();
      },
      up() {
        work.add(smoother.finish());
        current.strokeEnd = end;
        studio.editor.change(key, () => painted(target, work.finish()));
      },
      cancel() {
        studio.editor.gesture = null;
      },
    };
  };
}

export const brush = stroke('command.tool.brush', ({ tools }, { layer }) => ({
  ...brushOf(tools),
  mode: 'paint',
  colour: tools.foreground,
  lockAlpha: layer.alphaLocked,
}));

/** Where nothing may become transparent, what is erased gets the background colour. */
export const eraser = stroke('command.tool.eraser', ({ tools }, { layer }) =>
  layer.alphaLocked
    ? { ...brushOf(tools), mode: 'paint', colour: tools.background, lockAlpha: true }
    : { ...brushOf(tools), mode: 'erase', lockAlpha: false },
);

/** What is copied: the picture, or the layer that it was said of, as long as there is one. */
function cloneSource({ tools, current, compositor }: Studio, { document, layer }: Target) {
  if (tools.cloneAll) return { raster: pictureOf(compositor, document), transform: IDENTITY };
  const id = current.cloneFrom?.layer;
  const from = id === undefined ? layer : (findLayer(document, id) ?? layer);
  return from.type === 'raster' ? from : layer;
}

const cloneStroke = stroke('command.tool.clone', (studio, target, at) => {
  const { current, tools } = studio;
  const from = current.cloneFrom;
  if (!from) return null;
  const offset = (tools.aligned ? from.offset : null) ?? {
    x: from.point.x - at.x,
    y: from.point.y - at.y,
  };
  current.cloneFrom = { ...from, offset };
  const { raster, transform } = cloneSource(studio, target);
  const source = { raster, transform, offset };
  return { ...brushOf(tools), mode: 'clone', source, lockAlpha: target.layer.alphaLocked };
});

export const clone: Tool = (context, start) => {
  const { current, editor } = context.studio;
  if (start.alt || !current.cloneFrom) {
    const layer = editor.active?.type === 'raster' ? editor.active.id : undefined;
    current.cloneFrom = { point: start.point, layer, offset: null };
    return null;
  }
  return cloneStroke(context, start);
};

/** Paints all over a layer beside the page: the one that is painted on when its turn comes. */
function allOver(
  studio: Studio,
  key: MessageKey,
  paint: (target: Target, job: Job) => Promise<Raster>,
): void {
  const { current } = studio;
  studio.attempt(async () => {
    await studio.work.change(key, async (start, job) => {
      const target = targetOf(current);
      if (!target) return { of: () => [], change: (now) => now };
      const raster = await paint(target, job);
      const { layer } = target;
      if (findLayer(start, layer.id)) return paintedOver(layer, raster);
      // On a layer that is new with it.
      return {
        of: ({ width, height }) => [width, height],
        change: (now) => addLayer(now, { ...layer, raster }),
      };
    });
  });
}

export const fill: Tool = ({ studio }, { point: at }) => {
  const { foreground, opacity, tolerance, contiguous, allLayers } = studio.tools;
  const settings = {
    colour: foreground,
    opacity,
    tolerance,
    contiguous,
    antialias: true,
  };
  if (!targetOf(studio)) return null;
  const { current } = studio;
  allOver(studio, 'command.tool.fill', async ({ layer, document }, job) => {
    const picture = await studio.sampled(current, allLayers, job);
    const look = { picture, at, settings, within: document.selection };
    // What is found first says which tiles of the layer are needed at all.
    const selection = await job.run('region', look, { give: [picture.data.buffer] });
    const reads = readsSelected(layer, selection, opacity === 1 && !layer.alphaLocked);
    const lockAlpha = layer.alphaLocked;
    const how = { ...settings, lockAlpha };
    return job.run('fill', { target: placed(layer), selection, settings: how }, { reads });
  });
  return null;
};

export const gradient: Tool = (context, start) => {
  const { studio } = context;
  if (!targetOf(studio)) return null;
  const { foreground, background, opacity, gradient: type, gradientFades } = studio.tools;
  return lineGesture(context, start, (from, to) => {
    const endColour = gradientFades ? `${foreground.slice(0, 7)}00` : background;
    const ends = { type, from, to, startColour: foreground, endColour, opacity };
    allOver(studio, 'command.tool.gradient', ({ layer, document: { selection } }, job) => {
      const settings = { ...ends, lockAlpha: layer.alphaLocked };
      const reads = readsSelected(layer, selection, false);
      return job.run('gradient', { target: placed(layer), selection, settings }, { reads });
    });
  });
};

/** A tool that paints with a colour; with Alt it takes one up. */
export const orEyedropper =
  (tool: Tool): Tool =>
  (context, start) => {
    if (!start.alt) return tool(context, start);
    const picking = eyedropper(context, { ...start, alt: false });
    return (
      picking && {
        ...picking,
        move(event) {
          picking.move({ ...event, alt: false });
        },
      }
    );
  };

export const eyedropper: Tool = ({ studio }, start) => {
  const pick = (point: Point, second: boolean): void => {
    const { compositor, editor, tools, mask } = studio;
    const document = mask.seen(editor.document);
    if (!document || point.x < 0 || point.y < 0) return;
    const [column, row] = [Math.floor(point.x / 256), Math.floor(point.y / 256)];
    if (point.x >= document.width || point.y >= document.height) return;
    const data = compositor.composeTile(document, column, row, 0);
    const at = { x: point.x - column * 256, y: point.y - row * 256 };
    const found = pickColour({ width: 256, height: 256, data }, at, tools.sample);
    if (!found) return;
    const colour = formatColour({ ...found, a: 255 });
    if (second) tools.background = colour;
    else tools.foreground = colour;
  };
  pick(start.point, start.alt);
  return {
    move({ point, alt }) {
      pick(point, alt);
    },
    up: () => undefined,
    cancel: () => undefined,
  };
};
