/** Where pictures go that are put into a document. */
import { multiply, scaling, translation } from '../pixels/matrix.js';
import type { Layer, Matrix } from '../types.js';
import { withChildren } from './change.js';

interface Size {
  readonly width: number;
  readonly height: number;
}
interface Around {
  readonly x: number;
  readonly y: number;
}

/**
 * Layers of a picture in the middle of a document, made smaller if the picture is larger.
 * @param document its width and height as x and y
 */
export function centred(layers: readonly Layer[], picture: Size, document: Around): Layer[] {
  const scale = Math.min(1, document.x / picture.width, document.y / picture.height);
  const x = Math.round((document.x - picture.width * scale) / 2);
  const y = Math.round((document.y - picture.height * scale) / 2);
  const matrix = multiply(translation(x, y), scaling(scale, scale));
  return layers.map((layer) => placed(layer, matrix));
}

function placed(layer: Layer, matrix: Matrix): Layer {
  if (layer.type === 'adjustment') return layer;
  if (layer.type === 'group') {
    return withChildren(layer, (children) => children.map((child) => placed(child, matrix)));
  }
  return { ...layer, transform: multiply(matrix, layer.transform) };
}
