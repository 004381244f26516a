/**
 * Selected pixels of a layer, taken out of it to be moved: as long as they are what is selected, they
 * lie over the layer, and what they were put on is still there when they are moved on.
 */
import { expandOver, expandToDocument } from '../layers/expand.js';
import { replaceRaster } from '../layers/content.js';
import { setSelection } from '../layers/masks.js';
import { createGroup } from '../create.js';
import { mapLayers } from '../layers/change.js';
import { rasterBounds, wholePixels } from '../pixels/bounds.js';
import type { Compositor } from '../pixels/compose.js';
import { boundsOf, IDENTITY, isWholeMove, multiply, translation } from '../pixels/matrix.js';
import { resampleMask } from '../pixels/resample-mask.js';
import { columnsOf, emptyRaster, newTile, RasterEditor, tilesIn } from '../pixels/tiles.js';
import { SelectionSampler } from '../selection/sampler.js';
import { TILE } from '../types.js';
import type { Mask, Matrix, Raster, RasterLayer, Rect, StudioDocument, Tile } from '../types.js';
import { clearSelection } from './fill-selection.js';

export interface Float {
  /** The layer without them. */
  readonly rest: RasterLayer;
  /** The pixels, where they were taken. */
  readonly lifted: RasterLayer;
  /** What was selected then. */
  readonly selection: Mask;
  /** From where they were taken to where they are. */
  readonly matrix: Matrix;
}

/** How a layer looks that is drawn as a part of another. */
const PLAIN = {
  visible: true,
  opacity: 1,
  blendMode: 'normal',
  clipped: false,
  mask: null,
} as const;

/**
 * Takes what is selected out of a layer.
 * @param copy leaves it there as well
 * @returns null where nothing of the layer is selected
 */
export function lift(
  compositor: Compositor,
  document: StudioDocument,
  layer: RasterLayer,
  selection: Mask,
  copy: boolean,
): Float | null {
  const whole = isWholeMove(layer.transform) ? layer : redrawn(compositor, layer);
  const room = expandToDocument(whole, document);
  const raster = selectedOf(room, selection);
  if (rasterBounds(raster) === null) return null;
  const rest = copy ? room : { ...room, raster: clearSelection(room, selection) };
  return { rest, lifted: { ...room, raster }, selection, matrix: IDENTITY };
}

/** A layer's pixels as far as they are selected; beyond the document nothing is. */
function selectedOf({ raster, transform }: RasterLayer, selection: Mask): Raster {
  const sampler = new SelectionSampler(selection, transform);
  const columns = columnsOf(raster);
  const tiles = new Map<number, Tile>();
  const row = new Uint8ClampedArray(TILE);
  for (const [key, tile] of raster.tiles) {
    const [x, y] = [(key % columns) * TILE, Math.floor(key / columns) * TILE];
    const width = Math.min(TILE, raster.width - x);
    const height = Math.min(TILE, raster.height - y);
    const even = sampler.evenOver({ x, y, width, height });
    if (even === 255) tiles.set(key, tile);
    if (even === 255 || even === 0) continue;
    const data = tile.data.slice();
    for (let v = 0; v < height; v++) {
      sampler.row(x, y + v, width, row);
      for (let u = 0; u < width; u++) {
        const at = (v * TILE + u) * 4 + 3;
        data[at] = Math.round(((data[at] ?? 0) * (row[u] ?? 0)) / 255);
      }
    }
    tiles.set(key, newTile(data));
  }
  return { width: raster.width, height: raster.height, tiles };
}

/** The document while the pixels float: exactly as it will look when they are put down. */
export function floating(document: StudioDocument, float: Float): StudioDocument {
  const { rest } = float;
  const moved = { ...liftedNow(float), ...PLAIN, id: `${rest.id}-lifted` };
  const layers = mapLayers(document.layers, new Set([rest.id]), (layer) => {
    const { opacity, blendMode, clipped, mask, visible, name } = layer;
    const children = [{ ...rest, ...PLAIN }, moved];
    const look = { name, visible, opacity, blendMode, clipped, mask };
    return { ...createGroup({ ...look, children }), id: `${rest.id}-float` };
  });
  return setSelection({ ...document, layers }, selectionNow(document, float));
}

/** The document with the pixels in their layer. @throws DocumentError LAYER_LOCKED */
export function putDown(
  compositor: Compositor,
  document: StudioDocument,
  float: Float,
): StudioDocument {
  const lifted = liftedNow(float);
  const inner = rasterBounds(lifted.raster);
  const { id } = float.rest;
  if (inner === null) return document;
  const area = wholePixels(boundsOf(lifted.transform, inner));
  const rest = expandOver(float.rest, area);
  const raster = withRegion(compositor, rest, [rest, lifted], area);
  const changed = replaceRaster(document, id, raster, { transform: rest.transform });
  return setSelection(changed, selectionNow(document, float));
}

const liftedNow = ({ lifted, matrix }: Float): RasterLayer => ({
  ...lifted,
  transform: multiply(matrix, lifted.transform),
});

const selectionNow = ({ width, height }: StudioDocument, { selection, matrix }: Float): Mask =>
  resampleMask(selection, matrix, width, height);

/** A layer's raster with what layers show in a part of the document. */
function withRegion(
  compositor: Compositor,
  { raster, transform }: RasterLayer,
  layers: readonly RasterLayer[],
  area: Rect,
): Raster {
  const [, , , , left, top] = transform;
  const editor = new RasterEditor(raster);
  const plain = layers.map((layer) => ({ ...layer, ...PLAIN }));
  const span = tilesIn(raster, { ...area, x: area.x - left, y: area.y - top });
  for (let row = span.fromRow; row < span.toRow; row++) {
    for (let column = span.fromColumn; column < span.toColumn; column++) {
      const [x, y] = [left + column * TILE, top + row * TILE];
      const tile = { x, y, width: TILE, height: TILE };
      const data = compositor.composeRegion(plain, tile, tile);
      if (data.every((value, at) => at % 4 !== 3 || value === 0)) editor.clear(column, row);
      else editor.write(column, row).set(data);
    }
  }
  return editor.finish();
}

/** A layer in pixels of the document, as it is seen there. */
function redrawn(compositor: Compositor, layer: RasterLayer): RasterLayer {
  const inner = rasterBounds(layer.raster);
  if (inner === null) return layer;
  const { x, y, width, height } = wholePixels(boundsOf(layer.transform, inner));
  const empty = { ...layer, raster: emptyRaster(width, height), transform: translation(x, y) };
  return { ...empty, raster: withRegion(compositor, empty, [layer], { x, y, width, height }) };
}
