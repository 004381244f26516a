import { expect, test } from 'vitest';
import { licences } from '../../../tools/licences.mjs';

const named = (modules: readonly string[]): string[] => licences(modules).map(({ name }) => name);

test('what ships is listed with its terms, and what only builds or tests is not', () => {
  const list = licences(['/x/node_modules/konva/lib/Shape.js']);
  const names = list.map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(['konva', 'onnxruntime-node', 'sharp', 'zod']));
  expect(names).not.toContain('vitest');
  expect(names).not.toContain('electron-builder');
  expect(list.find(({ name }) => name === 'zod')?.text).toContain('MIT License');
  expect(list.filter(({ licence }) => licence === '')).toEqual([]);
});

test('a package of the page is listed only where the page has some of it', () => {
  expect(named([])).not.toContain('konva');
  expect(named(['C:\\x\\node_modules\\@lucide\\svelte\\dist\\icon.js'])).toContain(
    '@lucide/svelte',
  );
});

test('libraries that are compiled in are named with their terms', () => {
  const vips = licences([]).filter(({ name }) => name.includes('libvips'));
  for (const { text } of vips) expect(text).toMatch(/LGPL/);
});
