/** Painting on a layer's mask and typing on the canvas, with mouse and keyboard. */
import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { READY } from './actions.js';
import { closeBrowser, dropFiles, openStudio, type StudioPage } from './harness.js';
import { HEIGHT, WIDTH, drag, exported, openPicture, screenOf, type Shown } from './on-canvas.js';

let studio: StudioPage | undefined;
afterEach(async () => {
  await studio?.close();
  studio = undefined;
});
afterAll(closeBrowser);

const withPicture = async (): Promise<StudioPage> => (studio = await openPicture());

const rows = (page: Page) => page.getByRole('tree', { name: 'Layers' }).getByRole('treeitem');

describe('a layer’s mask', () => {
  test('is painted on: black hides, white shows again, undo gives every byte back', async () => {
    const { page, complaints } = await withPicture();
    const to = await screenOf(page);
    const before = await exported(page);
    await page.getByRole('button', { name: 'Add mask', exact: true }).click();
    const mask = page.getByRole('button', { name: 'Mask of photo', exact: true });
    expect(await mask.getAttribute('aria-pressed')).toBe('true');
    await page.keyboard.press('b');
    await drag(page, to(200, 150), to(400, 150));
    const hidden = await exported(page);
    expect(hidden.at(300, 150)[3]).toBe(0);
    expect(hidden.at(300, 250)).toEqual(before.at(300, 250));

    await page.keyboard.press('x');
    await drag(page, to(280, 150), to(320, 150));
    const shown = await exported(page);
    expect(shown.at(300, 150)).toEqual(before.at(300, 150));
    expect(shown.at(210, 150)[3]).toBe(0);

    await page.keyboard.press('Control+i');
    expect((await exported(page)).at(300, 250)[3]).toBe(0);
    await page.keyboard.press('Control+z');
    await page.keyboard.press('Control+z');
    expect(Buffer.compare((await exported(page)).data, hidden.data)).toBe(0);
    await page.keyboard.press('Control+z');
    expect(Buffer.compare((await exported(page)).data, before.data)).toBe(0);
    expect(complaints).toEqual([]);
  });

  test('is switched off, looked at, unlinked, and kept in the project', async () => {
    const { page } = await withPicture();
    const to = await screenOf(page);
    const before = await exported(page);
    await page.getByRole('button', { name: 'Add mask', exact: true }).click();
    await page.keyboard.press('Alt+Backspace');
    expect((await exported(page)).at(300, 200)[3]).toBe(0);
    const mask = page.getByRole('button', { name: 'Mask of photo', exact: true });
    await mask.click({ modifiers: ['Shift'] });
    expect(Buffer.compare((await exported(page)).data, before.data)).toBe(0);
    await mask.click({ modifiers: ['Shift'] });

    // Seen alone it is black, and Esc leads back.
    await mask.click({ modifiers: ['Alt'] });
    await page.keyboard.press('i');
    await page.mouse.click(...to(300, 200));
    const colour = page.getByLabel('Foreground colour');
    expect(await colour.inputValue()).toBe('#000000');
    await page.keyboard.press('Escape');

    await page.getByRole('button', { name: /^Let the mask of photo stay/ }).click();
    const download = page.waitForEvent('download', READY);
    await page.keyboard.press('Control+s');
    const project = await readFile(await (await download).path());
    await studio?.close();

    studio = await openStudio();
    const again = studio.page;
    await dropFiles(again, [{ name: 'p.ora', type: 'image/openraster', bytes: project }]);
    await again.locator(`[data-document="${WIDTH}x${HEIGHT}"]`).waitFor(READY);
    await again.getByRole('button', { name: /^Let the mask of photo move/ }).waitFor(READY);
    expect((await exported(again)).at(300, 200)[3]).toBe(0);
  });
});

