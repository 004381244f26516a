/** Selecting by rectangle, ellipse, lasso, wand and brush. */
import type { CombineMode } from '../../document/selection/combine.js';
import { isEmptyMask } from '../../document/pixels/mask-operations.js';
import { dragRect, toWholePixels } from '../../document/selection/gestures.js';
import { MaskStroke } from '../../document/paint/mask-stroke.js';
import { evenMask } from '../../document/pixels/tiles.js';
import { setSelection } from '../../document/layers/masks.js';
import type { Point } from '../../document/types.js';
import type { MessageKey } from '../../i18n/en/index.js';
import { selectionIs } from '../../state/painting.js';
import type { Studio } from '../../state/studio.svelte.js';
import type { Drawn } from '../../work/tasks.js';
import { Snap } from './snap.js';
import type { Tool, ToolEvent } from './tool.js';

/** Shift adds, alt takes away, both intersect; else as the options bar says. */
export function modeOf(
  studio: Studio,
  { shift, alt }: Pick<ToolEvent, 'shift' | 'alt'>,
): CombineMode {
  if (shift && alt) return 'intersect';
  if (shift) return 'add';
  if (alt) return 'subtract';
  return studio.tools.mode;
}

/** Selects a shape, with the edges that the options bar says. */
function finish(studio: Studio, key: MessageKey, drawn: Drawn, how: CombineMode): void {
  const soft = studio.tools.feather;
  studio.attempt(async () => {
    await studio.work.change(key, async ({ width, height, selection: old }, job) =>
      selectionIs(await job.run('select', { drawn, width, height, soft, old, how })),
    );
  });
}

/** A click without a drag takes the selection away. */
function deselect(studio: Studio, how: CombineMode): void {
  if (how !== 'replace' || !studio.editor.document?.selection) return;
  studio.editor.change('command.select.none', (document) => setSelection(document, null));
}

const box =
  (kind: 'rectangle' | 'ellipse'): Tool =>
  ({ studio, overlay }, start) => {
    const { document } = studio.editor;
    if (!document) return null;
    const how = modeOf(studio, start);
    const snap = new Snap(studio, document);
    const from = snap.point(start.point, start);
    // Shift and alt chose the mode when the drag began; pressed later they shape it.
    let last = start;
    const held = { shift: start.shift, alt: start.alt };
    const rectOf = (event: ToolEvent) => {
      if (!event.shift) held.shift = false;
      if (!event.alt) held.alt = false;
      const drag = { square: event.shift && !held.shift, fromCentre: event.alt && !held.alt };
      return toWholePixels(dragRect(from, snap.point(event.point, event), drag));
    };
    return {
      move(event) {
        last = event;
        const rect = rectOf(event);
        overlay({ kind, rect });
        snap.show(rect, event);
      },
      up() {
        overlay(null);
        const rect = rectOf(last);
        if (rect.width < 1 || rect.height < 1) {
          deselect(studio, how);
          return;
        }
        finish(studio, `command.tool.${kind}`, { kind, rect }, how);
      },
      cancel() {
        overlay(null);
      },
    };
  };

export const rectangle = box('rectangle');
export const ellipse = box('ellipse');

export const lasso: Tool = ({ studio, overlay }, start) => {
  const { document } = studio.editor;
  if (!document) return null;
  const how = modeOf(studio, start);
  const points: Point[] = [start.point];
  return {
    move({ trail }) {
      points.push(...trail);
      overlay({ kind: 'path', points: [...points], closed: false });
    },
    up() {
      overlay(null);
      if (points.length < 3) deselect(studio, how);
      else finish(studio, 'command.tool.lasso', { kind: 'lasso', points }, how);
    },
    cancel() {
      overlay(null);
    },
  };
};

export const wand: Tool = ({ studio }, start) => {
  const { document } = studio.editor;
  if (!document) return null;
  const how = modeOf(studio, start);
  const { tolerance, contiguous, allLayers } = studio.tools;
  const { current } = studio;
  studio.attempt(async () => {
    const settings = { tolerance, contiguous, antialias: true };
    await studio.work.change('command.tool.wand', async ({ selection: old }, job) => {
      const picture = await studio.sampled(current, allLayers, job);
      const give = [picture.data.buffer];
      const args = { picture, at: start.point, settings, old, how };
      return selectionIs(await job.run('wand', args, { give }));
    });
  });
  return null;
};

export const selectBrush: Tool = ({ studio }, start) => {
  const { document } = studio.editor;
  if (!document) return null;
  const { size, hardness, pressureSize, mode } = studio.tools;
  const take = start.alt || mode === 'subtract';
  const base = document.selection ?? evenMask(document.width, document.height, take ? 255 : 0);
  const begun =
    mode === 'replace' && !start.shift && !start.alt
      ? evenMask(document.width, document.height, 0)
      : base;
  const stroke = new MaskStroke(
    begun,
    {
      ...brushOf({ size, hardness, opacity: 1, flow: 1, pressureSize, pressureOpacity: false }),
      value: take ? 0 : 255,
    },
    null,
  );
  const show = (): void => {
    studio.editor.gesture = setSelection(document, stroke.mask());
  };
  stroke.add(start.trail);
  show();
  return {
    move({ trail }) {
      stroke.add(trail);
      show();
    },
    up() {
      studio.editor.change('command.tool.selectBrush', (current) => {
        const mask = stroke.finish();
        return setSelection(current, isEmptyMask(mask) ? null : mask);
      });
    },
    cancel() {
      studio.editor.gesture = null;
    },
  };
};

/** Settings of a round brush as its strokes take them. */
export function brushOf(options: {
  readonly size: number;
  readonly hardness: number;
  readonly opacity: number;
  readonly flow: number;
  readonly pressureSize: boolean;
  readonly pressureOpacity: boolean;
}) {
  const { size, hardness, opacity, flow, pressureSize, pressureOpacity } = options;
  return {
    size,
    hardness,
    opacity,
    flow,
    spacing: 0.1,
    pressure: { size: pressureSize, opacity: pressureOpacity },
  };
}
