import { describe, expect, test } from 'vitest';
import { readLeft, sorted } from '../../../../renderer/state/reopening.svelte.js';

const work = ['a', 'b', 'c', 'd'].map((id) => ({ id }));
const note = JSON.stringify({ session: 's', open: ['c', 'gone', 'a'], shown: 'a' });

describe('a page that is loaded again', () => {
  test('opens what was open in its tab, in that order, and offers the rest', () => {
    const { mine, others } = sorted(readLeft(note), 's', work);
    expect(mine.map(({ id }) => id)).toEqual(['c', 'a']);
    expect(others.map(({ id }) => id)).toEqual(['b', 'd']);
  });

  test('offers all of it where the services have been started anew', () => {
    expect(sorted(readLeft(note), 'another', work)).toEqual({ mine: [], others: work });
  });

  test.each([null, '', '{', '[]', 'null', '{"session":1,"open":[]}', '{"session":"s","open":"a"}'])(
    'offers all of it where nothing is noted that can be read: %j',
    (text) => {
      expect(readLeft(text)).toBeNull();
      expect(sorted(readLeft(text), 's', work)).toEqual({ mine: [], others: work });
    },
  );

  test('takes no names that are none', () => {
    const left = readLeft('{"session":"s","open":["a",3,null],"shown":5}');
    expect(left).toEqual({ session: 's', open: ['a'], shown: null, tries: 0 });
  });

  test('stops trying where it never comes to an end', () => {
    const mine = [0, 1, 2, 3].map((tries) => {
      const left = readLeft(JSON.stringify({ session: 's', open: ['a'], shown: null, tries }));
      return sorted(left, 's', work).mine.length;
    });
    expect(mine).toEqual([1, 1, 1, 0]);
  });
});
