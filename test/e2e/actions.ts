/** What a person does in the studio, and what they see of it. */
import { readFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Locator, Page } from 'playwright-core';
import sharp from 'sharp';
import type { GivenFile, StudioPage } from './harness.js';

/** Waits that a busy machine may need. */
export const READY = { timeout: 60_000 };

/** A picture without alpha, three bytes a pixel. */
export interface Rgb {
  readonly width: number;
  readonly height: number;
  readonly data: Buffer;
}

/** Opens files by the menu and the browser's own dialog, as the first or as further layers. */
export async function openByMenu({ page }: StudioPage, ...files: readonly GivenFile[]) {
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('menuitem', { name: 'File' }).click();
  await page.getByRole('menuitem', { name: /^Open …/ }).click();
  const given = files.map(({ name, type, bytes }) => ({
    name,
    mimeType: type,
    buffer: Buffer.from(bytes),
  }));
  await (await chooser).setFiles(given);
}

/** Waits until the document has that size. */
export async function documentIs({ page }: StudioPage, width: number, height: number) {
  await page.locator(`[data-document="${width}x${height}"]`).waitFor(READY);
}

/** Closes the document, saved or not. */
export async function closeDocument({ page }: StudioPage): Promise<void> {
  await page.getByRole('menuitem', { name: 'File' }).click();
  await page.getByRole('menuitem', { name: 'Close document' }).click();
  const empty = page.locator('[data-document=""]');
  const lose = page.getByRole('button', { name: 'Don’t save' });
  await empty.or(lose).waitFor(READY);
  if (await lose.isVisible()) await lose.click();
  await empty.waitFor(READY);
}

/** Lines of the layer panel, top first. */
export function layerRows({ page }: StudioPage): Locator {
  return page.getByRole('tree', { name: 'Layers' }).getByRole('treeitem');
}

/** What the lines of a list are called, top first. */
export function namesOf(rows: Locator): Promise<string[]> {
  return rows.evaluateAll((all) => all.map((row) => row.getAttribute('aria-label') ?? ''));
}

/** Saves the project. @returns the OpenRaster file */
export async function saveProject({ page }: StudioPage): Promise<Buffer> {
  const download = page.waitForEvent('download');
  await page.keyboard.press('Control+s');
  return readFile(await (await download).path());
}

/** Exports through the dialog; `set` may do more in it, such as tick a box. */
export async function exportAs(
  { page }: StudioPage,
  format: string,
  set: (dialog: Locator) => Promise<void> = () => Promise.resolve(),
): Promise<{ readonly name: string; readonly bytes: Buffer }> {
  await page.keyboard.press('Control+e');
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Format').click();
  await page.getByRole('option', { name: format, exact: true }).click();
  await set(dialog);
  const download = page.waitForEvent('download');
  await dialog.getByRole('button', { name: 'Export' }).click();
  const file = await download;
  const bytes = await readFile(await file.path());
  await dialog.waitFor({ state: 'detached' });
  return { name: file.suggestedFilename(), bytes };
}

/** A file decoded by sharp alone. */
export async function decoded(bytes: Uint8Array): Promise<Rgb> {
  const { data, info } = await sharp(bytes)
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  expect(info.channels).toBe(3);
  return { width: info.width, height: info.height, data };
}

/** Where on the page the document's first pixel lies at 100 %, by what the status bar says. */
async function originOf(page: Page): Promise<{ readonly x: number; readonly y: number }> {
  const box = await page.getByRole('application').boundingBox();
  if (!box) throw new Error('there is no canvas');
  const at = { x: Math.round(box.x + box.width / 2), y: Math.round(box.y + 40) };
  await page.mouse.move(at.x - 3, at.y);
  await page.mouse.move(at.x, at.y);
  const said = page.locator('footer .place');
  await said.waitFor();
  const [x = 0, y = 0] = (await said.innerText()).split(',').map(Number);
  // Away from it, so that nothing of the pointer's is drawn.
  await page.mouse.move(2, box.y + box.height / 2);
  return { x: at.x - x, y: at.y - y };
}

/** The document's pixels as the screen shows them at 100 %, once they no longer change. */
export async function onScreen(studio: StudioPage, width: number, height: number): Promise<Rgb> {
  const { page } = studio;
  await page.getByRole('application').click({ position: { x: 5, y: 5 }, button: 'middle' });
  await page.keyboard.press('h');
  await page.keyboard.press('Control+1');
  const clip = { ...(await originOf(page)), width, height };
  let last = await page.screenshot({ clip });
  for (let tries = 0; tries < 40; tries++) {
    await page.waitForTimeout(250);
    const next = await page.screenshot({ clip });
    if (next.equals(last)) break;
    last = next;
  }
  return decoded(last);
}

/** How far two pictures of one size are apart: the largest difference, and PSNR in dB. */
export function distance(a: Rgb, b: Rgb): { readonly largest: number; readonly psnr: number } {
  expect([a.width, a.height]).toEqual([b.width, b.height]);
  let [largest, squares] = [0, 0];
  for (const [i, value] of a.data.entries()) {
    const by = Math.abs(value - (b.data[i] ?? 0));
    largest = Math.max(largest, by);
    squares += by * by;
  }
  const psnr = squares === 0 ? Infinity : 10 * Math.log10((255 ** 2 * a.data.length) / squares);
  return { largest, psnr };
}

/** Colour of one pixel. */
export function at({ data, width }: Rgb, x: number, y: number): number[] {
  return [...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3)];
}

/** Has unsaved work kept on disk soon. */
export const KEPT_SOON = { autosaveSeconds: 2 };

/** Which states are kept on disk, and since when. */
async function keptStates(home: string): Promise<string> {
  const paths = await readdir(home, { recursive: true });
  const states = paths.filter((path) => /state-\d+\.json$/.test(path)).toSorted();
  const times = states.map((path) => stat(join(home, path)).catch(() => null));
  return (await Promise.all(times)).map((file, at) => `${states[at]} ${file?.mtimeMs}`).join();
}

/** Waits until what was just changed is kept on disk, and what else was changed with it. */
export async function untilKept({ home, page }: StudioPage): Promise<void> {
  const before = await keptStates(home);
  await expect.poll(() => keptStates(home), READY).not.toBe(before);
  await page.waitForTimeout(1250 * KEPT_SOON.autosaveSeconds);
}
