import { strToU8, unzipSync, zipSync } from 'fflate';
import { describe, expect, test } from 'vitest';

import { ZipFile } from '../../../../../main/services/documents/zip/read.js';
import type { Source } from '../../../../../main/services/documents/source.js';
import { ZipWriter } from '../../../../../main/services/documents/zip/write.js';
import { withCode } from './blobs.js';

const limits = { entries: 20, total: 1_000_000 };
const open = (bytes: Uint8Array, of = limits) => ZipFile.open('a.ora', bytes, of);

/** An archive of what `add` adds. */
async function zipped(add: (writer: ZipWriter) => Promise<void>, at = 0): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  const writer = new ZipWriter((bytes) => {
    parts.push(bytes);
    return Promise.resolve();
  }, at);
  await add(writer);
  await writer.finish();
  return Buffer.concat(parts);
}
const unsafe = (words?: RegExp) => withCode('UNSAFE_ARCHIVE', words);
const damaged = (words?: RegExp) => withCode('UNREADABLE_ARCHIVE', words);

/** Overwrites a 32-bit number of every directory entry and local header. */
function patch(
  bytes: Uint8Array,
  central: number,
  local: number | null,
  value: number,
): Uint8Array {
  const out = Buffer.from(bytes);
  for (let at = 0; at + 4 <= out.length; at++) {
    if (out.readUInt32LE(at) === 0x02014b50) out.writeUInt32LE(value, at + central);
    if (local !== null && out.readUInt32LE(at) === 0x04034b50) out.writeUInt32LE(value, at + local);
  }
  return out;
}

describe('reading ZIP files', () => {
  test('reads what another program wrote, stored and deflated', async () => {
    const text = strToU8('so long and '.repeat(500));
    const zip = await open(zipSync({ 'a/b.txt': text, 'c.bin': [text, { level: 0 }] }));
    expect(await zip.read('a/b.txt', 10_000)).toEqual(Buffer.from(text));
    expect(Buffer.from((await zip.read('c.bin', 10_000)) ?? [])).toEqual(Buffer.from(text));
    expect(await zip.read('d', 10)).toBeNull();
  });

  test('what it writes another program reads, names and all', async () => {
    const big = new Uint8Array(20_000_000).map((_, i) => i >> 8);
    const bytes = await zipped(async (writer) => {
      await writer.store('mimetype', strToU8('x/y'));
      await writer.deflate('ñ/big.bin', big);
      await writer.deflate('empty', new Uint8Array(0));
    });
    const back = unzipSync(bytes);
    expect(Object.keys(back)).toEqual(['mimetype', 'ñ/big.bin', 'empty']);
    expect(Buffer.compare(back['ñ/big.bin'] ?? new Uint8Array(0), big)).toBe(0);
    const own = await ZipFile.open('b', bytes, { entries: 3, total: 50_000_000 });
    expect(Buffer.compare((await own.read('ñ/big.bin', 50_000_000)) ?? big, big)).toBe(0);
    expect(await own.read('empty', 1)).toHaveLength(0);
  });

  test('finds what lies beyond 4 GB', async () => {
    const before = 5 * 2 ** 30;
    const bytes = await zipped(async (writer) => {
      await writer.store('far', strToU8('away'));
      await writer.deflate('farther', new Uint8Array(1000).fill(7));
    }, before);
    // Nobody reads what lies before the archive.
    const far: Source = {
      size: before + bytes.length,
      read: (start, length) =>
        Promise.resolve(
          bytes.subarray(Math.max(0, start - before), Math.max(0, start + length - before)),
        ),
    };
    const zip = await ZipFile.open('far.ora', far, limits);
    expect(await zip.read('far', 10)).toEqual(Buffer.from('away'));
    expect(await zip.read('farther', 1000)).toEqual(Buffer.alloc(1000, 7));
  });

  test.each(['../evil', 'a/../../evil', '/etc/passwd', 'C:/evil', 'a\\..\\evil', './a', ''])(
    'refuses the name %j',
    async (name) => {
      await expect(open(zipSync({ ok: strToU8('1'), [name]: strToU8('2') }))).rejects.toThrow(
        unsafe(/outside/),
      );
    },
  );

  test('refuses a bomb by what it says, before inflating anything', async () => {
    const bomb = zipSync({ bomb: new Uint8Array(5_000_000) }, { level: 9 });
    expect(bomb.length).toBeLessThan(10_000);
    await expect(open(bomb)).rejects.toThrow(unsafe(/memory/));
    const many = Object.fromEntries(
      Array.from({ length: 15 }, (_, i) => [`b${i}`, new Uint8Array(100_000)]),
    );
    await expect(open(zipSync(many))).rejects.toThrow(unsafe(/memory/));
  });

  test('refuses a bomb that lies about its size, without filling the memory', async () => {
    const bomb = zipSync({ bomb: new Uint8Array(60_000_000) }, { level: 9 });
    const lying = await open(patch(bomb, 24, 22, 1000));
    const before = process.memoryUsage().arrayBuffers;
    await expect(lying.read('bomb', 100_000)).rejects.toThrow(unsafe(/larger than it says/));
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8_000_000);
  });

  test('refuses entries that lie on top of each other', async () => {
    const zip = zipSync({ aaaa: strToU8('1'.repeat(100)), bbbb: strToU8('2'.repeat(100)) });
    await expect(open(patch(zip, 42, null, 0))).rejects.toThrow(unsafe(/on top of each other/));
  });

  test('refuses too many entries, and names that stand twice', async () => {
    const many = Object.fromEntries(Array.from({ length: 21 }, (_, i) => [`f${i}`, strToU8('x')]));
    await expect(open(zipSync(many))).rejects.toThrow(unsafe(/over 20 files/));
    const twice = await zipped(async (writer) => {
      await writer.store('a', strToU8('1'));
      await writer.store('a', strToU8('2'));
    });
    await expect(open(twice)).rejects.toThrow(unsafe(/twice/));
  });

  test('refuses an entry larger than its kind may be', async () => {
    const zip = await open(zipSync({ 'stack.xml': new Uint8Array(5000) }));
    await expect(zip.read('stack.xml', 4999)).rejects.toThrow(unsafe(/too large/));
  });

  test('tells damage from malice', async () => {
    const zip = zipSync({ a: strToU8('hello hello hello') });
    await expect(open(zip.subarray(0, zip.length - 10))).rejects.toThrow(damaged(/directory/));
    await expect(open(zip.subarray(10))).rejects.toThrow(damaged());
    const flipped = Buffer.from(zip);
    flipped[35] = (flipped[35] ?? 0) ^ 0xff;
    await expect((await open(flipped)).read('a', 100)).rejects.toThrow(damaged());
    await expect(open(patch(zip, 8, null, 1))).rejects.toThrow(damaged(/password/));
    await expect(open(new Uint8Array(0))).rejects.toThrow(damaged());
  });
});
