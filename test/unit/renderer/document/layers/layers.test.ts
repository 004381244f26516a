import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  createDocument,
  createGroup,
  createRasterLayer,
  createShape,
  createText,
  neutralAdjustment,
  uniqueName,
} from '../../../../../renderer/document/create.js';
import * as layers from '../../../../../renderer/document/layers/index.js';
import type { Layer, StudioDocument } from '../../../../../renderer/document/types.js';
import { change, leftMask, named, plain, sample, steps } from './support.js';

const names = (document: StudioDocument): string[] =>
  [...layers.walk(document.layers)].map(
    ({ layer, parents }) => '-'.repeat(parents.length) + layer.name,
  );
const id = (document: StudioDocument, name: string) => named(document, name).id;
const code = (value: string): unknown =>
  expect.objectContaining({ name: 'DocumentError', code: value });
const raster = (name: string) => createRasterLayer({ name, raster: plain(10, 10, 1) });

describe('new documents and layers', () => {
  test('begin empty, seen, opaque and unlocked', () => {
    expect(createDocument(3, 4)).toMatchObject({ width: 3, height: 4, layers: [], active: [] });
    const layer = raster(' Sky ');
    expect(layer).toMatchObject({ name: 'Sky', visible: true, locked: false, opacity: 1 });
    expect(raster('Sky').id).not.toBe(layer.id);
    expect(neutralAdjustment('levels')).toEqual({ kind: 'levels', black: 0, white: 255, gamma: 1 });
  });

  test('have sides and colours that exist', () => {
    for (const side of [0, 1.5, 65_536, NaN]) {
      expect(() => createDocument(side, 10)).toThrow(code('BAD_SIZE'));
    }
    expect(() => createText({ name: 'T', text: 'x', fill: 'red' })).toThrow(code('BAD_VALUE'));
    expect(createShape({ name: 'Line', shape: 'line', width: 5, height: 5 })).toMatchObject({
      fill: null,
      stroke: '#000000',
    });
  });

  test('get names that are not taken', () => {
    let document = createDocument(10, 10);
    const given: string[] = [];
    for (let i = 0; i < 3; i++) {
      given.push(uniqueName(document, 'Layer'));
      document = layers.addLayer(document, raster(given.at(-1) ?? ''));
    }
    expect(given).toEqual(['Layer', 'Layer 2', 'Layer 3']);
    expect(uniqueName(document, 'Layer 2')).toBe('Layer 4');
  });
});

