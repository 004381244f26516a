/** Files on their way out of the page. */
import { expect, test } from 'vitest';
import type { NativaBridge } from '../../../../preload/contract.js';
import { Client } from '../../../../renderer/bridge/client.js';
import { Filing } from '../../../../renderer/state/filing.svelte.js';

const BLOB = 'a'.repeat(32);
const FILE = { blob: BLOB, bytes: 9, mime: 'image/openraster' };
const PROJECT = {
  name: 'work',
  width: 8,
  height: 8,
  layers: [],
  merged: { width: 8, height: 8, channels: 4 as const, strips: ['m.1'] },
  project: '{}',
  store: 'somewhere-else',
};
const HELD = 'b'.repeat(32);

interface Asked {
  readonly name: string;
  readonly ask: unknown;
}

/** Services that write nothing until they are told to. */
function services() {
  const asked: Asked[] = [];
  let finish: (answer: unknown) => void = () => undefined;
  const bridge: NativaBridge = {
    pixelRoute: '/pixels',
    onEvent: () => () => undefined,
    request: (name, ask) => {
      asked.push({ name, ask });
      if (name !== 'files.writeProject') return Promise.resolve(null);
      return new Promise((resolve) => {
        finish = resolve;
      });
    },
  };
  const filing = new Filing(new Client(bridge));
  const dropped = () =>
    asked.flatMap(({ name, ask }) => (name === 'blobs.drop' ? (ask as string[]) : []));
  const task = () => {
    const writing = asked.findLast(({ name }) => name === 'files.writeProject');
    return (writing?.ask as { task: string } | undefined)?.task ?? '';
  };
  return {
    filing,
    asked,
    dropped,
    task,
    finish: () => {
      finish(FILE);
    },
  };
}

const turn = () => new Promise((resolve) => setTimeout(resolve, 5));

test('a file is shown from its first part to its end, and what it was made of is dropped', async () => {
  const { filing, finish, dropped, task } = services();
  const done = filing.run('work', async ({ hold, onProgress, write }) => {
    hold(HELD);
    onProgress(0.5);
    return write('files.writeProject', PROJECT);
  });
  await turn();
  expect(filing.shown).toEqual({ name: 'work', part: 0.2 });
  filing.receive({ type: 'task', task: 'somebody-else', part: 0.9 });
  expect(filing.shown?.part).toBe(0.2);
  filing.receive({ type: 'task', task: task(), part: 0.5 });
  expect(filing.shown?.part).toBeCloseTo(0.7);
  expect(dropped()).toEqual([]);
  finish();
  expect(await done).toEqual(FILE);
  expect(filing.shown).toBeNull();
  expect(dropped()).toEqual([HELD]);
});

test('given up, it is over at once; a file that comes all the same is dropped', async () => {
  const { filing, asked, finish, dropped, task } = services();
  const done = filing.run('work', ({ hold, write }) => {
    hold(HELD);
    return write('files.writeProject', PROJECT);
  });
  await turn();
  expect(filing.cancel()).toBe(true);
  expect(await done).toBeUndefined();
  expect(filing.shown).toBeNull();
  expect(asked).toContainEqual({ name: 'task.cancel', ask: { task: task() } });
  finish();
  await turn();
  expect(dropped().toSorted()).toEqual([BLOB, HELD]);
  expect(filing.cancel()).toBe(false);
});

test('files follow each other, and all that wait are given up', async () => {
  const { filing } = services();
  const begun: string[] = [];
  const lasting = (name: string) =>
    filing.run(name, async ({ signal }) => {
      begun.push(name);
      await new Promise((_, reject) => {
        signal.addEventListener('abort', () => {
          reject(signal.reason as Error);
        });
      });
    });
  const all = [lasting('first'), lasting('second')];
  await turn();
  expect(begun).toEqual(['first']);
  filing.cancel();
  expect(await Promise.all(all)).toEqual([undefined, undefined]);
  expect(begun).toEqual(['first']);
  expect(await filing.run('third', () => Promise.resolve('done'))).toBe('done');
});

test('what goes wrong is told, and the next file is written', async () => {
  const { filing } = services();
  await expect(filing.run('bad', () => Promise.reject(new Error('full')))).rejects.toThrow('full');
  expect(filing.shown).toBeNull();
  expect(await filing.run('good', () => Promise.resolve(1))).toBe(1);
});
