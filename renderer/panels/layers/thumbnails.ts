/** Small pictures of what layers hold, each in the frame of its document, kept as long as they. */
import { apply, invert } from '../../document/pixels/matrix.js';
import { columnsOf } from '../../document/pixels/tiles.js';
import { TILE, type Mask, type Matrix, type Raster } from '../../document/types.js';

/** RGBA, not premultiplied. */
export interface SmallPicture {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray<ArrayBuffer>;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Longest side in pixels: twice what it is shown at, so that the browser smooths it. */
const SIDE = 48;

/** An empty picture of a document's proportions. */
function blank({ width, height }: Size): SmallPicture {
  const scale = SIDE / Math.max(width, height);
  const across = Math.max(1, Math.round(width * scale));
  const down = Math.max(1, Math.round(height * scale));
  return { width: across, height: down, data: new Uint8ClampedArray(across * down * 4) };
}

/** Fills a picture by the nearest pixels of tiles. */
function sample(
  picture: SmallPicture,
  document: Size,
  back: Matrix,
  put: (x: number, y: number, at: number) => void,
): void {
  const { width, height } = picture;
  for (let i = 0; i < width * height; i++) {
    const column = i % width;
    const row = (i - column) / width;
    const point = apply(back, {
      x: ((column + 0.5) * document.width) / width,
      y: ((row + 0.5) * document.height) / height,
    });
    put(Math.floor(point.x), Math.floor(point.y), i * 4);
  }
}

/** Pixels as they lie in a document of this size. */
export function drawRaster(raster: Raster, transform: Matrix, document: Size): SmallPicture {
  const picture = blank(document);
  const back = invert(transform);
  if (!back || raster.tiles.size === 0) return picture;
  const columns = columnsOf(raster);
  sample(picture, document, back, (x, y, at) => {
    if (x < 0 || y < 0 || x >= raster.width || y >= raster.height) return;
    const tile = raster.tiles.get(Math.floor(y / TILE) * columns + Math.floor(x / TILE));
    if (!tile) return;
    const from = ((y % TILE) * TILE + (x % TILE)) * 4;
    picture.data.set(tile.data.subarray(from, from + 4), at);
  });
  return picture;
}

/** A mask in grey: white is where it lets through. */
export function drawMask(mask: Mask): SmallPicture {
  const picture = blank(mask);
  const columns = columnsOf(mask);
  sample(picture, mask, [1, 0, 0, 1, 0, 0], (x, y, at) => {
    const tile = mask.tiles.get(Math.floor(y / TILE) * columns + Math.floor(x / TILE));
    const value = tile?.data[(y % TILE) * TILE + (x % TILE)] ?? mask.outside;
    picture.data.set([value, value, value, 255], at);
  });
  return picture;
}

interface Kept {
  readonly transform: Matrix;
  readonly width: number;
  readonly height: number;
  readonly picture: SmallPicture;
}

const rasters = new WeakMap<Raster, Kept>();
const masks = new WeakMap<Mask, SmallPicture>();

/** The same, drawn once for a raster at its place. */
export function rasterThumbnail(
  raster: Raster,
  transform: Matrix,
  { width, height }: Size,
): SmallPicture {
  const kept = rasters.get(raster);
  const sameSize = kept?.width === width && kept.height === height;
  if (sameSize && kept.transform.every((value, index) => value === transform[index])) {
    return kept.picture;
  }
  const picture = drawRaster(raster, transform, { width, height });
  rasters.set(raster, { transform, width, height, picture });
  return picture;
}

/** The same, drawn once for a mask. */
export function maskThumbnail(mask: Mask): SmallPicture {
  const kept = masks.get(mask);
  if (kept) return kept;
  const picture = drawMask(mask);
  masks.set(mask, picture);
  return picture;
}
