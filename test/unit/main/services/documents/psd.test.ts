import { deflateSync } from 'node:zlib';

import { readPsd, writePsdUint8Array, type Layer } from 'ag-psd';
import { describe, expect, test } from 'vitest';

import { sharp } from '../../../../../main/engine/images/sharp.js';
import { openFile } from '../../../../../main/services/documents/open.js';
import { writePsd, type PsdRequest } from '../../../../../main/services/documents/psd/write.js';
import { BLEND_MODES } from '../../../../../renderer/document/types.js';
import type {
  WireAdjustment,
  WireGroup,
  WireLayer,
  WireMask,
  WireRaster,
} from '../../../../../preload/contract.js';
import { REQUESTS } from '../../../../../preload/contract.js';
import { flat, MemoryBlobs, pattern, pixelAt, withCode } from './blobs.js';
import { flatPsd, layeredPsd, psdHead, resource } from './handmade-psd.js';

async function open(bytes: Uint8Array) {
  const blobs = new MemoryBlobs();
  const opened = await openFile('a.psd', bytes, blobs);
  REQUESTS['files.open'].answer.parse(opened);
  if (opened.kind !== 'layers') throw new Error('a project');
  const pixels = (layer: WireLayer | undefined) => blobs.read((layer as WireRaster).pixels);
  return { opened, layers: opened.layers, pixels, blobs };
}

/** A file of another program with these layers. */
const psd = (children: Layer[], width = 20, height = 10) =>
  writePsdUint8Array(
    {
      width,
      height,
      children,
      imageData: { width, height, data: flat(width, height, [5, 5, 5, 255]) },
    },
    { noBackground: true },
  );
const image = (width: number, height: number, colour: number[]) => ({
  imageData: { width, height, data: flat(width, height, colour) },
});

