/** What the studio asks of a host that has a menu and dialogs of its own. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BlobStore } from '../../../../../main/services/blobs.js';
import { createStudio } from '../../../../../main/services/studio/index.js';
import type { HostMenu, StudioEvent } from '../../../../../preload/contract.js';

let home: string;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'nativa-host-'));
  process.env.NATIVA_HOME = home;
});
afterAll(() => {
  delete process.env.NATIVA_HOME;
  rmSync(home, { recursive: true, force: true });
});

const MENU: HostMenu = {
  language: 'es',
  typing: false,
  menus: [
    {
      id: 'file',
      label: 'Archivo',
      groups: [
        [{ command: 'file.open', label: 'Abrir …', keys: 'Mod+O', enabled: true, checked: null }],
      ],
    },
  ],
};

test('the host shows the page’s menu, and its clicks come back as commands', async () => {
  const shown: HostMenu[] = [];
  const studio = await createStudio({
    host: 'electron',
    language: 'en',
    blobs: new BlobStore(),
    showMenu: (menu) => shown.push(menu),
  });
  const page = studio.openPage();
  await page.handle('menu.show', MENU);
  expect(shown).toEqual([MENU]);
  await expect(page.handle('menu.show', { ...MENU, menus: 'all' })).rejects.toMatchObject({
    code: 'BAD_REQUEST',
  });
  expect(shown).toHaveLength(1);
  const events: StudioEvent[] = [];
  studio.onEvent((event) => events.push(event));
  studio.runCommand('file.open');
  expect(events).toEqual([{ type: 'command', command: 'file.open' }]);
  await studio.close();
});

test('the host wears the theme of the settings, at the start and when it is changed', async () => {
  const shown: string[] = [];
  const options = {
    host: 'electron',
    language: 'en',
    blobs: new BlobStore(),
    showTheme: (theme: string) => shown.push(theme),
  } as const;
  const studio = await createStudio(options);
  await studio.openPage().handle('settings.set', { theme: 'dark' });
  await studio.close();
  const again = await createStudio(options);
  await again.close();
  expect(shown).toEqual(['system', 'dark', 'dark']);
});

test('files chosen in the host’s dialog go on after those that were given', async () => {
  const chosen = [['/pictures/b.png', '/pictures/c.png'], []];
  const studio = await createStudio({
    host: 'electron',
    language: 'en',
    blobs: new BlobStore(),
    files: ['/pictures/a.png'],
    chooseFiles: () => Promise.resolve(chosen.shift() ?? []),
  });
  const page = studio.openPage();
  const start = { files: ['a.png'], firstFile: 0 };
  expect(await page.handle('app.start', null)).toMatchObject(start);
  const files = ['b.png', 'c.png'];
  expect(await page.handle('files.choose', null)).toEqual({ files, first: 1 });
  expect(await page.handle('files.choose', null)).toEqual({ files: [], first: 3 });
  await studio.close();
});

test('files that were opened or saved can be opened again, and no others', async () => {
  const [opened, saved] = [join(home, 'opened.png'), join(home, 'saved.ora')];
  await sharp({ create: { width: 8, height: 8, channels: 3, background: '#c03030' } }).toFile(
    opened,
  );
  const studio = await createStudio({
    host: 'electron',
    language: 'es',
    blobs: new BlobStore(),
    files: [opened],
  });
  const page = studio.openPage();
  const told: StudioEvent[] = [];
  studio.onEvent((event) => told.push(event));
  await page.handle('files.openPath', { index: 0 });
  await studio.saved(saved);
  expect(told).toEqual([
    { type: 'recent', files: [opened] },
    { type: 'recent', files: [saved, opened] },
  ]);
  expect(await page.handle('files.recent', { path: opened })).toEqual({
    files: ['opened.png'],
    first: 1,
  });
  expect(await page.handle('files.openPath', { index: 1 })).toMatchObject({ kind: 'layers' });
  await expect(page.handle('files.recent', { path: '/etc/passwd' })).rejects.toMatchObject({
    code: 'FILE_NOT_FOUND',
  });
  // What is gone is said in the person's language, and forgotten.
  await page.handle('files.recent', { path: saved });
  await expect(page.handle('files.openPath', { index: 2 })).rejects.toThrow('no existe');
  expect(told.at(-1)).toEqual({ type: 'recent', files: [opened] });
  await studio.close();
});
