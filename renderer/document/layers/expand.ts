/** Giving a layer room to be painted on. */
import { boundsOf, invert, multiply, translation } from '../pixels/matrix.js';
import { columnsOf } from '../pixels/tiles.js';
import { TILE, type Raster, type RasterLayer, type Rect, type StudioDocument } from '../types.js';
import { MAX_SIDE } from './limits.js';

/**
 * A layer whose pixels reach over all of the document, so that a brush finds them everywhere, however
 * it is turned or scaled; as it is, if they do already, or if they would be too many. It grows by whole
 * tiles to the left and to the top, so that the tiles that it has stay what they are.
 */
export function expandToDocument(
  layer: RasterLayer,
  { width, height }: Pick<StudioDocument, 'width' | 'height'>,
): RasterLayer {
  return expandOver(layer, { x: 0, y: 0, width, height });
}

/** The same for any part of the document, or around it. */
export function expandOver(layer: RasterLayer, rect: Rect): RasterLayer {
  const back = invert(layer.transform);
  if (back === null) return layer;
  const { raster } = layer;
  const over = boundsOf(back, rect);
  const left = tilesFor(-over.x);
  const top = tilesFor(-over.y);
  const right = pixelsFor(over.x + over.width - raster.width);
  const bottom = pixelsFor(over.y + over.height - raster.height);
  if (left + top + right + bottom === 0) return layer;
  const width = raster.width + left * TILE + right;
  const height = raster.height + top * TILE + bottom;
  if (Math.max(width, height) > MAX_SIDE) return layer;
  return {
    ...layer,
    raster: growRaster(raster, left, top, right, bottom),
    transform: multiply(layer.transform, translation(-left * TILE, -top * TILE)),
  };
}

/** Less than this beyond an edge is no pixel, but the error of a transform and back. */
const NEAR = 1e-6;
const pixelsFor = (length: number): number => Math.max(0, Math.ceil(length - NEAR));
const tilesFor = (length: number): number => Math.ceil(pixelsFor(length) / TILE);

/** A raster with more room around it: tiles to the left and top, pixels to the right and bottom. */
export function growRaster(
  raster: Raster,
  left: number,
  top: number,
  right: number,
  bottom: number,
): Raster {
  const size = {
    width: raster.width + left * TILE + right,
    height: raster.height + top * TILE + bottom,
  };
  const [before, after] = [columnsOf(raster), columnsOf(size)];
  const tiles = [...raster.tiles].map(([key, tile]) => {
    const row = Math.floor(key / before) + top;
    return [row * after + (key % before) + left, tile] as const;
  });
  return { ...size, tiles: new Map(tiles) };
}