describe('order', () => {
  test('a new layer goes above the active one, into an open group, and becomes active', () => {
    const document = sample();
    const above = layers.addLayer(document, raster('New'));
    expect(names(above)).toEqual(['Background', 'New', 'Group', '-Picture', '-Text', 'Curves']);
    expect(layers.activeLayer(above)?.name).toBe('New');
    const group = layers.selectLayers(document, [id(document, 'Group')]);
    const inside = layers.addLayer(
      group,
      raster('New'),
      layers.placeForNew(group, () => true),
    );
    expect(names(inside)).toEqual(['Background', 'Group', '-Picture', '-Text', '-New', 'Curves']);
    const shut = layers.addLayer(group, raster('New'));
    expect(names(shut)).toEqual(['Background', 'Group', '-Picture', '-Text', 'New', 'Curves']);
  });

  test('a new layer does not take over what is clipped, and stays out of locked groups', () => {
    let document = layers.addLayer(sample(), { ...raster('Shade'), clipped: true });
    document = layers.selectLayers(document, [id(document, 'Background')]);
    expect(names(layers.addLayer(document, raster('New'))).slice(0, 3)).toEqual([
      'Background',
      'Shade',
      'New',
    ]);
    const locked = layers.setLocked(document, [id(document, 'Group')], true);
    const inside = layers.selectLayers(locked, [id(locked, 'Picture')]);
    expect(names(layers.addLayer(inside, raster('New'))).slice(-2)).toEqual(['New', 'Curves']);
  });

  test('what is left below a removed layer becomes active', () => {
    const document = layers.selectLayers(sample(), []);
    const one = layers.removeLayers(document, [id(document, 'Text')]);
    expect(layers.activeLayer(one)?.name).toBe('Picture');
    const none = layers.removeLayers(one, [id(one, 'Picture')]);
    expect(layers.activeLayer(none)?.name).toBe('Group');
    const empty = layers.removeLayers(
      none,
      none.layers.map((layer) => layer.id),
    );
    expect(empty).toMatchObject({ layers: [], active: [] });
  });

  test('a copy has ids of its own all the way down, and shares its pixels', () => {
    const document = sample();
    const copied = layers.duplicateLayers(
      document,
      [id(document, 'Group'), id(document, 'Picture')],
      ({ name }) => `${name} copy`,
    );
    expect(names(copied).slice(1, 7)).toEqual([
      'Group',
      '-Picture',
      '-Text',
      'Group copy',
      '-Picture',
      '-Text',
    ]);
    const all = [...layers.walk(copied.layers)].map(({ layer }) => layer);
    expect(new Set(all.map((layer) => layer.id)).size).toBe(all.length);
    const rasters = all.flatMap((layer) => (layer.type === 'raster' ? [layer.raster] : []));
    expect(new Set(rasters).size).toBe(2);
    expect(layers.activeLayer(copied)?.name).toBe('Group copy');
  });

  test('layers move into groups and out of them, in the order they have', () => {
    const document = sample();
    const [back, curves] = [id(document, 'Background'), id(document, 'Curves')];
    const group = id(document, 'Group');
    const inside = layers.moveLayers(document, [curves, back], { parent: group, index: 1 });
    expect(names(inside)).toEqual(['Group', '-Picture', '-Background', '-Curves', '-Text']);
    const out = layers.moveLayers(inside, [back], { parent: null, index: 0 });
    expect(names(out)).toEqual(['Background', 'Group', '-Picture', '-Curves', '-Text']);
    expect(layers.moveLayers(document, [back], { parent: null, index: 1 })).toBe(document);
  });

  test('a group never goes into itself, nor a layer into one that is no group', () => {
    let document = sample();
    document = layers.groupLayers(document, [id(document, 'Text')], 'Inner');
    const [outer, inner] = [id(document, 'Group'), id(document, 'Inner')];
    for (const parent of [outer, inner]) {
      const move = () => layers.moveLayers(document, [outer], { parent, index: 0 });
      expect(move).toThrow(code('BAD_PARENT'));
    }
    const parent = id(document, 'Background');
    expect(() => layers.moveLayers(document, [inner], { parent, index: 0 })).toThrow(
      code('BAD_PARENT'),
    );
    expect(() => layers.removeLayers(document, ['gone'])).toThrow(code('NO_SUCH_LAYER'));
  });

  test('layers go forward and back past one another, and to the front', () => {
    let document = createDocument(10, 10);
    for (const name of ['a', 'b', 'c', 'd']) document = layers.addLayer(document, raster(name));
    const ids = [id(document, 'b'), id(document, 'c')];
    const to = (where: layers.Reorder) =>
      names(layers.reorderLayers(document, ids, where)).join('');
    expect(to('forward')).toBe('adbc');
    expect(to('backward')).toBe('bcad');
    expect(to('front')).toBe('adbc');
    expect(to('back')).toBe('bcad');
    const top = [id(document, 'c'), id(document, 'd')];
    expect(layers.reorderLayers(document, top, 'forward')).toBe(document);
  });

  test('grouping and ungrouping leaves what is seen as it is', () => {
    const document = sample();
    const grouped = layers.groupLayers(
      document,
      [id(document, 'Background'), id(document, 'Text')],
      'New',
    );
    expect(names(grouped)).toEqual([
      'Group',
      '-Picture',
      '-New',
      '--Background',
      '--Text',
      'Curves',
    ]);
    const back = layers.ungroupLayers(grouped, [id(grouped, 'New')]);
    expect(names(back)).toEqual(['Group', '-Picture', '-Background', '-Text', 'Curves']);
    expect(back.active.map((layer) => layers.findLayer(back, layer)?.name)).toEqual([
      'Background',
      'Text',
    ]);
    const hidden = layers.setVisible(document, [id(document, 'Group')], false);
    const freed = layers.ungroupLayers(hidden, [id(hidden, 'Group')]);
    expect(layers.isShown(freed, id(freed, 'Picture'))).toBe(false);
  });

  test('documents do not outgrow what can be opened again', () => {
    let nested = createGroup({ name: '32' });
    for (let depth = 31; depth >= 1; depth--)
      nested = createGroup({ name: `${depth}`, children: [nested] });
    const document = layers.addLayer(createDocument(9, 9), nested);
    const place = { parent: id(document, '32'), index: 0 };
    expect(() => layers.addLayer(document, raster('deep'), place)).toThrow(code('TOO_DEEP'));
    const many = Array.from({ length: 2000 }, (_, index) => createGroup({ name: `${index}` }));
    const full = layers.addLayers(createDocument(9, 9), many);
    expect(() => layers.addLayer(full, raster('more'))).toThrow(code('TOO_MANY_LAYERS'));
  });
});

