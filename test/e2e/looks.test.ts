/**
 * The studio's main states as they look, against committed screenshots. After a change that is meant
 * to be seen, write them anew with `NATIVA_UPDATE=1 npx vitest run --project e2e test/e2e/looks.test.ts`
 * and look at each.
 */
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { closeBrowser, openStudio, type StudioPage } from './harness.js';
import { documentIs, layerRows, openByMenu, READY } from './actions.js';
import { hasFontsOfBaselines, looksAlike, matchBaseline, screenshot } from './baseline.js';
import { layeredPsd, PSD_SIZE } from './layered.js';

const MADE = { timeout: 120_000 };
const viewport = { width: 1280, height: 800 };

let studio: StudioPage;
let comparable = false;
beforeAll(async () => {
  studio = await openStudio({ viewport });
  comparable = await hasFontsOfBaselines(studio.page);
});
afterAll(async () => {
  expect(studio.complaints).toEqual([]);
  await studio.close();
  await closeBrowser();
});

/** Waits until thumbnails and tiles are drawn, and the pointer is nowhere. */
async function rest(): Promise<void> {
  const { page } = studio;
  await page.mouse.move(640, 2);
  let last = await screenshot(page);
  for (let tries = 0; tries < 40; tries++) {
    await page.waitForTimeout(300);
    const next = await screenshot(page);
    if (next.equals(last)) return;
    last = next;
  }
}

/** Chooses in the settings, and closes them. */
async function choose(field: string, option: string): Promise<void> {
  const { page } = studio;
  await page.keyboard.press('Control+,');
  await page.getByRole('dialog').getByLabel(field, { exact: true }).click();
  await page.getByRole('option', { name: option, exact: true }).click();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
}

describe('with the fonts that the baselines were made with', () => {
  const OTHER_FONTS = 'other fonts than those of the baselines';

  test('empty', async ({ skip }) => {
    skip(!comparable, OTHER_FONTS);
    await rest();
    await matchBaseline('empty', await screenshot(studio.page));
  });

  test('a picture of many layers with a long name', async ({ skip }) => {
    skip(!comparable, OTHER_FONTS);
    const { page } = studio;
    const name = 'The lighthouse at the end of the harbour on a windy evening, second version.psd';
    await openByMenu(studio, {
      name,
      type: 'image/vnd.adobe.photoshop',
      bytes: layeredPsd(),
    });
    await documentIs(studio, PSD_SIZE.width, PSD_SIZE.height);
    await layerRows(studio).filter({ hasText: 'Glow' }).dblclick();
    await page.keyboard.type('Reflections of the lamp on the wet stones, softened');
    await page.keyboard.press('Enter');
    await page.keyboard.press('m');
    await rest();
    await matchBaseline('layers', await screenshot(page));
  });

  test('a dialog', async ({ skip }) => {
    skip(!comparable, OTHER_FONTS);
    const { page } = studio;
    await page.keyboard.press('Control+e');
    const dialog = page.getByRole('dialog');
    await dialog.getByText(/^About /).waitFor(READY);
    await rest();
    await matchBaseline('export', await screenshot(page, [dialog.getByText(/^About /)]));
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
  });

  test('candidates, and what they leave alone', async ({ skip }) => {
    skip(!comparable, OTHER_FONTS);
    const { page } = studio;
    // Part of the picture, which lies in the middle at twice its size.
    await page.mouse.move(400, 280);
    await page.mouse.down();
    await page.mouse.move(500, 400, { steps: 4 });
    await page.mouse.up();
    await page.getByText('Only the selection changes').waitFor(READY);
    await page.keyboard.press('Control+p');
    await page.keyboard.type('a red balloon over the harbour');
    await page.keyboard.press('Enter');
    await page.getByRole('radio', { name: /^Candidate 1/ }).waitFor(MADE);
    await page.getByText('Bit-identical outside the mask').waitFor();
    await rest();
    // What a model paints is not the same to the last bit on every machine.
    const painted = page.locator('[role=application] canvas, [role=radio] canvas');
    await painted.evaluateAll((all) => {
      for (const canvas of all) (canvas as HTMLCanvasElement).style.visibility = 'hidden';
    });
    await matchBaseline('candidates', await screenshot(page));
    await painted.evaluateAll((all) => {
      for (const canvas of all) (canvas as HTMLCanvasElement).style.visibility = '';
    });
    await page.keyboard.press('d');
    await page.getByText(/^Put away/).waitFor();
    await page.getByRole('button', { name: 'Dismiss' }).click();
    await page.keyboard.press('Control+d');
  });

  test('Spanish, in light', async ({ skip }) => {
    skip(!comparable, OTHER_FONTS);
    const { page } = studio;
    await choose('Theme', 'Light');
    await choose('Language', 'Español');
    await page.getByRole('menuitem', { name: 'Archivo' }).waitFor();
    await rest();
    await matchBaseline('spanish-light', await screenshot(page));
  });
});

test('smoother letters are no change, a panel a few pixels further is', async () => {
  const { page } = studio;
  await rest();
  const before = await screenshot(page);
  expect(await looksAlike(before, await sharp(before).blur(0.5).png().toBuffer())).toBe(true);
  const widen = (width: string) =>
    page.evaluate((value) => {
      document.documentElement.style.setProperty('--panel', value);
    }, width);
  await widen('294px');
  await rest();
  expect(await looksAlike(before, await screenshot(page))).toBe(false);
  await widen('');
});
