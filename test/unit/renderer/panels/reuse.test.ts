import { expect, test } from 'vitest';
import { Reuse } from '../../../../renderer/panels/reuse.js';

interface Row {
  readonly id: number;
  readonly text: string;
  readonly parents: readonly number[];
}
const row = (id: number, text: string, ...parents: number[]): Row => ({ id, text, parents });

test('lines that say the same stay the same object, others are new', () => {
  const reuse = new Reuse<number, Row>(({ id }) => id);
  const [one, two, three] = reuse.of([row(1, 'a', 7), row(2, 'b', 7), row(3, 'c')]);
  const after = reuse.of([row(3, 'c'), row(1, 'a', 7), row(2, 'b', 7, 8), row(4, 'd')]);
  expect(after[0]).toBe(three);
  expect(after[1]).toBe(one);
  expect(after[2]).not.toBe(two);
  expect(after).toEqual([row(3, 'c'), row(1, 'a', 7), row(2, 'b', 7, 8), row(4, 'd')]);
});

test('a line that was gone is not brought back', () => {
  const reuse = new Reuse<number, Row>(({ id }) => id);
  const [first] = reuse.of([row(1, 'a')]);
  reuse.of([]);
  expect(reuse.of([row(1, 'a')])[0]).not.toBe(first);
});
