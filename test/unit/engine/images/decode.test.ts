import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { decodeImage, MAX_PIXELS } from '../../../../main/engine/images/decode.js';
import { encodeChunk } from '../../../../main/engine/images/png.js';
import { sharp } from '../../../../main/engine/images/sharp.js';
import { farthest, noise, paint, pixel, scene, sharpOf } from './pictures.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nativa-decode-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function save(name: string, bytes: Uint8Array | string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, bytes);
  return path;
}

/** A PNG that is all header. */
function pngHeader(width: number, height: number): Uint8Array {
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([8, 2], 8);
  return Buffer.concat([
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
    encodeChunk('IHDR', header),
    encodeChunk('IEND', new Uint8Array()),
  ]);
}

/** A 4x4 PNG of one 16-bit colour, with a colour profile where one is given. */
function deepPng(colour: readonly number[], icc?: Uint8Array): Uint8Array {
  const rows = Buffer.alloc(4 * 25);
  for (let i = 0; i < 48; i++) {
    rows.writeUInt16BE(colour[i % 3] ?? 0, Math.floor(i / 12) * 25 + 1 + (i % 12) * 2);
  }
  const profile = icc
    ? [encodeChunk('iCCP', Buffer.concat([Buffer.from('p\0\0'), deflateSync(icc)]))]
    : [];
  return Buffer.concat([
    Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
    encodeChunk('IHDR', Uint8Array.of(0, 0, 0, 4, 0, 0, 0, 4, 16, 2, 0, 0, 0)),
    ...profile,
    encodeChunk('IDAT', deflateSync(rows)),
    encodeChunk('IEND', new Uint8Array()),
  ]);
}

/** A 4x4 uncompressed TIFF of one 16-bit colour. */
function deepTiff(colour: readonly number[]): Uint8Array {
  // tag, type (3 = 16 bits, 4 = 32 bits), count, value or offset
  const tags = [
    [256, 3, 1, 4],
    [257, 3, 1, 4],
    [258, 3, 3, 134],
    [259, 3, 1, 1],
    [262, 3, 1, 2],
    [273, 4, 1, 140],
    [277, 3, 1, 3],
    [278, 3, 1, 4],
    [279, 4, 1, 96],
    [284, 3, 1, 1],
  ] as const;
  const bytes = Buffer.alloc(236);
  bytes.write('II*\0', 'latin1');
  bytes.writeUInt32LE(8, 4);
  bytes.writeUInt16LE(tags.length, 8);
  tags.forEach(([tag, type, count, value], i) => {
    bytes.writeUInt16LE(tag, 10 + i * 12);
    bytes.writeUInt16LE(type, 12 + i * 12);
    bytes.writeUInt32LE(count, 14 + i * 12);
    bytes.writeUInt32LE(value, 18 + i * 12);
  });
  for (let c = 0; c < 3; c++) bytes.writeUInt16LE(16, 134 + c * 2);
  for (let i = 0; i < 48; i++) bytes.writeUInt16LE(colour[i % 3] ?? 0, 140 + i * 2);
  return bytes;
}

const photo = paint(60, 40, 3, scene);

