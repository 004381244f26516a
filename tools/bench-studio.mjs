/**
 * Figures of the studio, each against something else in the same run: `npm run bench:studio`; with
 * `-- --large`, of 30 layers of 24 megapixels, which takes minutes, 8 GB of memory and 15 GB of disk.
 * Prints a table and, as its last line, JSON.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import sharp from 'sharp';
import { measureLarge } from './bench-large.mjs';
import { measureOpening } from './bench-open.mjs';
import { choose, emptyContext, pan, photo, startStudio } from './bench-parts.mjs';
import { ensureBrowser } from './browser.mjs';
import { SetupError, runTool } from './program.mjs';
import { setUp } from './setup.mjs';

const LAYERS = 30;
const PAN_SECONDS = 3;

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

async function startEmpty() {
  const server = createServer((_, reply) => {
    reply.setHeader('Content-Type', 'text/html');
    reply.end('<!doctype html><title>empty</title><main role="application">.</main>');
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, url: `http://127.0.0.1:${server.address().port}/` };
}

/** Milliseconds from asking for a page until its application is there, of several tries. */
async function opening(page, url) {
  const times = [];
  for (let i = 0; i < 5; i++) {
    const started = performance.now();
    await page.goto(url);
    await page.getByRole('application').waitFor();
    times.push(performance.now() - started);
  }
  return median(times);
}

async function open(page, file, size) {
  const started = await choose(page, file);
  await page.locator(`[data-document="${size}"]`).waitFor({ timeout: 120_000 });
  return performance.now() - started;
}

/** Frames a second that the page draws, while something is done to it or at rest. */
async function frames(page, action) {
  await page.evaluate(() => {
    window.benchFrames = 0;
    const count = () => {
      window.benchFrames++;
      window.benchRequest = requestAnimationFrame(count);
    };
    count();
  });
  const started = performance.now();
  await action();
  const seconds = (performance.now() - started) / 1000;
  return page.evaluate((passed) => {
    cancelAnimationFrame(window.benchRequest);
    return window.benchFrames / passed;
  }, seconds);
}

/** Milliseconds from an event until the frame after the one that follows it. */
function untilDrawn(page, kind) {
  return page.evaluate(async (what) => {
    const target = document.querySelector('[role=application]');
    const times = [];
    const box = target.getBoundingClientRect();
    for (let i = 0; i < 15; i++) {
      const started = performance.now();
      if (what === 'rest') {
        // Nothing: what two frames take on this machine.
      } else if (what === 'brush') {
        const at = { clientX: box.x + 300 + i * 9, clientY: box.y + 200 + (i % 4) * 30 };
        const pointer = { ...at, pointerId: 1, isPrimary: true, bubbles: true, button: 0 };
        if (i === 0) target.dispatchEvent(new PointerEvent('pointerdown', pointer));
        target.dispatchEvent(new PointerEvent('pointermove', pointer));
      } else {
        const shiftKey = i % 2 === 1;
        const keys = { key: 'z', code: 'KeyZ', ctrlKey: true, shiftKey, bubbles: true };
        window.dispatchEvent(new KeyboardEvent('keydown', keys));
      }
      await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
      times.push(performance.now() - started);
    }
    return times.sort((a, b) => a - b)[7];
  }, kind);
}

async function memory(page) {
  const { bytes } = await page.evaluate(() => performance.measureUserAgentSpecificMemory());
  return bytes;
}

async function measure(browser, home) {
  const { child, url } = await startStudio(home);
  const empty = await startEmpty();
  const context = await emptyContext(browser);
  const page = await context.newPage();
  try {
    await page.goto(url);
    await page.getByRole('application').waitFor();
    const address = page.url();
    const emptyMs = await opening(page, empty.url);
    const studioMs = await opening(page, address);
    const restFrames = await frames(page, () => page.waitForTimeout(2000));

    const large = join(home, 'large.jpg');
    writeFileSync(large, await photo(6000, 4000));
    let started = performance.now();
    await sharp(large).raw().toBuffer();
    const sharpMs = performance.now() - started;
    const openMs = await open(page, large, '6000x4000');

    await page.reload();
    await page.getByRole('application').waitFor();
    const before = await memory(page);
    const wide = join(home, 'wide.jpg');
    writeFileSync(wide, await photo(3840, 2160));
    await open(page, wide, '3840x2160');
    for (let i = 1; i < LAYERS; i++) await page.keyboard.press('Control+j');
    await page.waitForTimeout(3000);
    const panFrames = await frames(page, () => pan(page, PAN_SECONDS));
    const restMs = await untilDrawn(page, 'rest');
    await page.keyboard.press('b');
    const brushMs = await untilDrawn(page, 'brush');
    await page.keyboard.press('Escape');
    const undoMs = await untilDrawn(page, 'undo');
    const held = (await memory(page)) - before;
    await page.goto(address);
    const opened = await measureOpening(page, home);
    return {
      'page to interactive / empty page': studioMs / emptyMs,
      '24 MP JPEG opened / sharp decoding it': openMs / sharpMs,
      [`frames panning ${LAYERS} layers of 4K / at rest`]: panFrames / restFrames,
      'brush to screen / two frames at rest': brushMs / restMs,
      'undo to screen / two frames at rest': undoMs / restMs,
      [`memory of ${LAYERS} copies of a 4K layer / one decoded`]: held / (3840 * 2160 * 4),
      ...opened,
    };
  } finally {
    await context.close();
    child.kill();
    empty.server.close();
  }
}

await runTool(async () => {
  await setUp();
  const executablePath = await ensureBrowser();
  if (executablePath === undefined) throw new SetupError('no Chromium or Chrome was found.');
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  const home = mkdtempSync(join(tmpdir(), 'nativa-bench-'));
  try {
    const large = process.argv.includes('--large');
    const figures = await (large ? measureLarge : measure)(browser, home);
    for (const [name, ratio] of Object.entries(figures)) {
      process.stdout.write(`${name.padEnd(58)} ${ratio.toFixed(2)}\n`);
    }
    process.stdout.write(`${JSON.stringify(figures)}\n`);
    return 0;
  } finally {
    await browser.close();
    rmSync(home, { recursive: true, force: true });
  }
});
