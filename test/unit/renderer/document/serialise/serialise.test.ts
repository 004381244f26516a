import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createDocument, createRasterLayer } from '../../../../../renderer/document/create.js';
import { plant } from '../../../../../renderer/document/history/graft.js';
import * as history from '../../../../../renderer/document/history/index.js';
import type { HistoryTree } from '../../../../../renderer/document/history/index.js';
import * as layers from '../../../../../renderer/document/layers/index.js';
import {
  ProjectWriter,
  parse,
  readState,
  serialise,
  storeState,
  tileLayout,
  tilesOf,
} from '../../../../../renderer/document/serialise.js';
import type { Serialised } from '../../../../../renderer/document/serialise.js';
import type { StudioDocument } from '../../../../../renderer/document/types.js';
import {
  change,
  fingerprint,
  leftMask,
  named,
  painted,
  plain,
  recipe,
  reframe,
  sample,
  steps,
} from '../layers/support.js';

const info = (key: string, at = 0) => ({ label: { key }, at });
const code = (value: string): unknown =>
  expect.objectContaining({ name: 'DocumentError', code: value });

/** Reads what was written, with copies of its tiles, as if from a file. */
function reread({ json, tiles }: Pick<Serialised, 'json' | 'tiles'>): HistoryTree {
  const byId = new Map(tiles.map(({ id, data }) => [id, data.slice()]));
  return parse(json, (id) => byId.get(id));
}

/** All about a history but the ids of its tiles. */
function print(tree: HistoryTree): unknown {
  const states = [...tree.nodes.values()].map((node) => ({
    ...node,
    document: node.document && fingerprint(node.document),
  }));
  const { root, current, visited } = tree;
  return { states, root, current, visited: [...visited].sort(([a], [b]) => a - b) };
}

/** A document whose picture each state paints over. */
function painting(states: number, document = sample()): HistoryTree {
  let tree = history.createHistory(document, info('new'));
  for (let state = 1; state < states; state++) {
    const before = history.currentDocument(tree);
    const layer = named(before, 'Picture');
    if (layer.type !== 'raster') throw new Error('The layer is one of pixels.');
    const after = layers.replaceRaster(before, layer.id, painted(layer.raster, state % 256));
    tree = history.commit(tree, after, info('paint', state));
  }
  return tree;
}

describe('a project', () => {
  test('is read as it was written with a state before its first one, and that one shown', () => {
    const { width, height } = sample();
    const planted = plant(painting(3), createDocument(width, height), info('before'));
    const tree = history.goTo(planted.tree, planted.id);
    const again = reread(serialise(tree));
    expect(print(again)).toEqual(print(tree));
    expect(history.redoPath(again)).toEqual([0, 1, 2]);
    expect(again.next).toBe(3);
  });

  test('is read as it was written: layers, masks, guides, recipes, branches', () => {
    let document = sample();
    document = layers.setMask(document, named(document, 'Text').id, leftMask(document));
    document = layers.setSelection(document, leftMask(document, 7));
    document = layers.addGuide(document, { axis: 'vertical', position: 12.5 });
    let tree = painting(4, document);
    tree = history.setPinned(history.goTo(tree, 1), 2, true);
    tree = history.commit(tree, layers.clearGuides(history.currentDocument(tree)), {
      label: { key: 'made', params: { name: 'Sky', count: 2 } },
      at: 1234.5,
      recipe,
    });
    tree = history.undo(tree);
    const again = reread(serialise(tree));
    expect(print(again)).toEqual(print(tree));
    expect(history.redoTarget(again)).toBe(history.redoTarget(tree));
    const next = history.commit(again, sample(), info('more'));
    expect(next.nodes.size).toBe(tree.nodes.size + 1);
  });

  test('is read as it was written, whatever was done', () => {
    fc.assert(
      fc.property(steps(25), (sequence) => {
        let tree = history.createHistory(sample(), info('new'));
        for (const [index, step] of sequence.entries()) {
          if (step.a % 7 === 0) tree = history.undo(tree);
          const act = index === 13 ? reframe : change;
          tree = history.commit(
            tree,
            act(history.currentDocument(tree), step),
            info('step', index),
          );
        }
        const written = serialise(tree);
        const again = reread(written);
        expect(print(again)).toEqual(print(tree));
        const ids = (list: readonly { id: number }[]) => list.map(({ id }) => id);
        expect(ids(tileLayout(written.json))).toEqual(ids(written.tiles));
        // Written again it differs by the ids of its tiles only.
        expect(print(reread(serialise(again)))).toEqual(print(tree));
      }),
      { numRuns: 20 },
    );
  });

  test('has each tile once, in a fixed order, and shares after reading what was shared', () => {
    const tree = painting(5);
    const { tiles, json } = serialise(tree);
    const ids = tiles.map(({ id }) => id);
    const second = serialise(tree);
    expect(second.json).toBe(json);
    expect(second.tiles.map(({ id }) => id)).toEqual(ids);
    expect(second.elsewhere).toEqual([]);
    expect(ids).toEqual([...new Set(ids)].sort((one, other) => one - other));
    // Two of the background, and one of the picture in each state.
    expect(ids).toHaveLength(2 + 5);
    const again = reread({ json, tiles });
    expect(history.bytesHeld(again)).toBe(history.bytesHeld(tree));
    const [first, last] = [history.documentOf(again, 0), history.documentOf(again, 4)];
    expect(first.layers[0]).toBe(last.layers[0]);
    expect(tilesOf(first)).toHaveLength(3);
    const old = new Set(ids);
    for (const { id } of tilesOf(first)) expect(old.has(id)).toBe(false);
  });

  test('of 300 states of 30 layers stays small', () => {
    const more = Array.from({ length: 27 }, (_, index) =>
      createRasterLayer({ name: `Layer ${index}`, raster: plain(10, 10, index) }),
    );
    const document = layers.selectLayers(layers.addLayers(sample(), more), []);
    const one = serialise(painting(1, document)).json.length;
    const many = serialise(painting(300, document)).json.length;
    // Some 1000 characters a state, where 30 layers are some 10,000.
    expect((many - one) / 299).toBeLessThan(1300);
  });

  test('outgrowing its bounds leaves out what is missed least, never the present', () => {
    const tree = history.goTo(painting(20), 15);
    const { json, tiles } = serialise(tree, { budget: { states: 4 } });
    const again = reread({ json, tiles });
    expect([...again.nodes.keys()]).toEqual([13, 14, 15, 16]);
    expect(again).toMatchObject({ current: 15, root: 13 });
    expect(tiles).toHaveLength(2 + 4);
    const tight = reread(serialise(tree, { budget: { characters: 10 } }));
    expect([...tight.nodes.keys()]).toEqual([15]);
    expect(fingerprint(history.currentDocument(tight))).toBe(
      fingerprint(history.currentDocument(tree)),
    );
  });
});

