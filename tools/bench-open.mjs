/**
 * Opening a project of several layers with a history: against sharp decoding the same layers' PNGs
 * alone, how soon the present state is there, and what the first save after it costs.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import sharp from 'sharp';
import { choose, photo, place } from './bench-parts.mjs';

const LAYERS = 6;
/** Of them, those that only the history has. */
const DELETED = 3;
const [WIDTH, HEIGHT] = [3000, 2000];
const ROUNDS = 5;
const PATIENCE = { timeout: 120_000 };

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const rows = (page) => page.getByRole('tree', { name: 'Layers' }).getByRole('treeitem');

async function timed(action) {
  const started = performance.now();
  await action();
  return performance.now() - started;
}

async function save(page, path) {
  const download = page.waitForEvent('download', PATIENCE);
  await page.keyboard.press('Control+s');
  await (await download).saveAs(path);
  await page
    .getByText(/^Saved/)
    .first()
    .waitFor(PATIENCE);
}

/** Makes the project as a person does. */
async function makeProject(page, home, path) {
  const files = [];
  for (let salt = 0; salt < LAYERS; salt++) {
    files.push(join(home, `layer-${salt}.jpg`));
    writeFileSync(files.at(-1), await photo(WIDTH, HEIGHT, salt));
  }
  const [first, ...others] = files;
  await choose(page, first);
  await rows(page).first().waitFor(PATIENCE);
  await place(page, others);
  await rows(page)
    .nth(LAYERS - 1)
    .waitFor(PATIENCE);
  for (let left = LAYERS; left > LAYERS - DELETED; left--) {
    await page.keyboard.press('Shift+Delete');
    await rows(page)
      .nth(left - 1)
      .waitFor({ state: 'detached' });
  }
  await save(page, path);
}

/** The layers' PNGs in a project's file. */
function layersOf(path) {
  const file = readFileSync(path);
  const found = [];
  const end = file.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6]));
  for (let n = file.readUInt16LE(end + 10), at = file.readUInt32LE(end + 16); n > 0; n--) {
    const [name, extra, comment] = [28, 30, 32].map((offset) => file.readUInt16LE(at + offset));
    const local = file.readUInt32LE(at + 42);
    const start = local + 30 + file.readUInt16LE(local + 26) + file.readUInt16LE(local + 28);
    const bytes = file.subarray(start, start + file.readUInt32LE(at + 20));
    const stored = file.readUInt16LE(at + 10) === 0;
    if (file.toString('utf8', at + 46, at + 46 + name).startsWith('data/')) {
      found.push(stored ? bytes : inflateRawSync(bytes));
    }
    at += 46 + name + extra + comment;
  }
  return found;
}

async function round(page, address, home, path, layers) {
  const decoding = await timed(async () => {
    for (const layer of layers) await sharp(layer).ensureAlpha().raw().toBuffer();
  });
  await page.goto('about:blank');
  await page.goto(address);
  await page.getByRole('application').waitFor();
  const started = await choose(page, path);
  await page.locator(`[data-document="${WIDTH}x${HEIGHT}"]`).waitFor(PATIENCE);
  await page.evaluate(
    () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
  );
  const present = performance.now() - started;
  await page.locator('.status .busy').waitFor({ state: 'detached', ...PATIENCE });
  const all = performance.now() - started;
  const first = await timed(() => save(page, join(home, 'first.ora')));
  await page
    .getByText(/^Saved/)
    .first()
    .waitFor({ state: 'detached', ...PATIENCE });
  const again = await timed(() => save(page, join(home, 'again.ora')));
  return { decoding, present, all, first, again };
}

/** @returns ratios by what they are of */
export async function measureOpening(page, home) {
  const address = page.url();
  const path = join(home, 'project.ora');
  await makeProject(page, home, path);
  const layers = layersOf(path);
  const found = [];
  for (let n = 0; n < ROUNDS; n++) {
    found.push(await round(page, address, home, path, layers));
    if (process.env.NATIVA_BENCH_TIMES) process.stderr.write(`${JSON.stringify(found.at(-1))}\n`);
  }
  const of = (name) => median(found.map((one) => one[name]));
  return {
    [`project of ${LAYERS - DELETED} layers and a history shown / sharp decoding them`]:
      of('present') / of('decoding'),
    'all of it read / present state shown': of('all') / of('present'),
    'first save after opening it / saving again': of('first') / of('again'),
  };
}
