import { execFileSync, fork, spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import type { LazyTiles } from '../../../../../main/services/documents/index.js';
import type { Opened } from '../../../../../preload/contract.js';
import { Autosave } from '../../../../../main/services/autosave/index.js';
import { isLive, ownLock } from '../../../../../main/services/autosave/lock.js';
import { compiled } from '../compiled.js';
import { withCode } from '../documents/blobs.js';
import { tile, type Kept, project } from './projects.js';

const ID = 'document-0001';
const writer = compiled('test/unit/main/services/autosave/writer.ts');
let folder: string;

type Project = Extract<Opened, { kind: 'project' }>;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nativa-autosave-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Keeps a state; tiles are told by id, and `fresh` are those sent along. */
function put(store: Autosave, kept: Kept, fresh: readonly number[], id = ID): Promise<void> {
  const tiles = fresh.map((number) => ({ id: number, bytes: tile(number).length }));
  const bytes = fresh.length === 0 ? null : Buffer.concat(fresh.map(tile));
  const state = { name: kept.name, width: 300, height: 200, project: project(kept), tiles };
  return store.put(id, state, bytes);
}

/** What is found again, with the tiles checked against what they must be. */
async function recover(at = folder, id = ID): Promise<Kept> {
  for (let back = 0; ; back++) {
    const { opened, tiles } = await open(at, id, back);
    const found = await read(opened, tiles).catch((error: unknown) => {
      expect(error).toMatchObject({ code: 'DAMAGED_TILES' });
      return null;
    });
    tiles.release();
    if (found) return found;
  }
}

/** Opens a state as the studio does: the newest, or one before it. */
async function open(at: string, id: string, back: number) {
  let tiles: LazyTiles | undefined;
  const opened = await new Autosave(at).open(id, back, (lazy) => {
    tiles = lazy;
    return 'tiles';
  });
  if (opened.kind !== 'project' || !tiles) throw new Error('no project');
  return { opened, tiles };
}

async function read({ project: text, name }: Project, lazy: LazyTiles): Promise<Kept> {
  const json = JSON.parse(text) as {
    tiles: [number, number][];
    documents: { layers: unknown[] }[];
  };
  const ids = json.tiles.map(([number]) => number);
  let to = 0;
  const wanted = lazy.sizes.map((size, index) => ({ index, to: (to += size) - size }));
  const bytes = new Uint8Array(to);
  await lazy.read(wanted, bytes);
  expect(Buffer.compare(bytes, Buffer.concat(ids.map(tile)))).toBe(0);
  return { name, tiles: ids, layers: json.documents.at(-1)?.layers.length ?? 0 };
}

/** Makes the lock that of a process that has ended. */
function crash(id = ID, at = folder): void {
  const { pid } = spawnSync(process.execPath, ['-e', '0']);
  writeFileSync(join(at, id, 'lock.json'), JSON.stringify({ ...ownLock(), pid }));
}

const files = (pattern: RegExp, id = ID) =>
  readdirSync(join(folder, id)).filter((name) => pattern.test(name));
const newest = () =>
  join(
    folder,
    ID,
    files(/^state/)
      .sort((a, b) => a.length - b.length || (a < b ? -1 : 1))
      .at(-1) ?? '',
  );

describe('autosave', () => {
  test('finds the newest state again after a crash, with the tiles of earlier ones', async () => {
    const store = new Autosave(folder);
    await put(store, { name: 'a', tiles: [1, 2], layers: 1 }, [1, 2]);
    await put(store, { name: 'b', tiles: [3, 1], layers: 2 }, [3]);
    await put(store, { name: 'c', tiles: [3], layers: 2 }, []);
    expect(await new Autosave(folder).list()).toEqual([]);
    crash();
    const [found] = await new Autosave(folder).list();
    expect(found).toMatchObject({ id: ID, name: 'c', width: 300, height: 200 });
    expect(Math.abs((found?.savedAt ?? 0) - Date.now())).toBeLessThan(60_000);
    expect(await recover()).toEqual({ name: 'c', tiles: [3], layers: 2 });
  });

  test('keeps three states, and tiles only as long as one of them needs them', async () => {
    const store = new Autosave(folder);
    for (let n = 1; n <= 10; n++) await put(store, { name: `s${n}`, tiles: [n], layers: 1 }, [n]);
    expect(files(/^state/)).toHaveLength(3);
    expect(files(/^tiles/)).toHaveLength(3);
    await expect(put(store, { name: 'x', tiles: [1], layers: 1 }, [])).rejects.toThrow(
      withCode('AUTOSAVE_TILES_MISSING'),
    );
    await put(store, { name: 'y', tiles: [1, 10], layers: 1 }, [1]);
    expect(await recover()).toMatchObject({ name: 'y', tiles: [1, 10] });
  });

  test('takes tiles that are too many for one message before their state', async () => {
    const store = new Autosave(folder);
    const ahead = async (...ids: number[]): Promise<void> => {
      const named = ids.map((id) => ({ id, bytes: tile(id).length }));
      await store.keepTiles(ID, named, Buffer.concat(ids.map(tile)));
    };
    await ahead(1, 2);
    await ahead(3);
    await put(store, { name: 'large', tiles: [1, 2, 3, 4], layers: 1 }, [4]);
    expect(await recover()).toMatchObject({ name: 'large', tiles: [1, 2, 3, 4] });
    // What no state came for goes.
    await ahead(5);
    await put(store, { name: 'next', tiles: [1, 4], layers: 1 }, []);
    await expect(put(store, { name: 'x', tiles: [5], layers: 1 }, [])).rejects.toThrow(
      withCode('AUTOSAVE_TILES_MISSING'),
    );
  });

  test('does not grow without end while few tiles change', async () => {
    const store = new Autosave(folder);
    const first = Array.from({ length: 100 }, (_, i) => i + 1);
    await put(store, { name: 'first', tiles: first, layers: 1 }, first);
    const size = () =>
      files(/^tiles/).reduce((sum, name) => sum + statSync(join(folder, ID, name)).size, 0);
    let now = first;
    for (let n = 101; n <= 220; n++) {
      now = now.map((old, i) => (i === n % 100 ? n : old));
      await put(store, { name: `n${n}`, tiles: now, layers: 1 }, [n]);
    }
    // each state has a tile of its own, and a hundred in all are in use
    expect(files(/^tiles/).length).toBeLessThan(80);
    expect(size()).toBeLessThan(4 * 100 * tile(1).length);
    expect(await recover()).toMatchObject({ name: 'n220', tiles: now });
  });

  test.each([
    [
      'cut short',
      (path: string) => {
        truncateSync(path, Math.floor(statSync(path).size / 2));
      },
    ],
    [
      'empty',
      (path: string) => {
        truncateSync(path, 0);
      },
    ],
    [
      'garbled',
      (path: string) => {
        const bytes = readFileSync(path);
        bytes[200] = (bytes[200] ?? 0) ^ 1;
        writeFileSync(path, bytes);
      },
    ],
    [
      'gone',
      (path: string) => {
        rmSync(path);
      },
    ],
  ])('where the newest state is %s, the one before is found', async (_, damage) => {
    const store = new Autosave(folder);
    await put(store, { name: 'good', tiles: [1], layers: 1 }, [1]);
    await put(store, { name: 'newest', tiles: [1, 2], layers: 1 }, [2]);
    damage(newest());
    crash();
    expect(await new Autosave(folder).list()).toMatchObject([{ name: 'good' }]);
    expect(await recover()).toMatchObject({ name: 'good', tiles: [1] });
  });

  test.each([
    [
      'cut short',
      (path: string) => {
        truncateSync(path, 10);
      },
    ],
    [
      'garbled',
      (path: string) => {
        const bytes = readFileSync(path);
        bytes[20] = (bytes[20] ?? 0) ^ 1;
        writeFileSync(path, bytes);
      },
    ],
    [
      'gone',
      (path: string) => {
        rmSync(path);
      },
    ],
  ])('where tiles of the newest state are %s, the one before is found', async (_, damage) => {
    const store = new Autosave(folder);
    await put(store, { name: 'good', tiles: [1], layers: 1 }, [1]);
    await put(store, { name: 'newest', tiles: [1, 2], layers: 1 }, [2]);
    damage(join(folder, ID, 'tiles-2.bin'));
    expect(await recover()).toMatchObject({ name: 'good', tiles: [1] });
    damage(join(folder, ID, 'tiles-1.bin'));
    await expect(recover()).rejects.toThrow(withCode('RECOVERY_DAMAGED'));
  });

  test('what was opened is read on, whatever is kept and thrown away after that', async () => {
    const store = new Autosave(folder);
    await put(store, { name: 'opened', tiles: [1, 2], layers: 1 }, [1, 2]);
    const { opened, tiles } = await open(folder, ID, 0);
    for (let n = 3; n < 9; n++) await put(store, { name: 'later', tiles: [n], layers: 1 }, [n]);
    expect(files(/^tiles-1\.bin$/)).toEqual([]);
    expect(await read(opened, tiles)).toMatchObject({ name: 'opened', tiles: [1, 2] });
    await store.discard(ID);
    const seen: number[] = [];
    const { signal } = new AbortController();
    await tiles.check({ signal, onProgress: (part) => seen.push(part) });
    expect(seen).toEqual([0.5, 1]);
    tiles.release();
  });

  test('a blank state never takes the place of a good one', async () => {
    const store = new Autosave(folder);
    await put(store, { name: 'good', tiles: [1], layers: 1 }, [1]);
    for (let n = 0; n < 5; n++) await put(store, { name: 'blank', tiles: [], layers: 0 }, []);
    crash();
    expect(await new Autosave(folder).list()).toMatchObject([{ name: 'good' }]);
    expect(await recover()).toMatchObject({ name: 'good', tiles: [1] });
    await put(store, { name: 'on', tiles: [1], layers: 1 }, []);
    expect(await recover()).toMatchObject({ name: 'on' });
  });

  test('a document that was always blank is nothing to recover', async () => {
    const store = new Autosave(folder);
    await put(store, { name: 'blank', tiles: [], layers: 0 }, []);
    crash();
    expect(await new Autosave(folder).list()).toEqual([]);
    expect(readdirSync(folder)).toEqual([]);
  });

  test('goes on from what a crash has left, and a new session’s tiles win over old ones of the same id', async () => {
    await put(new Autosave(folder), { name: 'before', tiles: [1, 2], layers: 1 }, [1, 2]);
    crash();
    const store = new Autosave(folder);
    await put(store, { name: 'after', tiles: [2, 3], layers: 1 }, [3]);
    expect(await recover()).toMatchObject({ name: 'after', tiles: [2, 3] });
    expect(await new Autosave(folder).list()).toEqual([]);
  });

  test('knows documents that are being worked on, here and elsewhere', async () => {
    const store = new Autosave(folder);
    await put(store, { name: 'mine', tiles: [1], layers: 1 }, [1]);
    const other = new Autosave(folder);
    expect(await other.list()).toEqual([]);
    await expect(put(other, { name: 'theirs', tiles: [1], layers: 1 }, [1])).rejects.toThrow(
      withCode('AUTOSAVE_IN_USE'),
    );
    await expect(other.discard(ID)).rejects.toThrow(withCode('AUTOSAVE_IN_USE'));
    await store.release();
    expect(await store.list()).toMatchObject([{ name: 'mine' }]);
    await put(store, { name: 'mine again', tiles: [1], layers: 1 }, []);
    expect(await store.list()).toEqual([]);
  });

  test('a process of the same number that began later is another', () => {
    const own = ownLock();
    expect(isLive(own)).toBe(true);
    if (own.started !== null) expect(isLive({ ...own, started: 'boot:1' })).toBe(false);
    expect(isLive({ pid: process.pid, started: null, at: 0 })).toBe(false);
    expect(isLive({ pid: process.pid, started: null, at: Date.now() })).toBe(true);
  });

  test('forgets what is discarded, and lists the newest first', async () => {
    const store = new Autosave(folder);
    await put(store, { name: 'one', tiles: [1], layers: 1 }, [1], 'first-00');
    await put(store, { name: 'two', tiles: [1], layers: 1 }, [1], 'second-0');
    await store.release();
    expect((await store.list()).map(({ name }) => name)).toEqual(['two', 'one']);
    await store.discard('second-0');
    await store.discard('never-was-there');
    expect(readdirSync(folder)).toEqual(['first-00']);
    await expect(store.open('second-0', 0, () => '')).rejects.toThrow(
      withCode('RECOVERY_NOT_FOUND'),
    );
  });

  test.each(['../escape', '..', 'a/b-c-d-e-f', 'UPPERCASE', '', 'c:\\windows'])(
    'takes no name that could lead elsewhere: %j',
    async (id) => {
      const store = new Autosave(join(folder, 'inner'));
      await expect(put(store, { name: 'a', tiles: [1], layers: 1 }, [1], id)).rejects.toThrow();
      await expect(store.open(id, 0, () => '')).rejects.toThrow(withCode('RECOVERY_NOT_FOUND'));
      await expect(store.discard(id)).rejects.toThrow();
      expect(readdirSync(folder)).toEqual([]);
    },
  );

  test('what is no project, or other tiles than said, is not kept', async () => {
    const store = new Autosave(folder);
    const state = { name: 'a', width: 3, height: 2, project: '{"tiles":[]}', tiles: [] };
    await expect(store.put(ID, state, null)).rejects.toThrow(withCode('BAD_AUTOSAVE'));
    const tiles = [{ id: 1, bytes: 5 }];
    const good = { ...state, project: project({ name: 'a', tiles: [], layers: 1 }), tiles };
    await expect(store.put(ID, good, new Uint8Array(4))).rejects.toThrow(withCode('BAD_AUTOSAVE'));
    await expect(store.put(ID, good, null)).rejects.toThrow(withCode('BAD_AUTOSAVE'));
    expect(files(/^state/)).toEqual([]);
  });

  test('kill -9 at any moment leaves a whole state, and never an older one than was confirmed', async () => {
    mkdirSync(join(folder, ID));
    for (let round = 0; round < 6; round++) {
      const child = fork(writer, [folder, ID, String(round * 1000)], {
        execArgv: [],
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      });
      let confirmed = '';
      child.on('message', (name) => {
        confirmed = name as string;
      });
      await expect.poll(() => confirmed, { timeout: 30_000, interval: 5 }).not.toBe('');
      await new Promise((resolve) => setTimeout(resolve, 37 * round));
      child.kill('SIGKILL');
      await new Promise((resolve) => child.once('exit', resolve));
      const found = await recover();
      const number = (name: string) => Number(name.slice(1));
      expect(number(found.name)).toBeGreaterThanOrEqual(number(confirmed));
      expect(await new Autosave(folder).list()).toMatchObject([{ id: ID, name: found.name }]);
    }
    expect(files(/^\.nativa/).length).toBeLessThanOrEqual(1);
  });
});

/** A disk of 2 MB, or null where this person may not make one. */
function smallDisk(): string | null {
  const path = mkdtempSync(join(tmpdir(), 'nativa-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', path], { stdio: 'ignore' });
    return path;
  } catch {
    rmSync(path, { recursive: true });
    return null;
  }
}

