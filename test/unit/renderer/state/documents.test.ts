import { describe, expect, test } from 'vitest';
import { Documents, untaken } from '../../../../renderer/state/documents.svelte.js';

interface Paper {
  readonly name: string;
  untouched: boolean;
}

/** As many as there are names, with something in each, the last one shown. */
function opened(...names: readonly string[]) {
  const left: string[] = [];
  const made: (string | null)[] = [];
  const documents: Documents<Paper> = new Documents<Paper>(
    (like) => {
      made.push(like?.name ?? null);
      return { name: 'new', untouched: true };
    },
    () => left.push(documents.current.name),
  );
  for (const name of names) {
    Object.assign(documents.fresh(), { name, untouched: false });
  }
  left.length = 0;
  made.length = 0;
  const at = (place: number): Paper => {
    const paper = documents.list[place];
    if (!paper) throw new Error(`there is no tab ${place}`);
    return paper;
  };
  return { documents, left, made, at, names: () => documents.list.map(({ name }) => name) };
}

describe('documents that are open', () => {
  test('begin with an empty one, which the first thing goes into', () => {
    const { documents, names } = opened();
    expect(names()).toEqual(['new']);
    const [first] = documents.list;
    expect(documents.fresh()).toBe(first);
    expect(names()).toEqual(['new']);
  });

  test('are added behind the one that is shown, and shown', () => {
    const { documents, names, at } = opened('a', 'b', 'c');
    expect(names()).toEqual(['a', 'b', 'c']);
    documents.show(at(0));
    Object.assign(documents.fresh(), { name: 'd', untouched: false });
    expect(names()).toEqual(['a', 'd', 'b', 'c']);
    expect(documents.current.name).toBe('d');
  });

  test('an untouched one is used again, wherever it is', () => {
    const { documents, names, at } = opened('a', 'b');
    documents.fresh();
    documents.show(at(0));
    expect(documents.fresh()).toBe(at(2));
    expect(documents.current).toBe(at(2));
    expect(names()).toEqual(['a', 'b', 'new']);
  });

  test('a new one is told which one was shown before', () => {
    const { documents, made } = opened('a', 'b');
    documents.fresh();
    expect(made).toEqual(['b']);
  });

  test('the next one behind the last is the first, and the other way round', () => {
    const { documents } = opened('a', 'b', 'c');
    documents.step(1);
    expect(documents.current.name).toBe('a');
    documents.step(-1);
    expect(documents.current.name).toBe('c');
    documents.step(-1);
    expect(documents.current.name).toBe('b');
  });

  test('the one that is left is told, while it is still shown, and only if another comes', () => {
    const { documents, left, at } = opened('a', 'b');
    documents.show(at(1));
    expect(left).toEqual([]);
    documents.show(at(0));
    documents.step(1);
    expect(left).toEqual(['b', 'a']);
  });

  test('closing the shown one shows the next tab, closing the last one the tab before', () => {
    const { documents, names, at } = opened('a', 'b', 'c');
    documents.show(at(1));
    documents.remove(at(1));
    expect(names()).toEqual(['a', 'c']);
    expect(documents.current.name).toBe('c');
    documents.remove(at(1));
    expect(documents.current.name).toBe('a');
  });

  test('closing one that is not shown leaves the shown one', () => {
    const { documents, left, at } = opened('a', 'b', 'c');
    documents.remove(at(0));
    expect(documents.current.name).toBe('c');
    expect(left).toEqual([]);
  });

  test('closing the only one leaves an empty one', () => {
    const { documents, names, at } = opened('a');
    documents.remove(at(0));
    expect(names()).toEqual(['new']);
    expect(documents.current).toBe(at(0));
    expect(documents.lastShownFirst).toEqual([at(0)]);
  });

  test('one that is closed already is neither shown nor closed again', () => {
    const { documents, names, at } = opened('a', 'b');
    const closed = at(0);
    documents.remove(closed);
    documents.remove(closed);
    documents.show(closed);
    expect(names()).toEqual(['b']);
    expect(documents.current.name).toBe('b');
  });

  test('tabs are moved anywhere, and no further than to the ends', () => {
    const { documents, names, at } = opened('a', 'b', 'c');
    documents.move(at(0), 1);
    expect(names()).toEqual(['b', 'a', 'c']);
    documents.move(at(2), 0);
    expect(names()).toEqual(['c', 'b', 'a']);
    expect(documents.current.name).toBe('c');
    documents.moveBy(-1);
    expect(names()).toEqual(['c', 'b', 'a']);
    documents.moveBy(1);
    documents.moveBy(1);
    documents.moveBy(1);
    expect(names()).toEqual(['b', 'a', 'c']);
  });

  test('are known in the order in which they were shown last', () => {
    const { documents, at } = opened('a', 'b', 'c');
    const shown = (): string[] => documents.lastShownFirst.map(({ name }) => name);
    expect(shown()).toEqual(['c', 'b', 'a']);
    documents.show(at(0));
    expect(shown()).toEqual(['a', 'c', 'b']);
    documents.remove(at(2));
    expect(shown()).toEqual(['a', 'b']);
  });
});

test('a name that is taken gets the first free number', () => {
  expect(untaken('Untitled', new Set())).toBe('Untitled');
  expect(untaken('Untitled', new Set(['Untitled', 'Untitled 3']))).toBe('Untitled 2');
  expect(untaken('Untitled', new Set(['Untitled', 'Untitled 2']))).toBe('Untitled 3');
});
