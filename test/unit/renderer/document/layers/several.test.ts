import { describe, expect, test } from 'vitest';
import {
  createDocument,
  createGroup,
  createRasterLayer,
  createShape,
  createText,
} from '../../../../../renderer/document/create.js';
import { brought } from '../../../../../renderer/document/layers/centre.js';
import * as layers from '../../../../../renderer/document/layers/index.js';
import { maskBytes } from '../../../../../renderer/document/pixels/mask-operations.js';
import type { Layer, StudioDocument } from '../../../../../renderer/document/types.js';
import { boundsOf, leftMask, named, plain } from './support.js';

/** Bottom first: Picture, Group [ Inside ], Text, Shape, Title. */
function scene(): StudioDocument {
  const picture = createRasterLayer({ name: 'Picture', raster: plain(10, 10, 9) });
  const inside = createText({ name: 'Inside', text: 'In' });
  const group = createGroup({ name: 'Group', children: [inside] });
  const text = createText({ name: 'Text', text: 'One' });
  const shape = createShape({ name: 'Shape', shape: 'rectangle', width: 5, height: 5 });
  const title = createText({ name: 'Title', text: 'Two', fontSize: 90 });
  return layers.addLayers(createDocument(300, 200), [picture, group, text, shape, title]);
}
const ids = (document: StudioDocument, ...names: readonly string[]): string[] =>
  names.map((name) => named(document, name).id);

describe('several layers at once', () => {
  test('texts look alike, whatever else is selected, and each keeps its words', () => {
    const document = scene();
    const all = ids(document, 'Text', 'Shape', 'Title', 'Inside', 'Picture');
    const changed = layers.updateTexts(document, all, { fill: '#ff0000', fontSize: 20 });
    for (const name of ['Text', 'Title', 'Inside']) {
      const before = named(document, name);
      expect(named(changed, name)).toEqual({ ...before, fill: '#ff0000', fontSize: 20 });
    }
    for (const name of ['Shape', 'Picture']) {
      expect(named(changed, name)).toBe(named(document, name));
    }
    const shapes = layers.updateShapes(document, all, { fill: '#00ff00' });
    expect(named(shapes, 'Shape')).toMatchObject({ fill: '#00ff00' });
    expect(named(shapes, 'Text')).toBe(named(document, 'Text'));
  });

  test.each([
    ['the layer itself', 'Text', 'Text'],
    ['the group that it lies in', 'Inside', 'Group'],
    ['what lies in it', 'Group', 'Inside'],
  ])('cannot be moved where one is locked: %s', (_, chosen, locked) => {
    const document = scene();
    const those = ids(document, 'Shape', chosen);
    expect(layers.isAnyLocked(document, those)).toBe(false);
    const fixed = layers.setLocked(document, ids(document, locked), true);
    expect(layers.isAnyLocked(fixed, those)).toBe(true);
    expect(layers.isAnyLocked(fixed, ids(fixed, 'Shape'))).toBe(false);
  });
});

describe('layers of another document', () => {
  const at = (x: number, y: number, more: Partial<Layer> = {}): Layer =>
    ({
      ...createRasterLayer({ name: `${x}`, raster: plain(10, 10, 9), x, y }),
      ...more,
    }) as Layer;
  const small = { width: 100, height: 80 };

  test('stay where they lay, as far as one of them is seen', () => {
    const those = [at(90, 5), at(500, 5)];
    expect(brought(those, small, boundsOf)).toEqual(those);
  });

  test('come into the middle together where none is', () => {
    const [left, right] = brought([at(500, 300), at(540, 300)], small, boundsOf);
    expect(left).toMatchObject({ transform: [1, 0, 0, 1, 25, 35] });
    expect(right).toMatchObject({ transform: [1, 0, 0, 1, 65, 35] });
  });

  test('have masks as large as the document, which hide what they hid', () => {
    const large = createDocument(600, 400);
    const mask = { mask: leftMask(large), enabled: true };
    const [here] = brought([at(10, 10, { mask })], { width: 300, height: 200 }, boundsOf);
    expect(here?.mask?.mask).toMatchObject({ width: 300, height: 200 });
    const bytes = here?.mask && maskBytes(here.mask.mask);
    expect([bytes?.[100 * 300 + 255], bytes?.[100 * 300 + 256]]).toEqual([0, 255]);
    // And move with what they hide.
    const [moved] = brought([at(500, 300, { mask })], { width: 300, height: 200 }, boundsOf);
    expect(moved).toMatchObject({ transform: [1, 0, 0, 1, 145, 95] });
    expect(moved?.mask?.mask.width).toBe(300);
  });
});
