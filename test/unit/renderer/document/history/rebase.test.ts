import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createDocument, createRasterLayer } from '../../../../../renderer/document/create.js';
import { rebase } from '../../../../../renderer/document/history/rebase.js';
import * as layers from '../../../../../renderer/document/layers/index.js';
import { expandToDocument } from '../../../../../renderer/document/layers/expand.js';
import { Stroke, type StrokeSettings } from '../../../../../renderer/document/paint/stroke.js';
import {
  RasterEditor,
  emptyRaster,
  pixelsOf,
} from '../../../../../renderer/document/pixels/tiles.js';
import type {
  Layer,
  Raster,
  RasterLayer,
  StudioDocument,
} from '../../../../../renderer/document/types.js';
import {
  change,
  fingerprint,
  leftMask,
  named,
  painted,
  plain,
  reframe,
  sample,
  steps,
  type Step,
} from '../layers/support.js';
import { brush } from '../paint/scenes.js';

/** A copy of all that can be told apart only by identity, as states are that were on disk. */
function reread<T>(value: T): T {
  return structuredClone(value);
}

const states = fc.tuple(steps(12), steps(3), fc.boolean());

/** A document, and the same one step later. */
function stepOf(first: readonly Step[], second: readonly Step[], whole: boolean) {
  const before = first.reduce(change, sample());
  return { before, after: second.reduce(whole ? reframe : change, before) };
}

const rasterOf = (document: StudioDocument, name: string): Raster => {
  const layer = named(document, name);
  if (layer.type !== 'raster') throw new Error(`${name} has no pixels`);
  return layer.raster;
};

/** The sample with other pixels in a layer, as if a model had made it anew. */
function remade(document: StudioDocument, name: string, raster: Raster): StudioDocument {
  return layers.replaceRaster(document, named(document, name).id, raster);
}

describe('a step done again on the state it was done on', () => {
  test('makes the same state, byte by byte, and changes none that was there', () => {
    fc.assert(
      fc.property(states, ([first, second, whole]) => {
        const { before, after } = stepOf(first, second, whole);
        const [was, is] = [fingerprint(before), fingerprint(after)];
        const rebased = rebase(before, after, before);
        expect(fingerprint(rebased.document)).toBe(is);
        expect(rebased.whole).toBe(true);
        expect([fingerprint(before), fingerprint(after)]).toEqual([was, is]);
      }),
      {
        examples: [
          // Layers that are moved one before the other, to below all that rest.
          [
            [
              [
                { kind: 3, a: 6, b: 0 },
                { kind: 0, a: 0, b: 0 },
              ],
              [{ kind: 4, a: 136, b: 0 }],
              false,
            ],
          ],
        ],
      },
    );
  });

  test('does so where the states were read back from disk', () => {
    fc.assert(
      fc.property(states, ([first, second, whole]) => {
        const { before, after } = stepOf(first, second, whole);
        const { document } = rebase(reread(before), reread(after), before);
        expect(fingerprint(document)).toBe(fingerprint(after));
      }),
      { numRuns: 30 },
    );
  });

  test('shares with it all that the step left alone', () => {
    const before = sample();
    const after = layers.setOpacity(before, [named(before, 'Picture').id], 0.5);
    const { document } = rebase(before, after, before);
    expect(document.layers[0]).toBe(before.layers[0]);
    expect(rasterOf(document, 'Picture')).toBe(rasterOf(before, 'Picture'));
    expect(rebase(before, before, after).document).toBe(after);
  });
});

