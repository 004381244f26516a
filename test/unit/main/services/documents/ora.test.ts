import { strFromU8, strToU8, unzipSync, zipSync, type Zippable } from 'fflate';
import { describe, expect, test } from 'vitest';

import { decodeImage, encodePng } from '../../../../../main/engine/images/index.js';
import { openFile } from '../../../../../main/services/documents/open.js';
import { archiveLimits, openOra } from '../../../../../main/services/documents/open-ora.js';
import { writeProject } from '../../../../../main/services/documents/write-ora.js';
import { parseXml, type XmlElement } from '../../../../../main/services/documents/xml.js';
import type {
  WireGroup,
  WireLayer,
  WireRaster,
  WriteProject,
} from '../../../../../preload/contract.js';
import { REQUESTS } from '../../../../../preload/contract.js';
import { flat, MemoryBlobs, pattern, withCode } from './blobs.js';

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

/** The file, and what its pixels were, which writing lets go of. */
async function fileOf(input: Omit<WriteProject, 'task'>, blobs: MemoryBlobs) {
  const before = new MemoryBlobs(blobs);
  const parts: Uint8Array[] = [];
  await writeProject(input, blobs, (bytes) => {
    parts.push(bytes);
    return Promise.resolve();
  });
  return { blobs: before, bytes: Buffer.concat(parts) };
}

describe('writing OpenRaster', () => {
  async function written() {
    const blobs = new MemoryBlobs();
    const raster = (
      name: string,
      width: number,
      height: number,
      more: Partial<WireRaster> = {},
    ): WireRaster => ({
      type: 'raster',
      name,
      visible: true,
      opacity: 1,
      blendMode: 'normal',
      x: 0,
      y: 0,
      width,
      height,
      pixels: blobs.put(pattern(width, height, name.length)),
      ...more,
    });
    const layers: WireLayer[] = [
      raster('background', 600, 300, { pixels: blobs.put(flat(600, 300, [9, 8, 7, 255])) }),
      {
        type: 'group',
        name: 'a <group> "ñ"',
        visible: false,
        opacity: 0.75,
        blendMode: 'screen',
        children: [
          raster('lower', 20, 10, { x: -5, y: 7 }),
          raster('upper', 30, 8, { opacity: 0.1 }),
        ],
      },
      raster('top', 11, 13, { x: 3, y: 4, blendMode: 'exclusion' }),
    ];
    const project = JSON.stringify({ some: 'project', of: 'ours' });
    const tiles = new Uint8Array(300_000).map((_, i) => (i * i) >> 7);
    const merged = pattern(600, 300, 5);
    const input = {
      name: 'work',
      width: 600,
      height: 300,
      layers,
      project,
      merged: blobs.put(merged),
      tiles: blobs.put(tiles),
    };
    return { input, merged, tiles, project, ...(await fileOf(input, blobs)) };
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
    const { bytes, input, blobs: before } = await written();
    const { 'nativa/project.json': _, ...rest } = unzipSync(bytes);
    const blobs = new MemoryBlobs();
    const opened = await openFile('work.ora', zipSync(rest, { level: 0 }), blobs);
    const strip = async (layer: WireLayer, of: MemoryBlobs): Promise<unknown> =>
      layer.type === 'group'
        ? { ...layer, children: await Promise.all(layer.children.map((one) => strip(one, of))) }
        : { ...layer, pixels: Buffer.from(await of.read(layer.pixels)).toString('base64') };
    const all = (layers: readonly WireLayer[], of: MemoryBlobs) =>
      Promise.all(layers.map((layer) => strip(layer, of)));
    expect(await all((opened as { layers: WireLayer[] }).layers, blobs)).toEqual(
      await all(input.layers, before),
    );
  });

  test('the same document makes the same bytes', async () => {
    expect(Buffer.compare((await written()).bytes, (await written()).bytes)).toBe(0);
  });

  test('pixels of another size than stated are refused', async () => {
    const { blobs, input } = await written();
    await expect(fileOf({ ...input, width: 601 }, blobs)).rejects.toThrow(withCode('BAD_PIXELS'));
  });
});
