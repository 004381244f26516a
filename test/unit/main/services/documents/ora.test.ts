import { strFromU8, strToU8, unzipSync, zipSync, type Zippable } from 'fflate';
import sharp from 'sharp';
import { describe, expect, onTestFinished, test } from 'vitest';

import { decodeImage, encodePng } from '../../../../../main/engine/images/index.js';
import { openFile } from '../../../../../main/services/documents/open.js';
import { archiveLimits, openOra } from '../../../../../main/services/documents/open-ora.js';
import { writeProject } from '../../../../../main/services/documents/write-ora.js';
import { parseXml, type XmlElement } from '../../../../../main/services/documents/xml.js';
import { BlobStore } from '../../../../../main/services/blobs.js';
import { Packs } from '../../../../../main/services/packs/index.js';
import { PackPool } from '../../../../../main/services/packs/pool.js';
import type {
  PackedLayer,
  PackedPicture,
  WireGroup,
  WireLayer,
  WireRaster,
} from '../../../../../preload/contract.js';
import { REQUESTS } from '../../../../../preload/contract.js';
import { flat, MemoryBlobs, pattern, withCode } from './blobs.js';

type PackedRaster = Extract<PackedLayer, { type: 'raster' }>;

const png = (width: number, height: number, data = pattern(width, height)) =>
  encodePng({ width, height, channels: 4, data });

async function ora(stack: string, files: Zippable = {}): Promise<Uint8Array> {
  return zipSync({
    mimetype: [strToU8('image/openraster'), { level: 0 }],
    'stack.xml': strToU8(stack),
    'data/a.png': await png(5, 4),
    ...files,
  });
}

const open = (bytes: Uint8Array, blobs = new MemoryBlobs()) => openFile('a.ora', bytes, blobs);

describe('opening OpenRaster', () => {
  test('reads layers from the bottom up, with all that is said of them', async () => {
    const blobs = new MemoryBlobs();
    const bytes = await ora(
      `<?xml version="1.0" encoding="UTF-8"?>
      <image version="0.0.3" w="40" h="30"><stack>
        <layer name="top &amp; more" src="data/a.png" x="-2" y="3" opacity="0.25" visibility="hidden" composite-op="svg:multiply"/>
        <stack name="group" opacity="0.5" composite-op="svg:hard-light">
          <layer src="data/b.png" composite-op="krita:dissolve"/>
          <filter/><text>unknown</text>
        </stack>
        <layer name="bottom" src="data/a.png" x="1.0"/>
      </stack></image>`,
      { 'data/b.png': await png(3, 3, flat(3, 3, [1, 2, 3, 255])) },
    );
    const opened = await open(bytes, blobs);
    REQUESTS['files.open'].answer.parse(opened);
    expect(opened).toMatchObject({ kind: 'layers', name: 'a.ora', width: 40, height: 30 });
    const [bottom, group, top] = (opened as { layers: WireLayer[] }).layers as [
      WireRaster,
      WireGroup,
      WireRaster,
    ];
    expect(bottom).toMatchObject({
      name: 'bottom',
      x: 1,
      y: 0,
      width: 5,
      height: 4,
      opacity: 1,
      blendMode: 'normal',
    });
    expect(group).toMatchObject({
      type: 'group',
      name: 'group',
      opacity: 0.5,
      blendMode: 'hard-light',
      visible: true,
    });
    expect(group.children).toMatchObject([{ name: '', blendMode: 'normal', width: 3 }]);
    expect(top).toMatchObject({
      name: 'top & more',
      x: -2,
      y: 3,
      opacity: 0.25,
      visible: false,
      blendMode: 'multiply',
    });
    expect(Buffer.compare(await blobs.read(top.pixels), pattern(5, 4))).toBe(0);
  });

  test.each([
    ['no stack.xml', () => Promise.resolve(zipSync({ a: strToU8('x') })), /no stack\.xml/],
    ['another XML file', () => ora('<svg/>'), /holds no image/],
    ['no layers', () => ora('<image w="4" h="4"><stack/></image>'), /has no layers/],
    [
      'a missing picture',
      () => ora('<image w="4" h="4"><stack><layer src="data/x.png"/></stack></image>'),
      /"data\/x\.png" is missing/,
    ],
    [
      'a picture outside',
      () => ora('<image w="4" h="4"><stack><layer src="../../etc/passwd"/></stack></image>'),
      /is missing/,
    ],
    ['damaged XML', () => ora('<image w="4" h="4"><stack>'), /ends inside/],
    [
      'an entity',
      () =>
        ora(
          '<!DOCTYPE image [<!ENTITY x SYSTEM "file:///etc/passwd">]><image w="4" h="4"><stack><layer name="&x;" src="data/a.png"/></stack></image>',
        ),
      /entities/,
    ],
    [
      'groups without end',
      () =>
        ora(
          `<image w="4" h="4"><stack>${'<stack>'.repeat(60)}${'</stack>'.repeat(60)}</stack></image>`,
        ),
      /too deeply/,
    ],
    [
      'layers without end',
      () => ora(`<image w="4" h="4"><stack>${'<stack/>'.repeat(501)}</stack></image>`),
      /over 500 layers/,
    ],
  ])('refuses a file with %s', async (_, make, words) => {
    await expect(open(await make())).rejects.toThrow(withCode('UNREADABLE_DOCUMENT', words));
  });

  test('refuses names that lead outside', async () => {
    const one = '<image w="4" h="4"><stack><layer src="data/a.png"/></stack></image>';
    for (const name of ['../../.bashrc', '/etc/cron.d/x', '..\\x.dll', 'data/../../x']) {
      await expect(open(await ora(one, { [name]: strToU8('x') }))).rejects.toThrow(
        withCode('UNSAFE_ARCHIVE', /outside of it/),
      );
    }
  });

  test('refuses bombs: files that fill the memory, sizes no picture has', async () => {
    const one = '<image w="4" h="4"><stack><layer src="data/a.png"/></stack></image>';
    const bomb = await ora(one, { 'data/bomb.png': new Uint8Array(30_000_000) });
    const limits = archiveLimits(20_000_000);
    await expect(openOra('a.ora', bomb, new MemoryBlobs(), { limits })).rejects.toThrow(
      withCode('UNSAFE_ARCHIVE', /memory/),
    );
    const huge = await ora(one.replace('w="4"', 'w="65535"').replace('h="4"', 'h="65535"'));
    await expect(open(huge)).rejects.toThrow(withCode('IMAGE_TOO_LARGE'));
    const long = await ora(one, { 'stack.xml': strToU8(one + ' '.repeat(5_000_000)) });
    await expect(open(long)).rejects.toThrow(withCode('UNSAFE_ARCHIVE', /too large/));
    const wide = Buffer.from(await png(2, 2));
    wide.writeUInt32BE(60_000, 16);
    wide.writeUInt32BE(60_000, 20);
    await expect(open(await ora(one, { 'data/a.png': wide }))).rejects.toThrow(
      withCode('IMAGE_TOO_LARGE'),
    );
  });
});