describe('properties', () => {
  test('change what they name and leave other layers the same objects', () => {
    const document = sample();
    const picture = id(document, 'Picture');
    const changed = layers.setOpacity(document, [picture], 3);
    expect(layers.findLayer(changed, picture)).toMatchObject({ opacity: 1 });
    expect(changed).toBe(document);
    const half = layers.setOpacity(document, [picture], 0.5);
    expect(layers.findLayer(half, picture)).toMatchObject({ opacity: 0.5 });
    expect(named(half, 'Text')).toBe(named(document, 'Text'));
    expect(named(half, 'Background')).toBe(named(document, 'Background'));
    expect(layers.renameLayer(document, picture, '  ')).toBe(document);
    expect(() => layers.setOpacity(document, [picture], NaN)).toThrow(code('BAD_VALUE'));
  });

  test('masks are put on, switched off, painted and taken away', () => {
    const document = sample();
    const text = id(document, 'Text');
    const masked = layers.setMask(document, text, leftMask(document));
    const off = layers.setMaskEnabled(masked, [text], false);
    const paintedMask = leftMask(document, 9);
    const repainted = layers.paintMask(off, text, paintedMask);
    expect(named(repainted, 'Text').mask).toEqual({ mask: paintedMask, enabled: false });
    expect(named(layers.removeMask(off, [text]), 'Text')).toEqual(named(document, 'Text'));
    const other = leftMask(createDocument(20, 20));
    expect(() => layers.setMask(document, text, other)).toThrow(code('BAD_SIZE'));
    expect(() => layers.setSelection(document, other)).toThrow(code('BAD_SIZE'));
  });

  test('what is for one kind of layer is refused by others', () => {
    const document = sample();
    const text = id(document, 'Text');
    const edited = layers.updateText(document, text, { text: 'Bye', italic: true });
    expect(named(edited, 'Text')).toMatchObject({ text: 'Bye', italic: true, fontSize: 48 });
    expect(() => layers.replaceRaster(document, text, plain(5, 5, 1))).toThrow(
      code('WRONG_LAYER_TYPE'),
    );
    const blur = { kind: 'blur', radius: NaN } as const;
    expect(() => layers.setAdjustment(document, id(document, 'Curves'), blur)).toThrow(
      code('BAD_VALUE'),
    );
  });

  test('merged layers give way to one, where the topmost lay', () => {
    const document = sample();
    const ids = [id(document, 'Background'), id(document, 'Group')];
    const merged = layers.mergeInto(document, ids, { raster: plain(8, 8, 5), x: 2, y: 3 });
    expect(names(merged)).toEqual(['Background', 'Curves']);
    expect(merged.layers[0]).toMatchObject({ type: 'raster', transform: [1, 0, 0, 1, 2, 3] });
    const flat = layers.flatten(document, { raster: plain(8, 8, 5), x: 0, y: 0 }, 'All');
    expect(names(flat)).toEqual(['All']);
  });
});

describe('selected layers', () => {
  test('one, several, and ranges that begin where the first click was', () => {
    const document = sample();
    const at = (name: string) => id(document, name);
    const chosen = (of: StudioDocument) => of.active.map((one) => layers.findLayer(of, one)?.name);
    const one = layers.selectLayers(document, [at('Text')]);
    expect(chosen(layers.selectRange(one, at('Curves')))).toEqual(['Curves', 'Group', 'Text']);
    const down = layers.selectRange(layers.selectRange(one, at('Curves')), at('Background'));
    expect(chosen(down)).toEqual(['Background', 'Picture', 'Text']);
    const more = layers.toggleLayer(one, at('Picture'));
    expect(chosen(more)).toEqual(['Text', 'Picture']);
    expect(chosen(layers.toggleLayer(more, at('Text')))).toEqual(['Picture']);
    const shut = layers.selectRange(
      layers.selectLayers(document, [at('Curves')]),
      at('Background'),
      () => false,
    );
    expect(chosen(shut)).toEqual(['Background', 'Group', 'Curves']);
    expect(layers.selectLayers(one, one.active)).toBe(one);
  });
});

