/** Mirroring and quarter turns: of layers, of what is selected of them, and of the whole image. */
import { flipDocument, rotateDocument, turnedBy } from '../document/layers/canvas.js';
import { flipLayers, mirrored, rotateLayers, turned } from '../document/layers/transform.js';
import type { ResampleMask } from '../document/layers/transform.js';
import type { Matrix, Rect, StudioDocument } from '../document/types.js';
import { boundsOfLayer } from '../canvas/bounds.js';
import { reframe } from '../state/framing.js';
import type { Studio } from '../state/studio.svelte.js';
import type { Command, CommandId } from './registry.js';

const open = ({ editor }: Studio): boolean => editor.document !== null;
const some = ({ editor }: Studio): boolean => editor.selected.length > 0;

/** How something is turned within the rectangle around it. */
interface Turn {
  readonly matrix: (bounds: Rect) => Matrix;
  readonly layers: (document: StudioDocument, resample: ResampleMask) => StudioDocument;
}

const flip = (axis: 'horizontal' | 'vertical'): Turn => ({
  matrix: (bounds) => mirrored(bounds, axis),
  layers: (document, resample) =>
    flipLayers(document, document.active, axis, boundsOfLayer, resample),
});

const rotate = (degrees: 90 | 180 | -90): Turn => ({
  matrix: (bounds) => turned(bounds, degrees),
  layers: (document, resample) =>
    rotateLayers(document, document.active, degrees, boundsOfLayer, resample),
});

/** Turns what is selected of the selected layers, and the selection with it; without one the layers. */
function onLayers(id: CommandId, { matrix, layers }: Turn): Command {
  const part = ({ editor, floats }: Studio): void => {
    editor.change('canvas.turnSelected', (document) => {
      const taken = floats.take(document);
      const bounds = floats.boundsOf(document);
      return bounds ? floats.down(document, taken, matrix(bounds)) : document;
    });
  };
  const whole = async ({ work }: Studio): Promise<void> => {
    await work.reshape(`command.${id}`, layers);
  };
  // After what is on its way: it may change what is selected.
  const run = (studio: Studio): void | Promise<void> =>
    studio.work.inTurn(() => {
      const { document } = studio.editor;
      if (!document) return;
      studio.attempt(() => (studio.floats.isPart(document) ? part(studio) : whole(studio)));
    });
  return { id, menu: ['layer', 3, 'transform'], when: some, run };
}

/** Turns the whole image clockwise. */
const onImage = (id: CommandId, degrees: 90 | 180 | 270): Command => ({
  id,
  menu: ['image', 2],
  when: open,
  run: (studio) =>
    reframe(
      studio,
      `command.${id}`,
      (document, resample) => rotateDocument(document, degrees, resample),
      (before) => turnedBy(before, degrees),
    ),
});

const flipImage = (id: CommandId, axis: 'horizontal' | 'vertical'): Command => ({
  id,
  menu: ['image', 2],
  when: open,
  run: async ({ work }) => {
    await work.reshape(`command.${id}`, (document, resample) =>
      flipDocument(document, axis, resample),
    );
  },
});

export const TURN_COMMANDS: readonly Command[] = [
  onImage('image.rotateRight', 90),
  onImage('image.rotateLeft', 270),
  onImage('image.rotateOver', 180),
  flipImage('image.flipHorizontal', 'horizontal'),
  flipImage('image.flipVertical', 'vertical'),
  onLayers('layer.flipHorizontal', flip('horizontal')),
  onLayers('layer.flipVertical', flip('vertical')),
  onLayers('layer.rotateRight', rotate(90)),
  onLayers('layer.rotateLeft', rotate(-90)),
  onLayers('layer.rotateOver', rotate(180)),
];
