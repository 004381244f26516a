/** Large work: what it takes in memory, saving it, and a history that goes to disk. */
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, afterEach, expect, test } from 'vitest';
import { layerRows, openByMenu, saveProject } from './actions.js';
import { closeBrowser, dropFiles, openStudio, type StudioPage } from './harness.js';

let studio: StudioPage | undefined;
afterEach(async () => {
  await studio?.close();
  studio = undefined;
});
afterAll(closeBrowser);

const LAYERS = 12;
const [WIDTH, HEIGHT] = [3000, 2000];
/** Pixels lie in whole tiles. */
const DECODED = LAYERS * Math.ceil(WIDTH / 256) * Math.ceil(HEIGHT / 256) * 256 * 256 * 4;
/**
 * What is kept ready beside the pixels: a quarter of the gigabyte that thirty layers of 24 megapixels
 * may take, and less than one more copy of these pixels.
 */
const BESIDE = 250e6;
const READY = { timeout: 120_000 };

type Size = readonly [width: number, height: number];

/** A picture that shares no tile with another of these. */
async function photo(salt: number, [width, height]: Size): Promise<Uint8Array> {
  const [across, down] = [width / 8, height / 8];
  const noise = Buffer.alloc(across * down * 3);
  for (let i = 0; i < noise.length; i++) noise[i] = ((i * (2654435761 + salt * 97)) >>> 13) & 255;
  return sharp(noise, { raw: { width: across, height: down, channels: 3 } })
    .resize(width, height)
    .jpeg({ quality: 90 })
    .toBuffer();
}

async function drop(
  { page }: StudioPage,
  salt: number,
  size: Size = [WIDTH, HEIGHT],
): Promise<void> {
  const bytes = await photo(salt, size);
  const rows = page.getByRole('tree', { name: 'Layers' }).getByRole('treeitem');
  const before = await rows.count();
  await dropFiles(page, [{ name: `photo ${salt}.jpg`, type: 'image/jpeg', bytes }]);
  await expect.poll(() => rows.count(), READY).toBe(before + 1);
}

/** Bytes that the page's scripts hold, after what is not needed was let go. */
async function pageMemory({ page }: StudioPage): Promise<number> {
  const measured = await page.evaluate(async () => {
    type Measuring = Performance & {
      measureUserAgentSpecificMemory(): Promise<{ readonly bytes: number }>;
    };
    return (performance as Measuring).measureUserAgentSpecificMemory();
  });
  return measured.bytes;
}

/** Bytes that a process has in memory, on Linux. */
function resident(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024;
}

/** Which requests the page sends, by what can be read in their frames. */
function watchRequests({ page }: StudioPage): { count(name: string): number } {
  const sent: string[] = [];
  page.on('websocket', (socket) => {
    socket.on('framesent', ({ payload }) => {
      sent.push(typeof payload === 'string' ? payload : payload.toString('latin1'));
    });
  });
  return { count: (name) => sent.filter((frame) => frame.includes(name)).length };
}

/** What the canvas shows in its middle, once it is all there. */
async function shownPixels(open: StudioPage): Promise<Buffer> {
  await open.page.waitForTimeout(1500);
  return shownNow(open);
}

/** The same, once it does not change any more. */
async function settledPixels(open: StudioPage): Promise<Buffer> {
  let last = await shownNow(open);
  for (let same = 0; same < 3;) {
    await open.page.waitForTimeout(100);
    const now = await shownNow(open);
    same = now.equals(last) ? same + 1 : 0;
    last = now;
  }
  return last;
}

/** What the canvas shows in its middle. */
async function shownNow({ page }: StudioPage): Promise<Buffer> {
  const box = await page.getByRole('application').boundingBox();
  if (!box) throw new Error('the canvas is not there');
  const clip = {
    x: box.x + box.width / 2 - 100,
    y: box.y + box.height / 3,
    width: 200,
    height: 100,
  };
  return sharp(await page.screenshot({ clip }))
    .raw()
    .toBuffer();
}

test('twelve different layers stay within their share of memory', async () => {
  studio = await openStudio();
  const { page, server } = studio;
  const pid = server.process.pid ?? 0;
  const before = { page: await pageMemory(studio), server: resident(pid) };
  for (let salt = 0; salt < LAYERS; salt++) await drop(studio, salt);
  // Work that is not saved is kept on disk meanwhile.
  await page.waitForTimeout(8000);
  const held = (await pageMemory(studio)) - before.page;
  const served = resident(pid) - before.server;
  expect(held).toBeGreaterThan(DECODED * 0.9);
  expect(held).toBeLessThan(DECODED + BESIDE);
  // What the services need does not grow with the number of layers.
  expect(served).toBeLessThan(700e6);
  expect(studio.complaints).toEqual([]);
}, 600_000);

