/** Pixels packed for files: that they come back, what is kept of them, and who packs them. */
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { crc32, deflateSync, inflateRawSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { BlobStore } from '../../../../main/services/blobs.js';
import { filterPlain, unfilterPlain } from '../../../../main/services/packs/filter.js';
import { Packs } from '../../../../main/services/packs/index.js';
import { packed, type PackJob } from '../../../../main/services/packs/jobs.js';
import { PackPool } from '../../../../main/services/packs/pool.js';
import { adler32, joinAdler, joinCrc } from '../../../../main/services/packs/sums.js';
import { compiled } from './compiled.js';
import { flat, pattern, withCode } from './documents/blobs.js';

const worker = compiled('main/services/packs/worker.ts');
const TILE_BYTES = 256 * 256 * 4;

function noise(length: number, seed = 1): Uint8Array {
  let state = seed;
  return Uint8Array.from({ length }, () => (state = (state * 1_103_515_245 + 12_345) >>> 0) >>> 23);
}

test.each([1, 3, 4])('what was filtered by pixels of %i bytes comes back', (channels) => {
  for (const bytes of [
    noise(17 * channels * 9),
    flat(17, 9, [3, 200, 255]).slice(0, 153 * channels),
  ]) {
    const back = filterPlain(bytes, 17 * channels, channels);
    unfilterPlain(back, 17 * channels, channels);
    expect(Buffer.compare(back, bytes)).toBe(0);
  }
});

test('check sums of pieces make that of the whole, whatever their lengths', () => {
  const all = noise(200_000);
  const whole = deflateSync(all);
  expect(adler32(all)).toBe(whole.readUInt32BE(whole.length - 4));
  for (const cut of [0, 1, 65_521, 70_000, 199_999, 200_000]) {
    const [one, other] = [all.subarray(0, cut), all.subarray(cut)];
    expect(joinCrc(crc32(one), crc32(other), other.length)).toBe(crc32(all));
    expect(joinAdler(adler32(one), adler32(other), other.length)).toBe(adler32(all));
  }
});

test('drawings that repeat themselves are packed by that', () => {
  const row = noise(1024);
  const bytes = new Uint8Array(TILE_BYTES).map((_, i) => row[i % 512] ?? 0);
  const { pieces } = packed({ kind: 'tiles', bytes, lengths: [TILE_BYTES] });
  expect(pieces[0]?.length).toBeLessThan(TILE_BYTES / 50);
});

test('threads pack what this one would, several at once, and those that wait are done in turn', async () => {
  const pool = new PackPool(pathToFileURL(worker), 2);
  onTestFinished(() => pool.close());
  const jobs = Array.from({ length: 7 }, (_, salt): PackJob => ({
    kind: 'rows',
    bytes: pattern(100, 40, salt),
    width: 100,
    channels: salt % 2 === 0 ? 3 : 4,
  }));
  const done = await Promise.all(jobs.map((job) => pool.run(job)));
  for (const [index, { pieces, bytes }] of done.entries()) {
    const here = packed(jobs[index] ?? { kind: 'tiles', bytes, lengths: [] });
    expect(pieces).toEqual(here.pieces);
    expect(Buffer.compare(bytes, here.bytes)).toBe(0);
  }
});

test('where no thread can be had, the work is done all the same', async () => {
  const pool = new PackPool(pathToFileURL(join(tmpdir(), 'there-is-no-such-program.mjs')), 2);
  onTestFinished(() => pool.close());
  const job = { kind: 'tiles' as const, bytes: pattern(256, 256), lengths: [TILE_BYTES] };
  const all = await Promise.all([pool.run(job), pool.run(job), pool.run(job)]);
  for (const one of all) expect(one.pieces).toEqual(packed(job).pieces);
});

function store() {
  const blobs = new BlobStore();
  const packs = new Packs(blobs, new PackPool(pathToFileURL(worker), 2), 30);
  onTestFinished(async () => {
    await packs.close();
    await blobs.close();
  });
  return { blobs, packs, pack: packs.of('a-document') };
}

const onDisk = () =>
  readdirSync(tmpdir())
    .filter((name) => name.startsWith(`nativa-blobs-${process.pid}-`))
    .flatMap((name) => readdirSync(join(tmpdir(), name)));

test('what is packed lies on disk, and the pixels are let go', async () => {
  const { blobs, pack } = store();
  const tile = pattern(256, 256);
  await pack.addTiles([{ id: 5, bytes: TILE_BYTES }], blobs.put(tile));
  expect([blobs.size, blobs.held, onDisk().length]).toEqual([1, 0, 1]);
  const back = inflateRawSync(Buffer.concat([await pack.read('tile:5'), Buffer.of(3, 0)]));
  unfilterPlain(back, 1024, 4);
  expect(Buffer.compare(back, tile)).toBe(0);
});

test('only what is kept stays, and a blob goes with the last tile in it', async () => {
  const { blobs, pack } = store();
  const two = [1, 2].map((id) => ({ id, bytes: TILE_BYTES }));
  await pack.addTiles(two, blobs.put(Buffer.concat([pattern(256, 256), pattern(256, 256, 9)])));
  await pack.addRows('rows', 10, 4, blobs.put(pattern(10, 5)));
  expect(pack.missing(['rows', 'tile:1', 'tile:3', 'tile:2'])).toEqual([2]);
  pack.retain(new Set(['tile:2']));
  expect(pack.missing(['rows', 'tile:1', 'tile:2'])).toEqual([0, 1]);
  expect(blobs.size).toBe(1);
  expect((await pack.read('tile:2')).length).toBeGreaterThan(0);
  await expect(pack.read('tile:1')).rejects.toThrow(withCode('PACKS_GONE'));
  pack.retain(new Set());
  expect(blobs.size).toBe(0);
});

test('what is not as long as it is said to be is refused', async () => {
  const { blobs, pack } = store();
  const id = (length: number) => blobs.put(new Uint8Array(length));
  await expect(pack.addRows('rows', 10, 4, id(41))).rejects.toThrow(withCode('BAD_PIXELS'));
  await expect(pack.addRows('rows', 10, 4, id(0))).rejects.toThrow(withCode('BAD_PIXELS'));
  for (const [bytes, length] of [
    [TILE_BYTES, TILE_BYTES - 1],
    [100, 100],
  ] as const) {
    await expect(pack.addTiles([{ id: 1, bytes }], id(length))).rejects.toThrow(
      withCode('BAD_TILES'),
    );
  }
  expect(pack.missing(['rows', 'tile:1'])).toEqual([0, 1]);
});

test('a page that is gone may come back for a while; then it is forgotten', async () => {
  const { blobs, packs } = store();
  const rows = async () => packs.of('a-document').addRows('rows', 10, 4, blobs.put(pattern(10, 5)));
  await rows();
  packs.release(['a-document']);
  expect(packs.of('a-document').missing(['rows'])).toEqual([]);
  await new Promise((resolve) => setTimeout(resolve, 60));
  expect(blobs.size).toBe(1);
  packs.release(['a-document']);
  await new Promise((resolve) => setTimeout(resolve, 60));
  expect(blobs.size).toBe(0);
});
