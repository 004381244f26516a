/** Bringing pictures in, keeping them, and taking them out again. */
import { readFile } from 'node:fs/promises';
import { unzipSync, strFromU8 } from 'fflate';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { KEPT_SOON, untilKept } from './actions.js';
import { closeBrowser, dropFiles, openStudio, startServer, type StudioPage } from './harness.js';
import { pixelsOfFile, testPicture } from './pictures.js';

let studio: StudioPage | undefined;
afterEach(async () => {
  await studio?.close();
  studio = undefined;
});
afterAll(closeBrowser);

const READY = { timeout: 60_000 };

async function drop(
  given: StudioPage,
  name: string,
  width: number,
  height: number,
): Promise<Uint8Array> {
  const bytes = await testPicture(width, height);
  await dropFiles(given.page, [{ name, type: 'image/png', bytes }]);
  return bytes;
}

async function exported({ page }: StudioPage, format: string): Promise<Uint8Array> {
  await page.keyboard.press('Control+e');
  const dialog = page.getByRole('dialog');
  await dialog.waitFor();
  await dialog.getByLabel('Format').click();
  await page.getByRole('option', { name: new RegExp(`^${format}$`, 'i') }).click();
  const download = page.waitForEvent('download');
  await dialog.getByRole('button', { name: 'Export' }).click();
  return readFile(await (await download).path());
}

describe('files', () => {
  test('a dropped picture comes out as PNG with every pixel as it went in', async () => {
    studio = await openStudio();
    const bytes = await drop(studio, 'holiday.png', 700, 500);
    await studio.page.locator('[data-document="700x500"]').waitFor(READY);
    const before = await pixelsOfFile(bytes);
    const after = await pixelsOfFile(await exported(studio, 'PNG'));
    expect(after.width).toBe(700);
    expect(Buffer.compare(Buffer.from(rgb(after)), Buffer.from(rgb(before)))).toBe(0);
    expect(studio.complaints).toEqual([]);
  });

  test('a saved project is OpenRaster, and opens again with its layers and history', async () => {
    studio = await openStudio();
    const { page } = studio;
    await drop(studio, 'one.png', 300, 200);
    await page.locator('[data-document="300x200"]').waitFor(READY);
    await page.keyboard.press('Control+Shift+n');
    const download = page.waitForEvent('download');
    await page.keyboard.press('Control+s');
    const file = await readFile(await (await download).path());
    const parts = unzipSync(file);
    expect(strFromU8(parts.mimetype ?? new Uint8Array())).toBe('image/openraster');
    expect(Object.keys(parts)).toContain('stack.xml');
    expect(Object.keys(parts)).toContain('mergedimage.png');
    await studio.close();

    studio = await openStudio();
    await dropFiles(studio.page, [{ name: 'one.ora', type: 'image/openraster', bytes: file }]);
    await studio.page.locator('[data-document="300x200"]').waitFor(READY);
    const rows = studio.page.getByRole('tree', { name: 'Layers' }).getByRole('treeitem');
    expect(await rows.count()).toBe(2);
    await studio.page.keyboard.press('Control+z');
    await expect.poll(() => rows.count()).toBe(1);
  });

  test('after a crash of the server the work is found again', async () => {
    studio = await openStudio({ settings: KEPT_SOON });
    const { page } = studio;
    await drop(studio, 'precious.png', 320, 240);
    await page.locator('[data-document="320x240"]').waitFor(READY);
    await page.keyboard.press('Control+Shift+n');
    await untilKept(studio);
    await studio.server.kill();
    studio.server = await startServer(studio.home);
    await page.goto(studio.server.url);
    await page.getByRole('button', { name: 'Open', exact: true }).click(READY);
    await page.locator('[data-document="320x240"]').waitFor(READY);
    const rows = page.getByRole('tree', { name: 'Layers' }).getByRole('treeitem');
    expect(await rows.count()).toBe(2);
  });

  test('a file that is no picture is refused in one sentence, and nothing changes', async () => {
    studio = await openStudio();
    await dropFiles(studio.page, [
      { name: 'notes.png', type: 'image/png', bytes: new TextEncoder().encode('only words') },
    ]);
    const alert = studio.page.getByRole('alert');
    await alert.waitFor(READY);
    expect(await alert.textContent()).toContain('notes.png');
    expect(await studio.page.locator('[data-document=""]').count()).toBe(1);
  });
});

function rgb({
  data,
  channels,
}: {
  readonly data: Uint8Array;
  readonly channels: number;
}): Uint8Array {
  if (channels === 3) return data;
  const out = new Uint8Array((data.length / 4) * 3);
  for (let i = 0, j = 0; i < data.length; i += 4, j += 3) out.set(data.subarray(i, i + 3), j);
  return out;
}
