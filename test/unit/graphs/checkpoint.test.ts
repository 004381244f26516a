import { mkdir, mkdtemp, realpath, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import * as ort from 'onnxruntime-node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { openCheckpoint } from '../../../native-models/graphs/index.js';
import type { Checkpoint } from '../../../native-models/graphs/index.js';
import { GraphBuilder, linear } from '../../../native-models/graphs/onnx/index.js';
import { float32, writeSafetensors } from './files.js';

let folder = '';

beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'nativa-checkpoint-')));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

/** y = first(second(x)), one layer in each shard. */
async function runTwoLayers({ folder: weights, tensors }: Checkpoint): Promise<number[]> {
  const g = new GraphBuilder({ name: 'two', tensors });
  const x = g.input('x', 'float32', ['batch', 2]);
  const inner = linear(g, x, 'second', { inFeatures: 2, outFeatures: 3, bias: false });
  const outer = linear(g, inner, 'first', { inFeatures: 3, outFeatures: 1, bias: true });
  g.output('y', outer, 'float32', ['batch', 1]);
  const session = await ort.InferenceSession.create(g.build().bytes, {
    extra: { session: { model_external_initializers_file_folder_path: weights } },
  });
  const { y } = await session.run({ x: new ort.Tensor(Float32Array.of(1, 2), [1, 2]) });
  return [...(y?.data as Float32Array)];
}

async function writeShards(first: string, second: string): Promise<void> {
  await writeSafetensors(first, {
    'first.weight': float32([1, 3], [1, 10, 100]),
    'first.bias': float32([1], [0.5]),
  });
  await writeSafetensors(second, { 'second.weight': float32([3, 2], [1, 0, 0, 1, 1, 1]) });
}

describe('openCheckpoint', () => {
  it('reads shards, also in folders of their own', async () => {
    await mkdir(join(folder, 'part'));
    await writeShards(join(folder, 'a.safetensors'), join(folder, 'part', 'b.safetensors'));
    const checkpoint = await openCheckpoint(folder, ['a.safetensors', 'part/b.safetensors']);
    expect(checkpoint.folder).toBe(folder);
    expect(checkpoint.tensors.get('second.weight')?.file).toBe('part/b.safetensors');
    expect(await runTwoLayers(checkpoint)).toEqual([1 + 20 + 300 + 0.5]);
  });

  it('follows links as a download cache has them', async () => {
    await mkdir(join(folder, 'blobs'));
    await mkdir(join(folder, 'snapshot'));
    await writeShards(join(folder, 'blobs', '01'), join(folder, 'blobs', '02'));
    await symlink('../blobs/01', join(folder, 'snapshot', 'a.safetensors'));
    await symlink('../blobs/02', join(folder, 'snapshot', 'b.safetensors'));
    const snapshot = join(folder, 'snapshot');
    const checkpoint = await openCheckpoint(snapshot, ['a.safetensors', 'b.safetensors']);
    expect(checkpoint.folder).toBe(join(folder, 'blobs'));
    expect(await runTwoLayers(checkpoint)).toEqual([1 + 20 + 300 + 0.5]);
  });

  it('finds the folder above a file and a link to elsewhere', async () => {
    await mkdir(join(folder, 'elsewhere'));
    await mkdir(join(folder, 'bundle'));
    await writeShards(join(folder, 'bundle', 'a'), join(folder, 'elsewhere', 'b'));
    await symlink(join(folder, 'elsewhere', 'b'), join(folder, 'bundle', 'b'));
    const checkpoint = await openCheckpoint(join(folder, 'bundle'), ['a', 'b']);
    expect(checkpoint.folder).toBe(folder);
    expect(await runTwoLayers(checkpoint)).toEqual([1 + 20 + 300 + 0.5]);
  });

  it('refuses a parameter that two files have', async () => {
    await writeShards(join(folder, 'a'), join(folder, 'b'));
    await expect(openCheckpoint(folder, ['a', 'a'])).rejects.toMatchObject({
      code: 'BAD_WEIGHTS',
      message: expect.stringContaining('"first.weight"') as string,
    });
  });

  it('names a file that is not there', async () => {
    await expect(openCheckpoint(folder, ['model.safetensors'])).rejects.toMatchObject({
      code: 'FILE_NOT_FOUND',
      message: expect.stringContaining('model.safetensors') as string,
    });
  });
});
