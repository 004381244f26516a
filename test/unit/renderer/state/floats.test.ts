import { describe, expect, test } from 'vitest';
import {
  createDocument,
  createRasterLayer,
  createText,
} from '../../../../renderer/document/create.js';
import { addLayers } from '../../../../renderer/document/layers/arrange.js';
import { setSelection } from '../../../../renderer/document/layers/masks.js';
import { setLocked } from '../../../../renderer/document/layers/properties.js';
import { selectLayers } from '../../../../renderer/document/layers/select.js';
import { mirrored, turned } from '../../../../renderer/document/layers/transform.js';
import { findLayer } from '../../../../renderer/document/layers/tree.js';
import { Compositor } from '../../../../renderer/document/pixels/compose.js';
import { maskBytes, maskFromRect } from '../../../../renderer/document/pixels/mask-operations.js';
import { apply, translation } from '../../../../renderer/document/pixels/matrix.js';
import type { Matrix, Rect, StudioDocument } from '../../../../renderer/document/types.js';
import { Floats } from '../../../../renderer/state/floats.js';
import { farthest, photo } from '../document/pixels/layers.js';

const SIDE = 300;
const compositor = new Compositor();
/** Reaches over several tiles, odd by even. */
const SELECTED: Rect = { x: 240, y: 30, width: 41, height: 50 };

/** Two layers of pixels, the upper one 100 pixels to the right and below, both selected in the panel. */
function scene(selected: Rect = SELECTED): StudioDocument {
  const layers = [0, 100].map((at) => ({
    ...createRasterLayer({ name: `${at}`, raster: photo(SIDE - at, SIDE - at), x: at, y: at }),
    id: `at ${at}`,
  }));
  return setSelection(
    addLayers(createDocument(SIDE, SIDE), layers),
    maskFromRect(SIDE, SIDE, selected),
  );
}

/** All that the document shows. */
const shown = (document: StudioDocument): Uint8ClampedArray =>
  compositor.composeRegion(
    document.layers,
    { x: 0, y: 0, width: SIDE, height: SIDE },
    { x: 0, y: 0, width: SIDE, height: SIDE },
  );

/** What one layer shows at a pixel. */
function at(document: StudioDocument, id: string, x: number, y: number): number[] {
  const layer = findLayer(document, id);
  const all = { x: 0, y: 0, width: SIDE, height: SIDE };
  return layer ? [...compositor.composeRegion([layer], all, { x, y, width: 1, height: 1 })] : [];
}

/** Turns what is selected in its place, as the command does. */
function turn(floats: Floats, document: StudioDocument, matrixOf: (bounds: Rect) => Matrix) {
  const taken = floats.take(document);
  const bounds = floats.boundsOf(document);
  if (!bounds) throw new Error('nothing is selected');
  return { document: floats.down(document, taken, matrixOf(bounds)), matrix: matrixOf(bounds) };
}

describe('turning what is selected', () => {
  test.each<[string, (bounds: Rect) => Matrix, Rect]>([
    ['mirrored', (bounds) => mirrored(bounds, 'horizontal'), SELECTED],
    ['upside down', (bounds) => mirrored(bounds, 'vertical'), SELECTED],
    ['turned right', (bounds) => turned(bounds, 90), { x: 236, y: 34, width: 50, height: 41 }],
    ['turned left', (bounds) => turned(bounds, -90), { x: 236, y: 34, width: 50, height: 41 }],
    ['turned over', (bounds) => turned(bounds, 180), SELECTED],
  ])('%s, every pixel is one that was there, and so is the outline', (_, matrixOf, outline) => {
    const before = selectLayers(scene(), ['at 0']);
    const { document, matrix } = turn(new Floats(compositor), before, matrixOf);
    const { selection } = document;
    expect(
      selection && farthest(maskBytes(selection), maskBytes(maskFromRect(SIDE, SIDE, outline))),
    ).toBe(0);
    for (const [x, y] of [
      [240, 30],
      [255, 77],
      [256, 79],
      [280, 30],
    ] as const) {
      const to = apply(matrix, { x: x + 0.5, y: y + 0.5 });
      const there = at(document, 'at 0', Math.floor(to.x), Math.floor(to.y));
      expect(there).toEqual(at(before, 'at 0', x, y));
    }
    expect(at(document, 'at 0', 100, 200)).toEqual(at(before, 'at 0', 100, 200));
    expect(at(document, 'at 100', 150, 150)).toEqual(at(before, 'at 100', 150, 150));
  });

  test('four times right, also over the edge of the document, nothing has changed', () => {
    const before = scene({ x: 250, y: 20, width: 50, height: 181 });
    const floats = new Floats(compositor);
    let document = before;
    for (let quarter = 0; quarter < 4; quarter++) {
      ({ document } = turn(floats, document, (bounds) => turned(bounds, 90)));
      if (quarter === 0) expect(farthest(shown(document), shown(before))).toBeGreaterThan(0);
    }
    expect(farthest(shown(document), shown(before))).toBe(0);
    expect(floats.boundsOf(document)).toEqual({ x: 250, y: 20, width: 50, height: 181 });
  });
});

describe('several layers', () => {
  test('are moved by what is selected of each', () => {
    const before = scene({ x: 90, y: 90, width: 20, height: 20 });
    const floats = new Floats(compositor);
    expect(floats.isPart(before)).toBe(true);
    const there = translation(50, 0);
    const held = floats.shown(before, floats.take(before), there);
    const moved = floats.down(before, floats.take(before), there);
    expect(farthest(shown(held), shown(moved))).toBe(0);
    expect(at(moved, 'at 0', 95, 95)).toEqual([0, 0, 0, 0]);
    expect(at(moved, 'at 0', 145, 95)).toEqual(at(before, 'at 0', 95, 95));
    expect(at(moved, 'at 100', 155, 105)).toEqual(at(before, 'at 100', 105, 105));
    expect(at(moved, 'at 100', 105, 105)).toEqual([0, 0, 0, 0]);
    // What they were put on is there again once they are moved on.
    const on = floats.down(moved, floats.take(moved), translation(0, 30));
    expect(at(on, 'at 100', 155, 105)).toEqual(at(before, 'at 100', 155, 105));
  });

  test('of which only some have something selected leave the others alone', () => {
    const before = scene({ x: 10, y: 10, width: 20, height: 20 });
    const floats = new Floats(compositor);
    // Over pixels of the upper layer, and on: those are none of what was selected.
    const over = floats.down(before, floats.take(before), translation(200, 200));
    const back = floats.down(over, floats.take(over), translation(-200, -200));
    expect(farthest(shown(back), shown(before))).toBe(0);
    expect(findLayer(over, 'at 100')).toBe(findLayer(before, 'at 100'));
  });

  test('are moved as a whole where one has no pixels of its own, and not at all where one is locked', () => {
    const floats = new Floats(compositor);
    const document = scene();
    const text = { ...createText({ name: 'Text', text: 'Hi', x: 9, y: 9 }), id: 'text' };
    const mixed = selectLayers(addLayers(document, [text]), ['text', 'at 0']);
    expect(floats.isPart(mixed)).toBe(false);
    expect(() => floats.take(setLocked(document, ['at 100'], true))).toThrow(
      expect.objectContaining({ code: 'LAYER_LOCKED' }),
    );
    const nothing = setSelection(
      document,
      maskFromRect(SIDE, SIDE, { x: 0, y: 0, width: 9, height: 9 }),
    );
    expect(() => floats.take(selectLayers(nothing, ['at 100']))).toThrow(
      expect.objectContaining({ code: 'NOTHING_SELECTED' }),
    );
  });
});