/** Packed pixels as a page leaves them with the services. */
function packing() {
  const blobs = new BlobStore();
  const packs = new Packs(blobs, new PackPool());
  const pack = packs.of('a-document');
  let made = 0;
  const picture = async (
    width: number,
    height: number,
    data: Uint8Array,
    channels: 3 | 4 = 4,
    rows = 256,
  ): Promise<PackedPicture> => {
    const strips: string[] = [];
    for (let top = 0; top < height; top += rows) {
      const strip = data.slice(top * width * 4, (top + rows) * width * 4);
      const key = `s.${made++}`;
      await pack.addRows(key, width, channels, blobs.put(strip));
      strips.push(key);
    }
    return { width, height, channels, strips };
  };
  return { blobs, packs, pack, picture };
}

/** Tiles of a picture, row by row. */
function tilesOf(data: Uint8Array, width: number, height: number): Uint8Array[] {
  const tiles: Uint8Array[] = [];
  for (let y = 0; y < height; y += 256) {
    for (let x = 0; x < width; x += 256) {
      const tile = new Uint8Array(256 * 256 * 4);
      for (let row = 0; row < 256 && y + row < height; row++) {
        const from = ((y + row) * width + x) * 4;
        tile.set(data.subarray(from, from + Math.min(256, width - x) * 4), row * 1024);
      }
      tiles.push(tile);
    }
  }
  return tiles;
}