describe('a step done on another state', () => {
  /** Changes of one layer each, so that two of different layers have nothing to do with each other. */
  const changes: readonly ((document: StudioDocument, layer: Layer) => StudioDocument)[] = [
    (document, { id }) => layers.setOpacity(document, [id], 0.25),
    (document, { id }) => layers.renameLayer(document, id, 'Renamed'),
    (document, { id }) => layers.setVisible(document, [id], false),
    (document, { id }) => layers.setBlendMode(document, [id], 'multiply'),
    (document, { id }) => layers.setMask(document, id, leftMask(document, 30)),
    (document, { id }) => layers.removeLayers(document, [id]),
    (document, layer) =>
      layer.type === 'raster'
        ? layers.replaceRaster(document, layer.id, painted(layer.raster, 33))
        : document,
  ];
  const one = fc.record({ what: fc.nat({ max: changes.length - 1 }), at: fc.nat({ max: 3 }) });
  const names = ['Background', 'Picture', 'Text', 'Curves'];

  test('independent steps come to the same in either order', () => {
    fc.assert(
      fc.property(one, one, (first, second) => {
        fc.pre(first.at !== second.at);
        const start = { ...sample(), active: [] };
        const [a, b] = [first, second].map(({ what, at }) => {
          const changed = changes[what]?.(start, named(start, names[at] ?? ''));
          return { ...(changed ?? start), active: [] };
        });
        if (!a || !b) throw new Error('there are two');
        const [ab, ba] = [rebase(start, b, a), rebase(start, a, b)];
        expect(fingerprint(ab.document)).toBe(fingerprint(ba.document));
        expect([ab.whole, ba.whole]).toEqual([true, true]);
      }),
    );
  });

  test('layers that one adds and moves that the other makes are both there', () => {
    const start = sample();
    const [back, group, curves] = start.layers.map(({ id }) => id);
    const added = createRasterLayer({ name: 'New', raster: plain(20, 20, 7) });
    const one_ = layers.addLayer(start, added, { parent: null, index: 1 });
    const other = layers.reorderLayers(start, [back ?? ''], 'front');
    const { document } = rebase(start, other, one_);
    expect(document.layers.map(({ id }) => id)).toEqual([added.id, group, curves, back]);
    const back_ = rebase(start, one_, other).document.layers.map(({ id }) => id);
    expect(back_).toEqual([group, curves, back, added.id]);
  });

  test('what is done to a layer that is not there is left out, and said', () => {
    const start = sample();
    const picture = named(start, 'Picture').id;
    const without = layers.removeLayers(start, [picture]);
    const faded = layers.setOpacity(start, [picture], 0.5);
    const rebased = rebase(start, faded, without);
    expect(rebased.whole).toBe(false);
    expect(rebased.document).toBe(without);
    // Taking away what is not there is done already.
    expect(rebase(start, without, without)).toEqual({ document: without, whole: true });
  });

  test('a group that goes leaves what the step did not know', () => {
    const start = sample();
    const group = named(start, 'Group').id;
    const added = createRasterLayer({ name: 'New', raster: plain(20, 20, 7) });
    const onto = layers.addLayer(start, added, { parent: group, index: 1 });
    const { document } = rebase(start, layers.removeLayers(start, [group]), onto);
    expect(document.layers.map(({ name }) => name)).toEqual(['Background', 'New', 'Curves']);
  });

  test('a layer that was moved meanwhile is moved on', () => {
    const start = sample();
    const id = named(start, 'Picture').id;
    const mask = (same: Parameters<Parameters<typeof layers.transformLayers>[3]>[0]) => same;
    const right = layers.transformLayers(start, [id], [1, 0, 0, 1, 10, 0], mask);
    const down = layers.transformLayers(start, [id], [1, 0, 0, 1, 0, 5], mask);
    const { document } = rebase(start, right, down);
    expect(named(document, 'Picture')).toMatchObject({ transform: [1, 0, 0, 1, 20, 25] });
  });

  test('a copy of a layer that was made anew is a copy of the new one', () => {
    const start = sample();
    const picture = named(start, 'Picture').id;
    const doubled = layers.duplicateLayers(start, [picture]);
    const other = plain(40, 30, 11);
    const { document } = rebase(start, doubled, remade(start, 'Picture', other));
    expect(rasterOf(document, 'Picture 2')).toBe(other);
  });
});

