/** Several documents beside each other, as tabs. */
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import axe from 'axe-core';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import type { Page } from 'playwright-core';
import { documentIs, KEPT_SOON, layerRows, openByMenu, READY, untilKept } from './actions.js';
import { closeBrowser, dropFiles, openStudio, startServer, type StudioPage } from './harness.js';
import { testPicture } from './pictures.js';

let studio: StudioPage | undefined;
afterEach(async () => {
  expect(studio?.complaints ?? []).toEqual([]);
  await studio?.close();
  studio = undefined;
});
afterAll(closeBrowser);

const MADE = { timeout: 120_000 };

const tab = (page: Page, name: string) => page.getByRole('tab', { name });
const states = (page: Page) =>
  page.getByRole('tree', { name: 'History' }).getByRole('treeitem').count();
/** The canvas as far down as nothing lies over it. */
async function canvasOf(page: Page): Promise<Buffer> {
  const box = await page.getByRole('application').boundingBox();
  if (!box) throw new Error('there is no canvas');
  return page.screenshot({ clip: { ...box, height: box.height - 200 } });
}
/** What the tabs say, from the first to the last. */
const said = (page: Page) =>
  page.getByRole('tab').evaluateAll((all) => all.map((one) => one.getAttribute('aria-label')));
const shown = (page: Page) => page.locator('[role=tab][aria-selected=true]').innerText();

async function file(name: string, width: number, height: number) {
  return { name, type: 'image/png', bytes: await testPicture(width, height) };
}

/** Files of pixels that are kept on disk of a document with that name. */
async function keptTiles(home: string, name: string): Promise<string[]> {
  const paths = await readdir(home, { recursive: true });
  const kept: string[] = [];
  for (const path of paths.filter((one) => /state-\d+\.json$/.test(one))) {
    const text = await readFile(join(home, path), 'utf8');
    if (!text.includes(`"name":"${name}","width"`)) continue;
    const folder = join(home, path, '..');
    const tiles = (await readdir(folder)).filter((one) => one.startsWith('tiles-'));
    kept.push(...tiles.map((one) => join(folder, one)));
  }
  return [...new Set(kept)];
}

/** Two pictures, each in a tab of its own; the second one is shown. */
async function twoPictures(): Promise<StudioPage> {
  const opened = await openStudio({ settings: KEPT_SOON });
  studio = opened;
  await openByMenu(opened, await file('one.png', 300, 200));
  await documentIs(opened, 300, 200);
  await openByMenu(opened, await file('two.png', 320, 240));
  await documentIs(opened, 320, 240);
  return opened;
}

/** A stroke of the brush over the middle, from a place to another, in pixels of the screen. */
async function stroke(page: Page, by: number): Promise<void> {
  const box = await page.getByRole('application').boundingBox();
  if (!box) throw new Error('there is no canvas');
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2 - 40];
  const before = await states(page);
  await page.keyboard.press('b');
  await page.mouse.move(x - 60, y);
  await page.mouse.down();
  await page.mouse.move(x, y + by, { steps: 4 });
  await page.mouse.move(x + 60, y, { steps: 4 });
  await page.mouse.up();
  await expect.poll(() => states(page)).toBe(before + 1);
}