describe('written again and again', () => {
  test('it is what it would be if it were written once, whatever was done in between', () => {
    fc.assert(
      fc.property(steps(20), (sequence) => {
        const writer = new ProjectWriter();
        let tree = history.createHistory(sample(), info('new'));
        for (const [index, step] of sequence.entries()) {
          const before = tree;
          tree = history.begin(tree, 'gesture');
          const document = change(history.currentDocument(tree), step);
          tree = history.commit(tree, document, info('step', index));
          // In the middle of a gesture that some think better of.
          writer.write(tree);
          tree = step.b % 3 === 0 ? history.bail(tree, 'gesture') : { ...tree, marks: [] };
          if (step.b % 5 === 0) tree = history.undo(tree);
          if (step.b % 11 === 0) tree = history.replaceCurrent(tree, { ...document, guides: [] });
          expect(tree.nodes.size).toBeGreaterThanOrEqual(before.nodes.size);
        }
        const [again, once] = [writer.write(tree), serialise(tree)];
        expect(again.json).toBe(once.json);
        expect(again.tiles.map(({ id }) => id)).toEqual(once.tiles.map(({ id }) => id));
      }),
      { numRuns: 20 },
    );
  });

  test('it remembers states that were released since', () => {
    const tree = painting(6);
    const writer = new ProjectWriter();
    const { json } = writer.write(tree);
    expect(writer.write(history.trim(tree, 0).tree).json).toBe(json);
  });
});

describe('released states', () => {
  const trimmed = () => {
    const tree = painting(6);
    const stored = new Map(
      [...tree.nodes.keys()].map((id) => [id, storeState(history.documentOf(tree, id))]),
    );
    const tiles = new Map(
      [...tree.nodes.values()].flatMap(({ document }) =>
        document ? tilesOf(document).map((tile) => [tile.id, tile] as const) : [],
      ),
    );
    const { tree: less, released } = history.trim(tree, 3 * 256 * 256 * 4);
    return { tree, less, released, stored, tiles };
  };

  test('come back with the very tiles that are still in memory', () => {
    const { tree, less, released, stored, tiles } = trimmed();
    expect(released.length).toBeGreaterThan(2);
    for (const id of released) {
      const document = readState(stored.get(id) ?? '', (tile) => tiles.get(tile));
      expect(fingerprint(document)).toBe(fingerprint(history.documentOf(tree, id)));
      const back = history.goTo(history.restore(less, id, document), id);
      expect(history.currentDocument(back)).toBe(document);
      expect(tilesOf(document)).toEqual(tilesOf(history.documentOf(tree, id)));
    }
  });

  test('are written by reference if they are known', () => {
    const { tree, less, stored, tiles } = trimmed();
    const written = serialise(less, { stored: (id) => stored.get(id) });
    expect(written.json).toBe(serialise(tree).json);
    expect(written.elsewhere.length).toBeGreaterThan(0);
    const kept = written.elsewhere.map(({ id, bytes }) => {
      const data = tiles.get(id)?.data ?? new Uint8ClampedArray();
      expect(data.byteLength).toBe(bytes);
      return { id, data };
    });
    const again = reread({ json: written.json, tiles: [...written.tiles, ...kept] });
    expect(print(again)).toEqual(print(tree));
  });

  test('are left out if they are not, and the others hang together', () => {
    const { less, released } = trimmed();
    const again = reread(serialise(less));
    expect([...again.nodes.keys()]).toEqual(
      [...less.nodes.keys()].filter((id) => !released.includes(id)),
    );
    expect(again.current).toBe(less.current);
    for (const id of again.nodes.keys()) {
      expect(history.pathTo(again, id)[0]?.id).toBe(again.root);
    }
  });
});

