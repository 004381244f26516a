import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { changedTiles, tilesOfLayer } from '../../../../../renderer/document/pixels/changes.js';
import { Compositor } from '../../../../../renderer/document/pixels/compose.js';
import { rotation } from '../../../../../renderer/document/pixels/matrix.js';
import { maskFromRect } from '../../../../../renderer/document/pixels/mask-operations.js';
import { RasterEditor } from '../../../../../renderer/document/pixels/tiles.js';
import type {
  Layer,
  Matrix,
  Raster,
  StudioDocument,
} from '../../../../../renderer/document/types.js';
import { TILE } from '../../../../../renderer/document/types.js';
import {
  adjustmentLayer,
  documentOf,
  farthest,
  group,
  photo,
  rasterLayer,
  shownThrough,
} from './layers.js';

const SIDE = 4 * TILE;
const raster = photo(SIDE, SIDE);
const base = rasterLayer(raster);

/** A raster with a dot in one tile. */
function dotted(of: Raster, column: number, row: number): Raster {
  const editor = new RasterEditor(of);
  editor.write(column, row).fill(7, 40_000, 44_000);
  return editor.finish();
}

function changes(before: readonly Layer[], after: readonly Layer[]): number[] | 'all' {
  const changed = changedTiles(documentOf(SIDE, SIDE, before), documentOf(SIDE, SIDE, after));
  return changed === 'all' ? changed : [...changed].sort((a, b) => a - b);
}

const stroke = { ...base, raster: dotted(raster, 1, 2) };

describe('the tiles that change', () => {
  test('are none between a document and itself, or when nothing seen changes', () => {
    expect(changes([base], [base])).toEqual([]);
    expect(changes([base], [{ ...base, name: 'Other', locked: true }])).toEqual([]);
    expect(changes([{ ...base, visible: false }], [{ ...stroke, visible: false }])).toEqual([]);
  });

  test('are all when the size does', () => {
    expect(changedTiles(documentOf(9, 9, []), documentOf(9, 10, []))).toBe('all');
  });

  test('of a stroke are those it was painted in, wherever the layer was moved', () => {
    expect(changes([base], [stroke])).toEqual([9]);
    const aside: Matrix = [1, 0, 0, 1, TILE, -TILE];
    expect(changes([{ ...base, transform: aside }], [{ ...stroke, transform: aside }])).toEqual([
      6,
    ]);
    const between: Matrix = [1, 0, 0, 1, 10, 0];
    const moved = [
      { ...base, transform: between },
      { ...stroke, transform: between },
    ] as const;
    expect(changes([moved[0]], [moved[1]])).toEqual([9, 10]);
  });

  test('of a stroke in a group are no more', () => {
    const outer = group([rasterLayer(raster), base]);
    const children = outer.children.map((layer) => (layer === base ? stroke : layer));
    expect(changes([outer], [{ ...outer, children }])).toEqual([9]);
  });

  test('of an adjustment that passes through its group are all', () => {
    const dark = adjustmentLayer({ kind: 'exposure', exposure: -1 });
    const through = group([dark], { passThrough: true });
    const all = Array.from({ length: 16 }, (_, key) => key);
    expect(changes([base], [base, through])).toEqual(all);
    expect(changes([base, through], [base, { ...through, passThrough: false }])).toEqual(all);
    const blur = adjustmentLayer({ kind: 'blur', radius: 4 });
    const soft = group([blur], { passThrough: true });
    expect(changes([base, soft], [stroke, soft])).toEqual([4, 5, 6, 8, 9, 10, 12, 13, 14]);
  });

  test('of a stroke below a blur reach as far as the blur does', () => {
    const blur = adjustmentLayer({ kind: 'blur', radius: 4 });
    expect(changes([base, blur], [stroke, blur])).toEqual([4, 5, 6, 8, 9, 10, 12, 13, 14]);
    const sepia = adjustmentLayer({ kind: 'exposure', exposure: 1 });
    expect(changes([base, sepia], [stroke, sepia])).toEqual([9]);
  });

  test('of a layer that comes, goes or changes places are those it is in', () => {
    const small = rasterLayer(photo(100, 100), { transform: [1, 0, 0, 1, TILE * 2 + 10, 10] });
    expect(changes([base], [base, small])).toEqual([2]);
    expect(changes([base, small], [base])).toEqual([2]);
    const top = rasterLayer(photo(100, 100), { transform: [1, 0, 0, 1, 10, 10] });
    expect(changes([base, small, top], [base, top, small])).toEqual([0, 2]);
  });

  test('of a mask are those that differ in it', () => {
    const before = maskFromRect(SIDE, SIDE, { x: 0, y: 0, width: TILE, height: TILE });
    const after = maskFromRect(SIDE, SIDE, { x: 0, y: 0, width: TILE, height: TILE * 2 });
    const [a, b] = [
      { ...base, mask: shownThrough(before) },
      { ...base, mask: shownThrough(after) },
    ];
    expect(changes([a], [b])).toContain(4);
    expect(changes([a], [b])).not.toContain(1);
    expect(changes([a], [{ ...a, opacity: 0.5 }])).toEqual([0]);
  });

  test('of a text that is not ready may be anywhere', () => {
    const text: Layer = {
      ...base,
      type: 'text',
      text: 'a',
      fontFamily: 'serif',
      fontSize: 9,
      fontWeight: 400,
      italic: false,
      align: 'left',
      boxWidth: null,
      lineHeight: 1,
      fill: '#000000',
    };
    expect(changes([text], [{ ...text, text: 'b' }])).toHaveLength(16);
    const known = () => ({ raster: photo(50, 20), transform: [1, 0, 0, 1, 300, 10] as const });
    const [before, after] = [
      documentOf(SIDE, SIDE, [text]),
      documentOf(SIDE, SIDE, [{ ...text, text: 'b' }]),
    ];
    expect(changedTiles(before, after, known)).toEqual(new Set([1]));
    expect(tilesOfLayer(before, text.id, known)).toEqual(new Set([1]));
  });
});

