/** Tabs that come back when the page is loaded again, files that are open already, and many at once. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { documentIs, layerRows, openByMenu, READY, saveProject } from './actions.js';
import { closeBrowser, openStudio, type StudioPage } from './harness.js';
import { testPicture } from './pictures.js';

let studio: StudioPage | undefined;
const homes: string[] = [];
afterEach(async () => {
  expect(studio?.complaints ?? []).toEqual([]);
  await studio?.close();
  studio = undefined;
  for (const home of homes.splice(0)) await rm(home, { recursive: true, force: true });
});
afterAll(closeBrowser);

const tab = (page: Page, name: string) => page.getByRole('tab', { name, exact: true });
/** What the tabs say, from the first to the last. */
const said = (page: Page) =>
  page.getByRole('tab').evaluateAll((all) => all.map((one) => one.getAttribute('aria-label')));
const shown = (page: Page) => page.locator('[role=tab][aria-selected=true]').innerText();
const status = (page: Page) => page.locator('footer.status').innerText();

async function file(name: string, width: number, height: number) {
  return { name, type: 'image/png', bytes: await testPicture(width, height) };
}

async function reload(page: Page): Promise<void> {
  await page.reload();
  await page.getByRole('application').waitFor();
}

describe('a page that is loaded again', () => {
  test('has all its tabs, in their order and as they were looked at, also those never changed', async () => {
    studio = await openStudio();
    const { page } = studio;
    await openByMenu(studio, await file('one.png', 300, 200), await file('two.png', 320, 240));
    await documentIs(studio, 320, 240);
    // One that is saved, and an empty canvas.
    await openByMenu(studio, await file('three.png', 200, 100));
    await documentIs(studio, 200, 100);
    await page.keyboard.press('Control+j');
    await expect.poll(() => layerRows({ page } as StudioPage).count()).toBe(2);
    await saveProject(studio);
    await expect.poll(() => said(page)).toEqual(['one', 'two', 'three']);
    await page.getByRole('menuitem', { name: 'File' }).click();
    await page.getByRole('menuitem', { name: /^New/ }).first().click();
    await page.getByRole('dialog').getByRole('button', { name: 'Create' }).click();
    await expect.poll(async () => (await said(page)).length).toBe(4);
    const all = await said(page);
    await tab(page, 'two').click();
    await documentIs(studio, 320, 240);
    await page.keyboard.press('Control+1');
    await page.getByRole('application').hover();
    await page.mouse.wheel(40, 60);
    await page.waitForTimeout(200);
    const looked = (await status(page)).split('\n').slice(0, 2);

    for (let again = 0; again < 2; again++) {
      await reload(page);
      await expect.poll(() => said(page), READY).toEqual(all);
      expect(await shown(page)).toContain('two');
      await documentIs(studio, 320, 240);
      expect((await status(page)).split('\n').slice(0, 2)).toEqual(looked);
    }
    await tab(page, 'three').click();
    await documentIs(studio, 200, 100);
    const history = page.getByRole('tree', { name: 'History' }).getByRole('treeitem');
    await expect.poll(() => history.count(), READY).toBe(2);
    await tab(page, 'one').click();
    await documentIs(studio, 300, 200);
    // What was closed stays so.
    await page.keyboard.press('Alt+w');
    await page.waitForTimeout(300);
    const left = await said(page);
    await reload(page);
    await expect.poll(() => said(page), READY).toEqual(left);
  }, 240_000);
});

describe('a file that is open already', () => {
  test('is shown and not opened once more, where the host knows which it is', async () => {
    const home = await mkdtemp(join(tmpdir(), 'nativa-e2e-'));
    homes.push(home);
    const [one, two] = [join(home, 'one.png'), join(home, 'two.png')];
    await writeFile(one, await testPicture(300, 200));
    await writeFile(two, await testPicture(320, 240));
    studio = await openStudio({ args: [one, two, `${home}/../${home.split('/').at(-1)}/one.png`] });
    const { page } = studio;
    await expect.poll(() => said(page), READY).toEqual(['one', 'two']);
    await documentIs(studio, 300, 200);
    await page.waitForTimeout(500);
    expect(await said(page)).toEqual(['one', 'two']);
    expect(await shown(page)).toContain('one');
  });

  test('is said to be open with changes that are not saved, where only its pixels are known', async () => {
    studio = await openStudio();
    const { page } = studio;
    await openByMenu(studio, await file('one.png', 300, 200));
    await documentIs(studio, 300, 200);
    const bytes = await saveProject(studio);
    const given = { name: 'one.ora', type: 'image/openraster', bytes };
    await expect.poll(() => page.title()).toBe('one — Nativa');
    await page.keyboard.press('Control+j');
    await expect.poll(() => layerRows({ page } as StudioPage).count()).toBe(2);
    await openByMenu(studio, given);
    await page.getByText('“one” is open already, with changes that are not saved').waitFor(READY);
    await expect.poll(async () => (await said(page)).length).toBe(2);
    expect(await layerRows(studio).count()).toBe(1);
  });
});

describe('many files at once', () => {
  test('are opened but for those that are broken, and can be closed while others come', async () => {
    studio = await openStudio();
    const { page } = studio;
    await openByMenu(studio, await file('work.png', 1500, 1000));
    await documentIs(studio, 1500, 1000);
    for (let n = 2; n < 5; n++) {
      await page.keyboard.press('Control+j');
      await expect.poll(() => layerRows({ page } as StudioPage).count()).toBe(n);
    }
    const project = await saveProject(studio);
    const broken = Uint8Array.from(project).fill(7, 3000, project.length - 3000);
    const pictures = Array.from({ length: 8 }, (_, n) => file(`p${n}.png`, 300 + n, 200));
    await openByMenu(
      studio,
      { name: 'again.ora', type: 'image/openraster', bytes: project },
      ...(await Promise.all(pictures)),
    );
    // The first of them, while the rest is being opened.
    await tab(page, 'again').click({ ...READY, button: 'middle' });
    const names = ['work', ...pictures.map((_, n) => `p${n}`)];
    await expect.poll(async () => (await said(page)).toSorted(), READY).toEqual(names.toSorted());
    await openByMenu(studio, { name: 'broken.ora', type: 'image/openraster', bytes: broken });
    await page
      .getByRole('alert')
      .filter({ hasText: /broken\.ora/ })
      .waitFor(READY);
    const before = await said(page);
    expect(before.toSorted()).toEqual(names.toSorted());
    await reload(page);
    await expect.poll(() => said(page), READY).toEqual(before);
    for (const name of names) {
      await tab(page, name).click();
      await expect.poll(() => layerRows({ page } as StudioPage).count(), READY).toBeGreaterThan(0);
    }
  }, 240_000);
});
