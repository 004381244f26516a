/** Brush, eraser, fill, gradient and move on a layer's mask. */
import { greyOf } from '../../document/paint/colour.js';
import { fillMask, gradientMask } from '../../document/paint/mask-fill.js';
import { Smoother } from '../../document/paint/smooth.js';
import { MaskStroke } from '../../document/paint/mask-stroke.js';
import { paintMask } from '../../document/layers/masks.js';
import { findLayer } from '../../document/layers/tree.js';
import { translation } from '../../document/pixels/matrix.js';
import { resampleMask } from '../../document/pixels/resample-mask.js';
import { constrainLine } from '../../document/selection/gestures.js';
import type { Mask, StudioDocument } from '../../document/types.js';
import { StudioError } from '../../bridge/client.js';
import { t } from '../../i18n/index.svelte.js';
import type { MessageKey } from '../../i18n/en/index.js';
import type { Studio } from '../../state/studio.svelte.js';
import { brushOf } from './select.js';
import { lineGesture } from './line.js';
import type { Tool } from './tool.js';

/** A tool that works on the mask while that is painted on, and on pixels otherwise. */
export const onMask =
  (forMask: Tool, forPixels: Tool): Tool =>
  (context, start) =>
    (context.studio.mask.target ? forMask : forPixels)(context, start);

/** For tools that have nothing to do with masks. @throws StudioError MASK_TOOL */
export const noMask: Tool = () => {
  throw new StudioError('MASK_TOOL', t('error.MASK_TOOL'));
};

/** The mask that is painted on, and the document with another in its place. */
function targetOf({ editor, mask }: Studio) {
  const { document } = editor;
  const { target } = mask;
  if (!document || !target) return null;
  return {
    id: target.id,
    selection: document.selection,
    mask: target.mask.mask,
    with: (changed: Mask): StudioDocument => paintMask(document, target.id, changed),
  };
}

const stroke =
  (key: MessageKey, colourOf: (studio: Studio) => string): Tool =>
  ({ studio }, start) => {
    const target = targetOf(studio);
    if (!target) return null;
    const settings = { ...brushOf(studio.tools), value: greyOf(colourOf(studio)) };
    const work = new MaskStroke(target.mask, settings, target.selection);
    const show = (): void => {
      studio.editor.gesture = target.with(work.mask());
    };
    const { current } = studio;
    const smoother = new Smoother(studio.tools.smoothing);
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
        studio.editor.change(key, () => target.with(work.finish()));
      },
      cancel() {
        studio.editor.gesture = null;
      },
    };
  };

export const maskBrush = stroke('mask.paint', ({ tools }) => tools.foreground);
/** What is erased becomes the background colour, as on a sheet of paper. */
export const maskEraser = stroke('mask.erase', ({ tools }) => tools.background);

export const maskFill: Tool = ({ studio }, { point: at }) => {
  const target = targetOf(studio);
  if (!target) return null;
  const { id, mask, selection } = target;
  const { foreground, opacity, tolerance, contiguous } = studio.tools;
  const settings = { tolerance, contiguous, antialias: true };
  const { current } = studio;
  studio.attempt(async () => {
    await studio.work.change('mask.fill', async (_, job) => {
      const picture = await studio.sampled(current, true, job);
      const look = { picture, at, settings, within: selection };
      const area = await job.run('region', look, { give: [picture.data.buffer] });
      const filled = fillMask(mask, area, { value: greyOf(foreground), opacity });
      return {
        of: (now) => [findLayer(now, id)?.mask?.mask],
        change: (now) => paintMask(now, id, filled),
      };
    });
  });
  return null;
};

export const maskGradient: Tool = (context, start) => {
  const { studio } = context;
  const target = targetOf(studio);
  if (!target) return null;
  const { foreground, background, opacity, gradient: type } = studio.tools;
  return lineGesture(context, start, (from, to) => {
    const ends = { from, to, startColour: foreground, endColour: background };
    studio.editor.change('mask.gradient', () =>
      target.with(gradientMask(target.mask, target.selection, { type, opacity, ...ends })),
    );
  });
};

/** Moves a mask that is not linked to its layer, and leaves the layer where it is. */
export const maskMove: Tool = ({ studio }, start) => {
  const target = targetOf(studio);
  if (!target) return null;
  let moved: StudioDocument | null = null;
  return {
    move({ point, shift }) {
      const end = shift ? constrainLine(start.point, point, 45) : point;
      const [x, y] = [Math.round(end.x - start.point.x), Math.round(end.y - start.point.y)];
      const { mask } = target;
      moved = target.with(resampleMask(mask, translation(x, y), mask.width, mask.height));
      studio.editor.gesture = moved;
    },
    up() {
      const result = moved;
      studio.editor.gesture = null;
      if (result) studio.editor.change('mask.move', () => result);
    },
    cancel() {
      studio.editor.gesture = null;
    },
  };
};
