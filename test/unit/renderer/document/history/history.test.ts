import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createDocument, createRasterLayer } from '../../../../../renderer/document/create.js';
import * as history from '../../../../../renderer/document/history/index.js';
import { plant } from '../../../../../renderer/document/history/graft.js';
import type { HistoryTree } from '../../../../../renderer/document/history/index.js';
import {
  addLayer,
  replaceRaster,
  setOpacity,
} from '../../../../../renderer/document/layers/index.js';
import type { StudioDocument } from '../../../../../renderer/document/types.js';
import { change, fingerprint, painted, plain, reframe, sample, steps } from '../layers/support.js';

const info = (key: string, at = 0) => ({ label: { key }, at });
const blank = createDocument(10, 10);
/** A document that differs from all others. */
const other = (width: number): StudioDocument => ({ ...blank, width });
const start = (): HistoryTree => history.createHistory(blank, info('new'));
const width = (tree: HistoryTree) => history.currentDocument(tree).width;
const code = (value: string): unknown =>
  expect.objectContaining({ name: 'DocumentError', code: value });
const commits = (tree: HistoryTree, ...widths: number[]) =>
  widths.reduce((before, size) => history.commit(before, other(size), info('size')), tree);

describe('going back and on', () => {
  test('undo and redo end where there is nothing more', () => {
    const tree = commits(start(), 11, 12);
    expect(width(history.undo(tree))).toBe(11);
    const first = history.undo(history.undo(tree));
    expect(history.undo(first)).toBe(first);
    expect(history.undoTarget(first)).toBeNull();
    const last = history.redo(history.redo(first));
    expect(width(last)).toBe(12);
    expect(history.redo(last)).toBe(last);
    expect(history.redoTarget(last)).toBeNull();
  });

  test('doing something else begins a branch, and the other one stays', () => {
    const tree = commits(history.undo(commits(start(), 11, 12)), 13);
    expect(history.branches(tree).map(({ document }) => document?.width)).toEqual([12, 13]);
    expect(history.pathTo(tree, tree.current).map(({ document }) => document?.width)).toEqual([
      10, 11, 13,
    ]);
    const children = history.childrenOf(tree, 1).map(({ id }) => id);
    expect(children).toEqual([2, 3]);
    expect(
      history
        .childrenByParent(tree)
        .get(1)
        ?.map(({ id }) => id),
    ).toEqual(children);
  });

  test('redo leads along the branch that was visited last', () => {
    const tree = commits(history.undo(commits(start(), 11, 12)), 13);
    const back = history.undo(history.undo(tree));
    expect(width(history.redo(history.redo(back)))).toBe(13);
    const elsewhere = history.undo(history.undo(history.goTo(tree, 2)));
    expect(width(history.redo(history.redo(elsewhere)))).toBe(12);
    expect(() => history.goTo(tree, 99)).toThrow(code('NO_SUCH_STATE'));
  });

  test('what changes nothing makes no state', () => {
    const tree = start();
    expect(history.commit(tree, blank, info('nothing'))).toBe(tree);
    const replaced = history.replaceCurrent(tree, other(20));
    expect(replaced.nodes.size).toBe(1);
    expect(width(replaced)).toBe(20);
  });
});

