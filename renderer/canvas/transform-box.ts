/** The box with handles around the selected layers. */
import { updateText } from '../document/layers/content.js';
import { transformLayers, type ResampleMask } from '../document/layers/transform.js';
import { isWholeMove } from '../document/pixels/matrix.js';
import { resampleMask } from '../document/pixels/resample-mask.js';
import { evenMask } from '../document/pixels/tiles.js';
import { resizedBox, wrappedText } from '../document/text/box.js';
import type { Matrix, StudioDocument } from '../document/types.js';
import type { Floating } from '../state/floats.js';
import type { Studio } from '../state/studio.svelte.js';
import type { Handle } from './stage.js';

/** Tiles of a mask that are drawn anew while the box is dragged. */
const FEW = 12;

/** Large masks hide nothing while the box is dragged: they are drawn anew once it is let go. */
const whileDragged: ResampleMask = (mask, matrix, width, height) =>
  isWholeMove(matrix) || new Set(mask.tiles.values()).size <= FEW
    ? resampleMask(mask, matrix, width, height)
    : evenMask(width, height, 255);

/** The document with the box of the selected text as its sides are; null where no box is meant. */
function rewrapped(
  document: StudioDocument,
  matrix: Matrix,
  handle: 'left' | 'right',
): StudioDocument | null {
  const text = wrappedText(document);
  const box = text && resizedBox(text, matrix, handle === 'left' ? 'right' : 'left');
  return text && box && updateText(document, text.id, box);
}

/** Follows the box: the document is changed with it, and once when it is let go. */
export function transformBox(studio: Studio) {
  const placed = (document: StudioDocument, matrix: Matrix, resample: ResampleMask) =>
    transformLayers(document, document.active, matrix, resample);
  /** What is transformed of layers, if not all of them; taken out of them once. */
  let held: { readonly of: StudioDocument; readonly floats: Floating } | null = null;
  const taken = (document: StudioDocument): Floating => {
    if (held?.of !== document) held = { of: document, floats: studio.floats.take(document) };
    return held.floats;
  };
  const part = (document: StudioDocument, matrix: Matrix, done: boolean): void => {
    const { editor, floats } = studio;
    const float = taken(document);
    editor.gesture = done ? null : floats.shown(document, float, matrix);
    if (!done) return;
    held = null;
    editor.change('command.edit.freeTransform', () => floats.down(document, float, matrix));
  };
  return {
    changed(matrix: Matrix, handle: Handle, done: boolean): void {
      const { editor, work, floats } = studio;
      const { document } = editor;
      if (!document) return;
      if (floats.isPart(document)) {
        studio.attempt(() => {
          part(document, matrix, done);
        });
        return;
      }
      const wrapped = handle === 'other' ? null : rewrapped(document, matrix, handle);
      if (wrapped) {
        editor.gesture = done ? null : wrapped;
        if (done) editor.change('properties.boxWidth', () => wrapped);
        return;
      }
      if (!done) {
        studio.attempt(() => {
          editor.gesture = placed(document, matrix, whileDragged);
        });
        return;
      }
      editor.gesture = null;
      studio.attempt(async () => {
        await work.reshape('command.edit.freeTransform', (now, resample) =>
          placed(now, matrix, resample),
        );
      });
    },
  };
}
