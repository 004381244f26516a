/** Documents for tests, what is in them as text, and random changes of them. */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import {
  createAdjustment,
  createDocument,
  createGroup,
  createRasterLayer,
  createShape,
  createText,
  uniqueName,
} from '../../../../../renderer/document/create.js';
import { DocumentError } from '../../../../../renderer/document/errors.js';
import * as layers from '../../../../../renderer/document/layers/index.js';
import { boundsOf as transformed } from '../../../../../renderer/document/pixels/matrix.js';
import { resampleMask } from '../../../../../renderer/document/pixels/resample-mask.js';
import {
  MaskEditor,
  RasterEditor,
  emptyRaster,
  evenMask,
} from '../../../../../renderer/document/pixels/tiles.js';
import { BLEND_MODES } from '../../../../../renderer/document/types.js';
import type {
  Layer,
  LayerId,
  Mask,
  Raster,
  Recipe,
  Rect,
  StudioDocument,
} from '../../../../../renderer/document/types.js';

/** One colour all over. */
export function plain(width: number, height: number, value: number): Raster {
  const editor = new RasterEditor(emptyRaster(width, height));
  for (let column = 0; column * 256 < width; column++) {
    for (let row = 0; row * 256 < height; row++) editor.write(column, row).fill(value);
  }
  return editor.finish();
}

/** The raster with its first tile painted over. */
export function painted(raster: Raster, value: number): Raster {
  const editor = new RasterEditor(raster);
  editor.write(0, 0).fill(value);
  return editor.finish();
}

/** Hides the left tile. */
export function leftMask({ width, height }: StudioDocument, value = 0): Mask {
  const editor = new MaskEditor(evenMask(width, height, 255));
  editor.write(0, 0).fill(value);
  return editor.finish();
}

export const recipe: Recipe = {
  kind: 'generate',
  prompt: 'a red square',
  seed: 7,
  model: { id: 'starter', version: '1.0.0', hash: 'abc' },
  settings: { steps: 4, references: [{ semantics: 1 }], maskFeather: null },
  origin: { target: null, references: ['layer', null] },
  steps: [1, 2, { nested: null }],
};

/** Bounds of a layer as if all its pixels could be seen. */
export function boundsOf(layer: Layer): Rect | null {
  if (layer.type === 'adjustment') return null;
  if (layer.type === 'group') {
    return layers.union(layer.children.map(boundsOf).filter((bounds) => bounds !== null));
  }
  const { width, height } = layer.type === 'raster' ? layer.raster : sizeOf(layer);
  return transformed(layer.transform, { x: 0, y: 0, width, height });
}

function sizeOf(layer: Exclude<Layer, { type: 'raster' | 'group' | 'adjustment' }>) {
  return layer.type === 'shape' ? layer : { width: 10, height: layer.fontSize };
}