test('a project too large for one message is saved, and opens again with all its layers', async () => {
  studio = await openStudio();
  const { page } = studio;
  const requests = watchRequests(studio);
  await page.reload();
  await page.getByRole('application').waitFor();
  for (let salt = 0; salt < 4; salt++) await drop(studio, salt);
  const before = await shownPixels(studio);
  const download = page.waitForEvent('download', { timeout: 240_000 });
  await page.keyboard.press('Control+s');
  const folder = await mkdtemp(join(tmpdir(), 'nativa-e2e-'));
  const path = join(folder, 'large.ora');
  await (await download).saveAs(path);
  // Every layer goes in pieces.
  const pieces = requests.count('packs.tiles') + requests.count('packs.rows');
  expect(pieces).toBeGreaterThan(4);
  await studio.close();
  studio = await openStudio();
  const names = Array.from({ length: 4 }, (_, salt) => `photo ${salt}`);
  const chooser = studio.page.waitForEvent('filechooser');
  await studio.page.keyboard.press('Control+o');
  await (await chooser).setFiles(path);
  await studio.page.locator(`[data-document="${WIDTH}x${HEIGHT}"]`).waitFor(READY);
  const rows = studio.page.getByRole('tree', { name: 'Layers' }).getByRole('treeitem');
  expect(await rows.count()).toBe(4);
  for (const name of names) expect(await rows.filter({ hasText: name }).count()).toBe(1);
  // Tiles come one after the other, on a busy machine for a while.
  const differs = async () => Buffer.compare(await shownPixels(studio as StudioPage), before);
  await expect.poll(differs, READY).toBe(0);
  await rm(folder, { recursive: true, force: true });
  expect(studio.complaints).toEqual([]);
}, 600_000);

test('old steps leave the memory for the disk, and undo brings each of them back', async () => {
  const home = await mkdtemp(join(tmpdir(), 'nativa-e2e-'));
  // The least that can be set; the deleted pictures are more.
  await writeFile(join(home, 'settings.json'), JSON.stringify({ historyMemory: 64e6 }));
  studio = await openStudio({ home });
  const { page } = studio;
  const requests = watchRequests(studio);
  await page.reload();
  await page.getByRole('application').waitFor();
  const rows = page.getByRole('tree', { name: 'Layers' }).getByRole('treeitem');
  for (let salt = 0; salt < 5; salt++) await drop(studio, salt);
  const seen: Buffer[] = [];
  for (let left = 5; left > 1; left--) {
    seen.unshift(await shownPixels(studio));
    await page.keyboard.press('Shift+Delete');
    await expect.poll(() => rows.count(), READY).toBe(left - 1);
  }
  await expect.poll(() => requests.count('tiles.store'), READY).toBeGreaterThan(0);
  // Written first, then let go.
  await page.waitForTimeout(3000);
  for (const [index, before] of seen.entries()) {
    await page.keyboard.press('Control+z');
    await expect.poll(() => rows.count(), READY).toBe(index + 2);
    expect(Buffer.compare(await shownPixels(studio), before)).toBe(0);
  }
  expect(requests.count('tiles.fetch')).toBeGreaterThan(0);
  expect(studio.complaints).toEqual([]);
  await studio.close();
  studio = undefined;
  await rm(home, { recursive: true, force: true });
}, 600_000);

test('a project shows its present state first, and undo reads those before it', async () => {
  const [width, height] = [1600, 1200];
  studio = await openStudio();
  const rows = () => layerRows(studio as StudioPage);
  for (let salt = 0; salt < 4; salt++) await drop(studio, salt, [width, height]);
  const seen: Buffer[] = [];
  for (let left = 4; left > 1; left--) {
    seen.unshift(await settledPixels(studio));
    await studio.page.keyboard.press('Shift+Delete');
    await expect.poll(() => rows().count(), READY).toBe(left - 1);
  }
  const present = await settledPixels(studio);
  const project = await saveProject(studio);
  // A page that has read nothing of it.
  await studio.page.addInitScript('sessionStorage.clear()');
  const requests = watchRequests(studio);
  await studio.page.reload();
  await studio.page.getByRole('application').waitFor();
  const { page } = studio;
  const before = await pageMemory(studio);
  // Nothing but the present state is asked for until that is shown.
  const fetched: number[] = [];
  const shown = page
    .locator(`[data-document="${width}x${height}"]`)
    .waitFor(READY)
    .then(() => fetched.push(requests.count('tiles.check')));
  await openByMenu(studio, { name: 'steps.ora', type: 'image/openraster', bytes: project });
  await page.getByRole('button', { name: /Cancel/ }).waitFor(READY);
  await shown;
  expect(fetched).toEqual([0]);
  expect(await rows().count()).toBe(1);
  // What it had not read of others was given on as it lay there.
  expect(requests.count('tiles.store')).toBe(1);
  const looks = async () => Buffer.compare(await shownNow(studio as StudioPage), present);
  await expect.poll(looks, READY).toBe(0);
  for (const [index, picture] of seen.entries()) {
    await page.keyboard.press('Control+z');
    await expect.poll(() => rows().count(), READY).toBe(index + 2);
    const differs = async () => Buffer.compare(await shownNow(studio as StudioPage), picture);
    await expect.poll(differs, READY).toBe(0);
  }
  await page.getByText('Reading earlier steps').waitFor({ state: 'detached', ...READY });
  const decoded = 4 * 7 * 5 * 256 * 256 * 4;
  expect((await pageMemory(studio)) - before).toBeLessThan(decoded + BESIDE / 2);
  expect(studio.complaints).toEqual([]);
}, 600_000);
