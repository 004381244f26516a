/** Rasters made anew: transformed and cropped. */
import { TILE } from '../types.js';
import type { Matrix, Raster, Rect, Tile } from '../types.js';
import { wholePixels } from './bounds.js';
import { boundsOf, isWholeMove, multiply, translation } from './matrix.js';
import { Pyramids } from './pyramid.js';
import { drawTransformed } from './sample.js';
import { columnsOf, emptyRaster, newTile, pixelsOf, rowsOf, TILE_BYTES, tileKey } from './tiles.js';

/** A raster and where its first pixel stands. */
export interface Moved {
  readonly raster: Raster;
  readonly x: number;
  readonly y: number;
}

/**
 * A raster with a transform made part of its pixels. Whole moves share the raster; flips and turns
 * by 90 degrees are exact; all else is bilinear, and averaged where it becomes smaller.
 */
export function transformRaster(raster: Raster, matrix: Matrix): Moved {
  if (isWholeMove(matrix)) return { raster, x: matrix[4], y: matrix[5] };
  const all = { x: 0, y: 0, width: raster.width, height: raster.height };
  const bounds = wholePixels(boundsOf(matrix, all));
  const width = Math.max(1, bounds.width);
  const height = Math.max(1, bounds.height);
  const moved = multiply(translation(-bounds.x, -bounds.y), matrix);
  const pyramids = new Pyramids();
  const made = withTiles(width, height, (rect) => {
    const data = new Uint8ClampedArray(rect.width * rect.height * 4);
    if (!drawTransformed(raster, moved, rect, data, pyramids)) return undefined;
    return tileOf(data, rect.width, rect.height);
  });
  return { raster: made, x: bounds.x, y: bounds.y };
}

/** A part of a raster; what of it lies beyond the raster is transparent. Tiles are shared if they can. */
export function cropRaster(raster: Raster, rect: Rect): Raster {
  const shares = rect.x % TILE === 0 && rect.y % TILE === 0;
  return withTiles(rect.width, rect.height, (part) => {
    const inside = { ...part, x: part.x + rect.x, y: part.y + rect.y };
    if (!shares || !isWholeTile(raster, inside)) return cutTile(raster, inside);
    return raster.tiles.get(tileKey(raster, inside.x / TILE, inside.y / TILE));
  });
}

/** A raster of tiles that are made one by one. */
function withTiles(width: number, height: number, make: (rect: Rect) => Tile | undefined): Raster {
  const made = emptyRaster(width, height);
  const tiles = new Map<number, Tile>();
  for (let row = 0; row < rowsOf(made); row++) {
    for (let column = 0; column < columnsOf(made); column++) {
      const tile = make({
        x: column * TILE,
        y: row * TILE,
        width: Math.min(TILE, width - column * TILE),
        height: Math.min(TILE, height - row * TILE),
      });
      if (tile) tiles.set(tileKey(made, column, row), tile);
    }
  }
  return { width, height, tiles };
}

/** Whether a rectangle is all that a tile shows of a raster. */
function isWholeTile(raster: Raster, { x, y, width, height }: Rect): boolean {
  if (x < 0 || y < 0 || x >= raster.width || y >= raster.height) return false;
  const [right, bottom] = [x + width, y + height];
  return (
    (width === TILE || right === raster.width) && (height === TILE || bottom === raster.height)
  );
}

function cutTile(raster: Raster, rect: Rect): Tile | undefined {
  return tileOf(pixelsOf(raster, rect), rect.width, rect.height);
}

/** A tile that begins with these pixels; undefined if they are all transparent. */
function tileOf(data: Uint8ClampedArray, width: number, height: number): Tile | undefined {
  if (data.every((value) => value === 0)) return undefined;
  if (width === TILE && height === TILE) return newTile(data);
  const tile = new Uint8ClampedArray(TILE_BYTES);
  for (let row = 0; row < height; row++) {
    tile.set(data.subarray(row * width * 4, (row + 1) * width * 4), row * TILE * 4);
  }
  return newTile(tile);
}