describe('locked layers', () => {
  test('refuse every change by name', () => {
    const plainDocument = sample();
    const group = id(plainDocument, 'Group');
    const document = layers.setLocked(plainDocument, [group], true);
    const inner = id(document, 'Picture');
    for (const locked of [group, inner]) {
      for (const refused of [
        () => layers.setOpacity(document, [locked], 0.5),
        () => layers.renameLayer(document, locked, 'Other'),
        () => layers.removeLayers(document, [locked]),
        () => layers.moveLayers(document, [locked], { parent: null, index: 0 }),
        () => layers.groupLayers(document, [locked], 'New'),
        () => layers.addLayer(document, raster('New'), { parent: group, index: 0 }),
      ]) {
        expect(refused).toThrow(code('LAYER_LOCKED'));
      }
    }
    expect(() => layers.setLocked(document, [inner], true)).toThrow(code('LAYER_LOCKED'));
    expect(layers.isLocked(document, inner)).toBe(true);
    const unlocked = layers.setLocked(document, [group], false);
    expect(unlocked).toEqual(plainDocument);
  });

  test('keep the groups that they lie in from being removed, moved about or merged', () => {
    let document = sample();
    document = layers.setLocked(document, [id(document, 'Picture')], true);
    const group = id(document, 'Group');
    const merged = { raster: plain(3, 3, 3), x: 0, y: 0 };
    const same = () => {
      throw new Error('No mask is there to be moved.');
    };
    for (const refused of [
      () => layers.removeLayers(document, [group]),
      () => layers.ungroupLayers(document, [group]),
      () => layers.mergeInto(document, [group], merged),
      () => layers.flatten(document, merged, 'All'),
      () => layers.transformLayers(document, [group], [1, 0, 0, 1, 5, 5], same),
    ]) {
      expect(refused).toThrow(code('LAYER_LOCKED'));
    }
  });

  test('are shown and hidden like others', () => {
    const open = sample();
    const document = layers.setLocked(open, [id(open, 'Group')], true);
    const hidden = layers.setVisible(document, [id(document, 'Group')], false);
    expect(named(hidden, 'Group')).toEqual({ ...named(document, 'Group'), visible: false });
  });

  /** All of a layer but whether it, and what lies in it, is shown. */
  const shown = (layer: Layer): Layer =>
    layer.type === 'group'
      ? { ...layer, visible: true, children: layer.children.map(shown) }
      : { ...layer, visible: true };

  test('never change, whatever is done', () => {
    fc.assert(
      fc.property(steps(40), (sequence) => {
        let document = sample();
        for (const step of sequence) {
          const before = document;
          document = change(document, step);
          for (const { layer, parents } of layers.walk(before.layers)) {
            if (!layer.locked && !parents.some(({ locked }) => locked)) continue;
            const now = layers.findLayer(document, layer.id);
            expect(now && shown(now)).toEqual(shown(layer));
          }
        }
      }),
      { numRuns: 60 },
    );
  });
});

test('whatever is done, ids stay unique, selected layers exist, and what is not changed is shared', () => {
  fc.assert(
    fc.property(steps(30), (sequence) => {
      let document = sample();
      for (const step of sequence) {
        document = change(document, step);
        const ids = [...layers.walk(document.layers)].map(({ layer }) => layer.id);
        expect(new Set(ids).size).toBe(ids.length);
        for (const selected of document.active) expect(ids).toContain(selected);
        const [top] = document.layers;
        if (top?.type !== 'raster') continue;
        const other = layers.renameLayer(
          layers.setLocked(document, [top.id], false),
          top.id,
          'Other',
        );
        expect(other.layers.slice(1)).toEqual(document.layers.slice(1));
        other.layers.slice(1).forEach((layer, at) => {
          expect(layer).toBe(document.layers[at + 1]);
        });
      }
    }),
    { numRuns: 40 },
  );
});
