import { describe, expect, test } from 'vitest';

import { encodeImage, encodePng } from '../../../../../main/engine/images/index.js';
import { sharp } from '../../../../../main/engine/images/sharp.js';
import { openFile } from '../../../../../main/services/documents/open.js';
import { MAX_PIXELS } from '../../../../../main/engine/images/decode.js';
import type { WireRaster } from '../../../../../preload/contract.js';
import { REQUESTS } from '../../../../../preload/contract.js';
import { compiled } from '../compiled.js';
import { flat, MemoryBlobs, pattern, pixelAt, withCode } from './blobs.js';

const script = compiled('main/engine/images/svg-process.ts');

/** Opens a file of one layer. */
async function open(name: string, bytes: Uint8Array) {
  const blobs = new MemoryBlobs();
  const opened = await openFile(name, bytes, blobs, { svg: { script } });
  REQUESTS['files.open'].answer.parse(opened);
  if (opened.kind !== 'layers') throw new Error('a project');
  const layer = opened.layers[0] as WireRaster;
  return { opened, layer, data: await blobs.read(layer.pixels) };
}

describe('opening a picture', () => {
  test('a PNG is one layer of its very pixels, with its recipe', async () => {
    const data = pattern(40, 30);
    const recipe = { kind: 'generate', prompt: 'a "cat"', seed: 3 };
    const png = await encodePng({ width: 40, height: 30, channels: 4, data }, recipe);
    const { opened, layer, data: back } = await open('C:\\photos\\my.cat.png', png);
    expect(opened).toMatchObject({ name: 'my.cat.png', width: 40, height: 30 });
    expect(JSON.parse((opened as { recipe: string }).recipe)).toEqual(recipe);
    expect(layer).toMatchObject({
      type: 'raster',
      name: 'my.cat',
      visible: true,
      opacity: 1,
      blendMode: 'normal',
      x: 0,
      y: 0,
      width: 40,
      height: 30,
    });
    expect(Buffer.compare(back, data)).toBe(0);
  });

  test('a photo is turned upright and gets an opaque alpha', async () => {
    const raw = flat(6, 4, [10, 200, 30, 255]);
    const jpeg = await sharp(raw, { raw: { width: 6, height: 4, channels: 4 } })
      .jpeg()
      .withMetadata({ orientation: 6 })
      .toBuffer();
    const { opened, data } = await open('/tmp/photo.jpg', jpeg);
    expect(opened).toMatchObject({ width: 4, height: 6, recipe: null });
    expect(data).toHaveLength(4 * 6 * 4);
    expect(pixelAt(data, 4, 0, 0)[3]).toBe(255);
  });

  test.each(['webp', 'avif', 'tiff'] as const)('%s', async (format) => {
    const data = flat(16, 16, [200, 100, 50, 255]);
    const bytes = await encodeImage({ width: 16, height: 16, channels: 4, data }, format);
    const { opened, data: back } = await open(`x.${format}`, bytes);
    expect(opened).toMatchObject({ width: 16, height: 16 });
    expect(Math.abs((back[0] ?? 0) - 200)).toBeLessThan(6);
  });

  test('a GIF by its first frame', async () => {
    const gif = await sharp(flat(5, 5, [255, 0, 0, 255]), {
      raw: { width: 5, height: 5, channels: 4 },
    })
      .gif()
      .toBuffer();
    expect(pixelAt((await open('a.gif', gif)).data, 5, 2, 2)).toEqual([255, 0, 0, 255]);
  });

  test('a drawing', async () => {
    const bytes = Buffer.from(
      '<svg width="3" height="2"><rect width="2" height="2" fill="lime"/></svg>',
    );
    const { layer, data } = await open('draw.svg', bytes);
    expect(layer).toMatchObject({ name: 'draw', width: 3, height: 2 });
    expect([pixelAt(data, 3, 0, 0), pixelAt(data, 3, 2, 0)]).toEqual([
      [0, 255, 0, 255],
      [0, 0, 0, 0],
    ]);
  });

  test('goes by what is in the file, not by its name', async () => {
    const png = await encodePng({ width: 2, height: 2, channels: 4, data: pattern(2, 2) });
    expect((await open('wrong.psd', png)).opened.name).toBe('wrong.psd');
    await expect(open('photo.jpg', Buffer.from('8BPS'))).rejects.toThrow(
      withCode('UNREADABLE_DOCUMENT'),
    );
  });

  test('a damaged recipe is no obstacle', async () => {
    const recipe = { kind: 'edit', prompt: 'x'.repeat(200_000) };
    const png = await encodePng({ width: 2, height: 2, channels: 4, data: pattern(2, 2) }, recipe);
    expect((await open('a.png', png)).opened).toMatchObject({ recipe: null });
    png[60] = 0xff;
    expect((await open('a.png', png)).opened).toMatchObject({ recipe: null });
  });

  test('what cannot be opened is said in one sentence that names what can', async () => {
    const refused = withCode(
      'NOT_AN_IMAGE',
      /^a\.txt is no picture.*it holds text; open PNG.*PSD or OpenRaster files\.$/,
    );
    await expect(open('a.txt', Buffer.from('hello there, this is text'))).rejects.toThrow(refused);
    await expect(open('a.txt', new Uint8Array(0))).rejects.toThrow(
      withCode('NOT_AN_IMAGE', /empty/),
    );
  });

  test('a PNG that claims too many pixels is refused by its header', async () => {
    const png = Buffer.from(
      await encodePng({ width: 2, height: 2, channels: 4, data: pattern(2, 2) }),
    );
    png.writeUInt32BE(MAX_PIXELS, 16);
    await expect(open('a.png', png)).rejects.toThrow(withCode('IMAGE_TOO_LARGE'));
  });
});
