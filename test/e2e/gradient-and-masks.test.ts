/** The gradient tool, and masks of layers from their beginning to their end, by what is exported. */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { READY } from './actions.js';
import { closeBrowser, type StudioPage } from './harness.js';
import { drag, exported, openPicture, screenOf, type Shown } from './on-canvas.js';

let studio: StudioPage | undefined;
afterEach(async () => {
  await studio?.close();
  studio = undefined;
});
afterAll(closeBrowser);

const withPicture = async (): Promise<StudioPage> => (studio = await openPicture());

/** Fills in the two colours. */
async function colours(page: Page, foreground: string, background: string): Promise<void> {
  await page.getByLabel('Foreground colour').fill(foreground);
  await page.getByLabel('Background colour').fill(background);
}

/** What is exported once something holds of it: what takes long is done beside the page. */
async function exportedWhen(page: Page, holds: (shown: Shown) => boolean): Promise<Shown> {
  let shown = await exported(page);
  for (let tries = 0; !holds(shown); tries++) {
    if (tries === 20) throw new Error('the picture is not as it is waited for');
    await page.waitForTimeout(250);
    shown = await exported(page);
  }
  return shown;
}

const same = (one: Shown, other: Shown): boolean => Buffer.compare(one.data, other.data) === 0;

/** Runs a command of the layer menu's own menu for masks. */
async function layerMenu(page: Page, command: string): Promise<void> {
  await page.getByRole('menuitem', { name: 'Layer', exact: true }).click();
  await page.getByRole('menuitem', { name: 'Layer mask' }).hover();
  await page.getByRole('menuitem', { name: command, exact: true }).click();
}

describe('the gradient tool', () => {
  test('lays the foreground at one end, the background at the other, and is undone', async () => {
    const { page, complaints } = await withPicture();
    const to = await screenOf(page);
    const before = await exported(page);
    await colours(page, '#ff0000', '#0000ff');
    await page.keyboard.press('Shift+g');
    await drag(page, to(200, 100), to(400, 100));
    const after = await exportedWhen(page, (shown) => !same(shown, before));
    // Before and beyond its ends it goes on in their colours.
    for (const y of [0, 100, 399]) {
      expect(after.at(20, y)).toEqual([255, 0, 0, 255]);
      expect(after.at(580, y)).toEqual([0, 0, 255, 255]);
      for (const part of [0.25, 0.5, 0.75]) {
        const [red = 0, green, blue = 0, alpha] = after.at(200 + 200 * part, y);
        expect(Math.abs(red - 255 * (1 - part))).toBeLessThan(4);
        expect(Math.abs(blue - 255 * part)).toBeLessThan(4);
        expect([green, alpha]).toEqual([0, 255]);
      }
    }
    await page.keyboard.press('Control+z');
    expect(same(await exportedWhen(page, (shown) => same(shown, before)), before)).toBe(true);
    expect(complaints).toEqual([]);
  });

  test('stays in the selection, follows the line that is drawn, and has no steps', async () => {
    const { page } = await withPicture();
    const to = await screenOf(page);
    const before = await exported(page);
    await page.keyboard.press('m');
    await drag(page, to(100, 50), to(300, 350));
    await colours(page, '#000000', '#ffffff');
    await page.keyboard.press('Shift+g');
    // Upwards: dark below, light above.
    await drag(page, to(200, 340), to(200, 60));
    const after = await exportedWhen(page, (shown) => !same(shown, before));
    const column = Array.from({ length: 300 }, (_, row) => after.at(200, 50 + row)[0] ?? 0);
    expect(column[0]).toBe(255);
    expect(column.at(-1)).toBe(0);
    for (const [row, value] of column.entries()) {
      // Dithered by less than a level, and a level at most from row to row.
      expect(Math.abs(value - (column[row - 1] ?? value))).toBeLessThanOrEqual(2);
    }
    for (const [x, y] of [
      [98, 200],
      [302, 200],
      [200, 48],
      [200, 352],
    ] as const) {
      expect(after.at(x, y)).toEqual(before.at(x, y));
    }
  });
});

describe('a mask of a layer', () => {
  test('is made of the selection, painted on, filled, applied and deleted', async () => {
    const { page, complaints } = await withPicture();
    const to = await screenOf(page);
    const before = await exported(page);
    await page.keyboard.press('m');
    await drag(page, to(100, 100), to(400, 300));
    await page.getByRole('button', { name: 'Add mask', exact: true }).click();
    const mask = page.getByRole('button', { name: 'Mask of photo', exact: true });
    await mask.waitFor(READY);
    const selected = await exported(page);
    for (const [x, y] of [
      [50, 50],
      [98, 200],
      [402, 200],
      [599, 399],
    ] as const) {
      expect(selected.at(x, y)[3]).toBe(0);
    }
    for (const [x, y] of [
      [102, 102],
      [250, 200],
      [398, 298],
    ] as const) {
      expect(selected.at(x, y)).toEqual(before.at(x, y));
    }

    await page.keyboard.press('b');
    await drag(page, to(200, 200), to(300, 200));
    const painted = await exported(page);
    expect(painted.at(250, 200)[3]).toBe(0);
    expect(painted.at(250, 260)).toEqual(before.at(250, 260));

    // White poured where nothing is shown shows all around, and not what was painted away.
    await page.keyboard.press('x');
    await page.keyboard.press('g');
    await page.mouse.click(...to(50, 50));
    const filled = await exportedWhen(page, (shown) => shown.at(50, 50)[3] === 255);
    expect(filled.at(50, 50)).toEqual(before.at(50, 50));
    expect(filled.at(599, 399)).toEqual(before.at(599, 399));
    expect(filled.at(250, 200)[3]).toBe(0);

    await layerMenu(page, 'Apply mask');
    await expect.poll(() => mask.count(), READY).toBe(0);
    const applied = await exported(page);
    for (const [x, y] of [
      [50, 50],
      [250, 200],
      [250, 260],
    ] as const) {
      const expected = filled.at(x, y);
      expect(applied.at(x, y)[3]).toBe(expected[3]);
      if (expected[3] === 255) expect(applied.at(x, y)).toEqual(expected);
    }

    await page.keyboard.press('Control+z');
    await mask.waitFor(READY);
    expect(same(await exported(page), filled)).toBe(true);
    await layerMenu(page, 'Delete mask');
    await expect.poll(() => mask.count(), READY).toBe(0);
    expect(same(await exported(page), before)).toBe(true);
    await page.keyboard.press('Control+z');
    expect(same(await exported(page), filled)).toBe(true);
    expect(complaints).toEqual([]);
  });
});