describe('formats', () => {
  it.each(['png', 'webp', 'tiff'] as const)('reads lossless %s exactly', async (format) => {
    const bytes = await sharpOf(photo)
      .toFormat(format, { lossless: true, compression: 'lzw' })
      .toBuffer();
    const image = await decodeImage({ data: bytes });
    expect(image).toMatchObject({ width: 60, height: 40, channels: 3, hasAlpha: false, format });
    expect(farthest(image.data, photo.data)).toBe(0);
    expect(image.sourceHash).toBe(createHash('sha256').update(bytes).digest('hex'));
  });

  it.each(['jpeg', 'avif', 'gif'] as const)('reads %s', async (format) => {
    const bytes = await sharpOf(photo).toFormat(format, { quality: 95 }).toBuffer();
    const image = await decodeImage({ data: bytes });
    expect(image).toMatchObject({ width: 60, height: 40, format });
    expect(farthest(pixel(image, 30, 20).slice(0, 3), pixel(photo, 30, 20))).toBeLessThan(16);
  });

  it('goes by contents, not by name', async () => {
    const path = await save('really-a.png', await sharpOf(photo).jpeg().toBuffer());
    expect(await decodeImage({ path })).toMatchObject({ format: 'jpeg', name: path });
  });

  it('keeps alpha exactly, colours under it too', async () => {
    const image = noise(20, 10, 4);
    const decoded = await decodeImage({ data: await sharpOf(image).png().toBuffer() });
    expect(decoded).toMatchObject({ channels: 4, hasAlpha: true });
    expect(farthest(decoded.data, image.data)).toBe(0);
  });

  it('expands grey, and grey with alpha', async () => {
    const grey = paint(8, 8, 3, () => 90);
    const plain = await sharpOf(grey).toColourspace('b-w').png().toBuffer();
    expect(pixel(await decodeImage({ data: plain }), 3, 3)).toEqual([90, 90, 90]);
    const seeThrough = paint(8, 8, 4, (_x, _y, c) => (c === 3 ? 77 : 90));
    const alpha = await sharpOf(seeThrough).toColourspace('b-w').png().toBuffer();
    expect(pixel(await decodeImage({ data: alpha }), 3, 3)).toEqual([90, 90, 90, 77]);
  });

  it('expands a palette', async () => {
    const flat = paint(8, 8, 3, (x, _y, c) => (x < 4 ? [200, 30, 40] : [10, 220, 60])[c] ?? 0);
    const decoded = await decodeImage({
      data: await sharpOf(flat).png({ palette: true }).toBuffer(),
    });
    expect(farthest(pixel(decoded, 1, 1).slice(0, 3), [200, 30, 40])).toBeLessThanOrEqual(2);
  });

  it('turns a 16-bit PNG into 8 bits', async () => {
    const image = await decodeImage({ data: deepPng([60000, 30000, 257]) });
    expect(farthest(pixel(image, 2, 2), [60000 / 257, 30000 / 257, 1])).toBeLessThanOrEqual(1);
  });

  it('turns a 16-bit TIFF into 8 bits', async () => {
    const bytes = deepTiff([60000, 30000, 257]);
    expect((await sharp(bytes).metadata()).depth).toBe('ushort');
    const image = await decodeImage({ data: bytes });
    expect(image).toMatchObject({ width: 4, height: 4, channels: 3 });
    expect(farthest(pixel(image, 2, 2), [60000 / 257, 30000 / 257, 1])).toBeLessThanOrEqual(1);
  });

  it('reads the first page of a TIFF of several', async () => {
    const pages = await Promise.all(
      [40, 200].map((level) =>
        sharpOf(paint(8, 8, 3, () => level))
          .png()
          .toBuffer(),
      ),
    );
    const bytes = await sharp(pages, { join: { animated: true } })
      .tiff()
      .toBuffer();
    expect((await sharp(bytes).metadata()).pages).toBe(2);
    const image = await decodeImage({ data: bytes });
    expect(image).toMatchObject({ width: 8, height: 8 });
    expect(pixel(image, 2, 2)).toEqual([40, 40, 40]);
  });
});

