/** Moving, scaling, turning and mirroring layers; a group moves with all that lies in it. */
import { boundsOf as transformedBounds, multiply } from '../pixels/matrix.js';
import type { Layer, LayerId, LayerMask, Mask, Matrix, Rect, StudioDocument } from '../types.js';
import { mapLayers, mapShared, refuseLockedWithin, withChildren, withLayers } from './change.js';
import { checkFinite } from './limits.js';
import { topMost } from './tree.js';

/**
 * What a mask becomes when its document is transformed by a matrix into one of this size; beyond
 * what it covered it is `outside`.
 */
export type ResampleMask = (mask: Mask, matrix: Matrix, width: number, height: number) => Mask;

/** Bounds of what a layer shows, in document coordinates; null if it shows nothing. */
export type BoundsOf = (layer: Layer) => Rect | null;

/** The same mask is resampled once, so that what was shared stays shared. */
export function resampler(
  resample: ResampleMask,
  matrix: Matrix,
  width: number,
  height: number,
): (mask: Mask) => Mask {
  const done = new Map<Mask, Mask>();
  return (mask) => {
    const known = done.get(mask);
    if (known) return known;
    const made = resample(mask, matrix, width, height);
    done.set(mask, made);
    return made;
  };
}

/**
 * A layer, its mask and what lies in it, transformed.
 * @param remask what becomes of a mask
 */
export function transformLayer(
  layer: Layer,
  matrix: Matrix,
  remask: (mask: LayerMask) => Mask,
): Layer {
  const { mask } = layer;
  const masked: Layer = mask ? { ...layer, mask: { ...mask, mask: remask(mask) } } : layer;
  if (masked.type === 'adjustment') return masked;
  if (masked.type === 'group') {
    return withChildren(masked, (children) =>
      mapShared(children, (child) => transformLayer(child, matrix, remask)),
    );
  }
  return { ...masked, transform: compose(matrix, masked.transform) };
}

/** First `inner`, then `outer`, without negative zeros, which files do not keep. */
function compose(outer: Matrix, inner: Matrix): Matrix {
  const [a, b, c, d, e, f] = multiply(outer, inner);
  return [a + 0, b + 0, c + 0, d + 0, e + 0, f + 0];
}

/**
 * Transforms layers with the masks that are linked to them.
 * @param matrix from where things were to where they will be, in document coordinates
 * @throws DocumentError NO_SUCH_LAYER, LAYER_LOCKED, BAD_VALUE
 */
export function transformLayers(
  document: StudioDocument,
  ids: readonly LayerId[],
  matrix: Matrix,
  resample: ResampleMask,
): StudioDocument {
  return transformEach(
    document,
    topMost(document, ids).map(({ layer }) => [layer.id, matrix]),
    resample,
  );
}

/** The same with a matrix for each layer; none of them lies in another. @throws DocumentError */
export function transformEach(
  document: StudioDocument,
  moves: readonly (readonly [LayerId, Matrix])[],
  resample: ResampleMask,
): StudioDocument {
  const found = topMost(
    document,
    moves.map(([id]) => id),
  );
  for (const located of found) refuseLockedWithin(located);
  let { layers } = document;
  for (const [id, matrix] of moves) {
    checkFinite(matrix);
    if (isIdentity(matrix)) continue;
    const remask = resampler(resample, matrix, document.width, document.height);
    const follow = ({ mask, unlinked }: LayerMask): Mask => (unlinked ? mask : remask(mask));
    const change = (layer: Layer): Layer => transformLayer(layer, matrix, follow);
    layers = mapLayers(layers, new Set([id]), change);
  }
  return withLayers(document, layers);
}

function isIdentity([a, b, c, d, e, f]: Matrix): boolean {
  return a === 1 && b === 0 && c === 0 && d === 1 && e === 0 && f === 0;
}

/** Mirrors layers left to right or top to bottom, within their bounds. @throws DocumentError */
export function flipLayers(
  document: StudioDocument,
  ids: readonly LayerId[],
  axis: 'horizontal' | 'vertical',
  boundsOf: BoundsOf,
  resample: ResampleMask,
): StudioDocument {
  const bounds = boundsOfAll(document, ids, boundsOf);
  return bounds ? transformLayers(document, ids, mirrored(bounds, axis), resample) : document;
}

/**
 * Turns layers clockwise about the middle of their bounds. Quarter turns keep pixels on pixels.
 * @throws DocumentError
 */
export function rotateLayers(
  document: StudioDocument,
  ids: readonly LayerId[],
  degrees: number,
  boundsOf: BoundsOf,
  resample: ResampleMask,
): StudioDocument {
  checkFinite([degrees]);
  const bounds = boundsOfAll(document, ids, boundsOf);
  return bounds ? transformLayers(document, ids, turned(bounds, degrees), resample) : document;
}

/** What mirrors a rectangle in itself, left to right or top to bottom. */
export function mirrored({ x, y, width, height }: Rect, axis: 'horizontal' | 'vertical'): Matrix {
  return axis === 'horizontal' ? [-1, 0, 0, 1, 2 * x + width, 0] : [1, 0, 0, -1, 0, 2 * y + height];
}

/** What turns a rectangle clockwise about its middle; quarter turns keep pixels on pixels. */
export function turned(bounds: Rect, degrees: number): Matrix {
  const [cos, sin] = cosSin(degrees);
  const x = bounds.x + bounds.width / 2;
  const y = bounds.y + bounds.height / 2;
  const matrix: Matrix = [cos, sin, -sin, cos, x - cos * x + sin * y, y - sin * x - cos * y];
  if (degrees % 90 !== 0) return matrix;
  // The middle of an odd and an even side is half a pixel off. Rounded towards where it was, so that
  // turned back it is there again.
  const after = transformedBounds(matrix, bounds);
  const [a, b, c, d, e, f] = matrix;
  const off = (to: number, from: number): number =>
    Number.isInteger(from) ? from + Math.trunc(to - from) - to : 0;
  return [a, b, c, d, e + off(after.x, bounds.x), f + off(after.y, bounds.y)];
}

/** Exact for quarter turns. */
function cosSin(degrees: number): readonly [number, number] {
  const turned = ((degrees % 360) + 360) % 360;
  if (turned === 0) return [1, 0];
  if (turned === 90) return [0, 1];
  if (turned === 180) return [-1, 0];
  if (turned === 270) return [0, -1];
  const radians = (turned * Math.PI) / 180;
  return [Math.cos(radians), Math.sin(radians)];
}

/** Bounds of what layers show together. @throws DocumentError NO_SUCH_LAYER */
export function boundsOfAll(
  document: StudioDocument,
  ids: readonly LayerId[],
  boundsOf: BoundsOf,
): Rect | null {
  const all = topMost(document, ids).map(({ layer }) => boundsOf(layer));
  return union(all.filter((bounds) => bounds !== null));
}

/** The smallest rectangle around all of them; null if there are none. */
export function union(rects: readonly Rect[]): Rect | null {
  if (rects.length === 0) return null;
  const x = Math.min(...rects.map((rect) => rect.x));
  const y = Math.min(...rects.map((rect) => rect.y));
  const right = Math.max(...rects.map((rect) => rect.x + rect.width));
  const bottom = Math.max(...rects.map((rect) => rect.y + rect.height));
  return { x, y, width: right - x, height: bottom - y };
}
