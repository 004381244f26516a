/** Projects whose pixels are read when they are wanted: that they come back, and what is refused. */
import { strToU8, unzipSync, zipSync, type Zippable } from 'fflate';
import { describe, expect, onTestFinished, test } from 'vitest';
import { BlobStore } from '../../../../../main/services/blobs.js';
import {
  SharedFile,
  openFile,
  stayingBlob,
  writeProject,
  type ProjectTiles,
} from '../../../../../main/services/documents/index.js';
import { OpenedProjects } from '../../../../../main/services/opened-projects.js';
import { Packs } from '../../../../../main/services/packs/index.js';
import { PackPool } from '../../../../../main/services/packs/pool.js';
import { TileStores } from '../../../../../main/services/tiles.js';
import { pattern, withCode } from './blobs.js';

const [WIDTH, HEIGHT] = [600, 300];
const TILE_BYTES = 256 * 256 * 4;

/** A tile of a picture; beyond it there is nothing. */
function tileOf(data: Uint8Array, column: number, row: number): Uint8Array {
  const tile = new Uint8Array(TILE_BYTES);
  for (let y = 0; y < 256 && row * 256 + y < HEIGHT; y++) {
    const from = ((row * 256 + y) * WIDTH + column * 256) * 4;
    tile.set(data.subarray(from, from + Math.min(256, WIDTH - column * 256) * 4), y * 1024);
  }
  return tile;
}

/** A layer of six tiles, two tiles of the history and one of a mask, as a project's file. */
async function project(channels: 3 | 4) {
  const blobs = new BlobStore();
  const pool = new PackPool();
  const packs = new Packs(blobs, pool);
  onTestFinished(async () => {
    await packs.close();
    await blobs.close();
  });
  const pack = packs.of('a-document');
  const data = pattern(WIDTH, HEIGHT).map((byte, i) =>
    channels === 3 && i % 4 === 3 ? 255 : byte,
  );
  for (const [key, from, to] of [
    ['s.1', 0, 256],
    ['s.2', 256, HEIGHT],
  ] as const) {
    const rows = data.slice(from * WIDTH * 4, to * WIDTH * 4);
    await pack.addRows(key, WIDTH, channels, blobs.put(rows));
  }
  const loose = [pattern(256, 256, 5), pattern(256, 256, 9), pattern(256, 64, 3)];
  const named = loose.map(({ length }, n) => ({ id: 20 + n, bytes: length }));
  await pack.addTiles(named, blobs.put(Buffer.concat(loose)));
  const picture = { width: WIDTH, height: HEIGHT, channels, strips: ['s.1', 's.2'] };
  const shown = [0, 1, 2, 3, 4, 5].map((n) => [n + 1, TILE_BYTES]);
  const text = JSON.stringify({
    tiles: [...shown, ...named.map(({ id, bytes }) => [id, bytes])],
    documents: [{ layers: [] }],
  });
  const look = { visible: true, opacity: 1, blendMode: 'normal', x: 0, y: 0 } as const;
  const parts: Uint8Array[] = [];
  const written = {
    name: 'work',
    width: WIDTH,
    height: HEIGHT,
    layers: [{ type: 'raster' as const, name: 'a', ...look, picture, runs: [0, 1, 6] }],
    merged: picture,
    project: text,
  };
  const write = async (from: typeof pack): Promise<Uint8Array> => {
    parts.length = 0;
    await writeProject(written, from, (bytes) => {
      parts.push(bytes);
      return Promise.resolve();
    });
    return Buffer.concat(parts);
  };
  const tiles = [
    ...[0, 1].flatMap((row) => [0, 1, 2].map((column) => tileOf(data, column, row))),
    ...loose,
  ];
  return { blobs, pool, packs, tiles, picture, write, file: await write(pack) };
}

type Made = Awaited<ReturnType<typeof project>>;

/** Opens a file as the studio does. */
async function opened({ blobs, pool }: Pick<Made, 'blobs' | 'pool'>, bytes: Uint8Array) {
  const projects = new OpenedProjects();
  const file = new SharedFile(bytes.length, stayingBlob(blobs, blobs.put(bytes)));
  let kept: ProjectTiles | undefined;
  const add = (tiles: ProjectTiles): string => {
    kept = tiles;
    return projects.add(tiles);
  };
  const found = await openFile('work.ora', file.source(), blobs, { projects: { pool, add } });
  file.release();
  if (found.kind !== 'project') throw new Error('it is no project');
  const store = new TileStores(blobs, projects).of('a-page');
  const adopt = (sizes: readonly number[]) =>
    store.store(
      sizes.map((size, n) => ({ id: 100 + n, bytes: size })),
      found.tiles,
    );
  const drop = (): void => {
    projects.drop([found.tiles]);
  };
  return { found, kept, store, adopt, drop };
}

