/** What lasts: projects on disk, branches of the history, keys of one's own; and what follows the system. */
import { strFromU8, unzipSync } from 'fflate';
import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { closeBrowser, openStudio, type StudioPage } from './harness.js';
import {
  closeDocument,
  decoded,
  distance,
  documentIs,
  layerRows,
  namesOf,
  onScreen,
  openByMenu,
  READY,
  saveProject,
} from './actions.js';
import { layeredPsd, PSD_SIZE } from './layered.js';
import { testPicture } from './pictures.js';

let studio: StudioPage;
beforeAll(async () => {
  studio = await openStudio();
});
afterAll(async () => {
  expect(studio.complaints).toEqual([]);
  await studio.close();
  await closeBrowser();
});
beforeEach(async () => {
  if ((await studio.page.locator('[data-document=""]').count()) === 0) await closeDocument(studio);
});

const history = () => studio.page.getByRole('tree', { name: 'History' }).getByRole('treeitem');
/** Names of the history's states, without their times. */
const states = async () =>
  (await namesOf(history())).map((name) => name.replace(/ \d\d:\d\d.*$/, ''));

async function openPicture(name = 'one.png'): Promise<void> {
  const bytes = await testPicture(300, 200);
  await openByMenu(studio, { name, type: 'image/png', bytes });
  await documentIs(studio, 300, 200);
}

