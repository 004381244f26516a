/** What the measurements of the studio share: pictures, the studio's server, and what a hand does. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import sharp from 'sharp';
import { root } from './program.mjs';

/** A photo-like picture: smooth noise, as JPEG. Another salt makes another picture. */
export function photo(width, height, salt = 0) {
  const noise = Buffer.alloc((width / 8) * (height / 8) * 3);
  for (let i = 0; i < noise.length; i++) noise[i] = ((i * (2654435761 + salt * 97)) >>> 13) & 255;
  return sharp(noise, { raw: { width: width / 8, height: height / 8, channels: 3 } })
    .resize(width, height)
    .jpeg({ quality: 92 })
    .toBuffer();
}

/** Starts the studio's server over a folder of its own. */
export function startStudio(home) {
  const args = [join(root, 'tools', 'start.mjs'), 'serve', '--no-open'];
  const child = spawn(process.execPath, args, { env: { ...process.env, NATIVA_HOME: home } });
  return new Promise((resolve) => {
    child.stdout.on('data', (data) => {
      const url = /http:\/\/127\S+/.exec(String(data))?.[0];
      if (url !== undefined) resolve({ child, url });
    });
  });
}

/**
 * A context whose pages open nothing again that was open when they are loaded. Nobody answers the
 * browser's own dialogs for files that stay open to the page; it has others.
 */
export async function emptyContext(browser) {
  const context = await browser.newContext({ viewport: { width: 1920, height: 1080 } });
  // From the beginning, so that the browser never opens its own, which is given up at once.
  context.on('page', (page) => page.on('filechooser', () => undefined));
  await context.addInitScript("if (location.protocol === 'http:') sessionStorage.clear()");
  await context.addInitScript(() => {
    for (const name of ['showOpenFilePicker', 'showSaveFilePicker']) {
      Reflect.deleteProperty(globalThis, name);
    }
  });
  return context;
}

/** Opens files by the browser's own dialog, each as a document. @returns when they were given */
export async function choose(page, files) {
  return give(page, files, () => page.keyboard.press('Control+o'));
}

/** Puts files into the document that is open, as layers. @returns when they were given */
export async function place(page, files) {
  return give(page, files, async () => {
    await page.keyboard.press('Control+k');
    await page.keyboard.type('Place as layer');
    await page.keyboard.press('Enter');
  });
}

async function give(page, files, ask) {
  const chooser = page.waitForEvent('filechooser');
  await ask();
  const given = await chooser;
  const started = performance.now();
  await given.setFiles(files);
  return started;
}

/** Pans in curves. */
export async function pan(page, seconds) {
  const { x, y, width, height } = await page.getByRole('application').boundingBox();
  await page.keyboard.press('h');
  await page.mouse.move(x + width / 2, y + height / 3);
  await page.mouse.down();
  const until = performance.now() + seconds * 1000;
  for (let i = 0; performance.now() < until; i++) {
    await page.mouse.move(
      x + width / 2 + 150 * Math.sin(i / 9),
      y + height / 3 + 90 * Math.cos(i / 7),
    );
  }
  await page.mouse.up();
}
