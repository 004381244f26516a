/** Every tool by its name. */
import type { ToolId } from '../../state/tools.svelte.js';
import { crop } from './crop.js';
import { brush, clone, eraser, eyedropper, fill, gradient, orEyedropper } from './paint.js';
import { maskBrush, maskEraser, maskFill, maskGradient, noMask, onMask } from './mask.js';
import { move, orOutline } from './move.js';
import { hand, shape, text, zoom } from './place.js';
import { ellipse, lasso, rectangle, selectBrush, wand } from './select.js';
import type { Tool } from './tool.js';

export const TOOL_GESTURES: Readonly<Record<ToolId, Tool>> = {
  move,
  rectangle: orOutline(rectangle),
  ellipse: orOutline(ellipse),
  lasso: orOutline(lasso),
  wand: orOutline(wand),
  selectBrush,
  crop,
  brush: orEyedropper(onMask(maskBrush, brush)),
  eraser: orEyedropper(onMask(maskEraser, eraser)),
  clone: onMask(noMask, clone),
  fill: orEyedropper(onMask(maskFill, fill)),
  gradient: orEyedropper(onMask(maskGradient, gradient)),
  eyedropper,
  text,
  shape,
  hand,
  zoom,
};