describe('orientation', () => {
  // 4x2 quadrants: red, green / blue, white; where red's corner goes, by EXIF's definition
  const upright = paint(64, 32, 3, (x, y, c) => {
    const colours = [
      [250, 0, 0],
      [0, 250, 0],
      [0, 0, 250],
      [250, 250, 250],
    ];
    return colours[(x < 32 ? 0 : 1) + (y < 16 ? 0 : 2)]?.[c] ?? 0;
  });
  /** The stored pixel that is shown at an upright place, for each orientation. */
  const STORED: Record<number, (x: number, y: number) => [number, number]> = {
    1: (x, y) => [x, y],
    2: (x, y) => [63 - x, y],
    3: (x, y) => [63 - x, 31 - y],
    4: (x, y) => [x, 31 - y],
    5: (x, y) => [y, x],
    6: (x, y) => [y, 63 - x],
    7: (x, y) => [31 - y, 63 - x],
    8: (x, y) => [31 - y, x],
  };

  it.each([1, 2, 3, 4, 5, 6, 7, 8])('applies EXIF orientation %i', async (orientation) => {
    const place = STORED[orientation] ?? ((x, y) => [x, y]);
    const turned = orientation > 4;
    const data = new Uint8Array(upright.data.length);
    for (let y = 0; y < 32; y++) {
      for (let x = 0; x < 64; x++) {
        const [sx, sy] = place(x, y);
        data.set(pixel(upright, x, y), (sy * (turned ? 32 : 64) + sx) * 3);
      }
    }
    const stored = {
      width: turned ? 32 : 64,
      height: turned ? 64 : 32,
      channels: 3,
      data,
    } as const;
    const bytes = await sharpOf(stored)
      .jpeg({ quality: 98, chromaSubsampling: '4:4:4' })
      .withMetadata({ orientation })
      .toBuffer();
    const image = await decodeImage({ data: bytes });
    expect(image).toMatchObject({ width: 64, height: 32 });
    for (const [x, y] of [
      [8, 4],
      [56, 4],
      [8, 28],
      [56, 28],
    ] as const) {
      expect(farthest(pixel(image, x, y), pixel(upright, x, y))).toBeLessThan(8);
    }
  });
});

it.each(['png', 'webp', 'avif', 'tiff'] as const)(
  'applies the orientation of a %s',
  async (format) => {
    const stored = paint(64, 32, 3, (x) => (x < 32 ? 20 : 220));
    const bytes = await sharpOf(stored)
      .toFormat(format, { quality: 90 })
      .withMetadata({ orientation: 6 })
      .toBuffer();
    const image = await decodeImage({ data: bytes });
    expect(image).toMatchObject({ width: 32, height: 64 });
    // orientation 6: shown turned right, so what is stored on the left is on top
    expect(pixel(image, 16, 8)[0]).toBeLessThan(40);
    expect(pixel(image, 16, 56)[0]).toBeGreaterThan(200);
  },
);

describe('colour', () => {
  it.each([
    ['png', 'p3'],
    ['jpeg', 'p3'],
    ['tiff', 'p3'],
    ['webp', 'p3'],
  ] as const)('converts a %s in Display P3 to sRGB', async (format, profile) => {
    const flat = paint(32, 32, 3, (_x, _y, c) => [200, 60, 40][c] ?? 0);
    const bytes = await sharpOf(flat)
      .withIccProfile(profile)
      .toFormat(format, { quality: 100 })
      .toBuffer();
    const stored = await sharp(bytes, { ignoreIcc: true }).raw().toBuffer();
    // the file's own numbers differ from sRGB's, so passing them through would show
    expect(farthest(stored.subarray(0, 3), [200, 60, 40])).toBeGreaterThan(8);
    const image = await decodeImage({ data: bytes });
    expect(farthest(pixel(image, 16, 16), [200, 60, 40])).toBeLessThanOrEqual(4);
  });

  it('converts a 16-bit PNG in Display P3', async () => {
    const flat = paint(4, 4, 3, (_x, _y, c) => [200, 60, 40][c] ?? 0);
    const shallow = await sharpOf(flat).withIccProfile('p3').png().toBuffer();
    const stored = await sharp(shallow, { ignoreIcc: true }).raw().toBuffer();
    const { icc } = await sharp(shallow).metadata();
    const bytes = deepPng(
      [...stored.subarray(0, 3)].map((value) => value * 257),
      icc,
    );
    expect(await sharp(bytes).metadata()).toMatchObject({ depth: 'ushort', hasProfile: true });
    expect(farthest(pixel(await decodeImage({ data: bytes }), 2, 2), [200, 60, 40])).toBeLessThan(
      3,
    );
  });

  it('converts a CMYK JPEG with its profile, as littlecms does', async () => {
    const flat = paint(32, 32, 3, () => 120);
    const bytes = await sharpOf(flat)
      .toColourspace('cmyk')
      .withIccProfile('cmyk')
      .jpeg({ quality: 98 })
      .toBuffer();
    expect((await sharp(bytes).metadata()).space).toBe('cmyk');
    const image = await decodeImage({ data: bytes });
    expect(image.channels).toBe(3);
    // what Pillow's ImageCms makes of the same file with the perceptual intent
    expect(farthest(pixel(image, 16, 16), [104, 104, 103])).toBeLessThanOrEqual(2);
  });

  it('reads a CMYK JPEG without a profile', async () => {
    const flat = paint(32, 32, 3, (_x, _y, c) => [200, 60, 40][c] ?? 0);
    const bytes = await sharpOf(flat).toColourspace('cmyk').jpeg({ quality: 98 }).toBuffer();
    const [red = 0, green = 0, blue = 0] = pixel(await decodeImage({ data: bytes }), 16, 16);
    expect(red).toBeGreaterThan(170);
    expect(Math.max(green, blue)).toBeLessThan(90);
  });
});

