import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  breakLines,
  caretAt,
  hitsText,
  layOut,
} from '../../../../../renderer/document/text/layout.js';
import type { TextFlow } from '../../../../../renderer/document/text/layout.js';

/** Every character is ten wide. */
const measure = (text: string): number => text.length * 10;
const reach = { ascent: 8, descent: 2 };
const flow: TextFlow = {
  text: 'one\nthree',
  align: 'left',
  boxWidth: null,
  fontSize: 10,
  lineHeight: 1.2,
};
const lines = (text: string, width: number): string[] =>
  breakLines(text, width, measure).map((line) => line.text);

describe('breaking lines', () => {
  test.each([
    ['words go to the next line', 'one two three', 70, ['one two ', 'three']],
    ['spaces hang over the edge', 'seven   x', 50, ['seven   ', 'x']],
    ['hyphens stay at the end of a line', 'well-known', 60, ['well-', 'known']],
    ['long words are broken', 'abcdefgh', 30, ['abc', 'def', 'gh']],
    ['line feeds are kept', 'a\n\nb', 100, ['a', '', 'b']],
    ['between wide characters, but not before a full stop', '日本語。', 30, ['日本', '語。']],
  ])('%s', (_name, text, width, expected) => {
    expect(lines(text, width)).toEqual(expected);
  });

  test('no letter is lost, and every line knows where it begins', () => {
    fc.assert(
      fc.property(
        fc.string({ maxLength: 80 }),
        fc.integer({ min: 10, max: 200 }),
        (text, width) => {
          const broken = breakLines(text, width, measure);
          for (const { start, text: line } of broken) {
            expect(text.slice(start, start + line.length)).toBe(line);
          }
          expect(broken.map((line) => line.text).join('')).toBe(text.replaceAll('\n', ''));
        },
      ),
    );
  });
});

describe('where a text stands', () => {
  test('a line of text lies about its origin as it is aligned', () => {
    expect(layOut(flow, measure, reach).box).toEqual({ x: 0, y: -9, width: 50, height: 24 });
    expect(layOut({ ...flow, align: 'center' }, measure, reach).box.x).toBe(-25);
    expect(layOut({ ...flow, align: 'right' }, measure, reach).box.x).toBe(-50);
  });

  test('a box keeps its width, and grows downwards with its lines', () => {
    const { box } = layOut({ ...flow, boxWidth: 30, align: 'right' }, measure, reach);
    expect(box).toEqual({ x: 0, y: -9, width: 30, height: 36 });
  });
});

describe('a click', () => {
  const caret = (given: TextFlow, x: number, y: number): number =>
    caretAt(layOut(given, measure, reach), given, { x, y }, measure);

  test('hits the lines and a little around them', () => {
    const layout = layOut(flow, measure, reach);
    expect(hitsText(layout, { x: 25, y: 0 }, 0)).toBe(true);
    expect(hitsText(layout, { x: 53, y: 0 }, 2)).toBe(false);
    expect(hitsText(layout, { x: 53, y: 0 }, 4)).toBe(true);
    expect(hitsText(layout, { x: 25, y: 16 }, 0)).toBe(false);
  });

  test('sets the caret between the nearest letters', () => {
    expect(caret(flow, 14, 0)).toBe(1);
    expect(caret(flow, 16, 0)).toBe(2);
    expect(caret(flow, 500, 0)).toBe(3);
    expect(caret(flow, -5, 10)).toBe(4);
    expect(caret(flow, 500, 500)).toBe(9);
  });

  test('finds its place in aligned and wrapped lines', () => {
    expect(caret({ ...flow, align: 'right' }, -29, 0)).toBe(0);
    expect(caret({ ...flow, align: 'center' }, 0, 10)).toBeGreaterThanOrEqual(6);
    const boxed: TextFlow = { ...flow, text: 'ab cd', boxWidth: 30, align: 'right' };
    expect(caret(boxed, 11, 0)).toBe(0);
    expect(caret(boxed, 30, 12)).toBe(5);
  });

  test('never lands within a letter of several code units', () => {
    const text: TextFlow = { ...flow, text: '👩‍👩‍👧x' };
    const family = '👩‍👩‍👧'.length;
    for (let x = 0; x < 120; x += 5) expect([0, family, family + 1]).toContain(caret(text, x, 0));
  });
});