const canMount = (() => {
  const disk = smallDisk();
  if (disk === null) return false;
  execFileSync('umount', [disk]);
  rmSync(disk, { recursive: true });
  return true;
})();

describe.skipIf(!canMount)('on a full disk (needs the right to mount one)', () => {
  test('says so once in plain words, keeps what was kept, and goes on when there is room', async () => {
    const disk = smallDisk() ?? '';
    try {
      const store = new Autosave(disk);
      await put(store, { name: 'kept', tiles: [1], layers: 1 }, [1]);
      writeFileSync(join(disk, 'filler'), new Uint8Array(1_700_000));
      const before = readdirSync(join(disk, ID)).sort();
      const many = Array.from({ length: 10 }, (_, i) => i + 2);
      await expect(put(store, { name: 'lost', tiles: many, layers: 1 }, many)).rejects.toThrow(
        withCode('DISK_FULL', /^The disk is full, .*free some space\.$/),
      );
      expect(readdirSync(join(disk, ID)).sort()).toEqual(before);
      expect(await recover(disk)).toMatchObject({ name: 'kept', tiles: [1] });
      rmSync(join(disk, 'filler'));
      await put(store, { name: 'room again', tiles: many, layers: 1 }, many);
      expect(await recover(disk)).toMatchObject({ name: 'room again', tiles: many });
    } finally {
      // Files that were read are closed behind it.
      await expect.poll(() => spawnSync('umount', [disk]).status).toBe(0);
      rmSync(disk, { recursive: true });
    }
  });
});
