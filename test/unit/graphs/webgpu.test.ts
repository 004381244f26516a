/** Every graph of a model on WebGPU, where a graphics processor and its driver are there. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { loadModel } from '../../../main/engine/model.js';
import type { Model } from '../../../main/engine/model.js';
import { RandomStream } from '../../../main/engine/rng.js';
import { NetworkSession, Tensor } from '../../../main/engine/runtime/session.js';
import { GraphBuilder } from '../../../native-models/graphs/onnx/index.js';
import { writeTinyBundle } from '../../support/tiny-bundle.js';

/** Why WebGPU does not start here; undefined where it does. */
async function whyNot(): Promise<string | undefined> {
  const graph = new GraphBuilder({ name: 'probe', tensors: new Map() });
  const x = graph.input('x', 'float32', [2]);
  graph.output('y', graph.add(x, x), 'float32', [2]);
  try {
    const settings = { provider: 'webgpu', keepMemory: false };
    const session = await NetworkSession.load('probe', graph.build(), tmpdir(), settings);
    await session.dispose();
    return undefined;
  } catch (error) {
    return (error instanceof Error ? error.message : String(error)).slice(-80).trim();
  }
}

const reason = await whyNot();
const title = reason === undefined ? 'WebGPU' : `WebGPU (skipped: ${reason})`;

describe.skipIf(reason !== undefined)(title, () => {
  const { signal } = new AbortController();
  let root: string;
  let onProcessor: Model;
  let onGpu: Model;

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'nativa-webgpu-'));
    const bundle = await writeTinyBundle(join(root, 'tiny'));
    onProcessor = await loadModel(bundle, { provider: 'cpu', signal });
    onGpu = await loadModel(bundle, { provider: 'webgpu', signal });
  });

  afterAll(async () => {
    await onProcessor.networks.dispose();
    await onGpu.networks.dispose();
    await rm(root, { recursive: true, force: true });
  });

  it.each(['ar', 'vision', 'connector', 'cross_attention_kv', 'denoiser', 'vae_encoder'] as const)(
    'loads the graph of %s',
    async (name) => {
      await onGpu.networks.get(name);
      expect(onGpu.networks.placed.filter((placed) => placed.reason !== undefined)).toEqual([]);
    },
  );

  it('decodes to the pixels of the processor', async () => {
    const { latentChannels } = onGpu.shape;
    const dims = [1, latentChannels, 6, 6];
    const data = new RandomStream(1, 'latents').normals(latentChannels * 36);
    const decode = async ({ networks }: Model): Promise<Float32Array> => {
      const decoder = await networks.get('vae_decoder');
      const outputs = await decoder.run({ latent: new Tensor('float32', data, dims) });
      return outputs.float32('sample').slice();
    };
    const [wanted, found] = [await decode(onProcessor), await decode(onGpu)];
    const error = Math.max(...wanted.map((value, i) => Math.abs(value - (found[i] ?? NaN))));
    expect(error).toBeLessThan(1e-3);
  });
});