describe('opening Photoshop files', () => {
  test('layers and groups with all that is said of them', async () => {
    const { opened, layers, pixels } = await open(
      psd([
        {
          name: 'bottom',
          left: 2,
          top: -1,
          imageData: { width: 6, height: 5, data: pattern(6, 5) },
        },
        {
          name: 'grüppe 木',
          hidden: true,
          opacity: 0.4,
          blendMode: 'multiply',
          children: [{ name: 'inner', blendMode: 'linear dodge', ...image(3, 3, [1, 2, 3, 255]) }],
        },
        { name: 'adjustment', adjustment: { type: 'threshold', level: 100 } },
        {
          name: 'top',
          opacity: 0.5,
          hidden: true,
          blendMode: 'color dodge',
          ...image(4, 4, [9, 9, 9, 128]),
        },
      ]),
    );
    expect(opened).toMatchObject({
      kind: 'layers',
      name: 'a.psd',
      width: 20,
      height: 10,
      recipe: null,
    });
    expect(layers).toHaveLength(3);
    const [bottom, group, top] = layers as [WireRaster, WireGroup, WireRaster];
    expect(bottom).toMatchObject({
      name: 'bottom',
      x: 2,
      y: -1,
      width: 6,
      height: 5,
      visible: true,
      opacity: 1,
    });
    expect(Buffer.compare(await pixels(bottom), pattern(6, 5))).toBe(0);
    expect(group).toMatchObject({
      type: 'group',
      name: 'grüppe 木',
      visible: false,
      blendMode: 'multiply',
    });
    expect(group.opacity).toBeCloseTo(0.4, 2);
    expect(group.children).toMatchObject([{ name: 'inner', blendMode: 'screen' }]);
    expect(top).toMatchObject({ visible: false, blendMode: 'color-dodge' });
  });

  test('masks stay masks, of layers and groups', async () => {
    const mask = (colour: number, more: object = {}) => ({
      left: 1,
      top: 0,
      right: 3,
      bottom: 2,
      defaultColor: 255,
      ...image(2, 2, [colour, colour, colour, 255]),
      ...more,
    });
    const look = image(4, 2, [10, 20, 30, 200]);
    const { layers, pixels, blobs } = await open(
      psd([
        { name: 'masked', left: 0, top: 0, ...look, mask: mask(102) },
        { name: 'disabled', ...look, mask: mask(0, { disabled: true }) },
        { name: 'hidden around', ...look, mask: mask(255, { defaultColor: 0 }) },
        { name: 'group', children: [{ name: 'in it', ...look }], mask: mask(9) },
      ]),
    );
    const box = { x: 1, y: 0, width: 2, height: 2 };
    expect(layers.map((layer) => layer.mask)).toMatchObject([
      { ...box, outside: 255, enabled: true },
      { ...box, outside: 255, enabled: false },
      { ...box, outside: 0, enabled: true },
      { ...box, outside: 255, enabled: true },
    ]);
    const values = layers.map(async ({ mask }) => [...(await blobs.read(mask?.pixels ?? ''))]);
    const [four, none, all, nine] = [102, 0, 255, 9].map((value) =>
      new Array<number>(4).fill(value),
    );
    expect(await Promise.all(values)).toEqual([four, none, all, nine]);
    // The pixels are not what is left of them.
    expect(pixelAt(await pixels(layers[0]), 4, 1, 0)).toEqual([10, 20, 30, 200]);
  });

  test('a mask that hides only in part is so all over the document', async () => {
    const half = { left: 1, top: 0, right: 3, bottom: 2, defaultColor: 0, userMaskDensity: 0.5 };
    const { layers, blobs } = await open(
      psd([
        {
          name: 'thin',
          ...image(4, 2, [1, 2, 3, 255]),
          mask: { ...half, ...image(2, 2, [255, 255, 255, 255]) },
        },
      ]),
    );
    const [{ mask } = {}] = layers;
    expect(mask).toMatchObject({ x: 0, y: 0, width: 20, height: 10 });
    const row = [...(await blobs.read(mask?.pixels ?? ''))].slice(0, 4);
    expect(row).toEqual([127, 255, 255, 127]);
  });

  test('clipped layers stay clipped to the layer below', async () => {
    const { layers, pixels } = await open(
      psd([
        { name: 'base', left: 2, top: 0, opacity: 0.5, ...image(2, 1, [0, 0, 0, 128]) },
        { name: 'clipped', clipping: true, left: 0, top: 0, ...image(5, 1, [255, 0, 0, 255]) },
        { name: 'free', left: 0, top: 0, ...image(5, 1, [255, 0, 0, 255]) },
        { name: 'empty' },
        { name: 'over nothing', clipping: true, ...image(5, 1, [255, 0, 0, 255]) },
        { name: 'unknown', adjustment: { type: 'threshold', level: 100 } },
        { name: 'over an adjustment', clipping: true, ...image(5, 1, [255, 0, 0, 255]) },
      ]),
    );
    expect(layers.map(({ name, clipped = false, visible }) => [name, clipped, visible])).toEqual([
      ['base', false, true],
      ['clipped', true, true],
      ['free', false, true],
      ['over nothing', false, false],
      ['over an adjustment', false, true],
    ]);
    expect(pixelAt(await pixels(layers[1]), 5, 0, 0)).toEqual([255, 0, 0, 255]);
  });

  test('adjustments that there are here stay adjustments', async () => {
    const levels = (shadowInput: number, midtoneInput: number) => ({
      shadowInput,
      highlightInput: 240,
      shadowOutput: 0,
      highlightOutput: 255,
      midtoneInput,
    });
    const { layers } = await open(
      psd([
        { name: 'ground', ...image(4, 2, [10, 20, 30, 255]) },
        { name: 'l', adjustment: { type: 'levels', rgb: levels(10, 1.5), blue: levels(3, 1) } },
        {
          name: 'c',
          clipping: true,
          opacity: 0.5,
          adjustment: {
            type: 'curves',
            red: [
              { input: 0, output: 20 },
              { input: 255, output: 200 },
            ],
          },
        },
      ]),
    );
    expect(layers.slice(1)).toMatchObject([
      {
        type: 'adjustment',
        adjustment: {
          kind: 'levels',
          black: 10,
          white: 240,
          gamma: 1.5,
          blue: { black: 3, white: 240, gamma: 1 },
        },
      },
      {
        clipped: true,
        adjustment: {
          kind: 'curves',
          points: [
            { x: 0, y: 0 },
            { x: 255, y: 255 },
          ],
          red: [
            { x: 0, y: 20 },
            { x: 255, y: 200 },
          ],
        },
      },
    ]);
  });

  test('a file without layers is its flattened picture', async () => {
    const planes = [1, 2, 3].map((value) => new Uint8Array(6 * 4).fill(value * 50));
    const { layers, pixels } = await open(flatPsd({ width: 6, height: 4 }, planes));
    expect(layers).toMatchObject([{ name: 'Background', width: 6, height: 4 }]);
    expect(pixelAt(await pixels(layers[0]), 6, 5, 3)).toEqual([50, 100, 150, 255]);
    const grey = flatPsd({ width: 6, height: 4, mode: 1 }, [new Uint8Array(24).fill(77)]);
    const read = await open(grey);
    expect(pixelAt(await read.pixels(read.layers[0]), 6, 0, 0)).toEqual([77, 77, 77, 255]);
  });

  test('16 bits, packed as Photoshop packs them', async () => {
    const wide = Buffer.alloc(6 * 4 * 2);
    for (let i = 0; i < 24; i++) wide.writeUInt16BE(200 * 257, i * 2);
    const planes = [wide, Buffer.alloc(48), wide].map((plane) => deflateSync(plane));
    const { layers, pixels } = await open(
      layeredPsd({ width: 6, height: 4, depth: 16 }, 2, planes),
    );
    expect(pixelAt(await pixels(layers[0]), 6, 3, 3)).toEqual([200, 0, 200, 255]);
  });

  test('colours of an embedded profile become sRGB', async () => {
    const p3 = await sharp(Buffer.from(flat(1, 1, [0, 0, 0, 255])), {
      raw: { width: 1, height: 1, channels: 4 },
    })
      .withIccProfile('p3')
      .png()
      .toBuffer();
    const { icc } = await sharp(p3).metadata();
    if (icc === undefined) throw new Error('no profile');
    const planes = [180, 60, 60].map((value) => new Uint8Array(24).fill(value));
    const file = flatPsd({ width: 6, height: 4 }, planes, resource(1039, icc));
    const { layers, pixels } = await open(file);
    const [r = 0, g = 0, b = 0] = pixelAt(await pixels(layers[0]), 6, 0, 0);
    // the same colour takes a stronger red in the smaller space
    expect(r).toBeGreaterThan(188);
    expect(g).toBeLessThan(55);
    expect(b).toBeLessThan(62);
  });

  test('sizes are refused by the header, before anything is parsed', async () => {
    for (const [width, height] of [
      [30_001, 10],
      [29_000, 29_000],
      [4_000_000_000, 4_000_000_000],
    ] as const) {
      await expect(
        open(Buffer.concat([psdHead({ width, height }), Buffer.alloc(100)])),
      ).rejects.toThrow(withCode('IMAGE_TOO_LARGE', /^a\.psd is \d+x\d+ pixels/));
    }
    await expect(
      open(Buffer.concat([psdHead({ width: 0, height: 4 }), Buffer.alloc(100)])),
    ).rejects.toThrow(withCode('UNREADABLE_IMAGE', /no pixels/));
  });

  test('layers may not claim more than they could be', async () => {
    const plane = Buffer.alloc(10);
    const claim = layeredPsd({ width: 9, height: 9 }, 0, [plane, plane, plane]);
    const at = claim.indexOf('8BIMnorm') - (2 + 3 * 6) - 8;
    claim.writeUInt32BE(29_000, at);
    claim.writeUInt32BE(29_000, at + 4);
    await expect(open(claim)).rejects.toThrow(withCode('IMAGE_TOO_LARGE'));
  });

  test('a packed channel that inflates without end is refused, without filling the memory', async () => {
    const bomb = deflateSync(new Uint8Array(100_000_000));
    const before = process.memoryUsage().arrayBuffers;
    await expect(open(layeredPsd({ width: 8, height: 8 }, 2, [bomb, bomb, bomb]))).rejects.toThrow(
      withCode('UNREADABLE_DOCUMENT', /damaged/),
    );
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(20_000_000);
  });

  test.each([
    ['CMYK', Buffer.concat([psdHead({ width: 4, height: 4, mode: 4 }), Buffer.alloc(90)]), /CMYK/],
    [
      'another version',
      Buffer.concat([psdHead({ width: 4, height: 4, version: 3 }), Buffer.alloc(90)]),
      /version is 3/,
    ],
    ['a cut file', psdHead({ width: 4, height: 4 }).subarray(0, 20), /cut short/],
    [
      'noise behind the header',
      Buffer.concat([psdHead({ width: 4, height: 4 }), Buffer.alloc(90, 0xee)]),
      /damaged/,
    ],
    [
      'a cut middle',
      Buffer.from(psd([{ name: 'a', ...image(20, 10, [1, 2, 3, 4]) }])).subarray(0, 150),
      /damaged/,
    ],
  ])('%s is refused in one sentence', async (_, bytes, words) => {
    await expect(open(bytes)).rejects.toThrow(withCode('UNREADABLE_DOCUMENT', words));
  });
});

