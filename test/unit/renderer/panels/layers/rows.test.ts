import { describe, expect, test } from 'vitest';
import {
  createDocument,
  createGroup,
  createRasterLayer,
} from '../../../../../renderer/document/create.js';
import { moveLayers } from '../../../../../renderer/document/layers/arrange.js';
import { emptyRaster } from '../../../../../renderer/document/pixels/tiles.js';
import type { Layer, StudioDocument } from '../../../../../renderer/document/types.js';
import { dropAt, mayDrop } from '../../../../../renderer/panels/layers/drop.js';
import { layerRows, treeStep } from '../../../../../renderer/panels/layers/rows.js';

const METRICS = { height: 28, indent: 14 };
const raster = (name: string): Layer => ({
  ...createRasterLayer({ name, raster: emptyRaster(4, 4) }),
  id: name,
});
const group = (name: string, children: readonly Layer[], looks: Partial<Layer> = {}): Layer =>
  ({ ...createGroup({ name, children }), ...looks, id: name }) as Layer;
const open = (): boolean => true;

/**
 * As the panel lists them: top, group [ inner [ deep ], leaf ], bottom, shut [ ].
 */
const LAYERS = [
  group('empty', []),
  raster('bottom'),
  group('group', [raster('leaf'), group('inner', [raster('deep')])]),
  raster('top'),
];
const document: StudioDocument = { ...createDocument(4, 4), layers: LAYERS };
const rows = layerRows(LAYERS, open);

/** Names of the panel's lines, indented. */
function listed({ layers }: StudioDocument, isOpen: (id: string) => boolean = open): string[] {
  return layerRows(layers, isOpen).map(({ layer, level }) => '  '.repeat(level - 1) + layer.name);
}

/** What the panel lists once layers were dropped at a point. */
function dropped(ids: readonly string[], x: number, y: number, from = document): string[] {
  const { place } = dropAt(layerRows(from.layers, open), x, y, METRICS);
  return listed(moveLayers(from, ids, place));
}

describe('the lines of the layer panel', () => {
  test('are listed top first, what is in groups under them', () => {
    expect(listed(document)).toEqual([
      'top',
      'group',
      '  inner',
      '    deep',
      '  leaf',
      'bottom',
      'empty',
    ]);
  });

  test('leave out what is in closed groups', () => {
    expect(listed(document, (id) => id !== 'group')).toEqual(['top', 'group', 'bottom', 'empty']);
  });

  test('say where each is among those beside it', () => {
    const [, , inner, deep, leaf] = rows;
    expect(inner).toMatchObject({
      level: 2,
      index: 1,
      siblings: 2,
      open: true,
      parents: ['group'],
    });
    expect(deep).toMatchObject({ level: 3, index: 0, siblings: 1, open: null });
    expect(leaf).toMatchObject({ level: 2, index: 0 });
  });

  test('what lies in a hidden or locked group is so, too', () => {
    const layers = [group('outer', [group('in', [raster('x')])], { visible: false, locked: true })];
    const [outer, , x] = layerRows(layers, open);
    expect(outer).toMatchObject({ covered: false, locked: true });
    expect(x).toMatchObject({ covered: true, locked: true });
  });
});

describe('arrow keys in the layer tree', () => {
  test('go up and down, and stop at the ends', () => {
    expect(treeStep(rows, 'top', 'ArrowDown')).toEqual({ kind: 'go', id: 'group' });
    expect(treeStep(rows, 'group', 'ArrowUp')).toEqual({ kind: 'go', id: 'top' });
    expect(treeStep(rows, 'top', 'ArrowUp')).toBeNull();
    expect(treeStep(rows, 'empty', 'ArrowDown')).toBeNull();
    expect(treeStep(rows, 'leaf', 'Home')).toEqual({ kind: 'go', id: 'top' });
    expect(treeStep(rows, 'leaf', 'End')).toEqual({ kind: 'go', id: 'empty' });
  });

  test('to the right open a group, then go into it', () => {
    const closed = layerRows(LAYERS, (id) => id !== 'group');
    expect(treeStep(closed, 'group', 'ArrowRight')).toEqual({ kind: 'open', id: 'group' });
    expect(treeStep(rows, 'group', 'ArrowRight')).toEqual({ kind: 'go', id: 'inner' });
    expect(treeStep(rows, 'empty', 'ArrowRight')).toBeNull();
    expect(treeStep(rows, 'leaf', 'ArrowRight')).toBeNull();
  });

  test('to the left close a group, or go to the one around', () => {
    expect(treeStep(rows, 'group', 'ArrowLeft')).toEqual({ kind: 'close', id: 'group' });
    expect(treeStep(rows, 'deep', 'ArrowLeft')).toEqual({ kind: 'go', id: 'inner' });
    expect(treeStep(rows, 'bottom', 'ArrowLeft')).toBeNull();
  });
});

