import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { en } from '../../../main/services/i18n/en.js';
import { es } from '../../../main/services/i18n/es.js';
import { environmentLanguage, languageOf } from '../../../main/services/i18n/index.js';

const ROOT = join(import.meta.dirname, '..', '..', '..');

/** Codes whose sentences are in the catalogue, or that only a mistake in this program causes. */
const UNTITLED = new Set([
  ...['CANCELLED', 'MODEL_NOT_FOUND', 'USAGE'],
  ...['GPU_NOT_FOUND', 'GPU_UNSUPPORTED'],
  ...['LICENCE_NOT_ACCEPTED', 'NOT_CONFIRMED', 'DOWNLOAD_STOPPED'],
  ...['ENGINE_CLOSED', 'INVALID_RECIPE', 'MISSING_INPUT', 'MISSING_SEED', 'NO_RESULT'],
]);

function sources(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const name = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === 'recipe' ? [] : sources(name);
    return entry.name.endsWith('.ts') ? [readFileSync(join(ROOT, name), 'utf8')] : [];
  });
}

describe('languages', () => {
  it.each([
    ['es_ES.UTF-8', 'es'],
    ['es', 'es'],
    ['en_GB', 'en'],
    ['de_DE.UTF-8', 'en'],
    ['C', 'en'],
    [undefined, 'en'],
  ])('of the locale %s is %s', (locale, language) => {
    expect(languageOf(locale)).toBe(language);
  });

  it('is the first that the environment names', () => {
    expect(environmentLanguage({ LC_ALL: '', LC_MESSAGES: 'es_MX', LANG: 'en_US' })).toBe('es');
  });
});

describe('the Spanish catalogue', () => {
  it('has a title for every error a person can meet', () => {
    const code = /new NativaError\(\s*'([A-Z_]+)'/g;
    const thrown = [...sources('main'), ...sources('native-models')].flatMap((text) =>
      [...text.matchAll(code)].map((match) => match[1] ?? ''),
    );
    const titles = Object.keys(es.errors.titles);
    const missing = new Set(thrown.filter((name) => !UNTITLED.has(name) && !titles.includes(name)));
    expect([...missing]).toEqual([]);
    expect(thrown.length).toBeGreaterThan(50);
  });

  it('says everything in its own words', () => {
    const leaves = (value: unknown, path = ''): [string, string][] => {
      if (typeof value === 'string') return [[path, value]];
      if (typeof value !== 'object' || value === null) return [];
      return Object.entries(value).flatMap(([key, inner]) => leaves(inner, `${path}.${key}`));
    };
    const english = new Map(leaves(en));
    const same = leaves(es).filter(
      ([path, text]) => text.length > 12 && english.get(path) === text,
    );
    expect(same).toEqual([]);
  });
});