/** Everything about a document, its pixels by their bytes, and nothing about ids of tiles. */
export function fingerprint(document: StudioDocument): string {
  const hash = (bytes: Uint8ClampedArray): string => createHash('sha1').update(bytes).digest('hex');
  return JSON.stringify(document, (_key, value: unknown) => {
    if (!(value instanceof Map)) return sorted(value);
    const tiles = value as ReadonlyMap<number, { data: Uint8ClampedArray }>;
    return [...tiles]
      .sort(([one], [other]) => one - other)
      .map(([key, { data }]) => [key, hash(data)]);
  });
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** Of 300 x 200 pixels: background, a group of a picture and a text, an adjustment on top. */
export function sample(): StudioDocument {
  const document = createDocument(300, 200);
  const background = createRasterLayer({ name: 'Background', raster: plain(300, 200, 200) });
  const picture = createRasterLayer({
    name: 'Picture',
    raster: plain(40, 30, 90),
    x: 10,
    y: 20,
    recipe,
  });
  const group = createGroup({
    name: 'Group',
    children: [picture, createText({ name: 'Text', text: 'Hello', x: 5, y: 50 })],
  });
  const curves = createAdjustment({ name: 'Curves', adjustment: 'curves' });
  return { ...document, layers: [background, group, curves], active: [background.id] };
}

/** The layer of this name. */
export function named(document: StudioDocument, name: string): Layer {
  for (const { layer } of layers.walk(document.layers)) if (layer.name === name) return layer;
  throw new Error(`There is no layer ${name}.`);
}

/** A change, and numbers that decide to what and how. */
export interface Step {
  readonly kind: number;
  readonly a: number;
  readonly b: number;
}

export const steps = (maxLength: number): fc.Arbitrary<Step[]> => {
  const number = fc.nat({ max: 999 });
  const kind = fc.nat({ max: CHANGES.length - 1 });
  return fc.array(fc.record({ kind, a: number, b: number }), { maxLength });
};

type Change = (document: StudioDocument, ids: readonly LayerId[], b: number) => StudioDocument;

const only = (ids: readonly LayerId[]): LayerId => ids.at(0) ?? 'none';
const fresh = (document: StudioDocument, b: number): Layer => {
  const name = uniqueName(document, 'Layer');
  if (b % 5 === 0) return createGroup({ name });
  if (b % 5 === 1) return createText({ name, text: 'Text', x: b % 7 });
  if (b % 5 === 2) return createShape({ name, shape: 'ellipse', width: 20, height: 1 + (b % 30) });
  if (b % 5 === 3) return createAdjustment({ name, adjustment: 'blur' });
  return createRasterLayer({ name, raster: plain(20 + (b % 300), 30, b % 256), x: b % 50, recipe });
};
const repaint: Change = (document, ids, b) => {
  const layer = layers.findLayer(document, only(ids));
  if (layer?.type !== 'raster') return document;
  return layers.replaceRaster(document, layer.id, painted(layer.raster, b % 256));
};
const place = (document: StudioDocument, b: number): layers.Place => {
  const groups = [...layers.walk(document.layers)].filter(({ layer }) => layer.type === 'group');
  const group = b % 3 === 0 ? undefined : groups[b % Math.max(1, groups.length)]?.layer;
  const count = group?.type === 'group' ? group.children.length : document.layers.length;
  return { parent: group?.id ?? null, index: b % (count + 1) };
};

/** Changes of layers that are asked for by name; locked layers refuse all of them. */
const CHANGES: readonly Change[] = [
  (document, _ids, b) => layers.addLayer(document, fresh(document, b)),
  (document, _ids, b) => layers.addLayer(document, fresh(document, b), place(document, b)),
  (document, ids, b) => (b % 3 === 0 ? layers.removeLayers(document, ids) : document),
  (document, ids) => layers.duplicateLayers(document, ids),
  (document, ids, b) => layers.moveLayers(document, ids, place(document, b)),
  (document, ids, b) =>
    layers.reorderLayers(
      document,
      ids,
      (['forward', 'backward', 'front', 'back'] as const)[b % 4] ?? 'front',
    ),
  (document, ids, b) => layers.renameLayer(document, only(ids), `Name ${b}`),
  (document, ids, b) => layers.setVisible(document, ids, b % 2 === 0),
  (document, ids, b) => layers.setOpacity(document, ids, b / 999),
  (document, ids, b) =>
    layers.setBlendMode(document, ids, BLEND_MODES[b % BLEND_MODES.length] ?? 'normal'),
  (document, ids, b) => layers.setClipped(document, ids, b % 2 === 0),
  (document, ids) => layers.groupLayers(document, ids, uniqueName(document, 'Group')),
  (document, ids) => layers.ungroupLayers(document, ids),
  (document, ids, b) => layers.setMask(document, only(ids), leftMask(document, b % 256)),
  (document, ids, b) => layers.setMaskEnabled(document, ids, b % 2 === 0),
  (document, ids) => layers.removeMask(document, ids),
  (document, ids, b) =>
    layers.transformLayers(document, ids, [1, 0, 0, 1, (b % 20) - 10, b % 7], resampleMask),
  (document, ids, b) => layers.rotateLayers(document, ids, b, boundsOf, resampleMask),
  (document, ids) => layers.flipLayers(document, ids, 'horizontal', boundsOf, resampleMask),
  (document, ids) => layers.alignLayers(document, ids, 'middle', boundsOf, resampleMask),
  (document) => {
    const all = document.layers.map(({ id }) => id);
    return layers.distributeLayers(document, all, 'vertical', boundsOf, resampleMask);
  },
  repaint,
  repaint,
  (document, ids, b) => layers.updateText(document, only(ids), { text: `Text ${b}`, fontSize: b }),
  (document, ids, b) => layers.setAdjustment(document, only(ids), { kind: 'blur', radius: b % 9 }),
  (document, ids, b) =>
    layers.mergeInto(document, ids, { raster: plain(50, 50, b % 256), x: 3, y: b % 9 }),
  (document, ids) => layers.selectLayers(document, ids),
  (document, _ids, b) =>
    layers.setSelection(document, b % 4 === 0 ? null : leftMask(document, b % 256)),
  (document, _ids, b) => layers.addGuide(document, { axis: 'vertical', position: b % 300 }),
  // A lock may be set, but not taken away.
  (document, ids, b) => (b % 4 === 0 ? layers.setLocked(document, ids, true) : document),
];

/** Changes a document; what is refused changes nothing. */
export function change(document: StudioDocument, { kind, a, b }: Step): StudioDocument {
  const all = [...layers.walk(document.layers)].map(({ layer }) => layer.id);
  const ids = all.filter((_id, index) => index === a % all.length || (a + index) % 5 === 0);
  try {
    return CHANGES[kind]?.(document, ids, b) ?? document;
  } catch (error) {
    if (error instanceof DocumentError) return document;
    throw error;
  }
}

/** Changes of the whole document, which go for locked layers, too. */
export function reframe(document: StudioDocument, { kind, a, b }: Step): StudioDocument {
  const width = 100 + (a % 300);
  const height = 100 + (b % 200);
  const choice = kind % 5;
  if (choice === 0) {
    return layers.cropDocument(document, { x: a % 50, y: -(b % 50), width, height }, resampleMask);
  }
  if (choice === 1) return layers.resizeImage(document, width, height, resampleMask);
  if (choice === 2) return layers.rotateDocument(document, 90, resampleMask);
  if (choice === 3) return layers.flipDocument(document, 'vertical', resampleMask);
  return layers.resizeCanvas(document, width, height, { x: 0.5, y: 1 }, resampleMask);
}
