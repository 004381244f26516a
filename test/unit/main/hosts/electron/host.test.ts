import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { isOurs, mayUse } from '../../../../../main/hosts/electron/address.js';
import { fileWords, handedFiles } from '../../../../../main/hosts/electron/arguments.js';
import { CrashLimit } from '../../../../../main/hosts/electron/crashes.js';
import { OfferedFiles } from '../../../../../main/services/studio/files.js';
import { BlobStore } from '../../../../../main/services/blobs.js';

describe('files on the command line', () => {
  const script = resolve('dist', 'main.js');
  const photo = resolve('my photo.png');

  test.each([
    ['a packaged app', ['/opt/nativa', 'a.png', 'b.ora'], ['a.png', 'b.ora']],
    ['one that is developed', ['electron', script, 'a.png'], ['a.png']],
    ['with a script by its relative name', ['electron', join('dist', 'main.js'), 'a'], ['a']],
    ['one with a debugger', ['electron', '--inspect=0', script, '--lang=es', 'a.png'], ['a.png']],
    ['with switches among them', ['nativa', '--no-sandbox', 'a.png', '-x'], ['a.png']],
    ['names that begin with a dash', ['nativa', '--lang=es', '--', '-a.png'], ['-a.png']],
    ['a desktop, which names addresses', ['nativa', pathToFileURL(photo).href], [photo]],
    ['addresses of nothing on this machine', ['nativa', 'file://elsewhere.org:1/%00'], []],
    ['none', ['nativa'], []],
  ])('%s', (_, argv, words) => {
    expect(fileWords(argv, script)).toEqual(words);
  });

  test('of a second start are taken from what it hands over, and from nothing else', () => {
    expect(handedFiles({ files: ['/a.png'] })).toEqual(['/a.png']);
    for (const other of [null, undefined, {}, { files: 'a.png' }, { files: [1] }, 'a']) {
      expect(handedFiles(other)).toEqual([]);
    }
  });
});

describe('the page', () => {
  test.each([
    ['nativa://app/', true],
    ['nativa://app/index.html', true],
    ['nativa://other/', false],
    ['https://app/', false],
    ['file:///app/', false],
    ['nativa:', false],
    ['', false],
  ])('%s is ours: %s', (address, ours) => {
    expect(isOurs(address)).toBe(ours);
  });

  test('may use the clipboard, and nobody else anything', () => {
    expect(mayUse('clipboard-read', 'nativa://app/')).toBe(true);
    expect(mayUse('clipboard-sanitized-write', 'nativa://app/')).toBe(true);
    expect(mayUse('clipboard-read', 'https://example.org/')).toBe(false);
    for (const name of ['media', 'geolocation', 'notifications', 'openExternal', 'hid']) {
      expect(mayUse(name, 'nativa://app/'), name).toBe(false);
    }
  });
});

test('a page that crashes now and then comes back, one that cannot start asks', () => {
  const limit = new CrashLimit();
  const minute = 60_000;
  const seldom = [0, 1, 2, 3, 4, 5].map((n) => limit.allows(n * minute));
  expect(seldom).toEqual(Array<boolean>(6).fill(true));
  const often = [1, 2, 3, 4].map((n) => limit.allows(10 * minute + n * 1000));
  expect(often).toEqual([true, true, true, false]);
  limit.forgive();
  expect(limit.allows(10 * minute + 5000)).toBe(true);
});

test('a page that starts again is given the files that none has opened', async () => {
  const files = new OfferedFiles(['/nowhere/a.png', '/nowhere/b.png']);
  expect(files.waiting).toEqual({ files: ['a.png', 'b.png'], first: 0 });
  const blobs = new BlobStore();
  const refused = () => Promise.reject(new Error('there is a file'));
  // One that cannot be read is not tried for ever.
  await expect(files.open(0, blobs, refused)).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
  expect(files.waiting).toEqual({ files: ['b.png'], first: 1 });
  await expect(files.open(1, blobs, refused)).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
  expect(files.waiting).toEqual({ files: [], first: 2 });
  expect(files.add(['/nowhere/c.png'])).toEqual({ files: ['c.png'], first: 2 });
  expect(files.waiting).toEqual({ files: ['c.png'], first: 2 });
});