describe('two documents', () => {
  test('have each its own history, selection, view and mark, and switching loses nothing', async () => {
    const { page } = await twoPictures();
    expect(await said(page)).toEqual(['one', 'two']);
    await stroke(page, 60);
    await page.keyboard.press('Control+1');
    await page.mouse.move(4, 300);
    await page.waitForTimeout(1000);
    const second = await canvasOf(page);

    await page.keyboard.press('Alt+PageUp');
    await documentIs({ page } as StudioPage, 300, 200);
    expect(await states(page)).toBe(1);
    expect(await said(page)).toEqual(['one', 'two, not saved']);
    await stroke(page, -60);
    await stroke(page, -20);
    await page.keyboard.press('Control+a');
    expect(await said(page)).toEqual(['one, not saved', 'two, not saved']);
    await page.getByText('Only the selection changes').waitFor();

    await tab(page, 'two').click();
    expect(await shown(page)).toContain('two');
    expect(await states(page)).toBe(2);
    expect(await page.getByText('Only the selection changes').count()).toBe(0);
    await page.mouse.move(4, 300);
    await expect.poll(async () => (await canvasOf(page)).equals(second), READY).toBe(true);
    await page.keyboard.press('Control+z');
    await expect.poll(() => said(page)).toEqual(['one, not saved', 'two']);

    await page.keyboard.press('Alt+PageDown');
    expect(await shown(page)).toContain('one');
    // Selecting everything was a step as well.
    expect(await states(page)).toBe(4);
    for (let step = 0; step < 3; step++) await page.keyboard.press('Control+z');
    await expect.poll(() => said(page)).toEqual(['one', 'two']);
    await page.keyboard.press('Control+y');
    await expect.poll(() => said(page)).toEqual(['one, not saved', 'two']);
  });

  test('are closed each with a question of its own where something would be lost', async () => {
    const { page } = await twoPictures();
    await stroke(page, 60);
    await tab(page, 'one').click();
    const question = page.getByRole('dialog', { name: 'Save “two” before closing it?' });
    const downloads: string[] = [];
    page.on('download', (download) => downloads.push(download.suggestedFilename()));

    // Esc and the button cancel: the document is shown, and as it was.
    await tab(page, 'two').click({ button: 'middle' });
    await question.waitFor(READY);
    expect(await shown(page)).toContain('two');
    await page.keyboard.press('Escape');
    await question.waitFor({ state: 'detached' });
    await page.keyboard.press('Alt+w');
    await question.getByRole('button', { name: 'Cancel' }).click(READY);
    await question.waitFor({ state: 'detached' });
    expect(await said(page)).toEqual(['one', 'two, not saved']);
    expect(await states(page)).toBe(2);

    // Enter saves it, and then it is closed.
    await page.keyboard.press('Alt+w');
    await question.waitFor(READY);
    const download = page.waitForEvent('download');
    await page.keyboard.press('Enter');
    const path = await (await download).path();
    await documentIs({ page } as StudioPage, 300, 200);
    // What is left stands alone, and needs no tabs.
    expect(await page.getByRole('tab').count()).toBe(0);
    expect(downloads).toEqual(['two.ora']);
    expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe('one');

    // It is all there, the stroke too; opened again it is closed without a question.
    const bytes = await readFile(path);
    await openByMenu({ page } as StudioPage, { name: 'two.ora', type: 'image/openraster', bytes });
    await documentIs({ page } as StudioPage, 320, 240);
    expect(await said(page)).toEqual(['one', 'two']);
    expect(await states(page)).toBe(2);
    await page.keyboard.press('Alt+w');
    await documentIs({ page } as StudioPage, 300, 200);

    // What is not wanted is gone, and not offered again.
    await stroke(page, 60);
    await untilKept(studio as StudioPage);
    await page.keyboard.press('Alt+w');
    await page.getByRole('button', { name: 'Don’t save' }).click(READY);
    await page.locator('[data-document=""]').waitFor(READY);
    await page.reload();
    await page.getByRole('heading', { name: 'Drop a picture here' }).waitFor(READY);
    expect(await page.getByText('Work that was not saved').count()).toBe(0);
    expect(downloads).toEqual(['two.ora']);
  });

  test('stay open where their saving is given up', async () => {
    const { page } = await twoPictures();
    await openByMenu({ page } as StudioPage, await file('large.png', 4000, 3000));
    await documentIs({ page } as StudioPage, 4000, 3000);
    await page.keyboard.press('Control+Shift+n');
    await expect.poll(() => said(page)).toEqual(['one', 'two', 'large, not saved']);
    await page.keyboard.press('Alt+w');
    await page.getByRole('button', { name: 'Save', exact: true }).click(READY);
    await page.getByText('Writing large …').waitFor(READY);
    await page.keyboard.press('Escape');
    await page.getByText('Cancelled.').waitFor(READY);
    await page.getByText('Writing large …').waitFor({ state: 'detached' });
    expect(await said(page)).toEqual(['one', 'two', 'large, not saved']);
    await documentIs({ page } as StudioPage, 4000, 3000);
  });

  test('are both there again after a reload, and offered after a crash of the server', async () => {
    const opened = await twoPictures();
    const { page } = opened;
    await stroke(page, 60);
    await tab(page, 'one').click();
    await stroke(page, -60);
    await untilKept(studio as StudioPage);
    const bothThere = async (): Promise<void> => {
      for (const name of ['two', 'one']) {
        await tab(page, name).click();
        expect(await states(page)).toBe(2);
      }
    };
    // Of themselves, in their order, and the one that was shown is.
    await page.reload();
    await page.getByText('Open again, as it was kept: “one”, “two”.').waitFor(READY);
    expect(await said(page)).toEqual(['one, not saved', 'two, not saved']);
    expect(await shown(page)).toContain('one');
    await bothThere();
    // Work goes on, and is kept as before.
    await stroke(page, 20);
    await untilKept(studio as StudioPage);
    await page.reload();
    await expect.poll(() => said(page), READY).toEqual(['one, not saved', 'two, not saved']);
    await expect.poll(() => states(page), READY).toBe(3);
    await page.keyboard.press('Control+z');
    await untilKept(studio as StudioPage);

    // At the same address, but it is another run: the work is offered.
    await opened.server.kill();
    opened.server = await startServer(opened.home, ['--port', new URL(opened.server.url).port]);
    await page.goto(opened.server.url);
    await page.getByRole('button', { name: 'Open all' }).click(READY);
    await expect
      .poll(async () => (await said(page)).toSorted(), READY)
      .toEqual(['one, not saved', 'two, not saved']);
    // Lost connections are complained about, and are what this is about.
    opened.complaints.length = 0;
  });

  test('that were kept and are damaged cost no other, and stay on disk to be tried again', async () => {
    const opened = await twoPictures();
    const { page } = opened;
    await stroke(page, 60);
    await tab(page, 'one').click();
    await stroke(page, -60);
    await untilKept(studio as StudioPage);
    const two = await keptTiles(opened.home, 'two');
    const whole = await Promise.all(two.map((path) => readFile(path)));
    for (const path of two) await writeFile(path, 'not what it was');
    await page.reload();
    await page
      .getByRole('alert')
      .filter({ hasText: /^two: / })
      .waitFor(READY);
    await page.getByText('Open again, as it was kept: “one”.').waitFor(READY);
    await documentIs({ page } as StudioPage, 300, 200);
    expect(await states(page)).toBe(2);

    // The disk is well again, and so is what was on it.
    for (const [index, path] of two.entries()) await writeFile(path, whole[index] ?? '');
    await page.keyboard.press('Alt+Shift+n');
    await page.getByText('Work that was not saved').waitFor(READY);
    await page.getByRole('button', { name: 'Open', exact: true }).click();
    await documentIs({ page } as StudioPage, 320, 240);
    expect(await said(page)).toEqual(['one, not saved', 'two, not saved']);
    expect(await states(page)).toBe(2);
  });
});

