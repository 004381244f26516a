import { describe, expect, test } from 'vitest';
import { createDocument } from '../../../../../renderer/document/create.js';
import { graft, plant, stepsAfter } from '../../../../../renderer/document/history/graft.js';
import * as history from '../../../../../renderer/document/history/index.js';
import type { HistoryTree } from '../../../../../renderer/document/history/index.js';
import type { StudioDocument } from '../../../../../renderer/document/types.js';

const info = (key: string) => ({ label: { key }, at: 0 });
const state = (width: number): StudioDocument => createDocument(width, 10);
const commit = (tree: HistoryTree, width: number) => history.commit(tree, state(width), info('do'));
const start = (): HistoryTree => history.createHistory(state(10), info('new'));
const ids = (tree: HistoryTree, from: number) => stepsAfter(tree, from).map(({ id }) => id);

describe('a branch that grows beside the work', () => {
  test('leaves the person where they are, and undo and redo as they were', () => {
    const tree = history.undo([11, 12, 13].reduce(commit, start()));
    const first = graft(tree, 0, state(21), info('again'));
    const second = graft(first.tree, first.id, state(22), info('again'));
    const now = second.tree;
    expect(history.currentDocument(now)).toBe(history.currentDocument(tree));
    expect([history.undoTarget(now), history.redoTarget(now)]).toEqual([1, 3]);
    expect(history.pathTo(now, second.id).map(({ document }) => document?.width)).toEqual([
      10, 21, 22,
    ]);
    expect(history.redoTarget(history.goTo(now, 0))).toBe(1);
    for (const [id, node] of tree.nodes) expect(now.nodes.get(id)).toBe(node);
  });

  test('can be gone to, and undone', () => {
    const { tree, id } = graft(commit(start(), 11), 0, state(21), info('again'));
    const there = history.goTo(tree, id);
    expect(history.currentDocument(history.undo(there)).width).toBe(10);
    expect(history.redoTarget(history.undo(there))).toBe(id);
  });

  test('grows from no state that is not there', () => {
    expect(() => graft(start(), 9, state(21), info('again'))).toThrow('not in the history');
  });
});

describe('a state put before the first one', () => {
  const tree = history.undo([11, 12].reduce(commit, start()));
  const { tree: now, id } = plant(tree, state(9), info('before'));

  test('leaves the person where they are; undo leads on to it, and redo back from it', () => {
    expect(now.current).toBe(tree.current);
    expect(now.root).toBe(id);
    const back = history.undo(history.undo(now));
    expect(history.currentDocument(back).width).toBe(9);
    expect(history.undoTarget(back)).toBeNull();
    expect(history.redoPath(back)).toEqual([0, 1, 2]);
  });

  test('is the first one in every order, and branches grow from it', () => {
    expect([...now.nodes.keys()]).toEqual([id, 0, 1, 2]);
    const branch = graft(now, id, state(21), info('again'));
    expect(branch.id).toBe(3);
    expect(history.childrenOf(branch.tree, id).map((node) => node.id)).toEqual([0, 3]);
    const there = history.goTo(branch.tree, branch.id);
    expect(history.pathTo(there, there.current).map(({ document }) => document?.width)).toEqual([
      9, 21,
    ]);
  });
});

describe('the steps after a state', () => {
  const tree = [11, 12, 13].reduce(commit, start());

  test('go as far as the person is, on the way there', () => {
    expect(ids(tree, 1)).toEqual([2, 3]);
    expect(ids(history.undo(tree), 1)).toEqual([2]);
  });

  test('go to the end of the branch from where the person is, and beside the way', () => {
    expect(ids(history.goTo(tree, 1), 1)).toEqual([2, 3]);
    expect(ids(tree, 3)).toEqual([]);
    const branch = commit(history.goTo(tree, 1), 14);
    expect(ids(branch, 2)).toEqual([3]);
    expect(ids(branch, 1)).toEqual([4]);
  });
});
