/** Commands are found by what people call them, say why they cannot be run, and take several keys. */
import { afterAll, afterEach, expect, test } from 'vitest';
import { closeBrowser, dropFiles, openStudio, type StudioPage } from './harness.js';
import { testPicture } from './pictures.js';

let studio: StudioPage | undefined;
afterEach(async () => {
  await studio?.close();
  studio = undefined;
});
afterAll(closeBrowser);

const READY = { timeout: 60_000 };

async function withPicture({ page }: StudioPage): Promise<void> {
  const bytes = await testPicture(120, 80);
  await dropFiles(page, [{ name: 'a.png', type: 'image/png', bytes }]);
  await page.locator('[data-document="120x80"]').waitFor(READY);
}

/** What the palette answers to a query, the best first. */
async function answers({ page }: StudioPage, query: string): Promise<string[]> {
  await page.keyboard.press('Control+k');
  await page.getByRole('dialog').waitFor();
  await page.keyboard.type(query);
  const found = await page.getByRole('option').locator('.title').allTextContents();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  return found.map((title) => title.trim());
}

test('the palette knows other names, in both languages, and what is missing for a command', async () => {
  studio = await openStudio();
  const { page } = studio;
  await withPicture(studio);
  expect((await answers(studio, 'preferences'))[0]).toBe('Settings …');
  expect(await answers(studio, 'mirror')).toContain('Flip layer horizontally');
  await page.keyboard.press('Control+k');
  await page.keyboard.type('grow');
  const grow = page.getByRole('option', { name: /^Grow/ });
  expect(await grow.getAttribute('aria-disabled')).toBe('true');
  expect(await grow.textContent()).toContain('Select an area first.');
  await page.getByRole('status').filter({ hasText: 'Select an area first.' }).waitFor();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+a');
  await page.keyboard.press('Control+k');
  await page.keyboard.type('grow');
  await page.keyboard.press('Enter');
  await page.getByRole('dialog', { name: 'Grow selection' }).waitFor();
  await page.keyboard.press('Escape');

  await page.keyboard.press('Control+,');
  await page.getByRole('dialog').locator('.choice').nth(1).click();
  await page.getByRole('option', { name: /Español/ }).click();
  await page.keyboard.press('Escape');
  await page.getByRole('menuitem', { name: 'Archivo' }).waitFor();
  expect((await answers(studio, 'preferencias'))[0]).toBe('Ajustes …');
  expect((await answers(studio, 'lapiz'))[0]).toBe('Pincel');
  // Who learnt the words of another program finds it as well.
  expect((await answers(studio, 'undo'))[0]).toBe('Deshacer');
});

test('a command takes several keys, each can be used, and all are taken back', async () => {
  studio = await openStudio();
  const { page } = studio;
  await page.keyboard.press('?');
  const sheet = page.getByRole('dialog');
  await sheet.getByRole('searchbox').fill('rulers');
  await sheet.getByRole('button', { name: /^Give .Rulers. more keys/ }).click();
  await page.keyboard.press('Control+Alt+9');
  const row = sheet.getByRole('listitem').filter({ hasText: 'Rulers' });
  await expect.poll(() => row.locator('kbd').allTextContents()).toEqual(['Ctrl+R', 'Ctrl+Alt+9']);
  await page.keyboard.press('Escape');
  await sheet.waitFor({ state: 'detached' });
  const rulers = page.locator('[data-tip^="Ruler: drag"]').first();
  await withPicture(studio);
  const shown = await rulers.count();
  await page.keyboard.press('Control+Alt+9');
  await expect.poll(async () => (await rulers.count()) !== shown).toBe(true);
  await page.keyboard.press('Control+r');
  await expect.poll(() => rulers.count()).toBe(shown);
  await page.keyboard.press('?');
  await sheet.getByRole('button', { name: 'Reset all' }).click();
  await sheet.getByRole('searchbox').fill('rulers');
  await expect.poll(() => row.locator('kbd').allTextContents()).toEqual(['Ctrl+R']);
});

test('who made it is said in the studio, with the licences of all that is in it', async () => {
  studio = await openStudio();
  const { page } = studio;
  await page.getByRole('menuitem', { name: 'Help' }).click();
  await page.getByRole('menuitem', { name: 'About Nativa' }).click();
  const about = page.getByRole('dialog', { name: 'About Nativa' });
  await about.getByText(/^Nativa Version \d+\.\d+/).waitFor();
  for (const name of ['konva', 'onnxruntime-node', 'sharp', 'svelte']) {
    await about.locator('summary', { hasText: new RegExp(`^${name} `) }).waitFor();
  }
  await about.locator('summary', { hasText: /^konva / }).press('Enter');
  await about
    .getByLabel('konva')
    .getByText(/Permission is hereby granted/)
    .waitFor();
  expect(studio.complaints).toEqual([]);
});

test('where the system forces its colours, what is chosen still shows', async () => {
  studio = await openStudio();
  const { page } = studio;
  await page.emulateMedia({ forcedColors: 'active' });
  await withPicture(studio);
  const colour = (name: string): Promise<string> =>
    page
      .getByRole('button', { name, exact: true })
      .evaluate((button) => getComputedStyle(button).backgroundColor);
  await page.keyboard.press('b');
  expect(await colour('Brush')).not.toBe(await colour('Eraser'));
});
