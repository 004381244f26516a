/** Screenshots against those that were looked at and committed. */
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import sharp from 'sharp';
import { root } from './harness.js';

const FOLDER = join(root, 'test', 'e2e', 'baselines');
/** Where a screenshot goes that is not as it was, to be looked at. */
const SEEN = join(root, '.cache', 'e2e');
const MADE_WITH = join(FOLDER, 'made-with.json');
export const UPDATE = process.env.NATIVA_UPDATE === '1';

/**
 * Side in pixels of the squares whose mean colours are compared, how far those may be apart (of
 * 255), and how many of them may be further. Edges of letters that are smoothed in another way
 * hardly change a square's mean; a line or a word in another place changes a row of them.
 */
const [CELL, APART, FEW] = [4, 24, 40];

interface Cells {
  readonly width: number;
  readonly height: number;
  readonly data: Buffer;
}

async function cellsOf(png: Uint8Array): Promise<Cells> {
  const image = sharp(png).removeAlpha();
  const { width, height } = await image.metadata();
  const size = { width: Math.floor(width / CELL), height: Math.floor(height / CELL) };
  const data = await image
    .resize({ ...size, fit: 'fill', kernel: 'linear' })
    .raw()
    .toBuffer();
  return { ...size, data };
}

/** How many squares of two pictures differ so that a person would see it; all if their sizes do. */
export async function squaresApart(one: Uint8Array, other: Uint8Array): Promise<number> {
  const [a, b] = await Promise.all([cellsOf(one), cellsOf(other)]);
  if (a.width !== b.width || a.height !== b.height) return Infinity;
  let count = 0;
  for (let i = 0; i < a.data.length; i += 3) {
    const by = [0, 1, 2].map((c) => Math.abs((a.data[i + c] ?? 0) - (b.data[i + c] ?? 0)));
    if (Math.max(...by) > APART) count++;
  }
  return count;
}

/** Whether two screenshots show the same to a person. */
export async function looksAlike(one: Uint8Array, other: Uint8Array): Promise<boolean> {
  return (await squaresApart(one, other)) <= FEW;
}

/** A screenshot without what blinks, what moves, the times of the day and what is masked. */
export function screenshot(page: Page, mask: readonly Locator[] = []): Promise<Buffer> {
  return page.screenshot({
    animations: 'disabled',
    caret: 'hide',
    mask: [page.locator('time'), ...mask],
    maskColor: '#808080',
  });
}

/**
 * Compares with the committed screenshot of that name, or with NATIVA_UPDATE=1 writes it anew.
 * @throws Error where they differ, naming the file with what was seen
 */
export async function matchBaseline(name: string, png: Uint8Array): Promise<void> {
  const path = join(FOLDER, `${name}.png`);
  if (UPDATE) {
    await mkdir(FOLDER, { recursive: true });
    await writeFile(path, await sharp(png).png({ palette: true, colours: 128 }).toBuffer());
    return;
  }
  const apart = existsSync(path) ? await squaresApart(png, await readFile(path)) : Infinity;
  if (apart <= FEW) return;
  await mkdir(SEEN, { recursive: true });
  const seen = join(SEEN, `${name}.png`);
  await writeFile(seen, png);
  throw new Error(
    `${seen} differs from ${path} in ${apart} squares: look at both, and if it shall look so, ` +
      'write it anew with NATIVA_UPDATE=1.',
  );
}

/**
 * Whether letters are as wide here as where the baselines were made; other fonts break lines in
 * other places, and nothing can be compared. With NATIVA_UPDATE=1 their width is written down.
 */
export async function hasFontsOfBaselines(page: Page): Promise<boolean> {
  const words = await page.evaluate(() => {
    const context = document.createElement('canvas').getContext('2d');
    const { fontSize, fontFamily } = getComputedStyle(document.body);
    if (context) context.font = `${fontSize} ${fontFamily}`;
    return context?.measureText('The quick brown fox, señor: 0123456789 × %').width ?? 0;
  });
  if (UPDATE) {
    await mkdir(FOLDER, { recursive: true });
    await writeFile(MADE_WITH, `{ "words": ${words} }\n`);
    return true;
  }
  const made = JSON.parse(await readFile(MADE_WITH, 'utf8')) as { readonly words: number };
  return Math.abs(made.words - words) < 0.5;
}