async function written(request: PsdRequest, blobs: MemoryBlobs): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  await writePsd(request, blobs, (bytes) => {
    parts.push(Uint8Array.from(bytes));
    return Promise.resolve();
  });
  return Buffer.concat(parts);
}

describe('writing Photoshop files', () => {
  test('runs and noise of every length come back to the last bit', async () => {
    const [width, height] = [700, 40];
    const data = pattern(width, height);
    // In row y, from the left: noise, then runs of y + 1 equal pixels.
    for (let y = 0; y < height; y++) {
      for (let x = 200; x < width; x++) {
        const run = Math.floor((x - 200) / (y * 8 + 1));
        data.fill(run * 31, (y * width + x) * 4, (y * width + x) * 4 + 4);
      }
    }
    const blobs = new MemoryBlobs();
    const pixels = blobs.put(data);
    const common = { visible: true, opacity: 1, blendMode: 'normal', width, height, pixels };
    const layers = [{ type: 'raster', name: 'Runs', x: 0, y: 0, ...common } as const];
    const seen = data.map((value, i) => (i % 4 === 3 ? 255 : value));
    const merged = blobs.put(seen);
    const bytes = await written({ width, height, layers, merged }, blobs);
    const read = readPsd(bytes, { useImageData: true });
    expect(Buffer.compare(Uint8Array.from(read.imageData?.data ?? []), seen)).toBe(0);
    const [layer] = read.children ?? [];
    expect(Buffer.compare(Uint8Array.from(layer?.imageData?.data ?? []), data)).toBe(0);
    const opened = await open(bytes);
    expect(Buffer.compare(await opened.pixels(opened.layers[0]), data)).toBe(0);
  });

  test('another reader finds the layers, groups and the flattened picture', async () => {
    const blobs = new MemoryBlobs();
    const raster = (name: string, more: Partial<WireRaster> = {}): WireRaster => ({
      type: 'raster',
      name,
      visible: true,
      opacity: 1,
      blendMode: 'normal',
      x: 0,
      y: 0,
      width: 7,
      height: 5,
      pixels: blobs.put(pattern(7, 5, name.length)),
      ...more,
    });
    const layers: WireLayer[] = [
      raster('bottom', { x: -3, y: 2 }),
      {
        type: 'group',
        name: 'Gruppe ñ木',
        visible: false,
        opacity: 0.6,
        blendMode: 'screen',
        children: [raster('inside', { opacity: 0.2, visible: false })],
      },
      ...BLEND_MODES.map((blendMode) => raster(blendMode, { blendMode })),
    ];
    const merged = flat(30, 20, [10, 20, 30, 255]);
    const bytes = await written(
      { width: 30, height: 20, layers, merged: blobs.put(merged) },
      blobs,
    );
    // Everything is let go once it is written.
    expect(blobs.count).toBe(0);
    const read = readPsd(bytes, { useImageData: true });
    expect(Buffer.compare(new Uint8Array(read.imageData?.data ?? []), merged)).toBe(0);
    expect(read.children?.[0]).toMatchObject({
      name: 'bottom',
      left: -3,
      top: 2,
      right: 4,
      bottom: 7,
    });
    expect(read.children?.[1]).toMatchObject({
      name: 'Gruppe ñ木',
      hidden: true,
      blendMode: 'screen',
    });
    expect(new Set(read.children?.map(({ blendMode }) => blendMode)).size).toBe(BLEND_MODES.length);

    const back = await open(bytes);
    expect(back.layers.map(({ name, blendMode }) => [name, blendMode]).slice(2)).toEqual(
      BLEND_MODES.map((mode) => [mode, mode]),
    );
    expect(Buffer.compare(await back.pixels(back.layers[0]), pattern(7, 5, 6))).toBe(0);
    const [inside] = (back.layers[1] as WireGroup).children as [WireRaster];
    expect(inside).toMatchObject({ name: 'inside', visible: false });
    expect(inside.opacity).toBeCloseTo(0.2, 2);
  });

  test('masks are masks for others, and groups that pass through say so', async () => {
    const blobs = new MemoryBlobs();
    const size = { width: 7, height: 5 };
    const bytesOf = (width: number, height: number) =>
      Uint8Array.from({ length: width * height }, (_, i) => (i * 37) & 255);
    const mask = (outside: 0 | 255, enabled: boolean): WireMask => ({
      x: 2,
      y: 1,
      width: 4,
      height: 3,
      pixels: blobs.put(bytesOf(4, 3)),
      outside,
      enabled,
    });
    const look = { visible: true, opacity: 1, blendMode: 'normal' };
    const raster = (name: string, more: Partial<WireRaster> = {}): WireRaster => ({
      type: 'raster',
      name,
      ...look,
      x: 0,
      y: 0,
      ...size,
      pixels: blobs.put(flat(7, 5, [10, 20, 30, 200])),
      ...more,
    });
    const group = (name: string, more: Partial<WireGroup>): WireGroup => ({
      type: 'group',
      name,
      ...look,
      children: [raster('inside')],
      ...more,
    });
    const layers: WireLayer[] = [
      raster('hides around', { mask: mask(0, true) }),
      raster('shows around', { mask: mask(255, true) }),
      raster('off', { mask: mask(0, false) }),
      group('masked', { mask: mask(0, true) }),
      group('passes', { passThrough: true }),
      group('screens', { blendMode: 'screen' }),
    ];
    const merged = blobs.put(flat(7, 5, [1, 2, 3, 255]));
    const bytes = await written({ ...size, layers, merged }, blobs);
    expect(blobs.count).toBe(0);
    const read = readPsd(bytes, { useImageData: true }).children ?? [];
    const masks = read.map((layer) => layer.mask);
    expect(masks.slice(0, 4)).toMatchObject([
      { left: 2, top: 1, right: 6, bottom: 4, defaultColor: 0, disabled: false },
      { defaultColor: 255, disabled: false },
      { defaultColor: 0, disabled: true },
      { left: 2, top: 1, right: 6, bottom: 4, defaultColor: 0 },
    ]);
    expect(masks.slice(4)).toEqual([undefined, undefined]);
    for (const one of masks.slice(0, 4)) {
      const grey = [...(one?.imageData?.data ?? [])].filter((_, i) => i % 4 === 0);
      expect(grey).toEqual([...bytesOf(4, 3)]);
    }
    // The pixels are not what is left of them.
    expect(pixelAt(new Uint8Array(read[0]?.imageData?.data ?? []), 7, 0, 0)).toEqual([
      10, 20, 30, 200,
    ]);
    expect(read.slice(3).map(({ blendMode }) => blendMode)).toEqual([
      'normal',
      'pass through',
      'screen',
    ]);

    const { layers: back, blobs: again } = await open(bytes);
    expect(back.slice(0, 4).map((layer) => layer.mask)).toMatchObject(
      layers.slice(0, 4).map(({ mask: one }) => ({ ...one, pixels: expect.any(String) as string })),
    );
    expect([...(await again.read(back[3]?.mask?.pixels ?? ''))]).toEqual([...bytesOf(4, 3)]);
  });

  test('clipped layers and adjustments are so for others', async () => {
    const blobs = new MemoryBlobs();
    const look = { visible: true, opacity: 1, blendMode: 'normal' };
    const raster = (name: string, more: Partial<WireRaster> = {}): WireRaster => ({
      type: 'raster',
      name,
      ...look,
      ...{ x: 0, y: 0, width: 7, height: 5 },
      pixels: blobs.put(flat(7, 5, [10, 20, 30, 200])),
      ...more,
    });
    const line = [
      { x: 0, y: 10 },
      { x: 128, y: 99 },
      { x: 255, y: 255 },
    ];
    const adjustments: WireAdjustment['adjustment'][] = [
      {
        kind: 'levels',
        black: 12,
        white: 230,
        gamma: 1.4,
        green: { black: 5, white: 200, gamma: 0.8 },
      },
      { kind: 'curves', points: line, blue: line },
      { kind: 'hue-saturation', hue: 30, saturation: -40, lightness: 10 },
      { kind: 'exposure', exposure: 1.5 },
      { kind: 'brightness-contrast', brightness: 20, contrast: -30 },
    ];
    const layers: WireLayer[] = [
      raster('base'),
      raster('clipped', { clipped: true }),
      ...adjustments.map((adjustment) => ({
        ...{ type: 'adjustment' as const, name: adjustment.kind, ...look, clipped: true },
        adjustment,
      })),
      { type: 'group', name: 'group', ...look, clipped: true, children: [raster('inside')] },
      raster('free'),
    ];
    const merged = blobs.put(flat(7, 5, [1, 2, 3, 255]));
    const bytes = await written({ width: 7, height: 5, layers, merged }, blobs);
    const read = readPsd(bytes, { useImageData: true }).children ?? [];
    const last = read.length - 1;
    expect(read.map(({ clipping }) => clipping)).toEqual(
      layers.map((_, index) => index > 0 && index < last),
    );
    const { layers: back } = await open(bytes);
    expect(back.map(({ name, clipped = false }) => [name, clipped])).toEqual(
      layers.map(({ name, clipped = false }) => [name, clipped]),
    );
    const seen = back.flatMap((layer) => (layer.type === 'adjustment' ? [layer.adjustment] : []));
    expect(seen).toEqual(adjustments);
  });

  test('a mask lies in the file where the format says', async () => {
    const blobs = new MemoryBlobs();
    const [width, height] = [3, 2];
    const mask: WireMask = {
      x: -1,
      y: 1,
      width: 2,
      height: 2,
      pixels: blobs.put(Uint8Array.of(1, 2, 3, 4)),
      outside: 255,
      enabled: false,
    };
    const pixels = blobs.put(flat(width, height, [9, 8, 7, 255]));
    const look = { visible: true, opacity: 1, blendMode: 'normal', x: 0, y: 0, width, height };
    const layers = [{ type: 'raster', name: 'Layer', ...look, pixels, mask } as const];
    const merged = blobs.put(flat(width, height, [9, 8, 7, 255]));
    const file = Buffer.from(await written({ width, height, layers, merged }, blobs));
    const at = file.indexOf('8BIMnorm');
    // Before it, five channels of six bytes: the last is the mask, of two rows of one run each.
    expect(file.readUInt16BE(at - 32)).toBe(5);
    expect([0, 1, 2, 3, 4].map((n) => file.readInt16BE(at - 30 + n * 6))).toEqual([
      -1, 0, 1, 2, -2,
    ]);
    const length = file.readUInt32BE(at - 4);
    // After it, opacity and flags, the length of what follows, and the mask's own part of it.
    const own = at + 8 + 4 + 4;
    expect(file.readUInt32BE(own)).toBe(20);
    const sides = [0, 1, 2, 3].map((n) => file.readInt32BE(own + 4 + n * 4));
    expect(sides).toEqual([1, -1, 3, 1]);
    expect([...file.subarray(own + 20, own + 24)]).toEqual([255, 2, 0, 0]);
    // As it lies packed: two rows of three bytes, each two pixels as they are.
    const packed = [0, 1, 0, 3, 0, 3, 1, 1, 2, 1, 3, 4];
    expect(length).toBe(packed.length);
    expect(file.includes(Buffer.from(packed))).toBe(true);
  });

  test('a mask of another size than stated is refused', async () => {
    const blobs = new MemoryBlobs();
    const common = { visible: true, opacity: 1, blendMode: 'normal', x: 0, y: 0 };
    const pixels = blobs.put(flat(2, 2, [1, 1, 1, 255]));
    const mask = { x: 0, y: 0, width: 2, height: 2, pixels: blobs.put(new Uint8Array(5)) };
    const layer = {
      type: 'raster',
      name: 'Layer',
      ...common,
      width: 2,
      height: 2,
      pixels,
    } as const;
    const layers = [{ ...layer, mask: { ...mask, outside: 0, enabled: true } } as const];
    const merged = blobs.put(flat(2, 2, [1, 1, 1, 255]));
    await expect(written({ width: 2, height: 2, layers, merged }, blobs)).rejects.toThrow(
      withCode('BAD_PIXELS'),
    );
  });

  test('what is transparent in the flattened picture is so for others', async () => {
    const blobs = new MemoryBlobs();
    const [width, height] = [8, 8];
    const halves = [flat(8, 4, [200, 100, 50, 255]), flat(8, 4, [40, 80, 160, 102])];
    const merged = Uint8Array.from(halves.flatMap((half) => [...half]));
    const pixels = blobs.put(Uint8Array.from(merged));
    const common = { visible: true, opacity: 1, blendMode: 'normal', width, height, pixels };
    const layers = [{ type: 'raster', name: 'Layer', x: 0, y: 0, ...common } as const];
    const bytes = await written({ width, height, layers, merged: blobs.put(merged) }, blobs);
    const read = Uint8Array.from(readPsd(bytes, { useImageData: true }).imageData?.data ?? []);
    expect(read).toHaveLength(merged.length);
    const apart = read.map((value, i) => Math.abs(value - (merged[i] ?? 0)));
    expect(Math.max(...apart)).toBeLessThan(3);
  });

  test('a document larger than the format is refused', async () => {
    const request = { width: 30_001, height: 1, layers: [], merged: 'x' };
    await expect(written(request, new MemoryBlobs())).rejects.toThrow(withCode('IMAGE_TOO_LARGE'));
  });
});
