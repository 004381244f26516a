/** Giving a layer room to be painted on. */
import { multiply, translation } from '../pixels/matrix.js';
import { rasterFrom, pixelsOf } from '../pixels/tiles.js';
import { TILE, type Raster, type RasterLayer, type StudioDocument } from '../types.js';

/**
 * A layer whose pixels reach over all of the document, so that a brush finds them everywhere; as it
 * is, if they do already, or if it is turned or scaled.
 */
export function expandToDocument(layer: RasterLayer, document: StudioDocument): RasterLayer {
  const [a, b, c, d, e, f] = layer.transform;
  if (a !== 1 || b !== 0 || c !== 0 || d !== 1) return layer;
  const { raster } = layer;
  const left = Math.max(0, Math.ceil(e));
  const top = Math.max(0, Math.ceil(f));
  const right = Math.max(0, Math.ceil(document.width - e - raster.width));
  const bottom = Math.max(0, Math.ceil(document.height - f - raster.height));
  if (left + top + right + bottom === 0) return layer;
  const grown = grow(raster, left, top, right, bottom);
  return {
    ...layer,
    raster: grown,
    transform: multiply(layer.transform, translation(-left, -top)),
  };
}

/** A raster with more room around it; tiles are kept where they can be. */
function grow(raster: Raster, left: number, top: number, right: number, bottom: number): Raster {
  const width = raster.width + left + right;
  const height = raster.height + top + bottom;
  if (left === 0 && top === 0) {
    const [before, after] = [Math.ceil(raster.width / TILE), Math.ceil(width / TILE)];
    const tiles = [...raster.tiles].map(
      ([key, tile]) => [Math.floor(key / before) * after + (key % before), tile] as const,
    );
    return { width, height, tiles: new Map(tiles) };
  }
  return rasterFrom(pixelsOf(raster, { x: -left, y: -top, width, height }), width, height);
}
