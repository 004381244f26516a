/** Where pictures go that are put into a document. */
import { multiply, scaling, translation } from '../pixels/matrix.js';
import { resampleMask } from '../pixels/resample-mask.js';
import type { Layer } from '../types.js';
import { resampler, transformLayer } from './transform.js';

interface Size {
  readonly width: number;
  readonly height: number;
}
interface Around {
  readonly x: number;
  readonly y: number;
}

/**
 * Layers of a picture in the middle of a document, made smaller if the picture is larger. Masks come to have
 * the document's size.
 * @param document its width and height as x and y
 */
export function centred(layers: readonly Layer[], picture: Size, document: Around): Layer[] {
  const scale = Math.min(1, document.x / picture.width, document.y / picture.height);
  const x = Math.round((document.x - picture.width * scale) / 2);
  const y = Math.round((document.y - picture.height * scale) / 2);
  const matrix = multiply(translation(x, y), scaling(scale, scale));
  const remask = resampler(resampleMask, matrix, document.x, document.y);
  return layers.map((layer) => transformLayer(layer, matrix, ({ mask }) => remask(mask)));
}
