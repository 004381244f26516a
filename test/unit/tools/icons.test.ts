import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  ICNS_TYPES,
  ICO_SIZES,
  LINUX_SIZES,
  drawing,
  icns,
  ico,
  makeIcons,
  render,
} from '../../../tools/icons.mjs';
import { readConfig } from '../../../tools/packed-files.mjs';

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'nativa-icons-'));
  await makeIcons(folder);
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function sides(png: Buffer): Promise<readonly unknown[]> {
  const { format, width, height } = await sharp(png).metadata();
  return [format, width, height];
}

/** Red, green, blue and alpha of one pixel. */
async function pixel(png: Buffer, x: number, y: number): Promise<number[]> {
  const part = sharp(png).extract({ left: x, top: y, width: 1, height: 1 });
  return [...(await part.ensureAlpha().raw().toBuffer())];
}

describe.each(['icon', 'document'])('the icon of the %s', (name) => {
  test('is for Windows a table of whole pictures, each of the size it says', async () => {
    const file = readFileSync(join(folder, `${name}.ico`));
    expect([file.readUInt16LE(0), file.readUInt16LE(2)]).toEqual([0, 1]);
    expect(file.readUInt16LE(4)).toBe(ICO_SIZES.length);
    let end = 6 + 16 * ICO_SIZES.length;
    for (const [index, size] of ICO_SIZES.entries()) {
      const at = 6 + 16 * index;
      expect([file.readUInt8(at), file.readUInt8(at + 1)]).toEqual([size % 256, size % 256]);
      const [bytes, offset] = [file.readUInt32LE(at + 8), file.readUInt32LE(at + 12)];
      expect(offset).toBe(end);
      end = offset + bytes;
      expect(await sides(file.subarray(offset, end))).toEqual(['png', size, size]);
    }
    expect(end).toBe(file.length);
  });

  test('is for macOS a chain of whole pictures, each of the size of its type', async () => {
    const file = readFileSync(join(folder, `${name}.icns`));
    expect(file.toString('latin1', 0, 4)).toBe('icns');
    expect(file.readUInt32BE(4)).toBe(file.length);
    const seen: Record<string, unknown> = {};
    for (let at = 8; at < file.length; at += file.readUInt32BE(at + 4)) {
      const png = file.subarray(at + 8, at + file.readUInt32BE(at + 4));
      const [format, width, height] = await sides(png);
      expect([format, height]).toEqual(['png', width]);
      seen[file.toString('latin1', at, at + 4)] = width;
    }
    expect(seen).toEqual(ICNS_TYPES);
  });
});

describe('the icon', () => {
  test('is for Linux one file for each size', async () => {
    const names = LINUX_SIZES.map((size) => `${size}x${size}.png`);
    expect(readdirSync(join(folder, 'linux')).toSorted()).toEqual(names.toSorted());
    for (const size of LINUX_SIZES) {
      const png = readFileSync(join(folder, 'linux', `${size}x${size}.png`));
      expect(await sides(png)).toEqual(['png', size, size]);
    }
  });

  test('has sharp edges at 16 pixels: its strokes, its ground and its accent', async () => {
    const png = await render(drawing('icon'), 16);
    const [stroke, ground, accent] = [
      [0xe9, 0xea, 0xee, 255],
      [0x19, 0x1a, 0x1f, 255],
      [0x8f, 0x82, 0xff, 255],
    ];
    const row = [];
    for (let x = 1; x < 15; x++) row.push(await pixel(png, x, 6));
    const [left, middle] = [
      [ground, stroke, stroke, stroke],
      [accent, accent, accent],
    ];
    const right = [ground, ground, ground, stroke, stroke, stroke, ground];
    expect(row).toEqual([...left, ...middle, ...right]);
  });

  test('keeps macOS’s distance to its neighbours, and is see-through at its corners', async () => {
    const whole = await render(drawing('icon'), 1024);
    const apart = await render(drawing('icon'), 1024, 824 / 1024);
    expect((await pixel(whole, 0, 0))[3]).toBe(0);
    expect((await pixel(whole, 512, 4))[3]).toBe(255);
    expect((await pixel(apart, 512, 98))[3]).toBe(0);
    expect((await pixel(apart, 512, 102))[3]).toBe(255);
  });

  test('is made where the packages look for it', () => {
    const { win, mac, linux, fileAssociations } = readConfig() as unknown as {
      win: { icon: string };
      mac: { icon: string };
      linux: { icon: string };
      fileAssociations: { icon?: string }[];
    };
    const named = [win.icon, mac.icon, linux.icon, ...fileAssociations.map(({ icon }) => icon)];
    const made = readdirSync(folder).map((name) => `.cache/icons/${name}`);
    for (const name of named) if (name !== undefined) expect(made).toContain(name);
  });
});

test('an .ico holds no picture larger than its table can say', () => {
  expect(() => ico([{ size: 512, png: Buffer.alloc(1) }])).toThrow(/256/);
});

test('an .icns says its length with what stands before', () => {
  const file = icns([{ type: 'ic07', png: Buffer.from('abc') }]);
  expect(file.toString('latin1')).toBe('icns\0\0\0\x13ic07\0\0\0\x0babc');
});
