import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { BlobStore } from '../../../../main/services/blobs.js';
import type { BlobStoreOptions } from '../../../../main/services/blobs.js';

let folder: string;
let store: BlobStore;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nativa-blob-test-'));
  vi.stubEnv('TMPDIR', folder);
});
afterEach(async () => {
  await store.close();
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

const open = (options: BlobStoreOptions = {}) => (store = new BlobStore(options));
const bytes = (length: number, value: number) => new Uint8Array(length).fill(value);
const chunks = (...parts: Uint8Array[]) => parts as unknown as AsyncIterable<Uint8Array>;

/** Files of the store on disk. */
function files(): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name);
}

async function settle(done: () => boolean): Promise<void> {
  for (let tries = 0; tries < 500 && !done(); tries++) await pause(10);
}

async function streamed(id: string): Promise<Buffer> {
  const { size, stream } = await store.open(id);
  const body = Buffer.concat((await stream.toArray()) as Buffer[]);
  expect(body).toHaveLength(size);
  return body;
}

describe('blobs', () => {
  test('come back as they were put, under ids that tell nothing', async () => {
    open();
    const ids = Array.from({ length: 50 }, (_, i) => store.put(bytes(3, i)));
    expect(new Set(ids).size).toBe(50);
    for (const id of ids) expect(id).toMatch(/^[a-z0-9]{32}$/);
    expect(await store.read(ids[7] ?? '')).toEqual(bytes(3, 7));
    expect(await streamed(ids[8] ?? '')).toEqual(Buffer.from(bytes(3, 8)));
  });

  test('beyond the memory bound go to disk, longest unused first, and come back from there', async () => {
    open({ memory: 1000 });
    const [first, second, third] = [1, 2, 3].map((value) => store.put(bytes(400, value)));
    await settle(() => store.held <= 1000);
    expect(files()).toHaveLength(1);
    expect(await store.read(first ?? '')).toEqual(Buffer.from(bytes(400, 1)));
    expect(await streamed(first ?? '')).toEqual(Buffer.from(bytes(400, 1)));
    expect(await store.read(second ?? '')).toEqual(bytes(400, 2));
    expect(await store.read(third ?? '')).toEqual(bytes(400, 3));
  });

  test('that are dropped are gone, from the disk too', async () => {
    open({ memory: 100 });
    const id = store.put(bytes(400, 1));
    await settle(() => files().length === 1 && store.held === 0);
    store.drop([id, 'unknown']);
    await settle(() => files().length === 0);
    expect(files()).toEqual([]);
    await expect(store.read(id)).rejects.toMatchObject({ code: 'BLOB_NOT_FOUND' });
    await expect(store.open(id)).rejects.toMatchObject({ code: 'BLOB_NOT_FOUND' });
  });

  test('that nobody asks for are let go; those in use are kept', async () => {
    open({ idle: 300 });
    const [used, idle] = [store.put(bytes(1, 1)), store.put(bytes(1, 2))];
    for (let i = 0; i < 100 && store.size === 2; i++) {
      await store.read(used);
      await pause(20);
    }
    expect(await store.read(used)).toEqual(bytes(1, 1));
    await expect(store.read(idle)).rejects.toMatchObject({ code: 'BLOB_NOT_FOUND' });
  });

  test('are made one of several, wherever their bytes lie, and read in pieces', async () => {
    open({ memory: 300 });
    const ids = [1, 2, 3].map((value) => store.put(bytes(200, value)));
    await settle(() => store.held <= 300);
    const all = store.join(ids);
    expect(store.size).toBe(1);
    expect(store.sizeOf(all)).toBe(600);
    const whole = Buffer.concat([1, 2, 3].map((value) => bytes(200, value)));
    expect(Buffer.compare(await store.read(all), whole)).toBe(0);
    expect(await streamed(all)).toEqual(whole);
    expect(Buffer.from(await store.slice(all, 150, 300))).toEqual(whole.subarray(150, 450));
    expect(await store.slice(all, 550, 300)).toHaveLength(50);
    store.drop([all]);
    await settle(() => files().length === 0);
    expect(store.held).toBe(0);
  });

  test('too large together stay what they were', async () => {
    open({ maxTotal: 500 });
    const ids = [store.put(bytes(300, 1)), store.put(bytes(300, 2))];
    expect(() => store.join(ids)).toThrow(expect.objectContaining({ code: 'DOCUMENT_TOO_LARGE' }));
    expect(await store.read(ids[1] ?? '')).toEqual(bytes(300, 2));
  });

  test('are written to disk as they are made, or not at all', async () => {
    open({ maxTotal: 1000 });
    const id = await store.write(async (write) => {
      await write(bytes(300, 1));
      await write(bytes(300, 2));
    });
    expect(store.held).toBe(0);
    expect(store.sizeOf(id)).toBe(600);
    expect(files()).toHaveLength(1);
    const cut = store.write(async (write) => {
      await write(bytes(300, 1));
      throw new Error('stopped');
    });
    await expect(cut).rejects.toThrow('stopped');
    const large = store.write((write) => write(bytes(1001, 1)));
    await expect(large).rejects.toMatchObject({ code: 'DOCUMENT_TOO_LARGE' });
    expect(files()).toHaveLength(1);
    expect(store.size).toBe(1);
  });

  test('no disk has room for are refused before they are sent, with both sizes', async () => {
    open({ maxUpload: Number.MAX_SAFE_INTEGER, memory: 1 });
    await expect(store.receive(chunks(bytes(1, 1)), 9e15)).rejects.toMatchObject({
      code: 'DISK_FULL',
      message: expect.stringMatching(/9000000000 MB.*room for \d+ MB.*free some space/) as string,
    });
    expect(files()).toEqual([]);
  });

  test('leave no folder behind', async () => {
    open({ memory: 1 });
    store.put(bytes(10, 1));
    await settle(() => files().length === 1);
    await store.close();
    expect(readdirSync(folder)).toEqual([]);
  });

  test('of programs that were killed are taken away', async () => {
    open({ memory: 1 });
    // No process has this id: it is above the largest that systems give out.
    const left = mkdtempSync(join(folder, 'nativa-blobs-99999999-'));
    store.put(bytes(10, 1));
    await settle(() => files().length === 1);
    expect(existsSync(left)).toBe(false);
  });
});

