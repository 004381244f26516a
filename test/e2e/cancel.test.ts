/** Saving and exporting given up: the file is not there, and nothing of it stays behind. */
import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, afterEach, expect, test } from 'vitest';
import { closeDocument, layerRows } from './actions.js';
import { closeBrowser, dropFiles, openStudio, type StudioPage } from './harness.js';

let studio: StudioPage | undefined;
afterEach(async () => {
  await studio?.close();
  studio = undefined;
});
afterAll(closeBrowser);

const [WIDTH, HEIGHT, LAYERS] = [3000, 2000, 4];
const READY = { timeout: 60_000 };

async function photo(salt: number): Promise<Uint8Array> {
  const size = { width: WIDTH / 8, height: HEIGHT / 8, channels: 3 } as const;
  const noise = Buffer.alloc(size.width * size.height * 3);
  for (let i = 0; i < noise.length; i++) noise[i] = ((i * (2654435761 + salt * 97)) >>> 13) & 255;
  return sharp(noise, { raw: size }).resize(WIDTH, HEIGHT).jpeg({ quality: 90 }).toBuffer();
}

async function openLayers(): Promise<StudioPage> {
  const opened = await openStudio();
  studio = opened;
  for (let salt = 0; salt < LAYERS; salt++) {
    const bytes = await photo(salt);
    await dropFiles(opened.page, [{ name: `photo ${salt}.jpg`, type: 'image/jpeg', bytes }]);
    await expect.poll(() => layerRows(opened).count(), READY).toBe(salt + 1);
  }
  return opened;
}

/** What the server's store of pixels has on disk. */
function onDisk({ server }: StudioPage): string[] {
  const mine = `nativa-blobs-${server.process.pid ?? 0}-`;
  const folders = readdirSync(tmpdir()).filter((name) => name.startsWith(mine));
  return folders.flatMap((name) => readdirSync(join(tmpdir(), name)));
}

/** How many files the browser was given. */
function watchDownloads(page: Page): { readonly count: () => number } {
  let count = 0;
  page.on('download', () => count++);
  return { count: () => count };
}

const bar = (page: Page) => page.locator('footer.status');

test('a save given up by Esc or its button leaves nothing, and the next one is whole', async () => {
  const opened = await openLayers();
  const { page } = opened;
  const downloads = watchDownloads(page);
  const writing = bar(page).getByText('Writing photo 0 …');
  const progress = bar(page).getByRole('progressbar', { name: 'photo 0' });
  for (const giveUp of [
    () => page.keyboard.press('Escape'),
    () =>
      bar(page)
        .getByRole('button', { name: /^Cancel/ })
        .click(),
  ]) {
    await page.keyboard.press('Control+s');
    await writing.waitFor(READY);
    // The services have begun to pack.
    await expect.poll(() => progress.getAttribute('value').then(Number), READY).toBeGreaterThan(0);
    expect(onDisk(opened).length).toBeGreaterThan(0);
    await giveUp();
    await writing.waitFor({ state: 'detached', timeout: 1000 });
    await page.getByText('Cancelled.').first().waitFor();
  }
  expect(downloads.count()).toBe(0);
  // It is not taken for saved.
  const unsaved = page.getByText('photo 0 •');
  await unsaved.waitFor();
  const download = page.waitForEvent('download', { timeout: 240_000 });
  await page.keyboard.press('Control+s');
  const files = unzipSync(await readFile(await (await download).path()));
  expect(Object.keys(files).filter((name) => name.startsWith('data/'))).toHaveLength(LAYERS);
  await unsaved.waitFor({ state: 'detached' });
  // What was packed is kept for the next save; with the document it goes.
  expect(onDisk(opened).length).toBeGreaterThan(LAYERS);
  await closeDocument(opened);
  await expect.poll(() => onDisk(opened), READY).toEqual([]);
  expect(opened.complaints).toEqual([]);
}, 600_000);

test('an export given up leaves its dialog as it was, and nothing else', async () => {
  const opened = await openLayers();
  const { page } = opened;
  const downloads = watchDownloads(page);
  // The file that it was opened from, for a page that is loaded again.
  const kept = onDisk(opened);
  await page.keyboard.press('Control+e');
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Format').click();
  await page.getByRole('option', { name: 'PSD', exact: true }).click();
  for (const giveUp of [
    () => page.keyboard.press('Escape'),
    () => dialog.getByRole('button', { name: 'Cancel' }).click(),
  ]) {
    await dialog.getByRole('button', { name: 'Export' }).click();
    const progress = dialog.getByRole('progressbar');
    await expect
      .poll(() => progress.getAttribute('value').then(Number), READY)
      .toBeGreaterThan(0.4);
    await giveUp();
    await progress.waitFor({ state: 'detached', timeout: 1000 });
    expect(await dialog.getByLabel('Format').innerText()).toBe('PSD');
  }
  await dialog.getByLabel('Format').click();
  await page.getByRole('option', { name: 'AVIF', exact: true }).click();
  await dialog.getByRole('button', { name: 'Export' }).click();
  await dialog.getByRole('progressbar').waitFor(READY);
  await page.keyboard.press('Escape');
  await dialog.getByRole('progressbar').waitFor({ state: 'detached', timeout: 1000 });
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  await expect.poll(() => onDisk(opened), READY).toEqual(kept);
  expect(downloads.count()).toBe(0);
  expect(opened.complaints).toEqual([]);
}, 600_000);
