/** Files that are being written: how far they are, and that nothing stays of those given up. */
import { readdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { BlobStore } from '../../../../../main/services/blobs.js';
import { createStudio } from '../../../../../main/services/studio/index.js';
import type { Page, Studio } from '../../../../../main/services/studio/router.js';
import type { ReadyFile, StudioEvent, WireLayer } from '../../../../../preload/contract.js';
import { pattern } from '../documents/blobs.js';

const [WIDTH, HEIGHT, LAYERS] = [1200, 900, 6];
const TASK = 'writing-a-file';
const STORE = 'what-is-packed';

let home: string;
let blobs: BlobStore;
let studio: Studio;
let page: Page;
let events: StudioEvent[] = [];

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'nativa-tasks-'));
  process.env.NATIVA_HOME = home;
  blobs = new BlobStore();
  studio = await createStudio({ host: 'browser', language: 'en', blobs });
  studio.onEvent((event) => events.push(event));
  page = studio.openPage();
});
afterAll(async () => {
  await studio.close();
  await blobs.close();
  delete process.env.NATIVA_HOME;
  rmSync(home, { recursive: true, force: true });
});

/** A document of several layers, its pixels waiting in the store. */
function project() {
  events = [];
  const pixels = pattern(WIDTH, HEIGHT);
  const layers = Array.from({ length: LAYERS }, (_, index): WireLayer => ({
    type: 'raster',
    name: `Layer ${index}`,
    visible: true,
    opacity: 1,
    blendMode: 'normal',
    x: 0,
    y: 0,
    width: WIDTH,
    height: HEIGHT,
    pixels: blobs.put(Uint8Array.from(pixels)),
  }));
  const merged = blobs.put(Uint8Array.from(pixels));
  return { name: 'work', width: WIDTH, height: HEIGHT, layers, merged, task: TASK };
}

/** The same as an OpenRaster file of what is packed. */
async function packedProject() {
  events = [];
  const strips = Array.from({ length: Math.ceil(HEIGHT / 50) }, (_, n) => `s.${n}`);
  for (const key of strips) {
    const blob = blobs.put(pattern(WIDTH, 50));
    await page.handle('packs.rows', { store: STORE, key, width: WIDTH, channels: 4, blob });
  }
  const picture = { width: WIDTH, height: HEIGHT, channels: 4, strips };
  const layers = Array.from({ length: LAYERS }, (_, index) => ({
    type: 'raster',
    name: `Layer ${index}`,
    visible: true,
    opacity: 1,
    blendMode: 'normal',
    x: 0,
    y: 0,
    picture,
    runs: [],
  }));
  const json = JSON.stringify({ tiles: [], documents: [{ layers: [] }] });
  const size = { width: WIDTH, height: HEIGHT };
  return {
    name: 'work',
    ...size,
    layers,
    merged: picture,
    project: json,
    store: STORE,
    task: TASK,
  };
}

const asks = { 'files.writeProject': packedProject, 'files.exportPsd': project };
const kinds = ['files.writeProject', 'files.exportPsd'] as const;

/** What pages have left in the store, dropped. */
async function dropInputs(ask: unknown): Promise<void> {
  const { layers, merged } = ask as ReturnType<typeof project>;
  await page.handle('packs.clear', { store: STORE });
  if (typeof merged !== 'string') return;
  blobs.drop([merged, ...layers.flatMap((layer) => (layer.type === 'raster' ? layer.pixels : []))]);
}

/** Names of the files that the store has on disk. */
function onDisk(): string[] {
  const folders = readdirSync(tmpdir()).filter((name) =>
    name.startsWith(`nativa-blobs-${process.pid}-`),
  );
  return folders.flatMap((name) => readdirSync(join(tmpdir(), name)));
}

/** Resolves once the file is a part written. */
async function begun(): Promise<void> {
  await vi.waitFor(() => {
    expect(events.some((event) => event.type === 'task' && event.part > 0)).toBe(true);
  }, 20_000);
}

test.each(kinds)('%s says how far it is, up to the end', async (kind) => {
  const file = (await page.handle(kind, await asks[kind]())) as ReadyFile;
  const parts = events.flatMap((event) => (event.type === 'task' ? [event.part] : []));
  expect(parts.length).toBeGreaterThan(LAYERS / 2);
  expect(parts).toEqual(parts.toSorted((one, other) => one - other));
  expect(parts.at(-1)).toBeGreaterThan(0.99);
  blobs.drop([file.blob]);
  await page.handle('packs.clear', { store: STORE });
  // What was read for it is gone as well.
  expect(blobs.size).toBe(0);
});

test.each(kinds)('%s given up ends at once and leaves nothing', async (kind) => {
  const ask = await asks[kind]();
  const writing = page.handle(kind, ask);
  await begun();
  const asked = performance.now();
  const over = expect(writing).rejects.toMatchObject({ name: 'AbortError' });
  await page.handle('task.cancel', { task: TASK });
  await over;
  expect(performance.now() - asked).toBeLessThan(500);
  await dropInputs(ask);
  // The piece on its way is finished first.
  await vi.waitFor(() => {
    expect([blobs.size, onDisk()]).toEqual([0, []]);
  }, 20_000);
});

test('what a page asked for that is gone is given up', async () => {
  const leaving = studio.openPage();
  const ask = project();
  const writing = expect(leaving.handle('files.exportPsd', ask)).rejects.toMatchObject({
    name: 'AbortError',
  });
  await begun();
  await leaving.close();
  await writing;
  await dropInputs(ask);
  await vi.waitFor(() => {
    expect([blobs.size, onDisk()]).toEqual([0, []]);
  }, 20_000);
});

test('to give up what is not there changes nothing', async () => {
  await page.handle('task.cancel', { task: 'something-else' });
  expect(blobs.size).toBe(0);
});
