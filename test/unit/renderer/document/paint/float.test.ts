import { describe, expect, test } from 'vitest';
import { createDocument, createRasterLayer } from '../../../../../renderer/document/create.js';
import { addLayer } from '../../../../../renderer/document/layers/arrange.js';
import { setSelection } from '../../../../../renderer/document/layers/masks.js';
import { activeLayer } from '../../../../../renderer/document/layers/tree.js';
import {
  floating,
  lift,
  putDown,
  type Float,
} from '../../../../../renderer/document/paint/float.js';
import { Compositor } from '../../../../../renderer/document/pixels/compose.js';
import {
  maskBytes,
  maskFromRect,
} from '../../../../../renderer/document/pixels/mask-operations.js';
import { rotation, scaling, translation } from '../../../../../renderer/document/pixels/matrix.js';
import type {
  Matrix,
  RasterLayer,
  Rect,
  StudioDocument,
} from '../../../../../renderer/document/types.js';
import { farthest, photo } from '../pixels/layers.js';

const compositor = new Compositor();
const SIDE = 300;

/** A document with one layer, part of which is selected. */
function scene(selected: Rect, transform: Matrix = [1, 0, 0, 1, 0, 0]) {
  const layer = createRasterLayer({ name: 'Layer', raster: photo(SIDE, SIDE), transform });
  const document = setSelection(
    addLayer(createDocument(SIDE, SIDE), layer),
    maskFromRect(SIDE, SIDE, selected),
  );
  return { document, layer };
}

function taken(document: StudioDocument, copy = false): Float {
  const layer = activeLayer(document) as RasterLayer;
  const float = document.selection && lift(compositor, document, layer, document.selection, copy);
  if (!float) throw new Error('nothing was taken');
  return float;
}

const at = (document: StudioDocument, x: number, y: number): number[] => {
  const [column, row] = [Math.floor(x / 256), Math.floor(y / 256)];
  const data = compositor.composeTile(document, column, row);
  const i = ((y % 256) * 256 + (x % 256)) * 4;
  return [...data.slice(i, i + 4)];
};

describe('moving what is selected of a layer', () => {
  const selected = { x: 20, y: 30, width: 40, height: 50 };

  test('leaves a hole, and the pixels and the selection are elsewhere', () => {
    const { document } = scene(selected);
    const float = { ...taken(document), matrix: translation(200, 150) };
    const moved = putDown(compositor, document, float);
    expect(at(moved, 25, 35)).toEqual([0, 0, 0, 0]);
    expect(at(moved, 225, 185)).toEqual(at(document, 25, 35));
    expect(at(moved, 10, 10)).toEqual(at(document, 10, 10));
    const there = { ...selected, x: 220, y: 180 };
    const [now, meant] = [moved.selection, maskFromRect(SIDE, SIDE, there)];
    expect(now && farthest(maskBytes(now), maskBytes(meant))).toBe(0);
  });

  test('what they are put on is there again when they are moved on', () => {
    const { document } = scene(selected);
    const float = taken(document);
    const first = putDown(compositor, document, { ...float, matrix: translation(100, 0) });
    const back = putDown(compositor, first, { ...float, matrix: translation(0, 0) });
    for (const column of [0, 1]) {
      const [a, b] = [document, back].map((of) => compositor.composeTile(of, column, 0));
      expect(a && b && farthest(a, b)).toBe(0);
    }
  });

  test('a copy leaves the pixels where they were as well', () => {
    const { document } = scene(selected);
    const moved = putDown(compositor, document, {
      ...taken(document, true),
      matrix: translation(50, 0),
    });
    expect(at(moved, 25, 35)).toEqual(at(document, 25, 35));
    expect(at(moved, 75, 35)).toEqual(at(document, 25, 35));
  });

  test.each<[string, Matrix, Matrix]>([
    ['moved', [1, 0, 0, 1, 0, 0], translation(33, -7)],
    ['turned', [1, 0, 0, 1, 0, 0], rotation(0.4, { x: 60, y: 60 })],
    ['scaled', [1, 0, 0, 1, 5, -9], scaling(1.7, 0.6, { x: 60, y: 60 })],
    ['of a turned layer', rotation(0.2), translation(20, 20)],
  ])('%s, it looks in the hand as it does put down', (_, transform, matrix) => {
    const { document } = scene(selected, transform);
    const float = { ...taken(document), matrix };
    const held = floating(document, float);
    const down = putDown(compositor, document, float);
    const [a, b] = [held, down].map((of) => compositor.composeTile(of, 0, 0));
    expect(a && b && farthest(a, b)).toBe(0);
  });

  test('where nothing of the layer is selected, there is nothing to move', () => {
    const { document, layer } = scene({ x: 0, y: 0, width: 10, height: 10 }, translation(100, 100));
    const { selection } = document;
    expect(selection && lift(compositor, document, layer, selection, false)).toBeNull();
  });
});
