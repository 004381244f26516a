/** Giving a layer room to be painted on. */
import { multiply, translation } from '../pixels/matrix.js';
import { columnsOf } from '../pixels/tiles.js';
import { TILE, type Raster, type RasterLayer, type StudioDocument } from '../types.js';

/**
 * A layer whose pixels reach over all of the document, so that a brush finds them everywhere; as it
 * is, if they do already, or if it is turned or scaled. It grows by whole tiles to the left and to
 * the top, so that the tiles that it has stay what they are.
 */
export function expandToDocument(layer: RasterLayer, document: StudioDocument): RasterLayer {
  const [a, b, c, d, e, f] = layer.transform;
  if (a !== 1 || b !== 0 || c !== 0 || d !== 1) return layer;
  const { raster } = layer;
  const left = Math.max(0, Math.ceil(e / TILE));
  const top = Math.max(0, Math.ceil(f / TILE));
  const right = Math.max(0, Math.ceil(document.width - e - raster.width));
  const bottom = Math.max(0, Math.ceil(document.height - f - raster.height));
  if (left + top + right + bottom === 0) return layer;
  return {
    ...layer,
    raster: growRaster(raster, left, top, right, bottom),
    transform: multiply(layer.transform, translation(-left * TILE, -top * TILE)),
  };
}

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