describe('a gesture', () => {
  test('is one state when squashed, however many it was', () => {
    const marked = history.begin(commits(start(), 11), 'drag');
    const dragged = history.replaceCurrent(commits(marked, 12, 13, 14), other(15));
    const tree = history.squash(dragged, 'drag', info('move', 5));
    expect([...tree.nodes.values()].map(({ document }) => document?.width)).toEqual([10, 11, 15]);
    expect(tree.nodes.get(tree.current)).toMatchObject({
      label: { key: 'move' },
      at: 5,
      parent: 1,
    });
    expect(width(history.undo(tree))).toBe(11);
    expect(width(history.redo(history.undo(tree)))).toBe(15);
    const next = commits(tree, 16);
    expect(next.nodes.size).toBe(4);
  });

  test('is squashed as well when it only replaced the document', () => {
    const tree = history.squash(
      history.replaceCurrent(history.begin(start(), 'type'), other(30)),
      'type',
      info('text'),
    );
    expect(width(tree)).toBe(30);
    expect(width(history.undo(tree))).toBe(10);
  });

  test('never was when bailed out of', () => {
    const before = history.undo(commits(start(), 11, 12));
    const drag = commits(history.replaceCurrent(history.begin(before, 'drag'), other(50)), 51, 52);
    const after = history.bail(drag, 'drag');
    expect({ ...after, next: 0 }).toEqual({ ...before, next: 0 });
    expect(width(history.redo(after))).toBe(12);
    expect(() => history.bail(after, 'drag')).toThrow(code('NO_SUCH_MARK'));
  });

  test('that did nothing leaves no state', () => {
    const before = commits(start(), 11);
    const marked = history.begin(before, 'drag');
    const there = history.commit(
      commits(marked, 12),
      history.currentDocument(before),
      info('back'),
    );
    const after = history.squash(there, 'drag', info('move'));
    expect({ ...after, next: 0 }).toEqual({ ...before, next: 0 });
  });

  test('may lie within another', () => {
    const outer = commits(history.begin(start(), 'outer'), 11);
    const inner = history.squash(
      commits(history.begin(outer, 'inner'), 12, 13),
      'inner',
      info('inner'),
    );
    expect(inner.nodes.size).toBe(3);
    expect(history.bail(inner, 'outer').nodes.size).toBe(1);
    const squashed = history.squash(inner, 'outer', info('outer'));
    expect(squashed.nodes.size).toBe(2);
    expect(width(squashed)).toBe(13);
    expect(squashed.marks).toEqual([]);
  });

  test('in the middle of which somebody went elsewhere loses nothing', () => {
    const tree = history.undo(commits(start(), 11));
    const marked = commits(history.begin(tree, 'drag'), 12);
    const after = history.squash(history.goTo(marked, 1), 'drag', info('move'));
    expect(after.nodes.size).toBe(3);
    expect(width(after)).toBe(11);
  });
});

const TILE_BYTES = 256 * 256 * 4;

/** A layer of two tiles, whose first one each state paints over. */
function painting(states: number): HistoryTree {
  let document = addLayer(
    createDocument(512, 256),
    createRasterLayer({ name: 'Layer', raster: plain(512, 256, 1) }),
  );
  let tree = history.createHistory(document, info('new'));
  for (let state = 1; state < states; state++) {
    const [layer] = document.layers;
    if (layer?.type !== 'raster') throw new Error('The layer is one of pixels.');
    document = replaceRaster(document, layer.id, painted(layer.raster, state));
    tree = history.commit(tree, document, info('paint', state));
  }
  return tree;
}

describe('memory', () => {
  test('tiles that states share count once', () => {
    expect(history.bytesHeld(painting(1))).toBe(2 * TILE_BYTES);
    expect(history.bytesHeld(painting(10))).toBe(11 * TILE_BYTES);
  });

  test('what is farthest from the present is released first, and can be restored', () => {
    const tree = painting(10);
    expect(history.trim(tree, 11 * TILE_BYTES)).toEqual({ tree, released: [] });
    const { tree: trimmed, released } = history.trim(tree, 8 * TILE_BYTES);
    expect(released).toEqual([0, 1, 2]);
    expect(history.bytesHeld(trimmed)).toBe(8 * TILE_BYTES);
    expect(() => history.goTo(trimmed, 1)).toThrow(code('STATE_RELEASED'));
    const back = history.restore(trimmed, 1, history.documentOf(tree, 1));
    expect(history.currentDocument(history.goTo(back, 1))).toBe(history.documentOf(tree, 1));
  });

  test('other branches go before the way back, the present and pinned states never', () => {
    let tree = history.goTo(painting(6), 2);
    tree = history.commit(tree, setFirstPixel(history.currentDocument(tree)), info('branch'));
    tree = history.setPinned(tree, 4, true);
    // 3 and 5 lie on the other branch; 0, 1 and 2 on the way back.
    expect(history.trim(tree, 6 * TILE_BYTES).released).toEqual([3, 5]);
    const all = history.trim(tree, 0);
    expect(all.released).toEqual([3, 5, 0, 1, 2]);
    expect(history.currentDocument(all.tree)).toBe(history.currentDocument(tree));
    expect(() => history.release(tree, tree.current)).toThrow(code('BAD_VALUE'));
  });

  test('states that would free nothing are kept', () => {
    let tree = painting(2);
    const layer = history.currentDocument(tree).layers[0]?.id ?? '';
    for (const opacity of [0.1, 0.2, 0.3]) {
      tree = history.commit(
        tree,
        setOpacity(history.currentDocument(tree), [layer], opacity),
        info('opacity'),
      );
    }
    expect(history.trim(tree, 0).released).toEqual([0]);
  });
});