describe('a saved project', () => {
  /** Layers and groups of stack.xml, read by the browser: the topmost first, as they are written. */
  const stackOf = (xml: string) =>
    studio.page.evaluate((text) => {
      const { documentElement: image } = new DOMParser().parseFromString(text, 'text/xml');
      const attributes = (element: Element) =>
        Object.fromEntries([...element.attributes].map(({ name, value }) => [name, value]));
      return {
        root: image.tagName,
        image: attributes(image),
        stacks: [...image.children].map(({ tagName }) => tagName),
        elements: [...image.querySelectorAll('stack stack, layer')].map((element) => ({
          tag: element.tagName,
          depth: element.closest('stack stack') === element.parentElement ? 2 : 1,
          ...attributes(element),
          src: element.getAttribute('src') ?? '',
          opacity: Number(element.getAttribute('opacity') ?? 1),
        })),
      };
    }, xml);

  test('is OpenRaster as its specification says', async () => {
    const { width, height } = PSD_SIZE;
    const psd = { name: 'layers.psd', type: 'image/vnd.adobe.photoshop', bytes: layeredPsd() };
    await openByMenu(studio, psd);
    await documentIs(studio, width, height);
    const screen = await onScreen(studio, width, height);
    const file = await saveProject(studio);

    // The first entry is the type, stored as it is and without an extra field.
    expect(file.readUInt32LE(0)).toBe(0x04034b50);
    expect([file.readUInt16LE(8), file.readUInt16LE(26), file.readUInt16LE(28)]).toEqual([0, 8, 0]);
    expect(file.toString('latin1', 30, 54)).toBe('mimetypeimage/openraster');

    const parts = unzipSync(file);
    const stack = await stackOf(strFromU8(parts['stack.xml'] ?? new Uint8Array()));
    expect(stack.root).toBe('image');
    expect(stack.image).toMatchObject({ w: `${width}`, h: `${height}` });
    expect(stack.image.version).toMatch(/^\d+\.\d+\.\d+$/);
    expect(stack.stacks).toEqual(['stack']);
    expect(stack.elements).toMatchObject([
      { tag: 'stack', name: 'Lights', depth: 1, 'composite-op': 'svg:src-over' },
      { tag: 'layer', name: 'Plain', depth: 2, 'composite-op': 'svg:src-over', x: '70', y: '75' },
      { tag: 'layer', name: 'Glow', depth: 1, 'composite-op': 'svg:screen', x: '110', y: '15' },
      { tag: 'layer', name: 'Sombra ñ 影', depth: 1, 'composite-op': 'svg:multiply' },
      { tag: 'layer', name: 'Ground', depth: 1, x: '0', y: '0' },
    ]);
    const opacities = stack.elements.map(({ opacity }) => opacity);
    expect(opacities.map((value) => Math.round(value * 100))).toEqual([100, 40, 60, 100, 100]);

    for (const { src: source } of stack.elements.filter(({ tag }) => tag === 'layer')) {
      expect(source).toMatch(/^data\/[^/]+\.png$/);
      expect((await sharp(parts[source]).metadata()).format).toBe('png');
    }
    const merged = await decoded(parts['mergedimage.png'] ?? new Uint8Array());
    expect(distance(merged, screen).largest).toBe(0);
    const thumbnail = await sharp(parts['Thumbnails/thumbnail.png']).metadata();
    expect(thumbnail).toMatchObject({ format: 'png', depth: 'uchar', isProgressive: false });
    expect(Math.max(thumbnail.width, thumbnail.height)).toBeLessThanOrEqual(256);
    expect(thumbnail.width / thumbnail.height).toBeCloseTo(width / height, 1);
  });

  test('keeps the branches of the history, and one can go back to any', async () => {
    await openPicture();
    const { page } = studio;
    await page.keyboard.press('Control+Shift+n');
    await expect.poll(() => layerRows(studio).count()).toBe(2);
    await page.keyboard.press('Control+z');
    await page.keyboard.press('Control+j');
    await expect.poll(states).toEqual(['Opened one.png', 'New layer', 'Duplicate layer']);
    expect(await namesOf(layerRows(studio))).toEqual(['one 2', 'one']);

    await history().filter({ hasText: 'New layer' }).click();
    await expect.poll(() => namesOf(layerRows(studio))).toEqual(['Layer 2', 'one']);
    await page.keyboard.press('Control+z');
    await expect.poll(() => layerRows(studio).count()).toBe(1);
    // Redo leads where one has been last.
    await page.keyboard.press('Control+y');
    await expect.poll(() => namesOf(layerRows(studio))).toEqual(['Layer 2', 'one']);

    const file = await saveProject(studio);
    await closeDocument(studio);
    await openByMenu(studio, { name: 'one.ora', type: 'image/openraster', bytes: file });
    await documentIs(studio, 300, 200);
    expect(await namesOf(layerRows(studio))).toEqual(['Layer 2', 'one']);
    expect((await states()).toSorted()).toEqual(['Duplicate layer', 'New layer', 'Opened one.png']);
    await history().filter({ hasText: 'Duplicate layer' }).click();
    await expect.poll(() => namesOf(layerRows(studio))).toEqual(['one 2', 'one']);
  });

  test('shows a picture of each of its states, also of those that were never looked at', async () => {
    await openPicture();
    const { page } = studio;
    const strokes = 34;
    await page.keyboard.press('Alt+d');
    for (let n = 1; n <= strokes; n++) {
      await page.keyboard.press('x');
      await page.keyboard.press('Alt+Backspace');
      await expect
        .poll(() => page.locator('[data-state][aria-current=step]').getAttribute('data-state'))
        .toBe(String(n));
    }
    const file = await saveProject(studio);
    await closeDocument(studio);
    await openByMenu(studio, { name: 'many.ora', type: 'image/openraster', bytes: file });
    await documentIs(studio, 300, 200);
    /** States in view without their picture. */
    const bare = () =>
      history().evaluateAll((all) => {
        const view = all[0]?.closest('.scroll')?.getBoundingClientRect();
        const seen = all.filter((row) => {
          const { top, bottom } = row.getBoundingClientRect();
          return view && top >= view.top && bottom <= view.bottom;
        });
        return seen.length > 1
          ? seen.filter((row) => !row.querySelector('canvas.drawn')).length
          : -1;
      });
    await expect.poll(bare, READY).toBe(0);
    await history().last().press('Home');
    await expect.poll(() => history().first().getAttribute('data-state')).toBe('0');
    await expect.poll(bare, READY).toBe(0);
    const colours = await history()
      .locator('canvas')
      .evaluateAll((all) =>
        all.slice(1, 3).map((canvas) => {
          const { width, height } = canvas as HTMLCanvasElement;
          const context = (canvas as HTMLCanvasElement).getContext('2d');
          return context?.getImageData(width / 2, height / 2, 1, 1).data[0];
        }),
      );
    // White and black in turn.
    expect(colours).toEqual([255, 0]);
  });
});

