/** A picture on the canvas, what a hand does to it there, and its pixels as a file has them. */
import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { READY } from './actions.js';
import { dropFiles, openStudio, type StudioPage } from './harness.js';
import { pixelsOfFile, testPicture } from './pictures.js';

/** Size of the picture. */
export const [WIDTH, HEIGHT] = [600, 400];

/** A studio with a picture of many colours, at 100 %. */
export async function openPicture(): Promise<StudioPage> {
  const opened = await openStudio();
  const bytes = await testPicture(WIDTH, HEIGHT);
  await dropFiles(opened.page, [{ name: 'photo.png', type: 'image/png', bytes }]);
  await opened.page.locator(`[data-document="${WIDTH}x${HEIGHT}"]`).waitFor(READY);
  // One pixel of the document is one of the screen, around the middle of the canvas.
  await opened.page.keyboard.press('Control+1');
  return opened;
}

/** What a file shows; `at` gives red, green, blue and alpha. */
export interface Shown {
  readonly data: Uint8Array;
  at(x: number, y: number): number[];
}

/** The document as it is exported as PNG. */
export async function exported(page: Page): Promise<Shown> {
  await page.keyboard.press('Control+e');
  const dialog = page.getByRole('dialog');
  await dialog.waitFor(READY);
  const download = page.waitForEvent('download', READY);
  await dialog.getByRole('button', { name: 'Export' }).click();
  const file = await pixelsOfFile(await readFile(await (await download).path()));
  await page.keyboard.press('Escape');
  await expect.poll(() => dialog.count(), READY).toBe(0);
  const { data, channels } = file;
  const at = (x: number, y: number): number[] => {
    const i = (y * WIDTH + x) * channels;
    return [...data.subarray(i, i + 3), channels === 4 ? (data[i + 3] ?? 0) : 255];
  };
  return { data, at };
}

/** What the status bar says of where the pointer is, as a way to points of the document. */
export async function screenOf(page: Page): Promise<(x: number, y: number) => [number, number]> {
  const box = await page.getByRole('application').boundingBox();
  if (!box) throw new Error('the canvas is not there');
  const [x, y] = [Math.round(box.x + box.width / 2), Math.round(box.y + box.height / 2)];
  await page.mouse.move(x, y);
  const place = page.locator('.status .place');
  await place.waitFor(READY);
  const [left = 0, top = 0] = ((await place.textContent()) ?? '').split(', ').map(Number);
  return (u, v) => [x + u - left, y + v - top];
}

/** Drags from one point of the screen to another. */
export async function drag(
  page: Page,
  from: readonly [number, number],
  to: readonly [number, number],
): Promise<void> {
  await page.mouse.move(...from);
  await page.mouse.down();
  await page.mouse.move((from[0] + to[0]) / 2, (from[1] + to[1]) / 2, { steps: 3 });
  await page.mouse.move(...to, { steps: 3 });
  await page.mouse.up();
}
