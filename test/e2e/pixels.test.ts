/** Painting and moving pixels with the hands' habits of other editors. */
import type { Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { layerRows, namesOf, READY } from './actions.js';
import { closeBrowser, dropFiles, type StudioPage } from './harness.js';
import { drag, exported, openPicture, screenOf } from './on-canvas.js';
import { testPicture } from './pictures.js';

let studio: StudioPage;
let page: Page;
let at: (x: number, y: number) => [number, number];

beforeEach(async () => {
  studio = await openPicture();
  ({ page } = studio);
  at = await screenOf(page);
}, 120_000);
afterEach(async () => {
  expect(studio.complaints).toEqual([]);
  await studio.close();
});
afterAll(closeBrowser);

const row = (name: string): Locator => page.getByRole('treeitem', { name, exact: true });
const steps = (name: string): Locator =>
  page.getByRole('tree', { name: 'History' }).getByRole('treeitem', { name });

/** Chooses a rectangle with the tool for that. */
async function select(from: [number, number], to: [number, number]): Promise<void> {
  await page.keyboard.press('m');
  await drag(page, from, to);
  await steps('Rectangular selection').first().waitFor(READY);
}

/** Takes away what is selected, which is done beside the page. */
async function clear(): Promise<void> {
  await page.keyboard.press('Delete');
  await steps('Clear').first().waitFor(READY);
}

describe('moving what is selected', () => {
  test('its pixels move, move on, are copied with Alt, and go back', async () => {
    const before = await exported(page);
    await select(at(100, 100), at(140, 130));
    await page.keyboard.press('v');
    await drag(page, at(120, 115), at(320, 215));
    await drag(page, at(320, 215), at(320, 265));
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.down('Alt');
    await drag(page, at(320, 265), at(420, 265));
    await page.keyboard.up('Alt');
    const after = await exported(page);
    expect(after.at(105, 105)[3]).toBe(0);
    // Moved by 200 and 150, and by one pixel back.
    expect(after.at(304, 255)).toEqual(before.at(105, 105));
    expect(after.at(404, 255)).toEqual(before.at(105, 105));
    // What it was put on in between is there again.
    expect(after.at(305, 210)).toEqual(before.at(305, 210));
    // Four steps, and the selection that went when the export was left by Esc.
    for (let k = 0; k < 5; k++) await page.keyboard.press('Control+z');
    await page
      .getByRole('treeitem', { name: /^Rectangular selection/, selected: true })
      .waitFor(READY);
    const undone = await exported(page);
    expect(Buffer.compare(undone.data, before.data)).toBe(0);
  }, 120_000);

  test('keys that are pressed at once count in their order', async () => {
    await select(at(100, 100), at(140, 130));
    await page.keyboard.press('Delete');
    await page.keyboard.press('Control+d');
    await steps('Deselect').first().waitFor(READY);
    const after = await exported(page);
    expect(after.at(105, 105)[3]).toBe(0);
    expect(after.at(99, 99)[3]).toBe(255);
  });

  test('its outline is dragged and nudged without its pixels', async () => {
    const before = await exported(page);
    await select(at(100, 100), at(140, 130));
    await drag(page, at(120, 115), at(220, 165));
    await page.keyboard.press('Shift+ArrowDown');
    await clear();
    const after = await exported(page);
    expect(after.at(105, 105)).toEqual(before.at(105, 105));
    expect(after.at(200, 160)[3]).toBe(0);
    expect(after.at(239, 189)[3]).toBe(0);
    expect(after.at(200, 158)).toEqual(before.at(200, 158));
  }, 120_000);

  test('what is copied is pasted where it was', async () => {
    const before = await exported(page);
    await select(at(100, 100), at(140, 130));
    await page.keyboard.press('Control+c');
    await page.keyboard.press('Control+d');
    await page.keyboard.press('Control+v');
    await row('Pasted').waitFor(READY);
    await row('photo').getByRole('button', { name: 'Hide photo' }).click();
    const after = await exported(page);
    expect(after.at(100, 100)).toEqual(before.at(100, 100));
    expect(after.at(139, 129)).toEqual(before.at(139, 129));
    expect(after.at(140, 130)[3]).toBe(0);
  }, 120_000);
});

test('what is selected is mirrored with its outline; several layers are chosen, moved and undone at once', async () => {
  const before = await exported(page);
  await select(at(100, 100), at(140, 130));
  await page.getByRole('button', { name: 'Flip layer horizontally' }).click();
  await steps('Turn selected pixels').waitFor(READY);
  await page.keyboard.press('Control+d');
  const flipped = await exported(page);
  expect(flipped.at(100, 105)).toEqual(before.at(139, 105));
  expect(flipped.at(139, 129)).toEqual(before.at(100, 129));
  expect(flipped.at(140, 105)).toEqual(before.at(140, 105));

  // Near the middle of the canvas, which the shape catches on; with Ctrl it does not.
  await page.keyboard.press('u');
  await drag(page, at(200, 100), at(297, 150));
  const width = page.getByRole('textbox', { name: 'W', exact: true });
  await expect.poll(() => width.inputValue(), READY).toBe('100');

  await page.mouse.click(...at(250, 120), { button: 'right' });
  const menu = page.getByRole('menu', { name: 'Layers here' });
  await expect.poll(() => menu.getByRole('menuitem').allInnerTexts(), READY).toHaveLength(2);
  await menu.getByRole('menuitem', { name: 'photo' }).click();
  const chosen = page.getByRole('tree', { name: 'Layers' }).locator('[aria-selected=true]');
  await expect.poll(() => namesOf(chosen), READY).toEqual(['photo']);
  await page.keyboard.press('v');
  await page.getByLabel('Auto-select').check();
  await page.mouse.click(...at(250, 120));
  await expect.poll(() => namesOf(chosen), READY).toEqual(['Shape']);

  await page.keyboard.press('Control+Alt+a');
  await expect.poll(() => chosen.count(), READY).toBe(2);
  await page.keyboard.press('ArrowRight');
  const moved = await exported(page);
  expect(moved.at(1, 0)).toEqual(before.at(0, 0));
  expect(moved.at(300, 120)).toEqual(moved.at(250, 120));
  expect(moved.at(301, 120)).toEqual(before.at(300, 120));
  await page.keyboard.press('Control+z');
  const undone = await exported(page);
  expect(undone.at(0, 0)).toEqual(before.at(0, 0));
  expect(undone.at(200, 120)).toEqual(moved.at(250, 120));
}, 120_000);

describe('painting', () => {
  test('with Shift from where the last stroke ended; Alt takes a colour up', async () => {
    const before = await exported(page);
    await page.keyboard.press('b');
    await page.keyboard.down('Alt');
    await page.mouse.click(...at(580, 20));
    await page.keyboard.up('Alt');
    await page.mouse.click(...at(100, 200));
    await page.keyboard.down('Shift');
    await page.mouse.click(...at(400, 200));
    await page.keyboard.up('Shift');
    const after = await exported(page);
    const picked = before.at(580, 20);
    for (const x of [100, 177, 250, 333, 400]) expect(after.at(x, 200)).toEqual(picked);
    expect(after.at(250, 260)).toEqual(before.at(250, 260));
  }, 120_000);

  test('where transparency is locked, only what is there is painted', async () => {
    await select(at(100, 100), at(200, 200));
    await clear();
    await page.keyboard.press('Control+d');
    const before = await exported(page);
    await page.keyboard.press('/');
    await row('photo').getByLabel('Transparent pixels are locked').waitFor(READY);
    await page.keyboard.press('b');
    await drag(page, at(50, 150), at(250, 150));
    const after = await exported(page);
    expect(after.at(150, 150)[3]).toBe(0);
    expect(after.at(60, 150)).not.toEqual(before.at(60, 150));
    expect(after.at(60, 150)[3]).toBe(255);
  }, 120_000);
});

test('digits set the opacity, of the layer or of the brush', async () => {
  const opacity = page.getByRole('slider', { name: 'Opacity' });
  await page.keyboard.press('v');
  await page.keyboard.press('5');
  await expect.poll(() => opacity.getAttribute('aria-valuenow'), READY).toBe('50');
  await page.keyboard.press('2');
  await expect.poll(() => opacity.getAttribute('aria-valuenow'), READY).toBe('20');
  await page.keyboard.press('b');
  await page.keyboard.press('7');
  expect(await page.getByRole('textbox', { name: 'Opacity' }).inputValue()).toBe('70');
  expect(await opacity.getAttribute('aria-valuenow')).toBe('20');
}, 120_000);

test('of several files dropped at a place of the list the good ones come, in order', async () => {
  const bytes = await testPicture(80, 60);
  const file = (name: string, data = bytes) => ({ name, type: 'image/png', bytes: data });
  const box = await row('photo').boundingBox();
  if (!box) throw new Error('there is no list');
  const files = [file('a.png'), file('broken.png', bytes.subarray(0, 60)), file('b.png')];
  await dropFiles(page, files, { x: box.x + 60, y: box.y + 3 });
  await row('b').waitFor(READY);
  expect(await namesOf(layerRows(studio))).toEqual(['b', 'a', 'photo']);
  await page.getByText(/^broken\.png ends too early/).waitFor(READY);
}, 120_000);

test('several layers are placed by numbers as one, with sums and percents', async () => {
  const bytes = await testPicture(80, 60);
  await dropFiles(page, [{ name: 'a.png', type: 'image/png', bytes }]);
  await row('a').waitFor(READY);
  const field = (name: string): Locator => page.getByRole('textbox', { name, exact: true }).last();
  await field('X').fill('10');
  await field('X').press('Enter');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+j');
  await row('a 2').waitFor(READY);
  await field('X').fill('+1in');
  await field('X').press('Enter');
  await expect.poll(() => field('X').inputValue(), READY).toBe('106');
  await row('a').click({ modifiers: ['Control'] });
  await expect.poll(() => field('X').inputValue(), READY).toBe('10');
  expect(await field('W').inputValue()).toBe('176');
  await field('W').fill('50%');
  await field('W').press('Enter');
  await expect.poll(() => field('W').inputValue(), READY).toBe('88');
  await row('a').click();
  expect(await field('W').inputValue()).toBe('40');
}, 120_000);
