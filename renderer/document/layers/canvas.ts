/**
 * Changes of the whole document: its frame, its size, its orientation. They hold for locked layers,
 * too, for what changes is the document around them.
 */
import { apply } from '../pixels/matrix.js';
import type { Guide, Layer, Mask, Matrix, Point, Rect, StudioDocument } from '../types.js';
import { withChildren } from './change.js';
import { checkFinite, checkSides } from './limits.js';
import { resampler, transformLayer } from './transform.js';
import type { ResampleMask } from './transform.js';

/**
 * Transforms everything into a document of another size. Guides that end up outside are dropped.
 * @param matrix upright: it takes horizontal lines to horizontal or vertical ones
 */
function transformDocument(
  document: StudioDocument,
  matrix: Matrix,
  width: number,
  height: number,
  resample: ResampleMask,
): StudioDocument {
  checkSides(width, height);
  const remask = resampler(resample, matrix, width, height);
  const optional = (mask: Mask | null): Mask | null => mask && remask(mask);
  return {
    ...document,
    width,
    height,
    // The canvas moves under all masks alike, linked or not.
    layers: document.layers.map((layer) =>
      transformLayer(layer, matrix, ({ mask }) => remask(mask)),
    ),
    selection: optional(document.selection),
    protection: optional(document.protection),
    guides: document.guides.flatMap((guide) => {
      const moved = moveGuide(guide, matrix);
      const end = moved.axis === 'horizontal' ? height : width;
      return moved.position < 0 || moved.position > end ? [] : [moved];
    }),
  };
}

function moveGuide({ axis, position }: Guide, matrix: Matrix): Guide {
  const upright = matrix[1] === 0 && matrix[2] === 0;
  const horizontal = axis === 'horizontal';
  const { x, y } = apply(matrix, { x: horizontal ? 0 : position, y: horizontal ? position : 0 });
  return horizontal === upright
    ? { axis: 'horizontal', position: y }
    : { axis: 'vertical', position: x };
}

/**
 * Makes a rectangle the whole document; it may reach beyond the document. Pixels outside are kept.
 * @throws DocumentError BAD_SIZE, BAD_VALUE
 */
export function cropDocument(
  document: StudioDocument,
  { x, y, width, height }: Rect,
  resample: ResampleMask,
): StudioDocument {
  checkFinite([x, y]);
  const left = Math.round(x);
  const top = Math.round(y);
  if (left === 0 && top === 0 && width === document.width && height === document.height) {
    return document;
  }
  return transformDocument(document, [1, 0, 0, 1, 0 - left, 0 - top], width, height, resample);
}

/** What stays in its place when the canvas changes: 0 the left or top, 0.5 the middle, 1 the end. */
export interface Anchor {
  readonly x: 0 | 0.5 | 1;
  readonly y: 0 | 0.5 | 1;
}

/** Where the new canvas begins in the old one. */
export function anchoredAt(
  document: Pick<StudioDocument, 'width' | 'height'>,
  width: number,
  height: number,
  anchor: Anchor,
): Point {
  return {
    x: Math.round((document.width - width) * anchor.x),
    y: Math.round((document.height - height) * anchor.y),
  };
}

/** Adds to the canvas or takes away from it. @throws DocumentError BAD_SIZE */
export function resizeCanvas(
  document: StudioDocument,
  width: number,
  height: number,
  anchor: Anchor,
  resample: ResampleMask,
): StudioDocument {
  return cropDocument(
    document,
    { ...anchoredAt(document, width, height, anchor), width, height },
    resample,
  );
}

/** Where turning everything clockwise by quarters puts it. */
export function turnedBy(
  { width, height }: Pick<StudioDocument, 'width' | 'height'>,
  degrees: 90 | 180 | 270,
): Matrix {
  if (degrees === 180) return [-1, 0, 0, -1, width, height];
  return degrees === 90 ? [0, 1, -1, 0, height, 0] : [0, -1, 1, 0, 0, width];
}

/** Turns everything clockwise by quarters. */
export function rotateDocument(
  document: StudioDocument,
  degrees: 90 | 180 | 270,
  resample: ResampleMask,
): StudioDocument {
  const [width, height] =
    degrees === 180 ? [document.width, document.height] : [document.height, document.width];
  return transformDocument(document, turnedBy(document, degrees), width, height, resample);
}

/** Mirrors everything left to right or top to bottom. */
export function flipDocument(
  document: StudioDocument,
  axis: 'horizontal' | 'vertical',
  resample: ResampleMask,
): StudioDocument {
  const { width, height } = document;
  const matrix: Matrix = axis === 'horizontal' ? [-1, 0, 0, 1, width, 0] : [1, 0, 0, -1, 0, height];
  return transformDocument(document, matrix, width, height, resample);
}

/**
 * Scales everything to another size. Layers keep their pixels and are placed by scaled transforms;
 * blurs and sharpening scale with them, so that the picture looks the same.
 * @throws DocumentError BAD_SIZE
 */
export function resizeImage(
  document: StudioDocument,
  width: number,
  height: number,
  resample: ResampleMask,
): StudioDocument {
  if (width === document.width && height === document.height) return document;
  const x = width / document.width;
  const y = height / document.height;
  const scaled = transformDocument(document, [x, 0, 0, y, 0, 0], width, height, resample);
  const factor = Math.sqrt(x * y);
  return { ...scaled, layers: scaled.layers.map((layer) => scaleRadius(layer, factor)) };
}

const MAX_RADIUS = 100;

function scaleRadius(layer: Layer, factor: number): Layer {
  if (layer.type === 'adjustment' && 'radius' in layer.adjustment) {
    const radius = Math.min(MAX_RADIUS, layer.adjustment.radius * factor);
    return { ...layer, adjustment: { ...layer.adjustment, radius } };
  }
  return withChildren(layer, (children) => children.map((child) => scaleRadius(child, factor)));
}
