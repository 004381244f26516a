import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { NativaError } from '../../../native-models/errors.js';
import { readSafetensorsHeader } from '../../../native-models/graphs/index.js';
import { parameterLocations } from '../../../native-models/graphs/safetensors.js';
import { float32, safetensorsBytes, writeSafetensors } from './files.js';

let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nativa-safetensors-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function codeOf(bytes: Uint8Array): Promise<string> {
  const path = join(folder, 'case.safetensors');
  await writeFile(path, bytes);
  const error: unknown = await readSafetensorsHeader(path).catch((cause: unknown) => cause);
  return error instanceof NativaError ? error.code : `no typed error: ${String(error)}`;
}

function entry(start: number, end: number, shape = [(end - start) / 4], dtype = 'F32'): object {
  return { dtype, shape, data_offsets: [start, end] };
}

describe('readSafetensorsHeader', () => {
  it('finds tensors and metadata', async () => {
    const path = join(folder, 'good.safetensors');
    const header = {
      __metadata__: { format: 'pt' },
      'a.weight': entry(0, 24, [2, 3]),
      ids: entry(24, 40, [2], 'I64'),
      scale: entry(40, 42, [], 'BF16'),
    };
    const bytes = safetensorsBytes(header, new Uint8Array(42));
    await writeFile(path, bytes);
    const read = await readSafetensorsHeader(path);
    const start = bytes.length - 42;
    expect(read.metadata).toEqual({ format: 'pt' });
    expect(read.fileSize).toBe(bytes.length);
    expect(read.tensors.get('a.weight')).toEqual({
      dtype: 'F32',
      shape: [2, 3],
      offset: start,
      length: 24,
    });
    expect([...parameterLocations(read, 'x/y').keys()]).toEqual(['a.weight', 'scale']);
    expect(parameterLocations(read, 'x/y').get('scale')).toEqual({
      file: 'x/y',
      dtype: 'BF16',
      shape: [],
      offset: start + 40,
      length: 2,
    });
  });

  it('says that a file is not there', async () => {
    await expect(readSafetensorsHeader(join(folder, 'none'))).rejects.toMatchObject({
      code: 'FILE_NOT_FOUND',
    });
  });

  it.each<[string, Uint8Array]>([
    ['an empty file', new Uint8Array(0)],
    [
      'a file that ends within its header',
      safetensorsBytes({ a: entry(0, 4) }, new Uint8Array(4)).subarray(0, 20),
    ],
    ['a header length beyond the limit', new Uint8Array(16).fill(255)],
    ['a header that is not JSON', safetensorsBytes('{"a":', new Uint8Array(4))],
    ['a header that is a list', safetensorsBytes([1], new Uint8Array(4))],
    ['metadata that is not text', safetensorsBytes({ __metadata__: { a: 1 } }, new Uint8Array(0))],
    ['an unknown type', safetensorsBytes({ a: entry(0, 4, [1], 'F31') }, new Uint8Array(4))],
    ['a negative size', safetensorsBytes({ a: entry(0, 4, [-1]) }, new Uint8Array(4))],
    ['a negative offset', safetensorsBytes({ a: entry(-4, 0, [1]) }, new Uint8Array(4))],
    [
      'a length that does not fit the shape',
      safetensorsBytes({ a: entry(0, 8, [3]) }, new Uint8Array(8)),
    ],
    ['a tensor past the end', safetensorsBytes({ a: entry(0, 8) }, new Uint8Array(4))],
    [
      'tensors that overlap',
      safetensorsBytes({ a: entry(0, 8), b: entry(4, 12) }, new Uint8Array(12)),
    ],
    ['a gap', safetensorsBytes({ a: entry(0, 4), b: entry(8, 12) }, new Uint8Array(12))],
    ['bytes after the last tensor', safetensorsBytes({ a: entry(0, 4) }, new Uint8Array(8))],
  ])('refuses %s', async (_, bytes) => {
    expect(await codeOf(bytes)).toBe('BAD_WEIGHTS');
  });

  it('answers any bytes with a header or a typed error', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ maxLength: 60 }),
        fc.uint8Array({ maxLength: 8 }),
        async (text, data) => {
          const path = join(folder, 'any.safetensors');
          await writeFile(path, safetensorsBytes(`{"a":${text}`, data));
          const error: unknown = await readSafetensorsHeader(path).catch((cause: unknown) => cause);
          return !(error instanceof Error) || error instanceof NativaError;
        },
      ),
      { numRuns: 60 },
    );
  });

  it('reads what it wrote at offsets that hold the data', async () => {
    const path = join(folder, 'two.safetensors');
    await writeSafetensors(path, { a: float32([2], [1, 2]), b: float32([1], [3]) });
    const { tensors, fileSize } = await readSafetensorsHeader(path);
    expect(tensors.get('b')?.offset).toBe(fileSize - 4);
  });
});
