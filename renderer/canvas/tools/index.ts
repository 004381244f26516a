/** Every tool by its name. */
import type { ToolId } from '../../state/tools.svelte.js';
import { crop } from './crop.js';
import { brush, clone, eraser, eyedropper, fill, gradient } from './paint.js';
import { maskBrush, maskEraser, maskFill, maskGradient, maskMove, noMask, onMask } from './mask.js';
import { hand, move, shape, text, zoom } from './place.js';
import { ellipse, lasso, rectangle, selectBrush, wand } from './select.js';
import type { Tool } from './tool.js';

export const TOOL_GESTURES: Readonly<Record<ToolId, Tool>> = {
  move: (context, start) => {
    const loose = context.studio.mask.target?.mask.unlinked === true;
    return (loose ? maskMove : move)(context, start);
  },
  rectangle,
  ellipse,
  lasso,
  wand,
  selectBrush,
  crop,
  brush: onMask(maskBrush, brush),
  eraser: onMask(maskEraser, eraser),
  clone: onMask(noMask, clone),
  fill: onMask(maskFill, fill),
  gradient: onMask(maskGradient, gradient),
  eyedropper,
  text,
  shape,
  hand,
  zoom,
};
