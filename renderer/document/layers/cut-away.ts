/** Deleting the pixels of layers that lie outside the canvas. */
import { apply, isWholeMove } from '../pixels/matrix.js';
import { RasterEditor, columnsOf } from '../pixels/tiles.js';
import { TILE } from '../types.js';
import type { Layer, Matrix, Raster, StudioDocument } from '../types.js';
import { mapShared, withChildren, withLayers } from './change.js';

interface Canvas {
  readonly width: number;
  readonly height: number;
  /** How far beyond it pixels are kept: those of turned or scaled layers are mixed at its edges. */
  readonly margin: number;
}

/** Pixels of a scaled layer that are mixed into one of the canvas, on each side. */
const MIXED = 2;

/**
 * Without the pixels outside the canvas, on all layers, locked ones too; nothing seen changes. Texts
 * and shapes stay whole: they have no pixels.
 */
export function cutToCanvas(document: StudioDocument): StudioDocument {
  const cut = (layer: Layer): Layer => {
    if (layer.type !== 'raster') {
      return withChildren(layer, (children) => mapShared(children, cut));
    }
    const raster = cutRaster(layer.raster, layer.transform, document);
    return raster === layer.raster ? layer : { ...layer, raster };
  };
  return withLayers(document, mapShared(document.layers, cut));
}

function cutRaster(
  raster: Raster,
  matrix: Matrix,
  { width, height }: Pick<StudioDocument, 'width' | 'height'>,
): Raster {
  const [a, b, c, d] = matrix;
  const margin = isWholeMove(matrix) ? 0 : MIXED * Math.max(Math.hypot(a, b), Math.hypot(c, d));
  const canvas = { width, height, margin };
  const editor = new RasterEditor(raster);
  let changed = false;
  for (const key of raster.tiles.keys()) {
    const [column, row] = [key % columnsOf(raster), Math.floor(key / columnsOf(raster))];
    const where = placeOfTile(column, row, matrix, canvas);
    if (where === 'outside') editor.clear(column, row);
    changed =
      where === 'outside' || (where === 'across' && cutTile(editor, column, row, matrix, canvas))
        ? true
        : changed;
  }
  return changed ? editor.finish() : raster;
}

/** Whether a tile lies in the canvas, outside, or across its edge. */
function placeOfTile(
  column: number,
  row: number,
  matrix: Matrix,
  { width, height, margin }: Canvas,
): 'inside' | 'outside' | 'across' {
  const corners = [0, 1].flatMap((down) =>
    [0, 1].map((across) => apply(matrix, { x: (column + across) * TILE, y: (row + down) * TILE })),
  );
  const beyond = [
    corners.map(({ x }) => x <= -margin),
    corners.map(({ x }) => x >= width + margin),
    corners.map(({ y }) => y <= -margin),
    corners.map(({ y }) => y >= height + margin),
  ];
  if (beyond.some((side) => side.every(Boolean))) return 'outside';
  const inside = corners.every(({ x, y }) => x >= 0 && x <= width && y >= 0 && y <= height);
  return inside ? 'inside' : 'across';
}

/** Clears those of a tile's pixels that lie outside. @returns whether there was one */
function cutTile(
  editor: RasterEditor,
  column: number,
  row: number,
  [a, b, c, d, e, f]: Matrix,
  { width, height, margin }: Canvas,
): boolean {
  let written: Uint8ClampedArray | null = null;
  const data = editor.read(column, row);
  for (let i = 0; data && i < TILE * TILE; i++) {
    if (data[i * 4 + 3] === 0) continue;
    const u = column * TILE + (i % TILE) + 0.5;
    const v = row * TILE + Math.floor(i / TILE) + 0.5;
    const [x, y] = [a * u + c * v + e, b * u + d * v + f];
    if (x > -margin && x < width + margin && y > -margin && y < height + margin) continue;
    written ??= editor.write(column, row);
    written.fill(0, i * 4, i * 4 + 4);
  }
  return written !== null;
}
