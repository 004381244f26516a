import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { loadModel } from '../../../../main/engine/model.js';
import type { LoadModelOptions, Model } from '../../../../main/engine/model.js';
import { Pipeline } from '../../../../main/engine/pipeline.js';
import { RandomStream } from '../../../../main/engine/rng.js';
import {
  NetworkSession,
  Tensor,
  supportedProviders,
} from '../../../../main/engine/runtime/session.js';
import {
  buildGraph,
  openCheckpoint,
  sanaTransformerConfigSchema,
} from '../../../../native-models/graphs/index.js';
import { loadBundle, weightFiles } from '../../../../native-models/bundle/index.js';
import { TINY_RESOLUTION, writeTinyBundle } from '../../../support/tiny-bundle.js';

const { signal } = new AbortController();

let root: string;
let bundle: string;
const open: { dispose(): Promise<void> }[] = [];

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'nativa-networks-'));
  bundle = await writeTinyBundle(join(root, 'tiny'));
});

afterEach(async () => {
  for (const one of open.splice(0)) await one.dispose();
});

afterAll(async () => {
  await rm(root, { recursive: true, force: true });
});

async function load(options: Partial<LoadModelOptions>): Promise<Model> {
  const model = await loadModel(bundle, { provider: 'cpu', threads: 1, signal, ...options });
  open.push(model.networks);
  return model;
}

/** One that onnxruntime was built with and that cannot start on a machine without its hardware. */
const others = supportedProviders().filter((name) => name !== 'cpu');

describe('a provider that does not start', () => {
  it.runIf(others.includes('cuda'))(
    'leaves its networks to the processor, and says why',
    async () => {
      const pipeline = new Pipeline({ threads: 1 });
      open.push(pipeline);
      const request = {
        ...({ kind: 'generate', prompt: 'a house', bundle, seed: 3, count: 1, steps: 1 } as const),
        previews: false,
      };
      const plain = await pipeline.run({ ...request, provider: 'cpu' }, { signal });
      const fallen = await pipeline.run(
        { ...request, provider: 'cpu', networkProviders: { denoiser: 'cuda' } },
        { signal },
      );
      const denoiser = fallen.placement?.find(({ network }) => network === 'denoiser');
      if (denoiser?.provider === 'cuda') return;
      expect(fallen.provider).toBe('cpu');
      expect(fallen.notices.join()).toMatch(/since cuda could not load it \(.+\): denoiser/);
      expect(Buffer.from(fallen.images[0]?.png ?? [])).toEqual(
        Buffer.from(plain.images[0]?.png ?? []),
      );
    },
  );

  it('is not even asked where it was tried in vain', async () => {
    const probed = [{ name: 'webgpu', available: false, reason: 'no adapter' }];
    const model = await load({ provider: 'webgpu', probed });
    await model.networks.get('vae_decoder');
    expect(model.networks.provider).toBe('cpu');
    expect(model.networks.placed.map(({ reason }) => reason?.kind)).toContain('unavailable');
  });

  it('is an error only where nobody has heard of it', async () => {
    await expect(load({ provider: 'abacus' })).rejects.toMatchObject({
      code: 'PROVIDER_UNAVAILABLE',
    });
    const model = await load({ networkProviders: { ar: 'abacus' } });
    expect(model.networks.placed.find(({ network }) => network === 'ar')?.reason).toMatchObject({
      detail: 'onnxruntime was built without it',
    });
  });
});

describe('a memory that is too small for all networks', () => {
  it('frees each when its stage ends', async () => {
    const model = await load({ memory: 1000 });
    const first = await model.networks.get('vae_decoder');
    await model.networks.done('vae_decoder');
    expect(await model.networks.get('vae_decoder')).not.toBe(first);
    const roomy = await load({ memory: 1e9 });
    const kept = await roomy.networks.get('vae_decoder');
    await roomy.networks.done('vae_decoder');
    expect(await roomy.networks.get('vae_decoder')).toBe(kept);
  });
});

describe('products in float16', () => {
  /** What the denoiser predicts of noise; onnxruntime's processor casts where it must. */
  async function predict(products: 'float32' | 'float16'): Promise<Float32Array> {
    const found = await loadBundle(bundle);
    const { tensors, folder } = await openCheckpoint(found.dir, weightFiles(found));
    const config = sanaTransformerConfigSchema.parse(found.configs.transformer);
    const model = await load({});
    const source = { transformer: config, tensors } as Parameters<typeof buildGraph>[1];
    const graph = buildGraph('denoiser', source, { products, operators: 'portable' });
    const settings = { provider: 'cpu', threads: 1, keepMemory: false };
    const session = await NetworkSession.load('denoiser', graph, folder, settings);
    open.push(session);
    const { shape } = model;
    const normals = (purpose: 'latents' | 'tokens', length: number): Float32Array =>
      new RandomStream(7, purpose).normals(length);
    const kv = await model.networks.get('cross_attention_kv');
    const context = normals('tokens', 5 * shape.captionChannels);
    const keys = await kv.run({
      encoder_hidden_states: new Tensor('float32', context, [1, 5, shape.captionChannels]),
    });
    const side = TINY_RESOLUTION / shape.compression;
    const channels = config.in_channels;
    const outputs = await session.run({
      latents: new Tensor('float32', normals('latents', channels * side * side), [
        ...[1, channels, side, side],
      ]),
      timestep: new Tensor('float32', Float32Array.of(500), [1]),
      ...(shape.guidanceEmbeds && { guidance: new Tensor('float32', Float32Array.of(2), [1]) }),
      ...Object.fromEntries(
        session.inputs
          .filter(({ name }) => /^(key|value)\./.test(name))
          .map(({ name }) => [name, keys.tensor(name)]),
      ),
    });
    return outputs.float32('noise_pred');
  }

  it('stay within float16’s rounding of those in float32, and are not the same', async () => {
    const [exact, half] = [await predict('float32'), await predict('float16')];
    const square = (values: Iterable<number>): number =>
      [...values].reduce((sum, value) => sum + value * value, 0);
    const error = square(exact.map((value, index) => value - (half[index] ?? 0)));
    const relative = Math.sqrt(error / square(exact));
    expect(relative).toBeGreaterThan(1e-6);
    expect(relative).toBeLessThan(3e-3);
  });
});
