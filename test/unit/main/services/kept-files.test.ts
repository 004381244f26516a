/** Files of open documents: kept while they are open, and for a while when their page is gone. */
import { setTimeout as pause } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { BlobStore } from '../../../../main/services/blobs.js';
import { SharedFile, stayingBlob } from '../../../../main/services/documents/index.js';
import { KeptFiles } from '../../../../main/services/kept-files.js';

function keeping(most?: number, patience?: number) {
  const blobs = new BlobStore();
  onTestFinished(() => blobs.close());
  const kept = new KeptFiles(most, patience);
  const keep = (document: string, ...bytes: number[]): void => {
    const blob = blobs.put(Uint8Array.from(bytes));
    kept.keep(document, `${document}.png`, new SharedFile(bytes.length, stayingBlob(blobs, blob)));
  };
  const bytesOf = async (document: string): Promise<number[]> => {
    const { file } = kept.find(document);
    return [...(await file.source().read(0, 100))];
  };
  return { blobs, kept, keep, bytesOf };
}

test('a document has the file that was kept last, until it is closed', async () => {
  const { blobs, kept, keep, bytesOf } = keeping();
  keep('one', 1, 2);
  keep('one', 3);
  expect(kept.find('one').name).toBe('one.png');
  expect(await bytesOf('one')).toEqual([3]);
  expect(blobs.size).toBe(1);
  kept.forget('one');
  expect(blobs.size).toBe(0);
  expect(() => kept.find('one')).toThrow(expect.objectContaining({ code: 'FILE_GONE' }));
});

test('together they take no more than a bound, and the oldest leave', async () => {
  const { blobs, kept, keep, bytesOf } = keeping(4);
  keep('one', 1, 1);
  keep('two', 2, 2);
  keep('three', 3, 3);
  expect(() => kept.find('one')).toThrow(expect.objectContaining({ code: 'FILE_GONE' }));
  expect(await bytesOf('two')).toEqual([2, 2]);
  expect(await bytesOf('three')).toEqual([3, 3]);
  expect(blobs.size).toBe(2);
});

test('who reads one goes on reading it when it is not kept any more', async () => {
  const { blobs, kept, keep } = keeping();
  keep('one', 7, 8);
  const source = kept.find('one').file.source();
  const staying = await source.stay?.();
  kept.forget('one');
  expect([...((await staying?.read(0, 9)) ?? [])]).toEqual([7, 8]);
  staying?.close();
  expect(blobs.size).toBe(0);
});

test('they wait for a page that is loaded again, and not for ever', async () => {
  const { blobs, kept, keep, bytesOf } = keeping(undefined, 100);
  keep('one', 1);
  kept.release(['one']);
  expect(await bytesOf('one')).toEqual([1]);
  await pause(200);
  expect(await bytesOf('one')).toEqual([1]);
  kept.release(['one']);
  for (let i = 0; i < 100 && blobs.size > 0; i++) await pause(20);
  expect(() => kept.find('one')).toThrow(expect.objectContaining({ code: 'FILE_GONE' }));
});
