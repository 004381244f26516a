/** The crop box, the view that follows it, and guides: by mouse, and by keyboard alone. */
import type { Page } from 'playwright-core';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { documentIs, exportAs, layerRows } from './actions.js';
import { closeBrowser, type StudioPage } from './harness.js';
import { HEIGHT, WIDTH, drag, openPicture, screenOf } from './on-canvas.js';
import { pixelsOfFile, testPicture } from './pictures.js';

let studio: StudioPage | undefined;
afterEach(async () => {
  expect(studio?.complaints ?? []).toEqual([]);
  await studio?.close();
  studio = undefined;
});
afterAll(closeBrowser);

const withPicture = async (): Promise<StudioPage> => (studio = await openPicture());

/** What the crop box says of itself. */
async function box(page: Page): Promise<number[]> {
  const said = await page.getByRole('status').filter({ hasText: 'Crop box' }).textContent();
  return (said?.match(/-?\d+/g) ?? []).map(Number);
}

/** Alpha, and whether a pixel is that of the picture, which begins at a place. */
async function shown(opened: StudioPage, left: number, top: number) {
  const { bytes } = await exportAs(opened, 'PNG');
  const file = await pixelsOfFile(bytes);
  const source = await pixelsOfFile(await testPicture(WIDTH, HEIGHT));
  const pixel = ({ data, channels }: typeof file, at: number): number[] => [
    ...data.subarray(at * channels, at * channels + 3),
  ];
  return {
    width: file.width,
    height: file.height,
    alpha: (x: number, y: number) =>
      file.channels === 4 ? file.data[(y * file.width + x) * 4 + 3] : 255,
    same: (x: number, y: number) =>
      JSON.stringify(pixel(file, y * file.width + x)) ===
      JSON.stringify(pixel(source, (y - top) * WIDTH + x - left)),
  };
}

const states = ({ page }: StudioPage): Promise<string[]> =>
  page.getByRole('tree', { name: 'History' }).getByRole('treeitem').allInnerTexts();

describe('cropping by mouse', () => {
  test('draws a box, resizes it by a side, moves it and keeps what is in it, as one step', async () => {
    const opened = await withPicture();
    const { page } = opened;
    const to = await screenOf(page);
    await page.keyboard.press('c');
    expect(await box(page)).toEqual([WIDTH, HEIGHT, 0, 0]);
    await drag(page, to(200, 100), to(400, 220));
    expect(await box(page)).toEqual([200, 120, 200, 100]);
    await drag(page, to(400, 160), to(450, 180));
    expect(await box(page)).toEqual([250, 120, 200, 100]);
    await drag(page, to(300, 150), to(290, 175));
    expect(await box(page)).toEqual([250, 120, 190, 125]);
    await page.keyboard.down('Shift');
    await drag(page, to(440, 245), to(340, 215));
    await page.keyboard.up('Shift');
    expect(await box(page)).toEqual([188, 90, 190, 125]);
    const before = await states(opened);
    await page.mouse.dblclick(...to(250, 150));
    await documentIs(opened, 188, 90);
    expect(await states(opened)).toHaveLength(before.length + 1);
    const kept = await shown(opened, -190, -125);
    expect([kept.width, kept.height]).toEqual([188, 90]);
    for (const [x, y] of [
      [0, 0],
      [187, 0],
      [100, 45],
      [0, 89],
      [187, 89],
    ] as const) {
      expect(kept.same(x, y), `${x}, ${y}`).toBe(true);
    }
    await page.keyboard.press('Control+z');
    await documentIs(opened, WIDTH, HEIGHT);
  });

  test('catches on edges and guides, but not with Ctrl', async () => {
    const { page } = await withPicture();
    const to = await screenOf(page);
    await page.keyboard.press('c');
    await drag(page, to(20, 100), to(297, 250));
    expect(await box(page)).toEqual([280, 150, 20, 100]);
    await drag(page, to(300, 180), to(597, 180));
    expect(await box(page)).toEqual([580, 150, 20, 100]);
    await page.keyboard.down('Control');
    await drag(page, to(600, 180), to(595, 180));
    await page.keyboard.up('Control');
    expect(await box(page)).toEqual([575, 150, 20, 100]);
  });

  test('leaves what was zoomed to where it is on the screen', async () => {
    const opened = await withPicture();
    const { page } = opened;
    const before = (await screenOf(page))(300, 200);
    await page.keyboard.press('c');
    await page.getByLabel('X', { exact: true }).first().fill('100');
    await page.keyboard.press('Enter');
    await page.getByLabel('Width', { exact: true }).first().fill('400');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Apply crop' }).click();
    await documentIs(opened, 400, HEIGHT);
    expect((await screenOf(page))(200, 200)).toEqual(before);
  });

  test('shows all of it again where all was shown', async () => {
    const opened = await withPicture();
    const { page } = opened;
    await page.keyboard.press('Control+0');
    await page.keyboard.press('c');
    await page.getByLabel('Width', { exact: true }).first().fill('300');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Apply crop' }).click();
    await documentIs(opened, 300, HEIGHT);
    // Its corners are those of the canvas.
    const corner = page.getByRole('slider', { name: 'Bottom right corner of the crop box' });
    const now = await corner.boundingBox();
    await page.keyboard.press('Control+0');
    expect(now).toEqual(await corner.boundingBox());
    await page.keyboard.press('Control+z');
    await documentIs(opened, WIDTH, HEIGHT);
    const back = await corner.boundingBox();
    await page.keyboard.press('Control+0');
    expect(back).toEqual(await corner.boundingBox());
  });
});

