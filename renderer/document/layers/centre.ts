/** Where pictures go that are put into a document. */
import { IDENTITY, multiply, scaling, translation } from '../pixels/matrix.js';
import { resampleMask } from '../pixels/resample-mask.js';
import { intersect } from '../pixels/bounds.js';
import type { Layer, Mask, Matrix } from '../types.js';
import { resampler, transformLayer, union } from './transform.js';
import type { BoundsOf } from './transform.js';

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

/**
 * Layers of another document, where they lay there; together in the middle where nothing of them would
 * be seen. Masks come to have the document's size.
 */
export function brought(
  layers: readonly Layer[],
  { width, height }: Size,
  boundsOf: BoundsOf,
): readonly Layer[] {
  const all = union(layers.flatMap((layer) => boundsOf(layer) ?? []));
  const seen = !all || intersect(all, { x: 0, y: 0, width, height }) !== null;
  const matrix: Matrix = seen
    ? IDENTITY
    : translation(
        Math.round((width - all.width) / 2 - all.x),
        Math.round((height - all.height) / 2 - all.y),
      );
  const remask = resampler(resampleMask, matrix, width, height);
  const fits = (mask: Mask): boolean => seen && mask.width === width && mask.height === height;
  return layers.map((layer) =>
    transformLayer(layer, matrix, ({ mask }) => (fits(mask) ? mask : remask(mask))),
  );
}