describe('an upload', () => {
  test('is taken in as it arrives', async () => {
    open();
    const id = await store.receive(chunks(bytes(2, 1), bytes(3, 2)), 5);
    expect(await store.read(id)).toEqual(Buffer.from([1, 1, 2, 2, 2]));
  });

  test('too large for memory goes straight to disk', async () => {
    open({ memory: 100 });
    const id = await store.receive(chunks(bytes(150, 1), bytes(150, 2)), 300);
    expect(store.held).toBe(0);
    expect(await store.read(id)).toEqual(Buffer.concat([bytes(150, 1), bytes(150, 2)]));
  });

  test.each([
    ['declares too much', 2000, [bytes(1, 0)], 'UPLOAD_TOO_LARGE'],
    ['sends more than is allowed', undefined, [bytes(600, 0), bytes(600, 0)], 'UPLOAD_TOO_LARGE'],
    ['sends more than it declared', 10, [bytes(6, 0), bytes(6, 0)], 'UPLOAD_TOO_LARGE'],
    ['is cut', 10, [bytes(6, 0)], 'UPLOAD_CUT'],
    ['is cut on its way to disk', 900, [bytes(6, 0)], 'UPLOAD_CUT'],
  ])('that %s is refused and leaves nothing', async (_, declared, parts, code) => {
    open({ maxUpload: 1000, memory: 800 });
    await expect(store.receive(chunks(...parts), declared)).rejects.toMatchObject({ code });
    expect(store.size).toBe(0);
    await settle(() => files().length === 0);
    expect(files()).toEqual([]);
  });
});