describe('cropping by keyboard', () => {
  test('grows the canvas where the box leaves it, and Esc lets it be', async () => {
    const opened = await withPicture();
    const { page } = opened;
    await page.keyboard.press('c');
    await page.keyboard.press('Tab');
    await page.getByRole('slider', { name: 'Bottom right corner of the crop box' }).focus();
    await page.keyboard.press('Shift+ArrowRight');
    await page.keyboard.press('Shift+ArrowDown');
    await page.keyboard.press('ArrowDown');
    expect(await box(page)).toEqual([WIDTH + 10, HEIGHT + 11, 0, 0]);
    await page.keyboard.press('Escape');
    expect(await box(page)).toEqual([WIDTH, HEIGHT, 0, 0]);
    await page.getByRole('slider', { name: 'Top left corner of the crop box' }).focus();
    await page.keyboard.press('Shift+ArrowLeft');
    await page.keyboard.press('Shift+ArrowUp');
    await page.keyboard.press('Enter');
    await documentIs(opened, WIDTH + 10, HEIGHT + 10);
    const grown = await shown(opened, 10, 10);
    expect([grown.alpha(3, 3), grown.alpha(10, 10)]).toEqual([0, 255]);
    expect(grown.same(10, 10)).toBe(true);
  });

  test.each([false, true])('pixels outside come back, or not (deleted: %s)', async (deletes) => {
    const opened = await withPicture();
    const { page } = opened;
    await page.keyboard.press('c');
    if (deletes) await page.getByLabel('Delete cropped pixels').check();
    await page.getByLabel('Width', { exact: true }).first().fill('300');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Apply crop' }).focus();
    await page.keyboard.press('Enter');
    await documentIs(opened, 300, HEIGHT);
    await page.getByLabel('Width', { exact: true }).first().fill(String(WIDTH));
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Apply crop' }).focus();
    await page.keyboard.press('Enter');
    await documentIs(opened, WIDTH, HEIGHT);
    const again = await shown(opened, 0, 0);
    expect(again.same(299, 200)).toBe(true);
    expect(again.alpha(300, 200)).toBe(deletes ? 0 : 255);
    expect(await layerRows(opened).count()).toBe(1);
  });

  test('keeps a ratio that is chosen, and goes back to the tool before', async () => {
    const { page } = await withPicture();
    await page.keyboard.press('b');
    await page.keyboard.press('c');
    await page.getByLabel('Ratio', { exact: true }).click();
    await page.getByRole('option', { name: '16 : 9' }).click();
    expect((await box(page)).slice(0, 2)).toEqual([600, 338]);
    await page.getByLabel('Width', { exact: true }).first().fill('320');
    await page.keyboard.press('Enter');
    expect((await box(page)).slice(0, 2)).toEqual([320, 180]);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await page.getByRole('toolbar', { name: 'Brush' }).waitFor();
  });
});

test('guides are dragged out of a ruler, moved, hidden, and dragged back, each undone', async () => {
  const opened = await withPicture();
  const { page } = opened;
  const to = await screenOf(page);
  const canvas = page.getByRole('application');
  const cursor = () => canvas.evaluate((element) => element.style.cursor);
  await page.keyboard.press('Control+r');
  const ruler = await canvas.boundingBox();
  if (!ruler) throw new Error('the canvas is not there');
  await drag(page, [ruler.x + 300, ruler.y + 6], to(250, 130));
  await page.mouse.move(...to(320, 131));
  expect(await cursor()).toBe('row-resize');
  await drag(page, to(320, 130), to(330, 320));
  await page.mouse.move(...to(320, 130));
  expect(await cursor()).toBe('default');
  await page.mouse.move(...to(320, 320));
  expect(await cursor()).toBe('row-resize');
  await page.keyboard.press('Control+;');
  await page.mouse.move(...to(321, 320));
  expect(await cursor()).toBe('default');
  await page.keyboard.press('Control+;');
  await drag(page, to(320, 320), [ruler.x + 320, ruler.y + 4]);
  expect((await states(opened)).map((text) => text.split('\n')[0])).toEqual([
    ...['Opened photo.png', 'New guide', 'Move guide', 'Remove guide'],
  ]);
  await page.keyboard.press('Control+z');
  await page.mouse.move(...to(320, 320));
  expect(await cursor()).toBe('row-resize');
});

test('a tooltip says name and keys, to the keyboard too, and Esc takes it away', async () => {
  const { page } = await withPicture();
  const tip = page.getByRole('tooltip');
  await page.getByRole('button', { name: 'Eraser', exact: true }).hover();
  await tip.waitFor();
  expect(await tip.innerText()).toMatch(/^Eraser\s+E$/);
  await page.keyboard.press('Escape');
  await tip.waitFor({ state: 'detached' });
  await page.mouse.move(700, 300);
  await page.getByRole('button', { name: 'Brush', exact: true }).focus();
  await page.keyboard.press('Tab');
  await tip.waitFor();
  expect(await tip.innerText()).toMatch(/^Eraser\s+E$/);
});
