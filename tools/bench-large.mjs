/**
 * What 30 different layers of 24 megapixels take in memory: of the page's process, as the system
 * counts it, at rest and at its highest, against the 30 pictures decoded. Linux only.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { clearInterval, setInterval } from 'node:timers';
import { crc32, inflateRawSync } from 'node:zlib';
import { choose, emptyContext, pan, photo, place, startStudio } from './bench-parts.mjs';
import { SetupError } from './program.mjs';

const LAYERS = Number(process.env.NATIVA_BENCH_LAYERS ?? 30);
const [WIDTH, HEIGHT] = [6000, 4000];
const DECODED = LAYERS * WIDTH * HEIGHT * 4;
const PATIENCE = { timeout: 900_000 };
/** Milliseconds between two looks at what a process holds. */
const SAMPLE = 100;
const PAGE = 4096;
/** What stands for an offset that needs more than 32 bits. */
const FAR = 0xffffffff;
const TILE_BYTES = 256 * 256 * 4;

const rows = (page) => page.getByRole('tree', { name: 'Layers' }).getByRole('treeitem');
const residentOf = (pid) => Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * PAGE;
/** Resident bytes, those shared with other processes divided among them. */
const shareOf = (pid) =>
  Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))[1]) * 1024;

/** The process that the page's scripts and their workers run in, and the browser's own. */
async function processesOf(browser) {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  const renderers = processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id);
  const [page] = renderers.toSorted((one, other) => residentOf(other) - residentOf(one));
  return { page, browser: processInfo.find(({ type }) => type === 'browser').id };
}

/** Looks at processes again and again. */
function watch(pids) {
  const most = new Map();
  const look = () => {
    for (const [name, pid] of Object.entries(pids)) {
      try {
        most.set(name, Math.max(most.get(name) ?? 0, residentOf(pid)));
      } catch {
        // It has ended; what it held until then counts.
      }
    }
  };
  const timer = setInterval(look, SAMPLE);
  return {
    highest: (name) => {
      look();
      const value = most.get(name);
      most.delete(name);
      return value;
    },
    stop: () => clearInterval(timer),
  };
}

/** Waits until the page and the server have nothing more to do. */
async function settled(page, pids) {
  const cpu = () =>
    Object.values(pids).reduce((sum, pid) => {
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) /, '')
        .split(' ');
      return sum + Number(fields[11]) + Number(fields[12]);
    }, 0);
  for (let quiet = 0; quiet < 5;) {
    const before = cpu();
    await page.waitForTimeout(2000);
    quiet = cpu() - before < 40 ? quiet + 1 : 0;
  }
}

/** Entries of an archive, from its directory. */
async function* entriesOf(file) {
  const { size } = await file.stat();
  const tail = Buffer.alloc(Math.min(size, 2 ** 20));
  await file.read(tail, 0, tail.length, size - tail.length);
  const signature = Buffer.from([0x50, 0x4b, 1, 2]);
  for (let at = tail.indexOf(signature); tail.indexOf(signature, at) === at;) {
    const [name, extra, comment] = [28, 30, 32].map((offset) => tail.readUInt16LE(at + offset));
    const [packed, near] = [20, 42].map((offset) => tail.readUInt32LE(at + offset));
    // Beyond 4 GB it stands in 64 bits in the extra field.
    const start = near < FAR ? near : Number(tail.readBigUInt64LE(at + 46 + name + 4));
    yield { name: tail.toString('utf8', at + 46, at + 46 + name), at, tail, packed, start };
    at += 46 + name + extra + comment;
  }
}

/**
 * Checksums of the pictures in a project's file, and of the tiles that are in none of them, in an
 * order that does not depend on how they are numbered.
 */
async function contents(path) {
  const file = await open(path, 'r');
  const found = [];
  try {
    for await (const { name, at, tail, packed, start } of entriesOf(file)) {
      if (name.endsWith('.png')) found.push(`${name} ${tail.readUInt32LE(at + 16)}`);
      if (!name.endsWith('.bin')) continue;
      const local = Buffer.alloc(30);
      await file.read(local, 0, 30, start);
      const bytes = Buffer.alloc(packed);
      await file.read(
        bytes,
        0,
        packed,
        start + 30 + local.readUInt16LE(26) + local.readUInt16LE(28),
      );
      const tiles = inflateRawSync(bytes);
      for (let from = 0; from < tiles.length; from += TILE_BYTES) {
        found.push(`tile ${crc32(tiles.subarray(from, from + TILE_BYTES))}`);
      }
    }
  } finally {
    await file.close();
  }
  return found.toSorted();
}

async function save(page, path) {
  const download = page.waitForEvent('download', PATIENCE);
  await page.keyboard.press('Control+s');
  await (await download).saveAs(path);
}

