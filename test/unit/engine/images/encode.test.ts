import { describe, expect, it } from 'vitest';

import { decodeImage } from '../../../../main/engine/images/decode.js';
import { encodeImage, encodePng, outputFormat } from '../../../../main/engine/images/encode.js';
import {
  readFileRecipe,
  readRecipe,
  withRecipe,
  MAX_RECIPE_BYTES,
} from '../../../../main/engine/images/metadata.js';
import { chunksOf, crc32, encodeChunk, insertChunks } from '../../../../main/engine/images/png.js';
import { sharp } from '../../../../main/engine/images/sharp.js';
import { farthest, noise, paint, scene, sharpOf } from './pictures.js';

const recipe = {
  prompt: 'a "red" house & <tree>\nun árbol\tverde, 木 \u0001 %',
  seed: 7,
  settings: { steps: 30, guidance: 1.5, nested: [1, null, true] },
};

describe('outputFormat', () => {
  it('goes by the extension', () => {
    expect(outputFormat('/a/b.c/photo.JPG')).toBe('jpeg');
    expect(outputFormat('x.tif')).toBe('tiff');
  });

  it.each(['photo', 'photo.gif', '.png', 'a.png/b'])('refuses %s', (path) => {
    expect(() => outputFormat(path)).toThrow(
      expect.objectContaining({ code: 'UNSUPPORTED_FORMAT' }) as Error,
    );
  });
});

describe('encoding', () => {
  it.each([3, 4] as const)(
    'PNG keeps %i channels exactly, and gives the same bytes again',
    async (n) => {
      const image = noise(50, 30, n);
      const png = await encodePng(image, recipe);
      expect(farthest((await decodeImage({ data: png })).data, image.data)).toBe(0);
      expect(Buffer.compare(png, await encodePng(image, recipe))).toBe(0);
      expect([...chunksOf(png, 'sRGB')]).toMatchObject([{ intact: true }]);
      expect((await sharp(png).metadata()).width).toBe(50);
    },
  );

  it.each(['jpeg', 'webp', 'avif', 'tiff'] as const)('%s comes back as it was', async (format) => {
    const image = paint(96, 64, 3, scene);
    const bytes = await encodeImage(image, format, { recipe });
    const back = await decodeImage({ data: bytes });
    expect(back).toMatchObject({ width: 96, height: 64, format });
    expect(farthest(back.data, image.data)).toBeLessThan(format === 'tiff' ? 1 : 20);
    expect(await readFileRecipe({ data: bytes })).toEqual(recipe);
  });

  it('lays a transparent picture over white for JPEG', async () => {
    const clear = paint(16, 16, 4, () => 0);
    const back = await decodeImage({ data: await encodeImage(clear, 'jpeg') });
    expect(back.data.every((value) => value > 250)).toBe(true);
  });

  it('never carries EXIF or GPS of the source', async () => {
    const gps = {
      IFD3: { GPSLatitude: '51/1 30/1 0/1', GPSLatitudeRef: 'N' },
      IFD0: { Artist: 'Someone' },
    };
    const source = await sharpOf(paint(32, 32, 3, scene))
      .withExif(gps)
      .jpeg()
      .toBuffer();
    expect((await sharp(source).metadata()).exif?.includes('Someone')).toBe(true);
    const image = await decodeImage({ data: source });
    for (const format of ['png', 'jpeg', 'webp', 'avif', 'tiff'] as const) {
      const bytes = Buffer.from(await encodeImage(image, format, { recipe }));
      expect(bytes.includes('Someone')).toBe(false);
      expect((await sharp(bytes).metadata()).exif?.includes('GPS') ?? false).toBe(false);
    }
  });

  it('leaves a recipe out of a JPEG that cannot hold it', async () => {
    const long = { prompt: 'x'.repeat(70_000) };
    const image = noise(16, 16, 3);
    expect(
      await readFileRecipe({ data: await encodeImage(image, 'jpeg', { recipe: long }) }),
    ).toBeNull();
    expect(
      await readFileRecipe({ data: await encodeImage(image, 'webp', { recipe: long }) }),
    ).toEqual(long);
  });
});

describe('recipes in PNG', () => {
  const png = encodePng(noise(20, 20, 3));

  it('survive', async () => {
    const bytes = withRecipe(await png, recipe);
    expect(readRecipe(bytes)).toEqual(recipe);
    expect(await readFileRecipe({ data: bytes })).toEqual(recipe);
    expect((await decodeImage({ data: bytes })).width).toBe(20);
  });

  it('are absent where there is none', async () => {
    expect(await readFileRecipe({ data: await png })).toBeNull();
    expect(await readFileRecipe({ data: Buffer.from('no picture at all') })).toBeNull();
  });

  it.each([
    ['no JSON', '{"a":'],
    ['no JSON object', '[1]'],
    ['nested too deeply', `{"a":${'['.repeat(60)}${']'.repeat(60)}}`],
    ['over 1 MiB', JSON.stringify({ a: 'x'.repeat(MAX_RECIPE_BYTES) })],
  ])('are refused when %s', async (reason, text) => {
    const chunk = encodeChunk('iTXt', Buffer.from(`nativa:recipe\0\0\0\0\0${text}`));
    const bytes = insertChunks(await png, [chunk]);
    await expect(readFileRecipe({ data: bytes })).rejects.toMatchObject({
      code: 'INVALID_RECIPE',
      message: expect.stringContaining(reason) as string,
    });
  });

  it('are refused when their check sum is wrong', async () => {
    const bytes = withRecipe(await png, recipe);
    const at = Buffer.from(bytes).indexOf('"seed":7');
    bytes[at + 7] = '8'.charCodeAt(0);
    await expect(readFileRecipe({ data: bytes })).rejects.toMatchObject({ code: 'INVALID_RECIPE' });
  });

  it('cannot be made too large', async () => {
    const bytes = await png;
    expect(() => withRecipe(bytes, { a: 'x'.repeat(MAX_RECIPE_BYTES) })).toThrow(/1 MiB/);
  });
});

it('crc32 has its published check value', () => {
  expect(crc32(Buffer.from('123456789'))).toBe(0xcbf43926);
});
