import { describe, expect, test } from 'vitest';
import {
  createDocument,
  createGroup,
  createRasterLayer,
} from '../../../../renderer/document/create.js';
import { emptyRaster } from '../../../../renderer/document/pixels/tiles.js';
import type { Layer, Recipe } from '../../../../renderer/document/types.js';
import {
  baseName,
  documentRecipe,
  encodePicture,
  exportName,
  hasQuality,
  saveReady,
  type ExportHost,
} from '../../../../renderer/files/export.js';

const recipe = (prompt: string): Recipe => ({
  kind: 'generate',
  prompt,
  seed: 7,
  model: { id: 'starter', hash: 'abc' },
});

describe('names of exported files', () => {
  test.each([
    ['photo.jpg', 'png', 'photo.png'],
    ['photo', 'jpeg', 'photo.jpg'],
    ['my.holiday.ORA', 'webp', 'my.holiday.webp'],
    ['version 1.2', 'avif', 'version 1.2.avif'],
    ['  ', 'tiff', 'nativa.tiff'],
    ['a.psd', 'psd', 'a.psd'],
  ] as const)('%s as %s', (name, format, file) => {
    expect(exportName(name, format)).toBe(file);
  });

  test('only endings of pictures are taken off', () => {
    expect(baseName('notes.final.tif')).toBe('notes.final');
    expect(baseName('v1.2')).toBe('v1.2');
  });
});

describe('quality', () => {
  test.each([
    ['png', false, false],
    ['jpeg', true, true],
    ['webp', false, true],
    ['webp', true, false],
    ['avif', true, false],
    ['tiff', false, false],
    ['psd', false, false],
  ] as const)('%s, lossless %s', (format, lossless, expected) => {
    expect(hasQuality({ format, quality: 80, lossless })).toBe(expected);
  });
});

describe('the recipe of a document', () => {
  const layer = (prompt: string | null): Layer => ({
    ...LAYER,
    recipe: prompt === null ? null : recipe(prompt),
  });
  const documentOf = (...layers: readonly Layer[]) => ({ ...createDocument(8, 8), layers });

  test('is that of the topmost layer that a model made', () => {
    const json = documentRecipe(documentOf(layer('below'), layer('above'), layer(null)));
    expect(json === null ? null : JSON.parse(json)).toEqual(recipe('above'));
  });

  test('hidden layers do not count, layers in groups do', () => {
    const hidden = { ...layer('hidden'), visible: false };
    const group = { ...createGroup({ name: 'Group' }), children: [layer('inside')] };
    expect(documentRecipe(documentOf(layer('below'), group, hidden))).toContain('inside');
    expect(documentRecipe(documentOf({ ...group, visible: false }))).toBeNull();
  });

  test('a photo has none', () => {
    expect(documentRecipe(documentOf(layer(null)))).toBeNull();
  });
});

describe('encoding and saving', () => {
  const ready = { blob: 'b'.repeat(32), bytes: 10, mime: 'image/webp' };

  function studio(host: 'electron' | 'browser', saved: string | null) {
    const asked: unknown[] = [];
    const client = {
      request: (name: string, ask: unknown) => {
        asked.push([name, ask]);
        return Promise.resolve(name === 'files.export' ? ready : null);
      },
      saveFile: () => Promise.resolve(saved),
    } as unknown as ExportHost['client'];
    return { asked, host: { client, start: { host } } };
  }

  test('asks for the file with what the format has', async () => {
    const { asked, host } = studio('browser', 'a.png');
    const picture = { blob: 'a'.repeat(32), width: 4, height: 2 };
    const png = { format: 'png', quality: 70, lossless: true } as const;
    expect(await encodePicture(host, picture, png, null)).toEqual(ready);
    await encodePicture(host, picture, { ...png, format: 'webp' }, '{}');
    expect(asked).toEqual([
      [
        'files.export',
        {
          name: 'nativa.png',
          format: 'png',
          quality: 70,
          lossless: false,
          image: picture,
          recipe: null,
        },
      ],
      [
        'files.export',
        {
          name: 'nativa.webp',
          format: 'webp',
          quality: 70,
          lossless: true,
          image: picture,
          recipe: '{}',
        },
      ],
    ]);
  });

  test('a browser fetches the file after it was asked to, so it stays; Electron has written it', async () => {
    const browser = studio('browser', 'a.webp');
    expect(await saveReady(browser.host, 'a.webp', ready)).toBe('a.webp');
    expect(browser.asked).toEqual([]);
    const electron = studio('electron', null);
    expect(await saveReady(electron.host, 'a.webp', ready)).toBe(null);
    expect(electron.asked).toEqual([['blobs.drop', [ready.blob]]]);
  });
});

const LAYER = createRasterLayer({ name: 'Layer', raster: emptyRaster(8, 8) });
