/** What an edit leaves alone, and how the studio says so. */
import { readFile } from 'node:fs/promises';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { closeBrowser, dropFiles, openStudio, type StudioPage } from './harness.js';
import { pixelsOfFile, testPicture } from './pictures.js';

let studio: StudioPage | undefined;
afterEach(async () => {
  await studio?.close();
  studio = undefined;
});
afterAll(closeBrowser);

const MADE = { timeout: 120_000 };

async function exportPng({ page }: StudioPage) {
  await page.keyboard.press('Control+e');
  const dialog = page.getByRole('dialog');
  await dialog.waitFor();
  const download = page.waitForEvent('download');
  await dialog.getByRole('button', { name: 'Export' }).click();
  return pixelsOfFile(await readFile(await (await download).path()));
}

describe('an edit in a selection', () => {
  test('leaves every pixel outside as it was, says so, and exports so', async () => {
    studio = await openStudio();
    const { page } = studio;
    const [width, height] = [480, 320];
    const bytes = await testPicture(width, height);
    await dropFiles(page, [{ name: 'photo.png', type: 'image/png', bytes }]);
    await page.locator(`[data-document="${width}x${height}"]`).waitFor(MADE);
    const canvas = await page.getByRole('application').boundingBox();
    if (!canvas) throw new Error('there is no canvas');

    // A rectangle around the middle of the picture, drawn as a person draws it.
    await page.keyboard.press('m');
    const middle = await page.evaluate(() => {
      const holder = document.querySelector('[role=application]');
      const dock = document.querySelector('.dock');
      const whole = holder?.getBoundingClientRect();
      const below = dock?.getBoundingClientRect();
      return whole && below
        ? { x: whole.x + whole.width / 2, y: (whole.y + below.y) / 2 }
        : { x: 0, y: 0 };
    });
    await page.mouse.move(middle.x - 60, middle.y - 50);
    await page.mouse.down();
    await page.mouse.move(middle.x, middle.y, { steps: 3 });
    await page.mouse.move(middle.x + 60, middle.y + 50, { steps: 3 });
    await page.mouse.up();
    await page.getByText('Only the selection changes').waitFor(MADE);

    await page.keyboard.press('Control+p');
    await page.keyboard.type('add a red balloon');
    await page.keyboard.press('Enter');
    await page.getByRole('radio', { name: /^Candidate 1/ }).waitFor(MADE);
    await page.getByText('Bit-identical outside the mask').waitFor();
    await page.keyboard.press('a');

    const before = await pixelsOfFile(bytes);
    const after = await exportPng(studio);
    expect([after.width, after.height]).toEqual([width, height]);
    const changed = boundsOfChange(before, after);
    expect(changed).not.toBeNull();
    // The rectangle at the zoom the picture is fitted with, and its soft edge around it.
    expect((changed?.right ?? width) - (changed?.left ?? 0)).toBeLessThan(width * 0.5);
    expect((changed?.bottom ?? height) - (changed?.top ?? 0)).toBeLessThan(height * 0.6);
    expect(studio.complaints).toEqual([]);
  });
});

interface Pixels {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly channels: number;
}

/** Around all pixels that differ by anything; null: none does. */
function boundsOfChange(before: Pixels, after: Pixels) {
  let [left, top, right, bottom] = [Infinity, Infinity, -1, -1];
  for (let i = 0; i < before.width * before.height; i++) {
    const differs = [0, 1, 2].some(
      (c) => before.data[i * before.channels + c] !== after.data[i * after.channels + c],
    );
    if (!differs) continue;
    const [x, y] = [i % before.width, Math.floor(i / before.width)];
    left = Math.min(left, x);
    right = Math.max(right, x + 1);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y + 1);
  }
  return right < 0 ? null : { left, top, right, bottom };
}
