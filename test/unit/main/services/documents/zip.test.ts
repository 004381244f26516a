import { strToU8, unzipSync, zipSync } from 'fflate';
import { describe, expect, test } from 'vitest';

import { ZipFile } from '../../../../../main/services/documents/zip/read.js';
import { ZipWriter } from '../../../../../main/services/documents/zip/write.js';
import { withCode } from './blobs.js';

const limits = { entries: 20, total: 1_000_000 };
const open = (bytes: Uint8Array, of = limits) => new ZipFile('a.ora', bytes, of);
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
    const zip = open(zipSync({ 'a/b.txt': text, 'c.bin': [text, { level: 0 }] }));
    expect(await zip.read('a/b.txt', 10_000)).toEqual(Buffer.from(text));
    expect(Buffer.from((await zip.read('c.bin', 10_000)) ?? [])).toEqual(Buffer.from(text));
    expect(await zip.read('d', 10)).toBeNull();
  });

  test('what it writes another program reads, names and all', async () => {
    const writer = new ZipWriter();
    const big = new Uint8Array(20_000_000).map((_, i) => i >> 8);
    writer.store('mimetype', strToU8('x/y'));
    await writer.deflate('ñ/big.bin', big);
    await writer.deflate('empty', new Uint8Array(0));
    const bytes = writer.finish();
    const back = unzipSync(bytes);
    expect(Object.keys(back)).toEqual(['mimetype', 'ñ/big.bin', 'empty']);
    expect(Buffer.compare(back['ñ/big.bin'] ?? new Uint8Array(0), big)).toBe(0);
    const own = new ZipFile('b', bytes, { entries: 3, total: 50_000_000 });
    expect(Buffer.compare((await own.read('ñ/big.bin', 50_000_000)) ?? big, big)).toBe(0);
    expect(await own.read('empty', 1)).toHaveLength(0);
  });

  test.each(['../evil', 'a/../../evil', '/etc/passwd', 'C:/evil', 'a\\..\\evil', './a', ''])(
    'refuses the name %j',
    (name) => {
      expect(() => open(zipSync({ ok: strToU8('1'), [name]: strToU8('2') }))).toThrow(
        unsafe(/outside/),
      );
    },
  );

  test('refuses a bomb by what it says, before inflating anything', () => {
    const bomb = zipSync({ bomb: new Uint8Array(5_000_000) }, { level: 9 });
    expect(bomb.length).toBeLessThan(10_000);
    expect(() => open(bomb)).toThrow(unsafe(/memory/));
    const many = Object.fromEntries(
      Array.from({ length: 15 }, (_, i) => [`b${i}`, new Uint8Array(100_000)]),
    );
    expect(() => open(zipSync(many))).toThrow(unsafe(/memory/));
  });

  test('refuses a bomb that lies about its size, without filling the memory', async () => {
    const bomb = zipSync({ bomb: new Uint8Array(60_000_000) }, { level: 9 });
    const lying = open(patch(bomb, 24, 22, 1000));
    const before = process.memoryUsage().arrayBuffers;
    await expect(lying.read('bomb', 100_000)).rejects.toThrow(unsafe(/larger than it says/));
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8_000_000);
  });

  test('refuses entries that lie on top of each other', () => {
    const zip = zipSync({ aaaa: strToU8('1'.repeat(100)), bbbb: strToU8('2'.repeat(100)) });
    expect(() => open(patch(zip, 42, null, 0))).toThrow(unsafe(/on top of each other/));
  });

  test('refuses too many entries, and names that stand twice', () => {
    const many = Object.fromEntries(Array.from({ length: 21 }, (_, i) => [`f${i}`, strToU8('x')]));
    expect(() => open(zipSync(many))).toThrow(unsafe(/over 20 files/));
    const writer = new ZipWriter();
    writer.store('a', strToU8('1'));
    writer.store('a', strToU8('2'));
    expect(() => open(writer.finish())).toThrow(unsafe(/twice/));
  });

  test('refuses an entry larger than its kind may be', async () => {
    const zip = open(zipSync({ 'stack.xml': new Uint8Array(5000) }));
    await expect(zip.read('stack.xml', 4999)).rejects.toThrow(unsafe(/too large/));
  });

  test('tells damage from malice', async () => {
    const zip = zipSync({ a: strToU8('hello hello hello') });
    expect(() => open(zip.subarray(0, zip.length - 10))).toThrow(damaged(/directory/));
    expect(() => open(zip.subarray(10))).toThrow(damaged());
    const flipped = Buffer.from(zip);
    flipped[35] = (flipped[35] ?? 0) ^ 0xff;
    await expect(open(flipped).read('a', 100)).rejects.toThrow(damaged());
    expect(() => open(patch(zip, 8, null, 1))).toThrow(damaged(/password/));
    expect(() => open(new Uint8Array(0))).toThrow(damaged());
  });
});