describe('text on the canvas', () => {
  test('is typed where it is clicked, whatever keys commands have, in one step', async () => {
    const { page, complaints } = await withPicture();
    const to = await screenOf(page);
    const before = await exported(page);
    await page.keyboard.press('t');
    await page.mouse.click(...to(100, 200));
    const field = page.getByRole('textbox', { name: 'Text on the canvas' });
    await page.keyboard.type('big mama');
    await page.keyboard.press('Control+s');
    expect(await field.inputValue()).toBe('big mama');
    const typed = page.getByRole('textbox', { name: 'Text', exact: true });
    await expect.poll(() => typed.inputValue(), READY).toBe('big mama');
    expect(await rows(page).count()).toBe(1);
    await page.mouse.click(...to(580, 390));
    await expect.poll(() => field.count(), READY).toBe(0);
    expect(await rows(page).count()).toBe(2);
    const written = await exported(page);
    expect(inkIn(before, written, { x: 95, y: 160, width: 200, height: 50 })).toBeGreaterThan(200);
    expect(inkIn(before, written, { x: 0, y: 0, width: 600, height: 150 })).toBe(0);

    await page.keyboard.press('v');
    await page.mouse.dblclick(...to(110, 195));
    await field.waitFor(READY);
    await page.keyboard.press('End');
    await page.keyboard.type('!');
    await page.keyboard.press('Escape');
    await expect.poll(() => typed.inputValue(), READY).toBe('big mama!');
    await page.keyboard.press('Control+z');
    expect(Buffer.compare((await exported(page)).data, written.data)).toBe(0);
    await page.keyboard.press('Control+z');
    expect(Buffer.compare((await exported(page)).data, before.data)).toBe(0);
    expect(complaints).toEqual([]);
  });

  test('is wrapped in a box that is dragged, and nothing typed makes no layer', async () => {
    const { page } = await withPicture();
    const to = await screenOf(page);
    const before = await exported(page);
    await page.keyboard.press('t');
    await page.mouse.click(...to(300, 100));
    await page.keyboard.press('Escape');
    expect(await rows(page).count()).toBe(1);
    await drag(page, to(100, 80), to(260, 200));
    await page.keyboard.type('these words need lines');
    await page.keyboard.press('Escape');
    await expect.poll(() => rows(page).count(), READY).toBe(2);
    const written = await exported(page);
    expect(inkIn(before, written, { x: 95, y: 70, width: 170, height: 40 })).toBeGreaterThan(100);
    expect(inkIn(before, written, { x: 95, y: 125, width: 170, height: 40 })).toBeGreaterThan(100);
    expect(inkIn(before, written, { x: 270, y: 0, width: 330, height: 400 })).toBe(0);
  });
});

describe('the box of a text', () => {
  test('is widened by a side, which wraps it anew and leaves its letters, and undone exactly', async () => {
    const { page, complaints } = await withPicture();
    const to = await screenOf(page);
    const before = await exported(page);
    await page.keyboard.press('t');
    await drag(page, to(100, 80), to(260, 200));
    await page.keyboard.type('these words need lines');
    await page.keyboard.press('Escape');
    await expect.poll(() => rows(page).count(), READY).toBe(2);
    await page.keyboard.press('v');
    const wrapped = await exported(page);
    const boxWidth = page.getByLabel('Box width', { exact: true });
    const fontSize = page.getByLabel('Size', { exact: true });
    const size = await fontSize.inputValue();
    expect(await boxWidth.inputValue()).toBe('160');
    const lines = async (): Promise<number> => {
      const shown = await exported(page);
      const filled = Array.from({ length: 300 }, (_, y) =>
        inkIn(before, shown, { x: 95, y: 80 + y, width: 405, height: 1 }),
      ).map((count) => count > 0);
      return filled.filter((ink, y) => ink && filled[y - 1] !== true).length;
    };
    const many = await lines();
    expect(many).toBeGreaterThan(1);
    const middle = await rightHandle(page, to);
    await drag(page, middle, [middle[0] + 240, middle[1]]);
    await expect.poll(() => boxWidth.inputValue(), READY).toBe('400');
    expect(await fontSize.inputValue()).toBe(size);
    const wide = await exported(page);
    expect(await lines()).toBeLessThan(many);
    expect(inkIn(before, wide, { x: 270, y: 80, width: 230, height: 40 })).toBeGreaterThan(50);
    await page.keyboard.press('Control+z');
    await expect.poll(() => boxWidth.inputValue(), READY).toBe('160');
    expect(Buffer.compare((await exported(page)).data, wrapped.data)).toBe(0);
    expect(complaints).toEqual([]);
  });
});

/** Where the handle of the box's right side is: there the pointer says that it can be dragged. */
async function rightHandle(
  page: Page,
  to: (x: number, y: number) => [number, number],
): Promise<[number, number]> {
  for (let y = 90; y < 300; y += 4) {
    await page.mouse.move(...to(260, y));
    const cursor = await page
      .locator('.konvajs-content')
      .first()
      .evaluate((content: HTMLElement) => content.style.cursor);
    if (cursor === 'ew-resize') return to(260, y);
  }
  throw new Error('the box has no handle at its right side');
}

/** How many pixels of a rectangle differ. */
function inkIn(
  before: Shown,
  after: Shown,
  rect: { readonly x: number; readonly y: number; readonly width: number; readonly height: number },
): number {
  let count = 0;
  for (let y = rect.y; y < rect.y + rect.height; y++) {
    for (let x = rect.x; x < rect.x + rect.width; x++) {
      if (before.at(x, y).join() !== after.at(x, y).join()) count++;
    }
  }
  return count;
}
