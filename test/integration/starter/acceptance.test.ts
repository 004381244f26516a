/**
 * The shipped model through the command line, as the README shows it: what it can do already. Its
 * card has the scores.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadBundle } from '../../../native-models/bundle/index.js';
import { ROOT, Workplace } from '../../support/cli.js';
import { halves, readRgb } from '../../support/rgb.js';
import type { Rgb } from '../../support/rgb.js';
import { resultSchema } from '../../support/result.js';

const starter = join(ROOT, 'native-models', 'starter');
const ENGLISH = 'a red house to the left of a green tree, at night';
const SPANISH = 'una casa roja a la izquierda de un árbol verde, de noche';
const MIB = 2 ** 20;

let place: Workplace;
beforeAll(async () => {
  place = await Workplace.make();
});
afterAll(async () => {
  await place.remove();
});

async function make(...args: string[]) {
  const { code, stdout, stderr } = await place.run([...args, '--json']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return resultSchema.parse(JSON.parse(stdout));
}

const generate = (prompt: string, out: string, ...args: string[]) =>
  make('generate', prompt, '--seed', '7', '--out', out, ...args);
const bytes = (name: string) => readFile(place.path(name));

/** Red on the left, green on the right, under a dark sky. */
function expectHouseAndTree(picture: Rgb): void {
  const [left, right] = halves(picture);
  expect(left.red).toBeGreaterThan(0.015);
  expect(left.red).toBeGreaterThan(3 * right.red);
  expect(right.green - left.green).toBeGreaterThan(0.03);
  expect(left.sky + right.sky).toBeLessThan(2 * 115);
}

describe('the starter', () => {
  it('is small, in half precision, and knows both languages', async () => {
    const { manifest, tensors } = await loadBundle(starter);
    const sizes = Object.values(manifest.files).map(({ size }) => size);
    expect(sizes.reduce((a, b) => a + b, 0)).toBeLessThanOrEqual(60 * MIB);
    expect(new Set([...tensors.values()].map(({ dtype }) => dtype))).toEqual(new Set(['F16']));
    expect(manifest.resolution).toBeGreaterThanOrEqual(256);
    expect(manifest.languages).toEqual(expect.arrayContaining(['en', 'es']));
    expect(manifest.capabilities).toMatchObject({ generate: true, edit: true });
  });

  it('is listed, inspected, verified, and makes the doctor content', async () => {
    const list = await place.run(['models', 'list']);
    expect(list.stdout).toContain('starter');
    const inspect = await place.run(['models', 'inspect', starter]);
    for (const words of ['starter', 'Apache-2.0', 'parameters']) {
      expect(inspect.stdout).toContain(words);
    }
    expect(await place.run(['models', 'verify', 'starter'])).toMatchObject({ code: 0 });
    expect(await place.run(['doctor'])).toMatchObject({ code: 0 });
  });

  it('draws what the prompt says, in either language', async () => {
    const english = await generate(ENGLISH, 'house.png');
    expect(english).toMatchObject({ model: 'starter', seed: 7 });
    expect(english.timings.total).toBeLessThan(60);
    await generate(SPANISH, 'casa.png', '--lang', 'es');
    for (const name of ['house.png', 'casa.png']) {
      const picture = await readRgb(place.path(name));
      expect([picture.width, picture.height]).toEqual([256, 256]);
      expectHouseAndTree(picture);
    }
  });

  it('draws the same bytes again, and four different pictures of which that is the first', async () => {
    await generate(ENGLISH, 'again.png');
    await generate(ENGLISH, 'four.png', '--count', '4');
    const first = await bytes('house.png');
    expect((await bytes('again.png')).equals(first)).toBe(true);
    const names = ['four.png', 'four-2.png', 'four-3.png', 'four-4.png'];
    const four = await Promise.all(names.map(bytes));
    expect(four[0]?.equals(first)).toBe(true);
    expect(new Set(four.map((data) => data.toString('base64'))).size).toBe(4);
  });

  it('makes the tree yellow, and leaves the house as it was', async () => {
    const args = ['--seed', '7', '--out', 'edited.png'];
    const { drift } = await make('edit', 'house.png', 'make the tree yellow', ...args);
    const before = halves(await readRgb(place.path('house.png')));
    const [left, tree] = halves(await readRgb(place.path('edited.png')));
    expect(left.red).toBeGreaterThan(before[0].red / 2);
    expect(tree.yellow).toBeGreaterThan(0.03);
    expect(tree.green).toBeLessThan(before[1].green / 2);
    expect(drift).toMatchObject({ region: 'tokens', outside: { identical: true, maxAbs: 0 } });
    expect(drift?.outside?.pixels).toBeGreaterThan(20_000);
  });

  it('with a mask, leaves every byte outside its soft edge', async () => {
    const [width, height, feather] = [256, 256, 6];
    const mask = Buffer.alloc(width * height);
    for (let y = 60; y < 220; y++) mask.fill(255, y * width + 140, y * width + 250);
    await sharp(mask, { raw: { width, height, channels: 1 } }).toFile(place.path('mask.png'));
    const args = ['--mask', 'mask.png', '--feather', `${feather}`, '--lock-tokens', '--seed', '7'];
    const { drift } = await make(
      ...['edit', 'house.png', 'make the tree yellow', '--out', 'masked.png'],
      ...args,
    );
    expect(drift).toMatchObject({ region: 'mask', outside: { identical: true, maxAbs: 0 } });
    const before = await readRgb(place.path('house.png'));
    const after = await readRgb(place.path('masked.png'));
    let altered = 0;
    for (let i = 0; i < width * height; i++) {
      const [x, y] = [i % width, Math.floor(i / width)];
      const away = Math.hypot(Math.max(140 - x, x - 249, 0), Math.max(60 - y, y - 219, 0));
      const same = before.data
        .subarray(i * 3, i * 3 + 3)
        .equals(after.data.subarray(i * 3, i * 3 + 3));
      if (away > feather) expect(same).toBe(true);
      else if (!same) altered++;
    }
    expect(altered).toBeGreaterThan(100);
  });

  it('edits a photo of 24 megapixels in its own size and orientation', async () => {
    const create = { width: 6000, height: 4000, channels: 3 as const, background: '#5a8cc8' };
    const corner = { create: { ...create, width: 1500, height: 1000, background: '#dc2828' } };
    const photo = sharp({ create }).composite([{ input: corner, left: 0, top: 0 }]);
    await writeFile(
      place.path('photo.jpg'),
      await photo.withMetadata({ orientation: 6 }).jpeg().toBuffer(),
    );
    await make('edit', 'photo.jpg', 'make it night', '--seed', '1', '--out', 'photo-night.jpg');
    const out = await sharp(await bytes('photo-night.jpg')).metadata();
    expect([out.width, out.height, out.orientation ?? 1]).toEqual([4000, 6000, 1]);
  });
});
