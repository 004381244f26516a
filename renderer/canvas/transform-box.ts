/** The box with handles around the selected layers. */
import { transformLayers } from '../document/layers/transform.js';
import { resampleMask } from '../document/pixels/resample-mask.js';
import type { Matrix, StudioDocument } from '../document/types.js';
import type { Studio } from '../state/studio.svelte.js';

/** Follows the box: the document is changed with it, and once when it is let go. */
export function transformBox(studio: Studio) {
  const { editor } = studio;
  const placed = (document: StudioDocument, matrix: Matrix): StudioDocument =>
    transformLayers(document, document.active, matrix, resampleMask);
  return {
    changed(matrix: Matrix, done: boolean): void {
      const { document } = editor;
      if (!document) return;
      if (done) editor.change('command.edit.freeTransform', () => placed(document, matrix));
      else {
        studio.attempt(() => {
          editor.gesture = placed(document, matrix);
        });
      }
    },
  };
}
