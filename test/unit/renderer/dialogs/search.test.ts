import { describe, expect, test } from 'vitest';
import {
  fold,
  match,
  pieces,
  search,
  type Entry,
} from '../../../../renderer/dialogs/palette/search.js';

function entries(...titles: readonly string[]): Entry<string>[] {
  return titles.map((title) => ({ id: title, title, also: '', enabled: true }));
}
const titles = (found: readonly Entry<string>[]): string[] => found.map(({ title }) => title);

describe('finding a command', () => {
  const all = entries(
    'New layer',
    'New text layer',
    'Flip layer horizontally',
    'Select layer above',
    'Blur layer',
    'Undo',
    'Ungroup',
  );

  test.each([
    ['undo', 'Undo'],
    ['blur', 'Blur layer'],
    ['nl', 'New layer'],
    ['nela', 'New layer'],
    ['layer flip', 'Flip layer horizontally'],
    ['flip hor', 'Flip layer horizontally'],
    ['sla', 'Select layer above'],
    ['text', 'New text layer'],
    ['UNG', 'Ungroup'],
    ['udo', 'Undo'],
  ])('%s', (query, title) => {
    expect(titles(search(all, query, []))[0]).toBe(title);
  });

  test('what has not all of the words is not found', () => {
    expect(search(all, 'layer undo', [])).toEqual([]);
    expect(search(all, 'xyz', [])).toEqual([]);
  });

  test('a shorter title that begins so comes before a longer one, and both before the rest', () => {
    const found = titles(
      search(entries('A new layer', 'New layer mask', 'New layer'), 'new l', []),
    );
    expect(found).toEqual(['New layer', 'New layer mask', 'A new layer']);
  });

  test('accents and capitals do not matter', () => {
    const spanish = entries('Añadir máscara desde la selección', 'Píxeles reales');
    expect(titles(search(spanish, 'mascara', []))).toEqual(['Añadir máscara desde la selección']);
    expect(titles(search(spanish, 'PÍX', []))).toEqual(['Píxeles reales']);
    expect(fold('SELECCIÓN ñandú')).toBe('seleccion nandu');
  });

  test('also by its menu, but after what is called so', () => {
    const some: Entry<string>[] = [
      { id: 'zoom', title: 'Zoom in', also: 'View', enabled: true },
      { id: 'view', title: 'Rotate view', also: 'View', enabled: true },
    ];
    expect(search(some, 'view', []).map(({ id }) => id)).toEqual(['view', 'zoom']);
    expect(search(some, 'view', [])[1]?.at).toEqual([]);
  });

  test('what cannot be run now comes last', () => {
    const some: Entry<string>[] = [
      { id: 'a', title: 'Crop', also: '', enabled: false },
      { id: 'b', title: 'Crop to selection', also: '', enabled: true },
    ];
    expect(search(some, 'crop', []).map(({ id }) => id)).toEqual(['b', 'a']);
  });

  test('without a query all are there, those used lately first', () => {
    expect(titles(search(all, ' ', ['Undo', 'Blur layer']))).toEqual([
      'Undo',
      'Blur layer',
      'New layer',
      'New text layer',
      'Flip layer horizontally',
      'Select layer above',
      'Ungroup',
    ]);
  });

  test('among equals the one used lately comes first', () => {
    const some = entries('Zoom in', 'Zoom up');
    expect(titles(search(some, 'zoom', ['Zoom up']))).toEqual(['Zoom up', 'Zoom in']);
  });
});

describe('letters that were found', () => {
  test('stand apart', () => {
    const found = match('New layer', 'nela');
    expect(found && pieces('New layer', found.at)).toEqual([
      { text: 'Ne', found: true },
      { text: 'w ', found: false },
      { text: 'la', found: true },
      { text: 'yer', found: false },
    ]);
  });

  test('without any, a title is in one piece', () => {
    expect(pieces('Undo', [])).toEqual([{ text: 'Undo', found: false }]);
  });
});

describe('other names of a command', () => {
  const named = (title: string, words: string): Entry<string> => ({
    id: title,
    title,
    also: 'Image',
    words,
    enabled: true,
  });
  const all = [
    named('Image size …', 'resize scale'),
    named('Reset view rotation', ''),
    named('Desaturate', 'black white grey'),
    named('Flip image horizontally', 'mirror voltear'),
  ];
  test.each([
    ['resize', 'Image size …'],
    ['black white', 'Desaturate'],
    ['mirror image', 'Flip image horizontally'],
    ['volt', 'Flip image horizontally'],
  ])('%s', (query, title) => {
    expect(titles(search(all, query, []))[0]).toBe(title);
  });

  test('a title that has the word comes first, and letters within other names say nothing', () => {
    const found = search([named('Bigger', 'size'), named('Size', '')], 'size', []);
    expect(titles(found)).toEqual(['Size', 'Bigger']);
    expect(search([named('Desaturate', 'grey')], 'rey', [])).toEqual([]);
  });
});