async function stroke(page) {
  const { x, y, width, height } = await page.getByRole('application').boundingBox();
  await page.keyboard.press('b');
  await page.mouse.move(x + width / 2 - 200, y + height / 3);
  await page.mouse.down();
  for (let i = 0; i < 60; i++) {
    await page.mouse.move(x + width / 2 - 200 + i * 6, y + height / 3 + 60 * Math.sin(i / 5));
  }
  await page.mouse.up();
}

/** @throws SetupError where what was saved is not what is open */
async function compare(first, second) {
  const [one, other] = [await contents(first), await contents(second)];
  // All layers, the flattened picture, its thumbnail, and tiles of the stroke that was undone.
  if (one.length < LAYERS + 3 || one.join() !== other.join()) {
    throw new SetupError('what was opened is not what was saved.');
  }
}

class Measuring {
  figures = {};
  seconds = {};

  constructor(browser, page, server) {
    this.browser = browser;
    this.page = page;
    this.server = server;
  }

  async begin() {
    this.pids = { ...(await processesOf(this.browser)), server: this.server };
    this.watching = watch(this.pids);
  }

  /** Does something, and notes what the page's process holds after it and held at most. */
  async step(name, action) {
    const started = performance.now();
    await action();
    const seconds = (performance.now() - started) / 1000;
    this.seconds[name] = seconds;
    await settled(this.page, this.pids);
    const held = residentOf(this.pids.page);
    const share = shareOf(this.pids.page);
    const highest = this.watching.highest('page');
    this.figures[`${name}: memory / decoded`] = held / DECODED;
    this.figures[`${name}: highest memory / decoded`] = highest / DECODED;
    const [beside, top] = [(held - DECODED) / 1e9, (highest - DECODED) / 1e9];
    process.stderr.write(
      `${name.padEnd(24)} ${seconds.toFixed(1)} s; beyond decoded: ${beside.toFixed(3)} GB ` +
        `(PSS ${((share - DECODED) / 1e9).toFixed(3)}), at most ${top.toFixed(3)} GB; ` +
        `browser ${(residentOf(this.pids.browser) / 1e9).toFixed(2)} GB, ` +
        `server ${(residentOf(this.server) / 1e9).toFixed(2)} GB (at most ` +
        `${(this.watching.highest('server') / 1e9).toFixed(2)})\n`,
    );
  }

  stop() {
    this.watching?.stop();
  }
}

async function steps(measuring, home) {
  const { page } = measuring;
  const files = [];
  for (let salt = 0; salt < LAYERS; salt++) {
    const file = join(home, `photo-${salt}.jpg`);
    writeFileSync(file, await photo(WIDTH, HEIGHT, salt));
    files.push(file);
  }
  const project = join(home, 'first.ora');
  const second = join(home, 'second.ora');
  const shown = async () => {
    await rows(page)
      .nth(LAYERS - 1)
      .waitFor(PATIENCE);
  };
  await measuring.begin();
  await measuring.step('opened', async () => {
    const [first, ...others] = files;
    await choose(page, first);
    await rows(page).first().waitFor(PATIENCE);
    await place(page, others);
    await shown();
  });
  await measuring.step('panned', () => pan(page, 5));
  await measuring.step('painted', () => stroke(page));
  await measuring.step('undone', () => page.keyboard.press('Control+z'));
  await measuring.step('saved', () => save(page, project));
  await measuring.step('painted once more', () => stroke(page));
  await measuring.step('saved after a stroke', () => save(page, join(home, 'between.ora')));
  await page.keyboard.press('Control+z');
  await measuring.step('undone once more', () => save(page, project));
  const { saved, 'saved after a stroke': again } = measuring.seconds;
  measuring.figures['saved after a stroke / saved for the first time'] = again / saved;
  measuring.stop();
  await page.goto('about:blank');
  await page.goto(measuring.address);
  await page.getByRole('application').waitFor();
  await measuring.begin();
  await measuring.step('opened again', async () => {
    await choose(page, project);
    await shown();
  });
  await measuring.step('saved again', () => save(page, second));
  await compare(project, second);
}

/** @returns ratios by what they are of */
export async function measureLarge(browser, home) {
  const { child, url } = await startStudio(home);
  const context = await emptyContext(browser);
  const page = await context.newPage();
  page.on('crash', () => process.stderr.write('the page crashed\n'));
  page.on('pageerror', (error) => process.stderr.write(`${error.message}\n`));
  page.on('console', (message) => {
    if (message.type() === 'error') process.stderr.write(`${message.text()}\n`);
  });
  await page.goto(url);
  await page.getByRole('application').waitFor();
  const measuring = new Measuring(browser, page, child.pid);
  measuring.address = page.url();
  try {
    await steps(measuring, home);
    return measuring.figures;
  } finally {
    measuring.stop();
    await context.close();
    child.kill();
  }
}
