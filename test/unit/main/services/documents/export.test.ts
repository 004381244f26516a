import { describe, expect, test } from 'vitest';

import { decodeImage, readFileRecipe } from '../../../../../main/engine/images/index.js';
import { sharp } from '../../../../../main/engine/images/sharp.js';
import {
  exportPicture,
  type ExportRequest,
} from '../../../../../main/services/documents/export.js';
import { flat, MemoryBlobs, pattern, pixelAt, withCode } from './blobs.js';

const recipe = { kind: 'edit', prompt: 'más "luz" & <sombra>', seed: 9 };

async function write(
  data: Uint8Array,
  width: number,
  height: number,
  more: Partial<ExportRequest>,
) {
  const blobs = new MemoryBlobs();
  const image = { blob: blobs.put(data), width, height };
  const request = {
    format: 'png',
    quality: 90,
    lossless: false,
    image,
    recipe: null,
    ...more,
  } as const;
  return exportPicture(request, blobs);
}

describe('exporting a picture', () => {
  test.each([
    ['png', false],
    ['tiff', false],
    ['webp', true],
  ] as const)('%s keeps every pixel, under full transparency too', async (format, lossless) => {
    const data = pattern(64, 48);
    const { bytes, mime } = await write(data, 64, 48, { format, lossless });
    expect(mime).toBe(`image/${format}`);
    const back = await decodeImage({ data: bytes });
    expect(back).toMatchObject({ width: 64, height: 48, channels: 4, format });
    expect(Buffer.compare(back.data, data)).toBe(0);
  });

  test.each([
    ['png', false],
    ['tiff', false],
    ['webp', true],
  ] as const)(
    'an opaque %s has no alpha channel, and the same colours',
    async (format, lossless) => {
      const data = pattern(33, 21).map((value, i) => (i % 4 === 3 ? 255 : value));
      const { bytes } = await write(data, 33, 21, { format, lossless });
      const back = await decodeImage({ data: bytes });
      expect(back.channels).toBe(3);
      expect(
        Buffer.compare(
          back.data,
          data.filter((_, i) => i % 4 !== 3),
        ),
      ).toBe(0);
    },
  );

  test('AVIF without loss is very near', async () => {
    const data = pattern(32, 32).map((value, i) => (i % 4 === 3 ? 255 : value));
    const { bytes } = await write(data, 32, 32, { format: 'avif', lossless: true });
    const back = await decodeImage({ data: bytes });
    const wanted = data.filter((_, i) => i % 4 !== 3);
    const worst = wanted.reduce(
      (most, value, i) => Math.max(most, Math.abs(value - (back.data[i] ?? 0))),
      0,
    );
    expect(worst).toBeLessThanOrEqual(3);
  });

  test('JPEG is laid over white', async () => {
    const data = Uint8Array.from([
      ...flat(16, 8, [255, 0, 0, 0]),
      ...flat(16, 8, [255, 0, 0, 255]),
    ]);
    const { bytes } = await write(data, 16, 16, { format: 'jpeg', quality: 95 });
    const back = await decodeImage({ data: bytes });
    expect(back.channels).toBe(3);
    expect(back.data.subarray(0, 3).every((value) => value > 250)).toBe(true);
    const [r = 0, g = 255] = back.data.subarray((15 * 16 + 8) * 3);
    expect(r > 240 && g < 20).toBe(true);
  });

  test.each(['jpeg', 'webp', 'avif'] as const)(
    '%s gets smaller with lower quality',
    async (format) => {
      const data = pattern(128, 128).map((value, i) => (i % 4 === 3 ? 255 : value));
      const sizes = [];
      for (const quality of [20, 60, 90]) {
        sizes.push((await write(data, 128, 128, { format, quality })).bytes.length);
      }
      expect(sizes).toEqual([...sizes].sort((a, b) => a - b));
      expect(new Set(sizes).size).toBe(3);
    },
  );

  test.each(['png', 'jpeg', 'webp', 'avif', 'tiff'] as const)(
    '%s carries what made it only if that is given, and nothing else of a person',
    async (format) => {
      const data = flat(8, 8, [1, 2, 3, 255]);
      const json = JSON.stringify(recipe);
      const { bytes } = await write(data, 8, 8, { format, recipe: json });
      expect(await readFileRecipe({ data: bytes })).toEqual(recipe);
      const plain = (await write(data, 8, 8, { format })).bytes;
      expect(await readFileRecipe({ data: plain })).toBeNull();
      const metadata = await sharp(plain).metadata();
      expect([metadata.xmp, metadata.iptc]).toEqual([undefined, undefined]);
    },
  );

  test('what cannot be written is said', async () => {
    const data = flat(8, 8, [1, 2, 3, 255]);
    await expect(write(data, 8, 8, { recipe: 'no json' })).rejects.toThrow(
      withCode('INVALID_RECIPE'),
    );
    await expect(write(data, 8, 8, { recipe: '[]' })).rejects.toThrow(withCode('INVALID_RECIPE'));
    await expect(write(data, 8, 9, {})).rejects.toThrow(withCode('BAD_PIXELS'));
    const wide = flat(17_000, 1, [1, 2, 3, 255]);
    await expect(write(wide, 17_000, 1, { format: 'webp' })).rejects.toThrow(
      withCode('IMAGE_TOO_LARGE', /^WEBP files have at most 16383 pixels/),
    );
    expect(
      pixelAt(
        (await decodeImage({ data: (await write(wide, 17_000, 1, {})).bytes })).data,
        1,
        0,
        0,
      )[0],
    ).toBe(1);
  });
});
