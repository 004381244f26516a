import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { SettingsStore } from '../../../../main/services/settings.js';
import { REQUESTS, settingsSchema } from '../../../../preload/contract.js';

const DEFAULTS = settingsSchema.parse({});
let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nativa-settings-'));
  path = join(folder, 'deep', 'settings.json');
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** A store on a file with these contents. */
async function stored(contents: unknown): Promise<SettingsStore> {
  path = join(folder, 'settings.json');
  writeFileSync(path, typeof contents === 'string' ? contents : JSON.stringify(contents));
  return SettingsStore.open(path);
}

describe('settings', () => {
  test('are the defaults at first, and what was set afterwards', async () => {
    const store = await SettingsStore.open(path);
    expect([store.current, store.damaged]).toEqual([DEFAULTS, false]);
    const keys = { 'edit.undo': ['Mod+Z', 'Alt+Backspace'], 'view.zoom.in': [] };
    await store.set({ theme: 'dark', shortcuts: keys });
    await store.set({ candidates: 2, theme: undefined });
    expect((await SettingsStore.open(path)).current).toEqual({
      ...DEFAULTS,
      theme: 'dark',
      shortcuts: keys,
      candidates: 2,
    });
    expect(readdirSync(join(folder, 'deep'))).toEqual(['settings.json']);
  });

  test('a change as the contract reads it leaves all others alone', async () => {
    const store = await SettingsStore.open(path);
    await store.set({ theme: 'light', autosaveSeconds: 60 });
    await store.set(REQUESTS['settings.set'].ask.parse({ language: 'es' }));
    expect(store.current).toMatchObject({ theme: 'light', autosaveSeconds: 60, language: 'es' });
  });

  test('one bad value falls back to its default, the others stay, unknown ones go', async () => {
    const store = await stored({
      theme: 'dark',
      language: 'xx',
      candidates: 99,
      historyMemory: 1e9,
      model: null,
      colour: 'pink',
      __proto__: { autosave: false },
    });
    expect(store.damaged).toBe(false);
    expect(store.current).toEqual({ ...DEFAULTS, theme: 'dark', historyMemory: 1e9 });
    await store.set({ autosave: false });
    expect(Object.keys(JSON.parse(readFileSync(path, 'utf8')) as object).sort()).toEqual(
      Object.keys(DEFAULTS).sort(),
    );
  });

  test('a bad entry in a list or table costs that entry alone', async () => {
    const store = await stored({
      shortcuts: { 'edit.undo': ['Mod+Z'], 'edit.redo': 'Mod+Y' },
      promptHistory: ['a cat', 7, 'a dog'],
    });
    expect(store.current).toMatchObject({
      shortcuts: { 'edit.undo': ['Mod+Z'] },
      promptHistory: ['a cat', 'a dog'],
    });
  });

  test.each([
    ['cut short', '{"theme": "da'],
    ['empty', ''],
    ['no table', '[1, 2]'],
    ['null', 'null'],
    ['noise', '\u0000\u0001\uFFFD'],
  ])('a file that is %s is set aside, and the defaults are used', async (_, contents) => {
    const store = await stored(contents);
    expect([store.damaged, store.current]).toEqual([true, DEFAULTS]);
    expect(readdirSync(folder)).toEqual(['settings.corrupt-1.json']);
    expect(readFileSync(join(folder, 'settings.corrupt-1.json'), 'utf8')).toBe(contents);
    await store.set({ theme: 'dark' });
    const again = await SettingsStore.open(path);
    expect([again.damaged, again.current.theme]).toEqual([false, 'dark']);
    await stored(contents);
    expect(readdirSync(folder).sort()).toEqual([
      'settings.corrupt-1.json',
      'settings.corrupt-2.json',
    ]);
  });

  test('two windows do not take each other’s changes back', async () => {
    const one = await SettingsStore.open(path);
    const other = await SettingsStore.open(path);
    await Promise.all([one.set({ theme: 'dark' }), one.set({ candidates: 1 })]);
    const all = await other.set({ language: 'en' });
    expect(all).toMatchObject({ theme: 'dark', candidates: 1, language: 'en' });
  });

  test('a bad change is refused, and the next one works', async () => {
    const store = await SettingsStore.open(path);
    await expect(store.set({ candidates: 9 })).rejects.toThrow();
    expect(await store.set({ candidates: 3 })).toMatchObject({ candidates: 3 });
  });
});
