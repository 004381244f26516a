import { describe, expect, test } from 'vitest';
import { createDocument } from '../../../../../renderer/document/create.js';
import { commit } from '../../../../../renderer/document/history/commit.js';
import { goTo } from '../../../../../renderer/document/history/travel.js';
import { createHistory, type HistoryTree } from '../../../../../renderer/document/history/tree.js';
import { historyRows } from '../../../../../renderer/panels/history/lanes.js';
import { StateThumbnails } from '../../../../../renderer/panels/history/thumbs.js';

const info = { label: { key: 'command.layer.new' }, at: 0 };
const start = (): HistoryTree => createHistory(createDocument(4, 4), info);
/** One state more; its id is the number of states before it. */
const step = (tree: HistoryTree): HistoryTree => commit(tree, createDocument(4, 4), info);
const steps = (tree: HistoryTree, count: number): HistoryTree =>
  Array.from({ length: count }).reduce<HistoryTree>(step, tree);

/** Ids of the lines, each after as many dots as its lane. */
const drawn = (tree: HistoryTree): string[] =>
  historyRows(tree).map(({ node, lane }) => '.'.repeat(lane) + String(node.id));

describe('the lines of the history', () => {
  test('without branches are the states in the order they were made', () => {
    expect(drawn(steps(start(), 3))).toEqual(['0', '1', '2', '3']);
  });

  test('after going back, the states ahead stay where they are', () => {
    const back = goTo(steps(start(), 3), 1);
    expect(drawn(back)).toEqual(['0', '1', '2', '3']);
    expect(historyRows(back).map(({ past }) => past)).toEqual([true, true, false, false]);
    expect(historyRows(back).filter(({ current }) => current)).toHaveLength(1);
  });

  test('doing something else puts what was left on a branch below where it began', () => {
    const other = steps(goTo(steps(start(), 3), 1), 2);
    expect(drawn(other)).toEqual(['0', '1', '.2', '.3', '4', '5']);
    const [, , two, three, four, five] = historyRows(other);
    expect(two).toMatchObject({ starts: true, onward: 'other', past: false, beside: ['past'] });
    expect(three).toMatchObject({ starts: false, onward: null, beside: ['past'] });
    expect(four).toMatchObject({ starts: false, onward: 'past', past: true, beside: [] });
    expect(five).toMatchObject({ current: true, onward: null });
  });

  test('going to a branch makes it the way, and the way a branch', () => {
    const other = steps(goTo(steps(start(), 3), 1), 2);
    expect(drawn(goTo(other, 3))).toEqual(['0', '1', '.4', '.5', '2', '3']);
    expect(drawn(goTo(other, 2))).toEqual(['0', '1', '.4', '.5', '2', '3']);
  });

  test('the way is told from what lies ahead of the current state', () => {
    const other = goTo(steps(goTo(steps(start(), 3), 1), 2), 1);
    const [first, current, left] = historyRows(other);
    expect(first).toMatchObject({ onward: 'past' });
    expect(current).toMatchObject({ current: true, onward: 'other' });
    expect(left).toMatchObject({ beside: ['other'] });
  });

  test('branches have branches', () => {
    const first = steps(start(), 3);
    const second = step(goTo(first, 2));
    const third = step(goTo(second, 1));
    expect(drawn(third)).toEqual(['0', '1', '.2', '..3', '.4', '5']);
  });

  test('hold each state once, in a long history', () => {
    let tree = steps(start(), 600);
    tree = steps(goTo(tree, 300), 200);
    const rows = historyRows(tree);
    expect(new Set(rows.map(({ node }) => node.id)).size).toBe(801);
    expect(rows.filter(({ lane }) => lane === 1)).toHaveLength(300);
  });
});

describe('pictures of states', () => {
  const label = { key: 'command.layer.new' };
  const document = createDocument(4, 4);
  const counted = () => {
    const made: number[] = [];
    return {
      made,
      make: () => {
        made.push(0);
        return Promise.resolve(null);
      },
    };
  };

  test('are made once, however often layers are selected', () => {
    const thumbnails = new StateThumbnails();
    const { made, make } = counted();
    const first = thumbnails.of(label, document, make);
    expect(thumbnails.of(label, { ...document, active: ['a'] }, make)).toBe(first);
    expect(made).toHaveLength(1);
  });

  test('stay when the state is released from memory', () => {
    const thumbnails = new StateThumbnails();
    const { made, make } = counted();
    const first = thumbnails.of(label, document, make);
    expect(thumbnails.of(label, null, make)).toBe(first);
    expect(made).toHaveLength(1);
  });

  test('are made anew when the state shows something else', () => {
    const thumbnails = new StateThumbnails();
    const { made, make } = counted();
    void thumbnails.of(label, document, make);
    void thumbnails.of(label, createDocument(4, 4), make);
    expect(made).toHaveLength(2);
  });

  test('of states on disk are made one after the other, of those still wanted', async () => {
    const thumbnails = new StateThumbnails();
    const { made, make } = counted();
    const labels = [0, 1, 2].map((n) => ({ key: `command.layer.${n}` }));
    const read: number[] = [];
    let [reading, most] = [0, 0];
    const pictures = labels.map((of, index) =>
      thumbnails.read(
        of,
        async () => {
          most = Math.max(most, ++reading);
          await new Promise((resolve) => setTimeout(resolve, 1));
          reading -= 1;
          read.push(index);
          // The second one has been scrolled away.
          return index === 1 ? null : createDocument(4, 4);
        },
        make,
      ),
    );
    await Promise.all(pictures);
    expect([read, most, made.length]).toEqual([[0, 1, 2], 1, 2]);
    // Seen again, it is asked for again; the others are kept.
    const again = () => Promise.resolve(createDocument(4, 4));
    for (const of of labels) await thumbnails.read(of, again, make);
    expect(made).toHaveLength(3);
  });

  test('cannot be made of what was never in memory', async () => {
    const { made, make } = counted();
    expect(await new StateThumbnails().of(label, null, make)).toBeNull();
    expect(made).toHaveLength(0);
  });
});
