/** The crop box by keys: they mean it while it is there, and what they mean else otherwise. */
import { moveBox } from '../canvas/crop-box.js';
import { applyCrop, isCropping } from '../state/crop.svelte.js';
import type { Command, CommandId } from './registry.js';

/** Pixels that the box is moved by with Shift. */
const FAR = 10;

const moving = (id: CommandId, keys: string, x: number, y: number): Command => ({
  id,
  keys: [keys],
  modal: true,
  when: isCropping,
  run: ({ current: { crop } }) => {
    if (crop.box) crop.set(moveBox(crop.box, { x, y }));
  },
});

export const CROP_COMMANDS: readonly Command[] = [
  { id: 'crop.apply', keys: ['Enter'], modal: true, when: isCropping, run: applyCrop },
  {
    id: 'crop.handles',
    keys: ['Tab'],
    modal: true,
    when: isCropping,
    run: (studio) => {
      studio.focusCrop();
    },
  },
  moving('crop.left', 'ArrowLeft', -1, 0),
  moving('crop.right', 'ArrowRight', 1, 0),
  moving('crop.up', 'ArrowUp', 0, -1),
  moving('crop.down', 'ArrowDown', 0, 1),
  moving('crop.farLeft', 'Shift+ArrowLeft', -FAR, 0),
  moving('crop.farRight', 'Shift+ArrowRight', FAR, 0),
  moving('crop.farUp', 'Shift+ArrowUp', 0, -FAR),
  moving('crop.farDown', 'Shift+ArrowDown', 0, FAR),
];
