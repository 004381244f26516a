/** Files in their places: saved again without a question, opened again from the recent ones. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, expect, test } from 'vitest';
import { closeBrowser, dropFiles, openStudio, type StudioPage } from './harness.js';
import { testPicture } from './pictures.js';

let studio: StudioPage | undefined;
let home: string | undefined;
afterEach(async () => {
  await studio?.close();
  studio = undefined;
  if (home !== undefined) await rm(home, { recursive: true, force: true });
  home = undefined;
});
afterAll(closeBrowser);

const READY = { timeout: 60_000 };

/** Answers the browser's dialogs by files of its own, which are as others to the page. */
async function answerPickers(page: Page): Promise<void> {
  await page.evaluate(() => {
    const asked: string[] = [];
    const folder = () => navigator.storage.getDirectory();
    Object.assign(window, {
      asked,
      showSaveFilePicker: async ({ suggestedName }: { suggestedName: string }) => {
        asked.push(`save ${suggestedName}`);
        return (await folder()).getFileHandle(`${asked.length}.ora`, { create: true });
      },
      showOpenFilePicker: async () => {
        asked.push('open');
        return [await (await folder()).getFileHandle('1.ora')];
      },
    });
  });
}

const asked = (page: Page): Promise<string[]> =>
  page.evaluate(() => (window as unknown as { asked: string[] }).asked);

/** A file that the page wrote: when, and how it begins. */
function written(page: Page, name: string): Promise<{ at: number; head: string }> {
  return page.evaluate(async (wanted) => {
    const folder = await navigator.storage.getDirectory();
    const file = await (await folder.getFileHandle(wanted)).getFile();
    return { at: file.lastModified, head: await file.slice(30, 54).text() };
  }, name);
}

test('where the browser allows it, a project is saved to its own file again without a question', async () => {
  studio = await openStudio({ pickers: true });
  const { page } = studio;
  await answerPickers(page);
  const downloads: unknown[] = [];
  page.on('download', (download) => downloads.push(download));
  const bytes = await testPicture(120, 80);
  await dropFiles(page, [{ name: 'a.png', type: 'image/png', bytes }]);
  await page.locator('[data-document="120x80"]').waitFor(READY);

  await page.keyboard.press('Control+s');
  await page.getByText('Saved 1.ora.').waitFor();
  const first = await written(page, '1.ora');
  expect(first.head).toBe('mimetypeimage/openraster');
  await page.keyboard.press('Control+a');
  await page.keyboard.press('Control+s');
  await expect.poll(async () => (await written(page, '1.ora')).at).toBeGreaterThan(first.at);
  expect(await asked(page)).toEqual(['save a.ora']);

  await page.keyboard.press('Control+Shift+s');
  await page.getByText('Saved 2.ora.').waitFor();
  expect(await asked(page)).toEqual(['save a.ora', 'save 1.ora']);

  // A project that is opened is saved there as well.
  await page.keyboard.press('Control+o');
  await expect.poll(() => page.getByRole('tab').count()).toBe(2);
  await page.keyboard.press('Control+d');
  const before = await written(page, '1.ora');
  await page.keyboard.press('Control+s');
  await expect.poll(async () => (await written(page, '1.ora')).at).toBeGreaterThan(before.at);
  expect(await asked(page)).toEqual(['save a.ora', 'save 1.ora', 'open']);
  expect(downloads).toEqual([]);
  expect(studio.complaints).toEqual([]);
});

test('who thinks better of it has saved nothing; a file that is gone is said, and asked for anew', async () => {
  studio = await openStudio({ pickers: true });
  const { page } = studio;
  await answerPickers(page);
  const bytes = await testPicture(120, 80);
  await dropFiles(page, [{ name: 'a.png', type: 'image/png', bytes }]);
  await page.locator('[data-document="120x80"]').waitFor(READY);
  await page.keyboard.press('Control+a');
  await page.evaluate(() => {
    const kept: unknown = Reflect.get(window, 'showSaveFilePicker');
    Object.assign(window, {
      kept,
      showSaveFilePicker: () => Promise.reject(new DOMException('no', 'AbortError')),
    });
  });
  await page.keyboard.press('Control+s');
  await page.waitForTimeout(500);
  expect(await page.title()).toMatch(/^• /);
  await page.evaluate(() => {
    Object.assign(window, { showSaveFilePicker: Reflect.get(window, 'kept') as unknown });
  });
  await page.keyboard.press('Control+s');
  await page.getByText('Saved 1.ora.').waitFor();

  await page.evaluate(() => {
    FileSystemFileHandle.prototype.createWritable = () =>
      Promise.reject(new DOMException('gone', 'NotFoundError'));
  });
  await page.keyboard.press('Control+d');
  await page.keyboard.press('Control+s');
  await page.getByText(/The file could not be written/).waitFor();
  expect(await page.title()).toMatch(/^• /);
  await page.keyboard.press('Control+s');
  await expect.poll(async () => (await asked(page)).length).toBe(2);
});

test('files of this machine are offered again: in the menu, the palette and the empty studio', async () => {
  home = await mkdtemp(join(tmpdir(), 'nativa-e2e-'));
  const [one, two] = [join(home, 'one.png'), join(home, 'two.png')];
  await writeFile(one, await testPicture(120, 80));
  await writeFile(two, await testPicture(90, 60));
  studio = await openStudio({ home, args: [one, two] });
  await studio.page.locator('[data-document="90x60"]').waitFor(READY);
  await studio.close();

  studio = await openStudio({ home });
  const { page } = studio;
  await page.getByRole('button', { name: 'two.png' }).waitFor();
  await page.getByRole('button', { name: 'one.png' }).click();
  await page.locator('[data-document="120x80"]').waitFor(READY);
  await page.getByRole('menuitem', { name: 'File' }).click();
  const listed = page.getByRole('group', { name: 'Recent files' }).getByRole('menuitem');
  expect((await listed.allTextContents()).map((name) => name.trim())).toEqual([
    'one.png',
    'two.png',
  ]);
  await listed.nth(1).click();
  await page.locator('[data-document="90x60"]').waitFor(READY);

  // One that is gone is said, and offered no more.
  await rm(one);
  await page.keyboard.press('Control+k');
  await page.keyboard.type('one.png');
  await page.keyboard.press('Enter');
  await page
    .getByText(/one\.png/)
    .filter({ hasText: 'There is no file' })
    .waitFor();
  await page.getByRole('menuitem', { name: 'File' }).click();
  await expect.poll(() => listed.allTextContents()).toHaveLength(1);
});
