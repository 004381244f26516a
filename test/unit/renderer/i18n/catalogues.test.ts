import { describe, expect, test } from 'vitest';
import { en, type MessageKey } from '../../../../renderer/i18n/en/index.js';
import { es } from '../../../../renderer/i18n/es/index.js';

const KEYS = Object.keys(en) as MessageKey[];
const names = (message: string): string[] =>
  [...message.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name).sort();

/** What is written alike in both languages. */
const SHARED = new Set([
  ...['{count} s', '{count} min', '{count} h', 'Proxy', 'Token'],
  'Gamma',
  'General',
  'Horizontal',
  'Normal',
  'Original',
  'Radial',
  'Vertical',
  'Zoom',
  'Zoom {percent} %',
  '{provider}, {precision}, {size}',
  '{resolution} px · {tokens} tokens · {edit}',
  '{width} × {height} px',
]);

describe('the catalogues', () => {
  test('say the same things, in the same order', () => {
    expect(Object.keys(es)).toEqual(KEYS);
  });

  test('no message is empty or has blanks around it', () => {
    for (const catalogue of [en, es]) {
      for (const [key, message] of Object.entries(catalogue)) {
        expect(message, key).not.toBe('');
        expect(message, key).toBe(message.trim());
      }
    }
  });

  test('have the same values in a message', () => {
    for (const key of KEYS) expect(names(es[key]), key).toEqual(names(en[key]));
  });

  test('braces are only around names of values', () => {
    for (const catalogue of [en, es]) {
      for (const [key, message] of Object.entries(catalogue)) {
        expect(message.replace(/\{\w+\}/g, ''), key).not.toMatch(/[{}]/);
      }
    }
  });

  test('a command that asks first says so in both languages', () => {
    for (const key of KEYS) {
      if (!key.startsWith('command.')) continue;
      expect(es[key].endsWith(' …'), key).toBe(en[key].endsWith(' …'));
    }
  });

  test('no two commands are called the same', () => {
    for (const catalogue of [en, es]) {
      const tools = /^command\.tool\./;
      const titles = Object.entries(catalogue)
        .filter(([key]) => key.startsWith('command.') && !tools.test(key))
        .map(([, title]) => title);
      expect(titles.filter((title, index) => titles.indexOf(title) !== index)).toEqual([]);
    }
  });

  test('Spanish is not English left as it was', () => {
    const same = KEYS.filter((key) => en[key] === es[key] && /\p{L}{4,}/u.test(en[key]));
    expect(same.filter((key) => !SHARED.has(en[key]))).toEqual([]);
  });
});