describe('keys', () => {
  test('of one letter work after a menu was used, and Tab leads from control to control', async () => {
    const { page } = studio;
    const tool = (name: string) => page.getByRole('button', { name, exact: true });
    await openPicture();
    await page.keyboard.press('b');
    await expect.poll(() => tool('Brush').getAttribute('aria-pressed')).toBe('true');
    await page.keyboard.press('Control+p');
    const focused = async () => {
      await page.keyboard.press('Tab');
      return page.evaluate(() => document.activeElement?.textContent.trim() ?? '');
    };
    const passed: string[] = [];
    for (let i = 0; i < 60 && !passed.includes('Layers'); i++) passed.push(await focused());
    expect(passed).toContain('Generate');
    expect(passed).toContain('Layers');
  });

  test('can be changed, and are the same after a reload', async () => {
    const { page } = studio;
    const dialog = page.getByRole('dialog');
    await page.keyboard.press('?');
    await dialog.getByRole('searchbox').fill('Find a command');
    const button = dialog.getByRole('button', { name: /^Change the keys of “Find a command …”/ });
    await button.click();
    await page.keyboard.press('Control+z');
    await dialog.getByRole('alert').filter({ hasText: 'already runs “Undo”' }).waitFor();
    await dialog.getByRole('alert').getByRole('button', { name: 'Cancel' }).click();
    await button.click();
    await page.keyboard.press('Alt+Shift+k');
    await expect.poll(() => button.innerText()).toContain('Alt+Shift+K');
    await page.keyboard.press('Escape');

    await page.reload();
    await page.getByRole('application').waitFor(READY);
    await page.keyboard.press('Control+k');
    await page.keyboard.press('Alt+Shift+k');
    await page.getByRole('dialog', { name: 'Commands' }).waitFor(READY);
    await page.keyboard.press('Escape');
    await page.getByRole('menuitem', { name: 'Help' }).click();
    const item = page.getByRole('menuitem', { name: 'Find a command' });
    expect(await item.innerText()).toContain('Alt+Shift+K');
    await page.keyboard.press('Escape');
  });
});

describe('the system', () => {
  test('decides the theme at any time, until a person does', async () => {
    const { page } = studio;
    const shown = () =>
      page.evaluate(() => [
        document.documentElement.dataset.theme,
        getComputedStyle(document.body).backgroundColor,
      ]);
    const [dark, light] = [
      ['dark', 'rgb(16, 17, 20)'],
      ['light', 'rgb(220, 222, 227)'],
    ];
    await page.emulateMedia({ colorScheme: 'light' });
    await expect.poll(shown).toEqual(light);
    await page.emulateMedia({ colorScheme: 'dark' });
    await expect.poll(shown).toEqual(dark);
    await page.keyboard.press('Control+,');
    await page.getByRole('dialog').getByLabel('Theme').click();
    await page.getByRole('option', { name: 'Light' }).click();
    await expect.poll(shown).toEqual(light);
    await page.keyboard.press('Escape');
    await page.reload();
    await page.getByRole('application').waitFor(READY);
    expect(await shown()).toEqual(light);
  });

  test('decides whether anything moves by itself', async () => {
    const { page } = studio;
    await openPicture();
    const canvas = page.getByRole('application');
    const moves = async () => {
      const before = await canvas.screenshot();
      await page.waitForTimeout(400);
      return !before.equals(await canvas.screenshot());
    };
    const quick = () =>
      page
        .getByRole('slider')
        .first()
        .evaluate((element) => {
          element.style.transition = 'left 1s';
          return getComputedStyle(element).transitionDuration;
        });
    await page.keyboard.press('Control+a');
    await expect.poll(moves, READY).toBe(false);
    expect(await quick()).toBe('0s');
    await page.keyboard.press('Control+d');
    await page.emulateMedia({ reducedMotion: 'no-preference' });
    await page.keyboard.press('Control+a');
    await page.waitForTimeout(1000);
    // Without end, and not only until all is drawn.
    expect([await moves(), await moves(), await moves()]).toEqual([true, true, true]);
    expect(await quick()).toBe('1s');
    await page.keyboard.press('Control+d');
    await page.emulateMedia({ reducedMotion: 'reduce' });
  });
});