describe('tabs', () => {
  test('are filled by dropping on them, moved by dragging, and reached by keys', async () => {
    const { page } = await twoPictures();
    const strip = await page.getByRole('tablist').boundingBox();
    if (!strip) throw new Error('there are no tabs');
    const over = { x: strip.x + 20, y: strip.y + 10 };
    await dropFiles(page, [await file('three.png', 200, 100)], over);
    await documentIs({ page } as StudioPage, 200, 100);
    expect(await said(page)).toEqual(['one', 'two', 'three']);
    await dropFiles(page, [await file('layer.png', 50, 50)]);
    await expect.poll(() => layerRows({ page } as StudioPage).count()).toBe(2);
    expect(await said(page)).toEqual(['one', 'two', 'three, not saved']);

    const place = await tab(page, 'three').boundingBox();
    if (!place) throw new Error('there is no tab');
    await page.mouse.move(place.x + 30, place.y + 10);
    await page.mouse.down();
    await page.mouse.move(strip.x + 5, place.y + 12, { steps: 12 });
    await page.mouse.up();
    await expect.poll(() => said(page)).toEqual(['three, not saved', 'one', 'two']);
    await page.keyboard.press('Alt+Shift+PageDown');
    await expect.poll(() => said(page)).toEqual(['one', 'three, not saved', 'two']);

    await tab(page, 'three').focus();
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => shown(page)).toContain('two');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Delete');
    await expect.poll(() => said(page)).toEqual(['three, not saved', 'two']);
    await expect
      .poll(() => page.evaluate(() => document.activeElement?.getAttribute('role')))
      .toBe('tab');

    await page.keyboard.press('Control+k');
    await page.keyboard.type('go to two');
    await page.keyboard.press('Enter');
    await expect.poll(() => shown(page)).toContain('two');

    await page.evaluate(axe.source);
    const found = await page.evaluate(async () => {
      const checker = (window as unknown as { axe: typeof axe }).axe;
      const { violations } = await checker.run(document, { resultTypes: ['violations'] });
      return violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
    });
    expect(found.map(({ id }) => id)).toEqual([]);
  });

  test('show that pictures are made, which arrive where they were asked for', async () => {
    const { page } = await twoPictures();
    await page.keyboard.press('Control+p');
    await page.keyboard.type('make it night');
    await page.keyboard.press('Enter');
    await page.getByRole('progressbar').waitFor(READY);
    await tab(page, 'one').click();
    await documentIs({ page } as StudioPage, 300, 200);
    expect(await page.getByRole('progressbar').count()).toBe(0);
    expect(await page.getByRole('textbox', { name: 'Prompt' }).inputValue()).toBe('');
    await tab(page, 'two, pictures to choose from').waitFor(MADE);
    const candidates = page.getByRole('radio', { name: /^Candidate/ });
    expect(await candidates.count()).toBe(0);
    await page.keyboard.press('Alt+PageDown');
    await candidates.first().waitFor(READY);
    await page.keyboard.press('a');
    await expect.poll(() => layerRows({ page } as StudioPage).count()).toBe(2);
    await tab(page, 'one').click();
    expect(await layerRows({ page } as StudioPage).count()).toBe(1);
  });
});