describe('writing OpenRaster', () => {
  async function written() {
    const { blobs, packs, pack, picture } = packing();
    const raster = async (
      name: string,
      width: number,
      height: number,
      more: Partial<PackedRaster> = {},
      data = pattern(width, height, name.length),
    ): Promise<PackedRaster> => ({
      type: 'raster',
      name,
      visible: true,
      opacity: 1,
      blendMode: 'normal',
      x: 0,
      y: 0,
      picture: await picture(width, height, data, data[3] === 255 ? 3 : 4),
      runs: [],
      ...more,
    });
    const background = Uint8Array.from(pattern(600, 300, 3), (byte, i) =>
      i % 4 === 3 ? 255 : byte,
    );
    const layers: PackedLayer[] = [
      // its six tiles are those of the project, the second and third of which changed places
      await raster(
        'background',
        600,
        300,
        { runs: [0, 7, 1, 1, 9, 1, 2, 8, 1, 3, 10, 3] },
        background,
      ),
      {
        type: 'group',
        name: 'a <group> "ñ"',
        visible: false,
        opacity: 0.75,
        blendMode: 'screen',
        children: [
          await raster('lower', 20, 10, { x: -5, y: 7 }),
          await raster('upper', 30, 8, { opacity: 0.1 }),
        ],
      },
      await raster('top', 11, 13, { x: 3, y: 4, blendMode: 'exclusion' }),
    ];
    // and two more, of pixels and of a mask, which no picture shows
    const loose = pattern(256, 256, 77);
    const mask = Uint8Array.from({ length: 256 * 256 }, (_, i) => (i * i) >> 9);
    const named = [
      { id: 4, bytes: loose.length },
      { id: 40, bytes: mask.length },
    ];
    await pack.addTiles(named, blobs.put(Buffer.concat([loose, mask])));
    const listed = [4, 7, 8, 9, 10, 11, 12, 40].map((id) => [id, id === 40 ? 65_536 : 262_144]);
    const project = JSON.stringify({ tiles: listed, documents: [{ layers: [] }], of: 'ours' });
    const [a, b, c, ...rest] = tilesOf(background, 600, 300);
    const tiles = Buffer.concat([loose, ...[a, c, b].flatMap((one) => one ?? []), ...rest, mask]);
    const merged = pattern(600, 300, 5);
    const input = {
      name: 'work',
      width: 600,
      height: 300,
      layers,
      project,
      merged: await picture(600, 300, merged, 4, 100),
    };
    const parts: Uint8Array[] = [];
    const used = await writeProject(input, pack, (bytes) => {
      parts.push(bytes);
      return Promise.resolve();
    });
    const bytes = Buffer.concat(parts);
    onTestFinished(async () => {
      await packs.close();
      await blobs.close();
    });
    return { input, merged, background, tiles, project, bytes, pack, used };
  }

  test('is as the specification says, for programs that know no more than that', async () => {
    const { bytes, merged } = await written();
    expect(strFromU8(bytes.subarray(0, 4))).toBe('PK\u0003\u0004');
    expect(strFromU8(bytes.subarray(30, 54))).toBe('mimetypeimage/openraster');
    const files = unzipSync(bytes);
    expect(Object.keys(files)[0]).toBe('mimetype');
    const file = (name: string) => files[name] ?? new Uint8Array(0);
    const stack = parseXml(strFromU8(file('stack.xml')), {
      maxDepth: 9,
      maxElements: 99,
      allowDoctype: false,
    });
    expect(stack.name).toBe('image');
    expect([stack.attributes.get('w'), stack.attributes.get('h')]).toEqual(['600', '300']);
    const elements = (of: XmlElement) => of.children.filter((child) => typeof child !== 'string');
    const [root] = elements(stack) as [XmlElement];
    expect(
      elements(root).map(({ name, attributes }) => [
        name,
        attributes.get('name'),
        attributes.get('composite-op'),
      ]),
    ).toEqual([
      ['layer', 'top', 'krita:exclusion'],
      ['stack', 'a <group> "ñ"', 'svg:screen'],
      ['layer', 'background', 'svg:src-over'],
    ]);
    for (const layer of elements(root).filter(({ name }) => name === 'layer')) {
      expect(Object.keys(files)).toContain(layer.attributes.get('src'));
    }
    const flattened = await decodeImage({ data: file('mergedimage.png') });
    expect(Buffer.compare(flattened.data, merged)).toBe(0);
    const thumbnail = await decodeImage({ data: file('Thumbnails/thumbnail.png') });
    expect([thumbnail.width, thumbnail.height]).toEqual([256, 128]);
  });

  test('comes back as the project it was', async () => {
    const { bytes, project, tiles } = await written();
    const blobs = new MemoryBlobs();
    const opened = await openFile('work.ora', bytes, blobs);
    REQUESTS['files.open'].answer.parse(opened);
    expect(opened).toMatchObject({ kind: 'project', name: 'work.ora', project });
    const back = await blobs.read((opened as { tiles: string }).tiles);
    expect(Buffer.compare(back, tiles)).toBe(0);
  });

  test('without our own part, every layer comes back to the last bit', async () => {
    const { bytes, background } = await written();
    const { 'nativa/project.json': _, ...rest } = unzipSync(bytes);
    const blobs = new MemoryBlobs();
    const opened = await openFile('work.ora', zipSync(rest, { level: 0 }), blobs);
    const [bottom, group, top] = (opened as { layers: WireLayer[] }).layers as [
      WireRaster,
      WireGroup,
      WireRaster,
    ];
    const pixels = (layer: WireLayer | undefined) => blobs.read((layer as WireRaster).pixels);
    expect(Buffer.compare(await pixels(bottom), background)).toBe(0);
    expect(group).toMatchObject({ name: 'a <group> "ñ"', visible: false, opacity: 0.75 });
    expect(group.children).toMatchObject([{ name: 'lower', x: -5, y: 7 }, { opacity: 0.1 }]);
    expect(Buffer.compare(await pixels(group.children[0]), pattern(20, 10, 5))).toBe(0);
    expect(top).toMatchObject({ x: 3, y: 4, width: 11, height: 13, blendMode: 'exclusion' });
    expect(Buffer.compare(await pixels(top), pattern(11, 13, 3))).toBe(0);
  });

  test('pictures without transparency have no alpha channel', async () => {
    const { bytes } = await written();
    const { 'data/layer0.png': bottom, 'data/layer3.png': top } = unzipSync(bytes);
    const channels = async (png: Uint8Array | undefined) => (await sharp(png).metadata()).channels;
    expect([await channels(bottom), await channels(top)]).toEqual([3, 4]);
  });

  test('a project whose tiles are not all there is refused', async () => {
    const { bytes } = await written();
    const files = unzipSync(bytes);
    const pictures = (change: (text: string) => string): Zippable => ({
      ...files,
      'nativa/pictures.json': strToU8(
        change(strFromU8(files['nativa/pictures.json'] ?? new Uint8Array())),
      ),
    });
    const { 'nativa/filtered.bin': _, ...without } = files;
    const { 'data/layer0.png': __, ...unseen } = files;
    for (const damaged of [
      without,
      unseen,
      pictures(() => '[]'),
      pictures(() => 'no JSON'),
      pictures((text) => text.replace('3,10,3', '3,10,9')),
      pictures((text) => text.replace('3,10,3', '3,10,900000000000')),
      pictures((text) => text.replace('3,10,3', '3,39,2')),
      pictures((text) => text.replace('3,10,3', '60,10,3')),
    ]) {
      await expect(open(zipSync(damaged, { level: 0 }))).rejects.toThrow(
        withCode('UNREADABLE_DOCUMENT', /tiles are missing/),
      );
    }
  });

  test('projects of earlier versions are opened, whose tiles lie as they are', async () => {
    const tiles = new Uint8Array(300_000).map((_, i) => (i * i) >> 7);
    const file = zipSync({
      mimetype: [strToU8('image/openraster'), { level: 0 }],
      'nativa/project.json': strToU8('{"some":"project"}'),
      'nativa/tiles.bin': tiles.subarray(0, 200_000),
      'nativa/tiles-2.bin': tiles.subarray(200_000),
    });
    const blobs = new MemoryBlobs();
    const opened = await open(file, blobs);
    expect(opened).toMatchObject({ kind: 'project', project: '{"some":"project"}' });
    const back = await blobs.read((opened as { tiles: string }).tiles);
    expect(Buffer.compare(back, tiles)).toBe(0);
  });

  test('the same document makes the same bytes', async () => {
    expect(Buffer.compare((await written()).bytes, (await written()).bytes)).toBe(0);
  });

  test('pieces that do not make up a picture are refused, and those that are gone', async () => {
    const { pack, input, used } = await written();
    const write = (change: Partial<typeof input>) =>
      writeProject({ ...input, ...change }, pack, () => Promise.resolve());
    const { merged } = input;
    for (const wrong of [{ width: 601 }, { height: 299 }, { channels: 3 as const }]) {
      await expect(write({ merged: { ...merged, ...wrong } })).rejects.toThrow(
        withCode('BAD_PIXELS'),
      );
    }
    await expect(write({ project: 'none' })).rejects.toThrow(withCode('BAD_PROJECT'));
    pack.retain(new Set([...used].filter((key) => key !== 'tile:40')));
    await expect(write({})).rejects.toThrow(withCode('PACKS_GONE'));
  });
});
