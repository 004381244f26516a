import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readRecipe } from '../../../main/engine/images/index.js';
import { SMALL_BUNDLE, Workplace } from '../../support/cli.js';
import { resultSchema } from '../../support/result.js';

let place: Workplace;
beforeEach(async () => {
  place = await Workplace.make();
});
afterEach(async () => {
  await place.remove();
});

async function make(...args: string[]) {
  const { code, stdout, stderr } = await place.run([...args, '--model', SMALL_BUNDLE, '--json']);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  expect(stdout.trim().split('\n')).toHaveLength(1);
  return resultSchema.parse(JSON.parse(stdout));
}

async function hash(path: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
}

/** A photo-like picture: gradients, so that no two neighbours are equal. */
function photo(width: number, height: number): Buffer {
  const data = Buffer.alloc(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = (y * width + x) * 3;
      data[at] = (x * 255) / width;
      data[at + 1] = (y * 255) / height;
      data[at + 2] = (x + y) % 256;
    }
  }
  return data;
}

async function rawPixels(path: string) {
  return sharp(await readFile(path))
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
}

describe('generate', () => {
  it('writes the same bytes for the same seed, alone or as the first of four', async () => {
    const alone = await make('generate', 'a cat', '--seed', '7', '--out', 'a.png');
    const four = await make('generate', 'a cat', '--seed', '7', '--count', '4', '--out', 'b.png');
    expect(alone.seed).toBe(7);
    expect(four.files.map((file) => file.slice(place.folder.length + 1))).toEqual([
      'b.png',
      'b-2.png',
      'b-3.png',
      'b-4.png',
    ]);
    const hashes = await Promise.all(four.files.map(hash));
    expect(new Set(hashes).size).toBe(4);
    expect(hashes[0]).toBe(await hash(place.path('a.png')));
  });

  it('keeps what made the picture in its file', async () => {
    await make('generate', 'un gato', '--seed', '3', '--steps', '4', '--out', 'a.png');
    const recipe = readRecipe(await readFile(place.path('a.png')));
    expect(JSON.stringify(recipe)).toContain('un gato');
    expect(JSON.stringify(recipe)).toContain('"steps":4');
  });

  it('writes other formats by the name of the file', async () => {
    await make('generate', 'a cat', '--seed', '3', '--steps', '2', '--out', 'a.webp');
    expect((await sharp(await readFile(place.path('a.webp'))).metadata()).format).toBe('webp');
  });
});

describe('edit', () => {
  it('leaves every pixel outside the feathered mask as it was, and says so', async () => {
    const [width, height] = [90, 60];
    const pixels = photo(width, height);
    await sharp(pixels, { raw: { width, height, channels: 3 } }).toFile(place.path('in.png'));
    const mask = Buffer.alloc(width * height);
    for (let y = 20; y < 40; y++) mask.fill(255, y * width + 30, y * width + 60);
    await sharp(mask, { raw: { width, height, channels: 1 } }).toFile(place.path('mask.png'));
    const feather = 5;
    const args = ['--mask', 'mask.png', '--feather', `${feather}`, '--seed', '1'];
    const { drift } = await make('edit', 'in.png', 'red', ...args, '--out', 'out.png');
    expect(drift?.region).toBe('mask');
    expect(drift?.outside).toMatchObject({ identical: true, maxAbs: 0 });
    const { data } = await rawPixels(place.path('out.png'));
    let inside = 0;
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const dx = Math.max(30 - x, x - 59, 0);
        const dy = Math.max(20 - y, y - 39, 0);
        const at = (y * width + x) * 3;
        const same = data.subarray(at, at + 3).equals(pixels.subarray(at, at + 3));
        if (Math.hypot(dx, dy) > feather) expect(same).toBe(true);
        else if (!same) inside++;
      }
    }
    expect(inside).toBeGreaterThan(100);
  });

  it('keeps the size and the orientation of a large rotated photo', async () => {
    const [width, height] = [6000, 4000];
    const jpeg = await sharp({
      create: { width, height, channels: 3, background: { r: 90, g: 140, b: 200 } },
    })
      .composite([
        {
          input: {
            create: {
              width: 1500,
              height: 1000,
              channels: 3,
              background: { r: 220, g: 40, b: 40 },
            },
          },
          left: 0,
          top: 0,
        },
      ])
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toBuffer();
    await writeFile(place.path('photo.jpg'), jpeg);
    const args = ['--seed', '1', '--steps', '2', '--out', 'out.jpg'];
    const { notices } = await make('edit', 'photo.jpg', 'red', ...args);
    expect(notices.join()).toContain('with loss');
    const metadata = await sharp(await readFile(place.path('out.jpg'))).metadata();
    expect([metadata.width, metadata.height]).toEqual([height, width]);
    expect(metadata.orientation ?? 1).toBe(1);
  });
});