const watched = (signal = new AbortController().signal) => {
  const parts: number[] = [];
  return { signal, parts, onProgress: (part: number) => parts.push(part) };
};

describe.each([3, 4] as const)('a project of pictures with %i channels', (channels) => {
  test('gives any of its tiles, in any order, and the whole file can be let go then', async () => {
    const made = await project(channels);
    const { blobs, tiles, file } = made;
    const before = blobs.size;
    const { store, adopt, drop } = await opened(made, file);
    await adopt(tiles.map(({ length }) => length));
    drop();
    for (const order of [[0, 1, 2, 3, 4, 5, 6, 7, 8], [8, 3], [7, 0, 6], [5]]) {
      const blob = await store.fetch(order.map((n) => 100 + n));
      const expected = Buffer.concat(order.map((n) => tiles[n] ?? new Uint8Array()));
      expect(Buffer.compare(await blobs.read(blob), expected)).toBe(0);
      blobs.drop([blob]);
    }
    const looking = watched();
    await store.check(looking);
    expect(looking.parts.at(-1)).toBe(1);
    store.clear();
    expect(blobs.size).toBe(before);
  });

  test('is written again from the pieces in its file, the same to the last byte', async () => {
    const made = await project(channels);
    const { packs, file, write, picture } = made;
    const { kept, drop } = await opened(made, file);
    if (!kept) throw new Error('it was read at once');
    const another = packs.of('another-document');
    const { pieces } = kept;
    another.adopt(kept, { keys: picture.strips, pieces: pieces.merged });
    const keys = ['tile:20', 'tile:21', 'tile:22'];
    another.adopt(kept, { keys, pieces: pieces.tiles });
    expect(another.missing([...picture.strips, ...keys])).toEqual([]);
    drop();
    expect(Buffer.compare(await write(another), file)).toBe(0);
    another.retain(new Set());
    expect(another.missing(keys)).toEqual([0, 1, 2]);
  });
});

describe('a file that is not what it was', () => {
  /** The same archive with some of its files changed. */
  function changed(file: Uint8Array, change: (files: Record<string, Uint8Array>) => void) {
    const files = unzipSync(file);
    change(files);
    const stored: Zippable = {};
    for (const [name, bytes] of Object.entries(files)) {
      stored[name] = [bytes, { level: name.startsWith('nativa/') ? 6 : 0 }];
    }
    return zipSync(stored);
  }

  test('is refused in one sentence where the pixels that are wanted are damaged', async () => {
    const made = await project(3);
    const file = Uint8Array.from(made.file);
    // in the first strip, and in the tiles behind the pictures
    const at = Buffer.from(file).indexOf('IDAT', Buffer.from(file).indexOf('data/layer0.png'));
    file[at + 200] = (file[at + 200] ?? 0) ^ 255;
    const { store, adopt } = await opened(made, file);
    await adopt(made.tiles.map(({ length }) => length));
    await expect(store.fetch([100])).rejects.toThrow(withCode('DAMAGED_TILES', /work\.ora/));
    // What is whole is still had.
    const blob = await store.fetch([106]);
    expect(Buffer.compare(await made.blobs.read(blob), made.tiles[6] ?? Buffer.of())).toBe(0);
    await expect(store.check(watched())).rejects.toThrow(withCode('DAMAGED_TILES'));
  });

  test('is not looked through any further when nobody wants that', async () => {
    const made = await project(3);
    const { store, adopt } = await opened(made, made.file);
    await adopt(made.tiles.map(({ length }) => length));
    const gone = AbortSignal.abort();
    await expect(store.check(watched(gone))).rejects.toThrow(/aborted/);
    await expect(adopt([1, 2, 3])).rejects.toThrow(withCode('BAD_TILES'));
  });

  test('is read at once where it tells its pieces in a way that does not fit', async () => {
    const made = await project(4);
    const text = JSON.stringify({ version: 1, made: 'x', pictures: [], merged: [], tiles: [] });
    for (const change of ['{', text, text.replace('1', '2'), text.replace('[]', '[[1,2,3,4]]')]) {
      const file = changed(made.file, (files) => {
        files['nativa/pieces.json'] = strToU8(change);
      });
      const { found, kept } = await opened(made, file);
      expect(kept).toBeUndefined();
      expect(found.packedBy).toBeUndefined();
      const back = await made.blobs.read(found.tiles);
      expect(Buffer.compare(back, Buffer.concat(made.tiles))).toBe(0);
    }
  });
});
