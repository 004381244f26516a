/** All commands. */
import { CREATE_COMMANDS } from './create.js';
import { CROP_COMMANDS } from './crop.js';
import { EDIT_COMMANDS } from './edit.js';
import { FILE_COMMANDS } from './file.js';
import { LAYER_COMMANDS } from './layer.js';
import { MASK_COMMANDS } from './mask.js';
import { NUDGE_COMMANDS } from './nudge.js';
import { LOOK_COMMANDS } from './look.js';
import { SELECT_COMMANDS } from './select.js';
import type { Command } from './registry.js';
import { TURN_COMMANDS } from './turn.js';
import { VIEW_COMMANDS } from './view.js';
import { WINDOW_COMMANDS } from './window.js';

export const COMMANDS: readonly Command[] = [
  ...FILE_COMMANDS,
  ...EDIT_COMMANDS,
  ...NUDGE_COMMANDS,
  ...LAYER_COMMANDS,
  ...TURN_COMMANDS,
  ...LOOK_COMMANDS,
  ...MASK_COMMANDS,
  ...SELECT_COMMANDS,
  ...CREATE_COMMANDS,
  ...VIEW_COMMANDS,
  ...CROP_COMMANDS,
  ...WINDOW_COMMANDS,
];