describe('a stroke on pixels that a model made anew', () => {
  const [width, height] = [600, 300];
  const document = (raster: Raster): StudioDocument => {
    const layer = createRasterLayer({ name: 'Made', raster });
    return { ...createDocument(width, height), layers: [layer], active: [layer.id] };
  };
  /** Grey noise that differs in every pixel. */
  const noise = (salt: number, alpha = 255): Raster => {
    const editor = new RasterEditor(plain(width, height, 0));
    for (let tile = 0; tile < 6; tile++) {
      const data = editor.write(tile % 3, Math.floor(tile / 3));
      for (let i = 0; i < data.length; i += 4) {
        const value = (Math.imul(i + 1, 2654435761 + salt * 97) >>> 24) & 127;
        data.set([value, value, 127 - value, alpha], i);
      }
    }
    return editor.finish();
  };
  const paint: StrokeSettings = {
    ...brush,
    size: 40,
    hardness: 0.3,
    opacity: 1,
    mode: 'paint',
    colour: '#dc1e28',
    lockAlpha: false,
  };
  const points = [
    { x: 240, y: 60, pressure: 1 },
    { x: 320, y: 80, pressure: 1 },
  ];
  const stroked = (raster: Raster, settings: StrokeSettings = paint): Raster => {
    const work = new Stroke(raster, settings, [1, 0, 0, 1, 0, 0], null);
    work.add(points);
    return work.finish();
  };
  /** The stroke on one picture, done again on another, beside what it makes of that itself. */
  function again(first: Raster, second: Raster, settings: StrokeSettings = paint) {
    const before = document(first);
    const { document: made, whole } = rebase(
      before,
      remade(before, 'Made', stroked(first, settings)),
      remade(before, 'Made', second),
    );
    expect(whole).toBe(true);
    const bytes = pixelsOf(rasterOf(made, 'Made'));
    const wanted = pixelsOf(stroked(second, settings));
    const furthest = bytes.reduce(
      (most, value, i) => Math.max(most, Math.abs(value - (wanted[i] ?? 0))),
      0,
    );
    return { bytes, wanted, furthest, raster: rasterOf(made, 'Made') };
  }

  test('covers byte by byte where it covered, and mixes where it was soft', () => {
    const second = noise(2);
    const { bytes, wanted, furthest, raster } = again(noise(1), second);
    let covered = 0;
    for (let i = 0; i < wanted.length; i += 4) {
      if (wanted[i] !== 0xdc || wanted[i + 1] !== 0x1e || wanted[i + 2] !== 0x28) continue;
      covered++;
      expect([...bytes.subarray(i, i + 4)]).toEqual([0xdc, 0x1e, 0x28, 255]);
    }
    expect(covered).toBeGreaterThan(500);
    expect(furthest).toBeLessThanOrEqual(4);
    // Tiles that it did not touch are the new picture's own.
    const same = [...second.tiles].filter(([key, tile]) => raster.tiles.get(key) === tile);
    expect(same).toHaveLength(4);
  });

  test('on nothing is painted over what is there now, and is the same where there is nothing', () => {
    const nothing = emptyRaster(width, height);
    expect(again(nothing, noise(2)).furthest).toBeLessThanOrEqual(2);
    const hole = new RasterEditor(noise(2));
    hole.clear(0, 0);
    hole.clear(1, 0);
    expect(again(nothing, hole.finish()).furthest).toBe(0);
  });

  test('that erased erases as much', () => {
    const erase: StrokeSettings = { ...paint, mode: 'erase' };
    const { bytes, wanted, furthest } = again(noise(1), noise(2), erase);
    expect(wanted.some((value, i) => i % 4 === 3 && value === 0)).toBe(true);
    expect(bytes.every((value, i) => i % 4 !== 3 || value === wanted[i])).toBe(true);
    expect(furthest).toBeLessThanOrEqual(2);
  });

  test('that reaches beyond a small layer has the room for it', () => {
    const { layers: list, ...rest } = document(noise(1));
    const small = createRasterLayer({ name: 'Made', raster: plain(60, 50, 9), x: 280, y: 40 });
    const before = { ...rest, layers: [small], active: [small.id] };
    const grown = expandToDocument(small, before);
    const work = new Stroke(grown.raster, paint, grown.transform, null);
    work.add(points);
    const after = layers.replaceRaster(before, small.id, work.finish(), {
      transform: grown.transform,
    });
    const { document: made, whole } = rebase(
      before,
      after,
      remade(before, 'Made', plain(60, 50, 77)),
    );
    expect([whole, list.length]).toEqual([true, 1]);
    const [a, b] = [named(made, 'Made'), named(after, 'Made')] as [RasterLayer, RasterLayer];
    expect([a.transform, a.raster.width]).toEqual([b.transform, b.raster.width]);
    const [x, y] = [300 - a.transform[4], 46 - a.transform[5]];
    expect([...pixelsOf(a.raster, { x, y, width: 1, height: 1 })]).toEqual([77, 77, 77, 77]);
    const on = { x: 255 - a.transform[4], y: 64 - a.transform[5], width: 1, height: 1 };
    expect([...pixelsOf(a.raster, on)]).toEqual([0xdc, 0x1e, 0x28, 255]);
  });

  test('cannot be done on a picture of another size', () => {
    const before = document(noise(1));
    const after = remade(before, 'Made', stroked(noise(1)));
    const onto = remade(before, 'Made', plain(300, 300, 7));
    expect(rebase(before, after, onto)).toEqual({ document: onto, whole: false });
  });
});
