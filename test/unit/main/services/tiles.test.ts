import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { setTimeout as pause } from 'node:timers/promises';
import { BlobStore } from '../../../../main/services/blobs.js';
import { OpenedProjects } from '../../../../main/services/opened-projects.js';
import { TileStores } from '../../../../main/services/tiles.js';

let blobs: BlobStore;
beforeEach(() => {
  blobs = new BlobStore({ idle: 100 });
});
afterEach(() => blobs.close());

const PAGE = 'page-0001';
const bytes = (...values: number[]) => Uint8Array.from(values);
const stores = (patience?: number) => new TileStores(blobs, new OpenedProjects(), patience);

describe('tiles of released states', () => {
  test('come back in any order, long after uploads are forgotten', async () => {
    const tiles = stores().of(PAGE);
    await tiles.store(
      [
        { id: 7, bytes: 2 },
        { id: 9, bytes: 3 },
      ],
      blobs.put(bytes(1, 2, 3, 4, 5)),
    );
    await tiles.store([{ id: 8, bytes: 1 }], blobs.put(bytes(6)));
    const forgotten = blobs.put(bytes(0));
    for (let i = 0; i < 100 && blobs.size > 2; i++) await pause(20);
    await expect(blobs.read(forgotten)).rejects.toMatchObject({ code: 'BLOB_NOT_FOUND' });
    expect([...(await blobs.read(await tiles.fetch([9, 8, 7])))]).toEqual([3, 4, 5, 6, 1, 2]);
    expect(blobs.held).toBe(6);
  });

  test('that are not there are said to be gone in one sentence', async () => {
    const tiles = stores().of(PAGE);
    await tiles.store([{ id: 1, bytes: 1 }], blobs.put(bytes(1)));
    await expect(tiles.fetch([1, 2])).rejects.toMatchObject({ code: 'TILES_GONE' });
    tiles.clear();
    await expect(tiles.fetch([1])).rejects.toMatchObject({ code: 'TILES_GONE' });
    expect(blobs.size).toBe(0);
  });

  test('of another length than they are said to have are refused', async () => {
    const tiles = stores().of(PAGE);
    const blob = blobs.put(bytes(1, 2));
    await expect(tiles.store([{ id: 1, bytes: 1 }], blob)).rejects.toMatchObject({
      code: 'BAD_TILES',
    });
    await expect(tiles.fetch([1])).rejects.toMatchObject({ code: 'TILES_GONE' });
  });

  test('outlive a lost connection, and not a page that never comes back', async () => {
    const all = stores(50);
    await all.of(PAGE).store([{ id: 1, bytes: 1 }], blobs.put(bytes(5)));
    all.release([PAGE]);
    expect([...(await blobs.read(await all.of(PAGE).fetch([1])))]).toEqual([5]);
    await pause(100);
    expect([...(await blobs.read(await all.of(PAGE).fetch([1])))]).toEqual([5]);
    all.release([PAGE]);
    await pause(150);
    await expect(all.of(PAGE).fetch([1])).rejects.toMatchObject({ code: 'TILES_GONE' });
  });
});