describe('dragging layers', () => {
  test('to the very top and to the very bottom', () => {
    expect(dropped(['bottom'], 0, 2)[0]).toBe('bottom');
    expect(dropped(['top'], 0, 7 * 28 + 50).at(-1)).toBe('top');
    expect(dropped(['top'], 0, -10)[0]).toBe('top');
  });

  test('into the middle of a group puts them on top of what is in it', () => {
    const drop = dropAt(rows, 0, 1 * 28 + 14, METRICS);
    expect(drop).toMatchObject({ into: 'group', place: { parent: 'group', index: 2 } });
    expect(dropped(['bottom'], 0, 1 * 28 + 14).slice(0, 4)).toEqual([
      'top',
      'group',
      '  bottom',
      '  inner',
    ]);
  });

  test('to a group’s upper edge puts them above it', () => {
    expect(dropped(['bottom'], 100, 1 * 28 + 2).slice(0, 3)).toEqual(['top', 'bottom', 'group']);
  });

  test('to the lower edge of an open group puts them in it, of a closed one under it', () => {
    expect(dropped(['bottom'], 0, 2 * 28 - 2).slice(1, 3)).toEqual(['group', '  bottom']);
    const closed = layerRows(LAYERS, (id) => id !== 'group');
    expect(dropAt(closed, 100, 2 * 28 - 2, METRICS)).toMatchObject({
      into: null,
      place: { parent: null, index: 2 },
    });
  });

  test('under the last layer of a group, the pointer says whether in it or out of it', () => {
    // Under "leaf", the last one in "group".
    const y = 5 * 28 - 2;
    expect(dropped(['top'], 14, y)).toContain('  top');
    expect(dropped(['top'], 0, y).slice(3, 5)).toEqual(['  leaf', 'top']);
    expect(dropAt(rows, 14, y, METRICS)).toMatchObject({ gap: 5, level: 2 });
    expect(dropAt(rows, 0, y, METRICS)).toMatchObject({ gap: 5, level: 1 });
  });

  test('between a deep layer and a shallower one there are the levels from one to the other', () => {
    const y = 4 * 28 - 2;
    expect(dropAt(rows, 300, y, METRICS).place).toEqual({ parent: 'inner', index: 0 });
    expect(dropAt(rows, 14, y, METRICS).place).toEqual({ parent: 'group', index: 1 });
    expect(dropAt(rows, -20, y, METRICS).place).toEqual({ parent: 'group', index: 1 });
  });

  test('under an empty open group goes into it or under it', () => {
    const y = 7 * 28 - 2;
    expect(dropAt(rows, 14, y, METRICS).place).toEqual({ parent: 'empty', index: 0 });
    expect(dropAt(rows, 0, y, METRICS).place).toEqual({ parent: null, index: 0 });
  });

  test('in an empty panel goes on top', () => {
    expect(dropAt([], 5, 40, METRICS).place).toEqual({ parent: null, index: 0 });
  });

  test('is refused into itself, into what lies in it, and into what is locked', () => {
    expect(mayDrop(rows, ['group'], { parent: 'group', index: 0 })).toBe(false);
    expect(mayDrop(rows, ['group'], { parent: 'inner', index: 0 })).toBe(false);
    expect(mayDrop(rows, ['inner'], { parent: 'group', index: 0 })).toBe(true);
    expect(mayDrop(rows, ['top'], { parent: null, index: 0 })).toBe(true);
    const locked = layerRows([group('g', [], { locked: true })], open);
    expect(mayDrop(locked, ['top'], { parent: 'g', index: 0 })).toBe(false);
  });
});