describe('what is refused', () => {
  it('a file that is not there', async () => {
    await expect(decodeImage({ path: join(folder, 'none.png') })).rejects.toMatchObject({
      code: 'FILE_NOT_FOUND',
      message: expect.stringContaining('none.png') as string,
    });
  });

  it('a folder', async () => {
    await expect(decodeImage({ path: folder })).rejects.toMatchObject({ code: 'UNREADABLE_IMAGE' });
  });

  it.each([
    ['text.png', 'only words\n', 'holds text'],
    ['empty.png', '', 'empty'],
    ['drawing.png', '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"></svg>', 'SVG'],
    ['paper.jpg', '%PDF-1.7 and more of it', 'PDF'],
    ['phone.jpg', '\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'HEIC'],
  ])('%s', async (name, contents, reason) => {
    const path = await save(name, contents);
    await expect(decodeImage({ path })).rejects.toMatchObject({
      code: 'NOT_AN_IMAGE',
      message: expect.stringMatching(new RegExp(`${name}.*${reason}`)) as string,
    });
  });

  it('SVG even where sharp is asked directly', async () => {
    const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>');
    await expect(sharp(svg).raw().toBuffer()).rejects.toThrow(/unsupported/);
  });

  it('a header of 100,000 x 100,000 pixels, before decoding', async () => {
    const path = await save('huge.png', pngHeader(100_000, 100_000));
    await expect(decodeImage({ path })).rejects.toMatchObject({
      code: 'IMAGE_TOO_LARGE',
      message: expect.stringContaining('100000x100000') as string,
    });
  });

  it('one row over the limit, and not the limit itself', async () => {
    const data = pngHeader(10_000, MAX_PIXELS / 10_000);
    await expect(decodeImage({ data })).rejects.not.toMatchObject({ code: 'IMAGE_TOO_LARGE' });
    const over = pngHeader(10_000, MAX_PIXELS / 10_000 + 1);
    await expect(decodeImage({ data: over })).rejects.toMatchObject({ code: 'IMAGE_TOO_LARGE' });
  });

  it.each(['jpeg', 'png', 'webp', 'avif', 'tiff', 'gif'] as const)('a cut %s', async (format) => {
    const bytes = await sharpOf(noise(120, 90, 3))
      .toFormat(format)
      .toBuffer();
    for (const part of [0.3, 0.6, 0.95]) {
      const data = bytes.subarray(0, Math.floor(bytes.length * part));
      await expect(decodeImage({ data, name: 'cut' })).rejects.toMatchObject({
        code: 'TRUNCATED_IMAGE',
        message: expect.stringContaining('cut ends too early') as string,
      });
    }
  });

  it('a TIFF whose directory is whole and whose pixels are cut', async () => {
    const data = deepTiff([1, 2, 3]).subarray(0, 200);
    await expect(decodeImage({ data })).rejects.toMatchObject({ code: 'TRUNCATED_IMAGE' });
  });

  it('a PNG whose pixels were altered', async () => {
    const bytes = Buffer.from(
      await sharpOf(noise(60, 60, 3))
        .png()
        .toBuffer(),
    );
    for (let i = 200; i < 260; i++) bytes[i] = 0x55;
    await expect(decodeImage({ data: bytes })).rejects.toMatchObject({ code: 'UNREADABLE_IMAGE' });
  });
});
