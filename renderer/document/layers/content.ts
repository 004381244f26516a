/** What layers show: pixels, text, shapes, adjustments. */
import { DocumentError } from '../errors.js';
import type {
  Adjustment,
  Channels,
  Layer,
  LayerId,
  LayerType,
  Matrix,
  Raster,
  Recipe,
  ShapeLayer,
  StudioDocument,
  TextLayer,
} from '../types.js';
import { updateLayers } from './change.js';
import {
  MAX_CURVE_POINTS,
  MAX_TEXT,
  checkColour,
  checkFinite,
  checkSides,
  cleanName,
} from './limits.js';
import { requireLayer } from './tree.js';

function updateOne<T extends LayerType>(
  document: StudioDocument,
  id: LayerId,
  type: T,
  change: (layer: Extract<Layer, { type: T }>) => Layer,
): StudioDocument {
  const isOfType = (layer: Layer): layer is Extract<Layer, { type: T }> => layer.type === type;
  if (!isOfType(requireLayer(document, id).layer)) {
    throw new DocumentError('WRONG_LAYER_TYPE', 'This cannot be done to a layer of this kind.');
  }
  return updateLayers(document, [id], (layer) => (isOfType(layer) ? change(layer) : layer));
}

/**
 * Gives a raster layer other pixels.
 * @param options what else changes with them: where they lie, what made them
 * @throws DocumentError NO_SUCH_LAYER, LAYER_LOCKED, WRONG_LAYER_TYPE, BAD_VALUE
 */
export function replaceRaster(
  document: StudioDocument,
  id: LayerId,
  raster: Raster,
  options: { readonly transform?: Matrix; readonly recipe?: Recipe | null } = {},
): StudioDocument {
  checkSides(raster.width, raster.height);
  if (options.transform) checkFinite(options.transform);
  return updateOne(document, id, 'raster', (layer) =>
    shared(layer, { raster, transform: layer.transform, recipe: layer.recipe, ...options }),
  );
}

type TextLooks = Omit<TextLayer, keyof Common>;
type ShapeLooks = Omit<ShapeLayer, keyof Common>;
type Common = Pick<
  Layer,
  'id' | 'type' | 'name' | 'visible' | 'locked' | 'opacity' | 'blendMode' | 'clipped' | 'mask'
>;

/** Changes a text or how it looks. @throws DocumentError */
export function updateText(
  document: StudioDocument,
  id: LayerId,
  changes: Partial<TextLooks>,
): StudioDocument {
  const { fontSize = 1, fontWeight = 1, lineHeight = 1, transform = [], fill = null } = changes;
  checkFinite([fontSize, fontWeight, lineHeight, changes.boxWidth ?? 1, ...transform]);
  checkColour(fill);
  if ((changes.text?.length ?? 0) > MAX_TEXT) {
    throw new DocumentError('BAD_VALUE', `A text has at most ${MAX_TEXT} characters.`);
  }
  const { fontFamily } = changes;
  const clean = fontFamily === undefined ? {} : { fontFamily: cleanName(fontFamily) };
  return updateOne(document, id, 'text', (layer) => shared(layer, { ...changes, ...clean }));
}

/**
 * Changes how texts look; layers of other kinds stay as they are.
 * @throws DocumentError NO_SUCH_LAYER, LAYER_LOCKED, BAD_VALUE
 */
export function updateTexts(
  document: StudioDocument,
  ids: readonly LayerId[],
  changes: Partial<Omit<TextLooks, 'text' | 'transform'>>,
): StudioDocument {
  return ofType(document, ids, 'text').reduce(
    (made, id) => updateText(made, id, changes),
    document,
  );
}

/** The same of shapes. @throws DocumentError */
export function updateShapes(
  document: StudioDocument,
  ids: readonly LayerId[],
  changes: Partial<Omit<ShapeLooks, 'shape' | 'transform'>>,
): StudioDocument {
  return ofType(document, ids, 'shape').reduce(
    (made, id) => updateShape(made, id, changes),
    document,
  );
}

function ofType(document: StudioDocument, ids: readonly LayerId[], type: LayerType): LayerId[] {
  return ids.filter((id) => requireLayer(document, id).layer.type === type);
}

/** Changes a shape or how it looks. @throws DocumentError */
export function updateShape(
  document: StudioDocument,
  id: LayerId,
  changes: Partial<ShapeLooks>,
): StudioDocument {
  const { width = 1, height = 1, cornerRadius = 0, strokeWidth = 0, transform = [] } = changes;
  checkFinite([width, height, cornerRadius, strokeWidth, ...transform]);
  checkColour(changes.fill ?? null);
  checkColour(changes.stroke ?? null);
  return updateOne(document, id, 'shape', (layer) => shared(layer, changes));
}

/** Gives an adjustment layer other values. @throws DocumentError */
export function setAdjustment(
  document: StudioDocument,
  id: LayerId,
  adjustment: Adjustment,
): StudioDocument {
  checkAdjustment(adjustment);
  return updateOne(document, id, 'adjustment', (layer) => shared(layer, { adjustment }));
}

function checkAdjustment(adjustment: Adjustment): void {
  const curves = adjustment.kind === 'curves' ? [adjustment.points, ...channelsOf(adjustment)] : [];
  if (curves.some((points) => points.length > MAX_CURVE_POINTS)) {
    throw new DocumentError('BAD_VALUE', `A curve has at most ${MAX_CURVE_POINTS} points.`);
  }
  const levels = adjustment.kind === 'levels' ? channelsOf(adjustment) : [];
  const values = [adjustment, ...levels, ...curves.flat()].flatMap((of): unknown[] =>
    Object.values(of),
  );
  checkFinite(values.filter((value) => typeof value === 'number'));
}

function channelsOf<T>({ red, green, blue }: Channels<T>): T[] {
  return [red, green, blue].filter((channel) => channel !== undefined);
}

/** The layer with changes, itself if there are none. */
function shared<L extends Layer>(layer: L, changes: Partial<L>): L {
  const keys = Object.keys(changes) as (keyof L)[];
  return keys.every((key) => layer[key] === changes[key]) ? layer : { ...layer, ...changes };
}