function setFirstPixel(document: StudioDocument): StudioDocument {
  const [layer] = document.layers;
  if (layer?.type !== 'raster') throw new Error('The layer is one of pixels.');
  return replaceRaster(document, layer.id, painted(layer.raster, 99));
}

describe('whatever is done', () => {
  test('undo and redo of everything give back every state, byte for byte', () => {
    fc.assert(
      fc.property(steps(20), fc.nat({ max: 20 }), (sequence, frame) => {
        let tree = history.createHistory(sample(), info('new'));
        const prints = [fingerprint(history.currentDocument(tree))];
        for (const [index, step] of sequence.entries()) {
          const act = index === frame ? reframe : change;
          const next = history.commit(tree, act(history.currentDocument(tree), step), info('step'));
          if (next !== tree) prints.push(fingerprint(history.currentDocument(next)));
          tree = next;
        }
        for (const print of prints.toReversed()) {
          expect(fingerprint(history.currentDocument(tree))).toBe(print);
          tree = history.undo(tree);
        }
        for (const print of prints) {
          expect(fingerprint(history.currentDocument(tree))).toBe(print);
          tree = history.redo(tree);
        }
      }),
      { numRuns: 25 },
    );
  });

  test('every state that was made can be reached, and the present is never released', () => {
    const move = fc.record({ kind: fc.nat({ max: 7 }), to: fc.nat() });
    fc.assert(
      fc.property(fc.array(move, { maxLength: 60 }), (moves) => {
        let tree = start();
        let marks = 0;
        const made = [10];
        for (const { kind, to } of moves) {
          if (kind === 0) tree = history.undo(tree);
          else if (kind === 1) tree = history.redo(tree);
          else if (kind === 2)
            tree = history.goTo(tree, [...tree.nodes.keys()][to % tree.nodes.size] ?? 0);
          else if (kind === 3) {
            // A gesture that is thought better of.
            tree = history.bail(commits(history.begin(tree, `${++marks}`), 1, 2, 3), `${marks}`);
          } else if (kind === 7) {
            made.unshift(100 + made.length);
            tree = plant(tree, other(made[0] ?? 0), info('before')).tree;
          } else {
            made.push(100 + made.length);
            tree = commits(tree, made.at(-1) ?? 0);
          }
        }
        const widths = [...tree.nodes.keys()].map((id) => width(history.goTo(tree, id)));
        expect(widths).toEqual(made);
        for (const { id } of history.branches(tree)) {
          expect(history.pathTo(tree, id)[0]?.id).toBe(tree.root);
        }
        // Wherever one went, all the way back and on again ends there or beyond.
        let back = tree;
        while (history.undoTarget(back) !== null) back = history.undo(back);
        const line = [back.current, ...history.redoPath(back)];
        expect(line).toContain(tree.current);
        expect(history.trim(tree, 0).tree.nodes.get(tree.current)?.document).not.toBeNull();
      }),
      { numRuns: 200 },
    );
  });
});
