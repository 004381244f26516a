/** Heavy work on a large picture: the page goes on, and the work can be given up. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CDPSession, Page } from 'playwright-core';
import { afterAll, afterEach, expect, test } from 'vitest';
import { encodePng } from '../../main/engine/images/index.js';
import { closeBrowser, openStudio, type StudioPage } from './harness.js';

const [WIDTH, HEIGHT] = [6000, 4000];
/** Milliseconds that the page's thread may be busy without a pause. */
const LIMIT = 100;
const LASTING = { timeout: 120_000 };

let studio: StudioPage | undefined;
let home: string | undefined;
afterEach(async () => {
  await studio?.close();
  studio = undefined;
  if (home !== undefined) await rm(home, { recursive: true, force: true });
});
afterAll(closeBrowser);

/** A large even area, and beside it one in which no two neighbours are alike. */
async function picture(): Promise<Uint8Array> {
  const data = new Uint8Array(WIDTH * HEIGHT * 3).fill(180);
  for (let y = 0; y < HEIGHT; y++) {
    for (let x = 4500; x < WIDTH; x++) data[(y * WIDTH + x) * 3] = (x * 37 + y * 91) & 255;
  }
  return encodePng({ width: WIDTH, height: HEIGHT, channels: 3, data });
}

interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  /** Microseconds that a thread computed, however long it was kept from it. */
  readonly tdur?: number;
  readonly args?: { readonly name?: string };
}

/**
 * The longest time in milliseconds that a task of the page's thread computed while something was
 * done. What other programs on the machine take does not count.
 */
async function longestTask(session: CDPSession, action: () => Promise<void>): Promise<number> {
  const events: TraceEvent[] = [];
  const collect = ({ value }: { value: object[] }): void => {
    events.push(...(value as TraceEvent[]));
  };
  session.on('Tracing.dataCollected', collect);
  await session.send('Tracing.start', { categories: 'toplevel', transferMode: 'ReportEvents' });
  await action();
  const complete = new Promise<void>((resolve) => {
    session.once('Tracing.tracingComplete', () => {
      resolve();
    });
  });
  await session.send('Tracing.end');
  await complete;
  session.off('Tracing.dataCollected', collect);
  const page = events.find(
    ({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain',
  );
  const tasks = events.filter(({ pid, tid }) => pid === page?.pid && tid === page.tid);
  const times = tasks.flatMap(({ tdur }) => (tdur === undefined ? [] : [tdur / 1000]));
  expect(times.length).toBeGreaterThan(10);
  return Math.max(...times);
}

async function openLarge(): Promise<{ readonly page: Page; readonly session: CDPSession }> {
  home = await mkdtemp(join(tmpdir(), 'nativa-e2e-'));
  // What is kept on disk meanwhile is sent while the page is looked at.
  await writeFile(join(home, 'settings.json'), JSON.stringify({ autosaveSeconds: 2 }));
  studio = await openStudio({ home });
  const { page, context } = studio;
  const file = join(home, 'large.png');
  await writeFile(file, await picture());
  const input = page.waitForEvent('filechooser');
  await page.keyboard.press('Control+o');
  await (await input).setFiles(file);
  await page.locator(`[data-document="${WIDTH}x${HEIGHT}"]`).waitFor(LASTING);
  return { page, session: await context.newCDPSession(page) };
}

/** How many states the history shows. */
const states = (page: Page) => page.locator('[role=treeitem][data-state]');

async function clickPicture(page: Page): Promise<void> {
  const box = await page.getByRole('application').boundingBox();
  if (!box) throw new Error('the canvas is not on the screen');
  await page.mouse.click(box.x + box.width * 0.45, box.y + box.height * 0.35);
}

async function soften(page: Page, pixels: string): Promise<void> {
  await page.keyboard.press('Shift+F6');
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('spinbutton').or(dialog.getByRole('textbox')).fill(pixels);
  await page.keyboard.press('Enter');
  await dialog.waitFor({ state: 'detached' });
}

test('wand, feather and bucket on 24 megapixels do not hold up the page', async () => {
  const { page, session } = await openLarge();
  const done = async (count: number): Promise<void> => {
    await states(page)
      .nth(count - 1)
      .waitFor(LASTING);
    // What follows belongs to it: outlines, thumbnails, tiles on the screen.
    await page.waitForTimeout(3000);
  };
  await done(1);
  const wand = await longestTask(session, async () => {
    await page.keyboard.press('w');
    await clickPicture(page);
    await done(2);
  });
  const feather = await longestTask(session, async () => {
    await soften(page, '60');
    await done(3);
  });
  const bucket = await longestTask(session, async () => {
    await page.keyboard.press('g');
    await clickPicture(page);
    await done(4);
  });
  expect(wand, 'wand').toBeLessThan(LIMIT);
  expect(feather, 'feather').toBeLessThan(LIMIT);
  expect(bucket, 'bucket').toBeLessThan(LIMIT);
  expect(studio?.complaints).toEqual([]);
});

test('work that lasts is shown, and Esc gives it up', async () => {
  const { page } = await openLarge();
  await page.keyboard.press('w');
  await clickPicture(page);
  await states(page).nth(1).waitFor(LASTING);
  await soften(page, '400');
  await page.getByText('Working: Feather …').waitFor(LASTING);
  await page.keyboard.press('Escape');
  await page.getByText('Working: Feather …').waitFor({ state: 'detached' });
  await page.getByText('Cancelled.').waitFor();
  await page.waitForTimeout(2000);
  expect(await states(page).count()).toBe(2);
  // The next work is done as if nothing had been.
  await soften(page, '2');
  await states(page).nth(2).waitFor(LASTING);
  expect(studio?.complaints).toEqual([]);
});
