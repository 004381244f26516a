import { describe, expect, test } from 'vitest';
import { readLeft, wanted } from '../../../../renderer/state/reopening.svelte.js';

const look = { zoom: 2, angle: 90, middle: { x: 3, y: -4 } };
const seen = { name: 'C', origin: null, blank: { width: 30, height: 20 }, look };
const note = JSON.stringify({
  session: 's',
  open: ['c', 'gone', 'a'],
  shown: 'a',
  tries: 0,
  notes: { c: seen },
});

describe('a page that is loaded again', () => {
  test('opens what was open in its tab, what was shown first, and looks at it as before', () => {
    const left = readLeft(note);
    expect(wanted(left, 's')).toEqual(['a', 'c', 'gone']);
    expect(left?.notes).toEqual({ c: seen });
    expect(left?.open).toEqual(['c', 'gone', 'a']);
  });

  test('knows what was typed and set in each, also where nothing is begun', () => {
    const asks = {
      ...{ prompt: 'at night', mode: 'edit', target: 'layer', count: 2, steps: 12, tokens: 'S1' },
      ...{ guidanceScale: 3, imageGuidanceScale: null, aspect: 1.5, keep: 0.25, seed: 9 },
      ...{ strengths: null, lockTokens: true, seedLocked: true },
    };
    const left = (said: unknown) =>
      readLeft(
        JSON.stringify({
          ...{ session: 's', open: ['a'], shown: 'a', tries: 0 },
          notes: { a: { ...seen, blank: null, empty: true, asks: said } },
        }),
      )?.notes.a;
    expect(left(asks)).toEqual({ ...seen, blank: null, empty: true, asks });
    // One setting that is none costs those of that document, and nothing else.
    expect(left({ ...asks, count: 99 })).toEqual({ ...seen, blank: null, empty: true });
  });

  test('opens nothing where the services have been started anew', () => {
    expect(wanted(readLeft(note), 'another')).toEqual([]);
  });

  test.each([null, '', '{', '[]', 'null', '{"session":1,"open":[]}', '{"session":"s","open":"a"}'])(
    'opens nothing where nothing is noted that can be read: %j',
    (text) => {
      expect(readLeft(text)).toBeNull();
      expect(wanted(readLeft(text), 's')).toEqual([]);
    },
  );

  test('takes no names that are none, and no looks', () => {
    const left = readLeft('{"session":"s","open":["a",3,null],"shown":5,"notes":{"a":{"look":1}}}');
    expect(left).toEqual({ session: 's', open: ['a'], shown: null, tries: 0, notes: {} });
  });

  test('stops trying where it never comes to an end', () => {
    const found = [0, 1, 2, 3].map((tries) => {
      const left = readLeft(JSON.stringify({ session: 's', open: ['a'], shown: null, tries }));
      return wanted(left, 's').length;
    });
    expect(found).toEqual([1, 1, 1, 0]);
  });
});