describe('tiles that are not named', () => {
  const compositor = new Compositor();
  const spin = rotation(0.4, { x: 200, y: 300 });
  const start: readonly Layer[] = [
    base,
    rasterLayer(photo(300, 200, 2), { transform: spin, opacity: 0.7 }),
    rasterLayer(photo(400, 400, 3), { clipped: true, blendMode: 'screen' }),
    group(
      [rasterLayer(photo(200, 200, 4)), rasterLayer(photo(90, 500, 5), { blendMode: 'multiply' })],
      {
        opacity: 0.8,
      },
    ),
    adjustmentLayer(
      { kind: 'blur', radius: 2 },
      {
        mask: shownThrough(maskFromRect(SIDE, SIDE, { x: 100, y: 100, width: 300, height: 300 })),
      },
    ),
    rasterLayer(photo(120, 120, 6), { transform: [2.2, 0, 0, 1.7, 500, 500], blendMode: 'hue' }),
  ];

  const edit = fc.tuple(fc.nat(start.length - 1), fc.nat(7), fc.nat(3), fc.nat(3));

  function edited(
    layers: readonly Layer[],
    [at, kind, column, row]: readonly [number, number, number, number],
  ): readonly Layer[] {
    const layer = layers[at];
    if (!layer) return layers;
    const put = (changed: Layer): readonly Layer[] =>
      layers.map((l) => (l === layer ? changed : l));
    const transform: Matrix = [1, 0, 0, 1, column * 111, row * 97];
    const spot = { x: column * 200, y: row * 200, width: 220, height: 90 };
    const mask = shownThrough(maskFromRect(SIDE, SIDE, spot));
    switch (kind) {
      case 0:
        return put({ ...layer, visible: !layer.visible });
      case 1:
        return put({ ...layer, opacity: 0.4 });
      case 2:
        return put({ ...layer, clipped: !layer.clipped });
      case 3:
        return layers.filter((l) => l !== layer);
      case 4:
        return [...layers.filter((l) => l !== layer), layer];
      case 5:
        return put({ ...layer, mask });
      case 6:
        if (layer.type !== 'raster') return layers;
        return put({ ...layer, raster: dotted(layer.raster, 0, 0) });
      default:
        return layer.type === 'raster' ? put({ ...layer, transform }) : layers;
    }
  }

  const before = documentOf(SIDE, SIDE, start);
  const tileOf = (document: StudioDocument, key: number): Uint8ClampedArray =>
    compositor.composeTile(document, key % 4, Math.floor(key / 4));
  const seen = Array.from({ length: 16 }, (_, key) => tileOf(before, key));

  test('are the same before and after any edit', () => {
    const check = fc.property(fc.array(edit, { minLength: 1, maxLength: 2 }), (edits) => {
      const after = documentOf(SIDE, SIDE, edits.reduce<readonly Layer[]>(edited, start));
      const changed = changedTiles(before, after);
      for (let key = 0; key < 16; key++) {
        if (changed === 'all' || changed.has(key)) continue;
        const off = farthest(tileOf(after, key), seen[key] ?? new Uint8ClampedArray());
        expect(off, `tile ${key}`).toBe(0);
      }
    });
    fc.assert(check, { numRuns: 25 });
  });
});
