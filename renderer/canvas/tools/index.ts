/** Every tool by its name. */
import type { ToolId } from '../../state/tools.svelte.js';
import { brush, clone, eraser, eyedropper, fill, gradient } from './paint.js';
import { crop, hand, move, shape, text, zoom } from './place.js';
import { ellipse, lasso, rectangle, selectBrush, wand } from './select.js';
import type { Tool } from './tool.js';

export const TOOL_GESTURES: Readonly<Record<ToolId, Tool>> = {
  move,
  rectangle,
  ellipse,
  lasso,
  wand,
  selectBrush,
  crop,
  brush,
  eraser,
  clone,
  fill,
  gradient,
  eyedropper,
  text,
  shape,
  hand,
  zoom,
};