describe('a file that is not as it should be', () => {
  const written = () => serialise(painting(3));
  const broken = (change: (json: Record<string, unknown>) => void): (() => unknown) => {
    const { json, tiles } = written();
    const value = JSON.parse(json) as Record<string, unknown>;
    change(value);
    return () => reread({ json: JSON.stringify(value), tiles });
  };
  const set = (path: string, value: unknown) =>
    broken((json) => {
      const keys = path.split('.');
      const last = keys.pop() ?? '';
      let at: Record<string, unknown> = json;
      for (const key of keys) at = at[key] as Record<string, unknown>;
      at[last] = value;
    });

  test.each([
    ['layers.0.name', 'x'.repeat(1001)],
    ['layers.0.opacity', 2],
    ['layers.0.blendMode', 'burn'],
    ['layers.0.raster', 99],
    ['layers.0.extra', 1],
    ['layers.0.transform', [1, 0, 0, 1, 0]],
    ['rasters.0.width', 65_536],
    ['rasters.0.runs', [2, 1, 1]],
    ['rasters.0.runs', [0, 1, 1e9]],
    ['rasters.0.runs', [0, 1]],
    ['rasters.0.runs', [1, 1, 1, 0, 2, 1]],
    ['documents.0.layers', [0, 0]],
    ['documents.0.selection', 0],
    ['nodes.1.parent', 2],
    ['nodes.1.parent', null],
    ['nodes.1.document', 99],
    ['nodes.2.id', 1],
    ['current', 77],
    ['format', 'other'],
    ['version', 0],
    ['tiles.0.1', 5],
  ])('is refused: %s', (path, value) => {
    expect(set(path, value)).toThrow(code('BAD_PROJECT'));
  });

  test('says so in one sentence', () => {
    expect(set('layers.0.name', 5)).toThrow(
      'The project is damaged and cannot be opened: "layers.0.name" is not as it should be.',
    );
    expect(() => parse('{', () => undefined)).toThrow(code('BAD_PROJECT'));
    expect(() => parse('null', () => undefined)).toThrow(code('BAD_PROJECT'));
  });

  test('of groups within themselves, endless or by the thousands, is refused', () => {
    const group = (id: string, children: number[]) => ({
      ...layers.copyLayer(named(sample(), 'Group')),
      id,
      children,
    });
    const nested = (depth: number, children: (index: number) => number[]) =>
      broken((json) => {
        json['layers'] = Array.from({ length: depth }, (_, at) => group(`${at}`, children(at)));
        const [document] = json['documents'] as object[];
        json['documents'] = [{ ...document, layers: [depth - 1], active: [] }];
        for (const node of json['nodes'] as { document: number }[]) node.document = 0;
      });
    const chain = (at: number) => (at === 0 ? [] : [at - 1]);
    expect(nested(32, chain)).not.toThrow();
    expect(nested(33, chain)).toThrow(code('BAD_PROJECT'));
    expect(nested(3, (at) => [at])).toThrow(code('BAD_PROJECT'));
    // 2 to the power of 30 layers in 30 lines.
    expect(nested(30, (at) => (at === 0 ? [] : [at - 1, at - 1]))).toThrow(code('BAD_PROJECT'));
  });

  test('whose pixels are missing or cut off is refused', () => {
    const { json, tiles } = written();
    expect(() => reread({ json, tiles: tiles.slice(1) })).toThrow(code('BAD_PROJECT'));
    expect(() => parse(json, () => new Uint8ClampedArray(100))).toThrow(code('BAD_PROJECT'));
  });

  test('of a later version has a code of its own', () => {
    expect(set('version', 3)).toThrow(code('NEWER_PROJECT'));
    expect(() => tileLayout('{"format":"nativa-project","version":99}')).toThrow(
      code('NEWER_PROJECT'),
    );
  });

  test('is never anything but refused or read, whatever was changed in it', () => {
    const { json, tiles } = written();
    const document = history.currentDocument(reread({ json, tiles }));
    expect(document.width).toBe(300);
    fc.assert(
      fc.property(fc.nat({ max: json.length - 1 }), fc.string({ maxLength: 3 }), (at, put) => {
        const text = json.slice(0, at) + put + json.slice(at + put.length);
        let tree: HistoryTree;
        try {
          tree = reread({ json: text, tiles });
        } catch (error) {
          expect(error).toEqual(expect.objectContaining({ name: 'DocumentError' }));
          return;
        }
        expect(history.currentDocument(tree)).toBeDefined();
      }),
      { numRuns: 300 },
    );
  });
});

test('selected layers that are not there are forgotten', () => {
  const document: StudioDocument = { ...sample(), active: ['gone'] };
  const tree = history.createHistory(document, info('new'));
  expect(history.currentDocument(reread(serialise(tree))).active).toEqual([]);
});
