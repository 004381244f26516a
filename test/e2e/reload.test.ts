/** Tabs that come back when the page is loaded again, files that are open already, and many at once. */
import { mkdtemp, readdir, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { documentIs, layerRows, openByMenu, READY, saveProject } from './actions.js';
import { closeBrowser, openStudio, startServer, type StudioPage } from './harness.js';
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

describe('pictures that wait, and runs on their way', () => {
  const MADE = { timeout: 120_000 };
  const candidates = (page: Page) => page.getByRole('radio', { name: /^Candidate/ });
  const prompt = (page: Page) => page.getByRole('textbox', { name: 'Prompt' });
  const progress = (page: Page) => page.getByRole('progressbar').first();

  async function ask(page: Page, text: string): Promise<void> {
    await page.keyboard.press('Control+p');
    await page.keyboard.press('Control+a');
    await page.keyboard.insertText(text);
    await page.keyboard.press('Enter');
  }

  /** Files of pixels that are kept, the latest last. */
  async function kept(home: string): Promise<string[]> {
    const folder = join(home, 'autosave');
    const paths = await readdir(folder, { recursive: true }).catch(() => []);
    const tiles = paths.filter((path) => path.endsWith('.bin')).map((path) => join(folder, path));
    const times = await Promise.all(
      tiles.map(async (path) => ({ path, at: (await stat(path)).mtimeMs })),
    );
    return times.toSorted((one, other) => one.at - other.at).map(({ path }) => path);
  }

  test('are there again, also before anything is begun, and end in the same document', async () => {
    studio = await openStudio();
    const { page, home } = studio;
    await ask(page, 'a red house to the left of a green tree');
    await candidates(page).first().waitFor(MADE);
    await page.keyboard.press('2');
    await expect.poll(async () => (await kept(home)).length, READY).toBeGreaterThan(0);
    await page.waitForTimeout(500);
    const names = await candidates(page).evaluateAll((all) =>
      all.map((one) => one.getAttribute('aria-label')),
    );
    await reload(page);
    await expect
      .poll(
        () =>
          candidates(page).evaluateAll((all) => all.map((one) => one.getAttribute('aria-label'))),
        READY,
      )
      .toEqual(names);
    await page.keyboard.press('2');
    await page.keyboard.press('a');
    await documentIs(studio, 256, 256);

    await ask(page, 'make the tree yellow');
    await progress(page).waitFor(MADE);
    await page.waitForTimeout(1000);
    // Typed, and not run.
    await prompt(page).fill('and then at night');
    await reload(page);
    await documentIs(studio, 256, 256);
    await candidates(page).first().waitFor(MADE);
    expect(await prompt(page).inputValue()).toBe('and then at night');
    await page.getByRole('application').click();
    await page.keyboard.press('a');
    await expect.poll(() => layerRows({ page } as StudioPage).count()).toBe(2);
    // It was registered against what it was made of: only what changed is part of it.
    await page.getByText('Nothing else changed').waitFor(READY);
    // Those that were put away can be had back.
    await page.waitForTimeout(500);
    await reload(page);
    await documentIs(studio, 256, 256);
    // They are read behind the picture.
    await expect
      .poll(async () => {
        await page.keyboard.press('Alt+a');
        return candidates(page).count();
      }, READY)
      .toBe(4);
  }, 240_000);

  test('cost nothing else where they are damaged by a crash, and what was stopped is run again', async () => {
    studio = await openStudio({ settings: { autosaveSeconds: 2, candidates: 2 } });
    const { page, home } = studio;
    await ask(page, 'a red house to the left of a green tree');
    await candidates(page).first().waitFor(MADE);
    await page.keyboard.press('a');
    await documentIs(studio, 256, 256);
    await page.waitForTimeout(3000);
    const before = new Set(await kept(home));
    await ask(page, 'make the tree yellow');
    await candidates(page).first().waitFor(MADE);
    const fresh = async () => (await kept(home)).filter((path) => !before.has(path));
    await expect.poll(async () => (await fresh()).length, READY).toBeGreaterThan(0);
    await ask(page, 'make it night');
    await progress(page).waitFor(MADE);
    await page.waitForTimeout(600);
    await studio.server.kill();
    for (const path of await fresh()) await truncate(path, 1000);
    studio.server = await startServer(home);
    await page.goto(studio.server.url);
    // The page had lost its server.
    studio.complaints.length = 0;
    await page.getByRole('button', { name: 'Open', exact: true }).click(READY);
    await documentIs(studio, 256, 256);
    await expect.poll(() => layerRows({ page } as StudioPage).count()).toBe(1);
    await page
      .getByText('“make it night” was stopped before it was done; R runs it')
      .waitFor(READY);
    await page
      .getByRole('alert')
      .filter({ hasText: /waited to be chosen from cannot be read/ })
      .waitFor(READY);
    expect(await candidates(page).count()).toBe(0);
    await page.getByRole('application').click();
    await page.keyboard.press('r');
    await candidates(page).nth(1).waitFor(MADE);
    await page.keyboard.press('a');
    await expect.poll(() => layerRows({ page } as StudioPage).count()).toBe(2);
    expect(
      await layerRows({ page } as StudioPage)
        .first()
        .innerText(),
    ).toContain('make it night');
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
