/** The studio for everyone: both languages, both themes, by keyboard, small windows, large photos. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import axe from 'axe-core';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { closeBrowser, dropFiles, openStudio, type StudioPage } from './harness.js';
import { testPicture } from './pictures.js';

let studio: StudioPage | undefined;
afterEach(async () => {
  await studio?.close();
  studio = undefined;
});
afterAll(closeBrowser);

const READY = { timeout: 60_000 };

/** Serious accessibility violations of what is on the screen. */
async function violations({ page }: StudioPage): Promise<string[]> {
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const checker = (window as unknown as { axe: typeof axe }).axe;
    const { violations: found } = await checker.run(document, { resultTypes: ['violations'] });
    return found
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`);
  });
}

describe.each(['dark', 'light'] as const)('the %s theme', (colorScheme) => {
  test('has no serious accessibility violation, empty, at work or in a dialog', async () => {
    studio = await openStudio({ colorScheme });
    const { page } = studio;
    expect(await page.locator('html').getAttribute('data-theme')).toBe(colorScheme);
    expect(await violations(studio)).toEqual([]);
    const bytes = await testPicture(400, 300);
    await dropFiles(page, [{ name: 'a.png', type: 'image/png', bytes }]);
    await page.locator('[data-document="400x300"]').waitFor(READY);
    expect(await violations(studio)).toEqual([]);
    await page.keyboard.press('c');
    await page.getByRole('group', { name: 'Crop box' }).waitFor();
    expect(await violations(studio), 'cropping').toEqual([]);
    for (const keys of ['Control+k', '?', 'Control+,', 'Control+e']) {
      await page.keyboard.press(keys);
      await page.getByRole('dialog').waitFor();
      expect(await violations(studio), keys).toEqual([]);
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
    }
  });
});

test('speaks Spanish where the browser does, and switches without a reload', async () => {
  studio = await openStudio({ locale: 'es-ES' });
  const { page } = studio;
  await page
    .getByText('Suelta una imagen aquí')
    .or(page.getByText('Drop a picture here'))
    .waitFor();
  await page.keyboard.press('Control+,');
  const dialog = page.getByRole('dialog');
  await dialog.waitFor();
  await dialog.getByRole('combobox').or(dialog.locator('.choice')).nth(1).click();
  await page.getByRole('option', { name: /Español/ }).click();
  await page.keyboard.press('Escape');
  await page.getByRole('menuitem', { name: 'Archivo' }).waitFor();
  expect(await page.locator('html').getAttribute('lang')).toBe('es');
});

test('fits a small window: nothing lies over anything else', async () => {
  studio = await openStudio({ viewport: { width: 900, height: 600 } });
  const { page } = studio;
  const bar = await page.getByRole('region', { name: 'Prompt' }).boundingBox();
  const side = await page.getByRole('complementary').boundingBox();
  expect((bar?.x ?? 0) + (bar?.width ?? 0)).toBeLessThanOrEqual(side?.x ?? 0);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(900);
});

test('a photo of 24 megapixels opens without a frozen page', async () => {
  studio = await openStudio();
  const { page } = studio;
  const file = join(studio.home, 'large.png');
  await writeFile(file, await testPicture(6000, 4000));
  await page.evaluate(() => {
    const marks = { longest: 0, last: performance.now() };
    (window as unknown as { marks: typeof marks }).marks = marks;
    const tick = (): void => {
      const now = performance.now();
      marks.longest = Math.max(marks.longest, now - marks.last);
      marks.last = now;
      setTimeout(tick, 0);
    };
    tick();
  });
  const input = page.waitForEvent('filechooser');
  await page.keyboard.press('Control+o');
  await (await input).setFiles(file);
  await page.evaluate(() => {
    const { marks } = window as unknown as { marks: { longest: number } };
    marks.longest = 0;
  });
  await page.locator('[data-document="6000x4000"]').waitFor({ timeout: 120_000 });
  await page.waitForTimeout(2000);
  const longest = await page.evaluate(
    () => (window as unknown as { marks: { longest: number } }).marks.longest,
  );
  // Half a second is what a busy machine with two cores may take; a frozen page takes many seconds.
  expect(longest).toBeLessThan(500);
});

test('a button that was clicked leaves the keys to the studio; Tab goes round all controls', async () => {
  studio = await openStudio();
  const { page } = studio;
  const focused = () => page.evaluate(() => document.activeElement?.getAttribute('aria-label'));
  await page.getByRole('button', { name: 'three blue fish' }).click();
  expect(await page.getByRole('textbox', { name: 'Prompt' }).inputValue()).toBe('three blue fish');
  await page.keyboard.press('Escape');
  const brush = page.getByRole('button', { name: 'Brush', exact: true });
  await brush.click();
  await page.keyboard.press('m');
  await page.keyboard.press('Space');
  expect(await brush.getAttribute('aria-pressed')).toBe('false');
  await page.keyboard.press('Enter');
  expect(await focused()).toBe('Prompt');
  const passed = new Set<string | null | undefined>();
  for (let i = 0; i < 80 && !passed.has('Brush'); i++) {
    await page.keyboard.press('Tab');
    passed.add(await focused());
  }
  expect([...passed]).toContain('Brush');
  await page.getByRole('complementary').waitFor();
  // Esc leaves; now Tab is the studio's.
  await page.keyboard.press('Escape');
  await page.keyboard.press('Tab');
  await page.getByRole('complementary').waitFor({ state: 'detached' });
});

test('Esc closes what a field stands in, and the cheat sheet shows all commands below each other', async () => {
  studio = await openStudio();
  const { page } = studio;
  await page.getByRole('button', { name: 'Settings of the model' }).click();
  const steps = page.getByRole('textbox', { name: 'Steps' });
  await steps.focus();
  await page.keyboard.press('Escape');
  await steps.waitFor({ state: 'detached' });

  await page.getByRole('button', { name: 'Nativa Starter' }).click();
  const models = page.getByRole('tab', { name: 'Models' });
  await expect.poll(() => models.getAttribute('aria-selected')).toBe('true');
  await page.keyboard.press('Escape');

  await page.keyboard.press('?');
  const sheet = page.getByRole('dialog');
  await sheet.getByText('Find a command …', { exact: true }).scrollIntoViewIfNeeded();
  const sideways = await sheet.evaluate((dialog) =>
    [...dialog.querySelectorAll('*')].some(
      (part) =>
        part.scrollWidth > part.clientWidth + 1 && getComputedStyle(part).overflowX === 'auto',
    ),
  );
  expect(sideways).toBe(false);
  expect(studio.complaints).toEqual([]);
});
