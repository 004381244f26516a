import { describe, expect, test } from 'vitest';
import { SavePlaces } from '../../../../../main/services/studio/save-places.js';

const GIVEN = ['/pictures/photo.jpg', '/work/plan.ora', '/work/OLD.ORA'];
const target = (document: string, origin?: number) => ({
  document,
  ask: false,
  ...(origin !== undefined && { origin }),
});

describe('a document is saved', () => {
  const fresh = () => new SavePlaces((index) => GIVEN[index]);

  test.each([
    ['to no file where it has none', target('new'), undefined],
    ['to the project that it was opened from', target('opened', 1), '/work/plan.ora'],
    ['so however that is spelt', target('opened', 2), '/work/OLD.ORA'],
    ['never over the picture that it was opened from', target('opened', 0), undefined],
    ['to no file that was never given', target('opened', 7), undefined],
  ])('%s', (_, of, expected) => {
    expect(fresh().of(of)).toBe(expected);
  });

  test('where it was saved last, wherever it came from', () => {
    const places = fresh();
    places.keep(target('one', 1), '/elsewhere/copy.ora');
    expect(places.of(target('one', 1))).toBe('/elsewhere/copy.ora');
    places.keep(target('one', 1), '/again.ora');
    expect(places.of(target('one', 1))).toBe('/again.ora');
    expect(places.of(target('two', 1))).toBe('/work/plan.ora');
  });
});
