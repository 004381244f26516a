import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Latents } from '../../../../main/engine/autoencoder/autoencoder.js';
import { Denoiser } from '../../../../main/engine/diffusion/denoiser.js';
import type { DenoiseOptions } from '../../../../main/engine/diffusion/denoiser.js';
import { readColumns, writeColumns } from '../../../../main/engine/diffusion/layout.js';
import { loadModel } from '../../../../main/engine/model.js';
import type { Model } from '../../../../main/engine/model.js';
import { RandomStream } from '../../../../main/engine/rng.js';
import { writeTinyBundle } from '../../../support/tiny-bundle.js';

const { signal } = new AbortController();
const SIDE = 12;

let root: string;
let model: Model;
let denoiser: Denoiser;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'nativa-denoiser-'));
  const bundle = await writeTinyBundle(join(root, 'tiny'));
  model = await loadModel(bundle, { provider: 'cpu', threads: 1, signal });
  const { networks, shape } = model;
  const crossAttentionKv = await networks.get('cross_attention_kv');
  denoiser = new Denoiser({ crossAttentionKv, denoiser: await networks.get('denoiser') }, shape);
});

afterAll(async () => {
  await model.networks.dispose();
  await rm(root, { recursive: true, force: true });
});

function latents(seed: number): Latents {
  const channels = model.shape.latentChannels;
  const data = new RandomStream(seed, 'latents').normals(channels * SIDE * SIDE);
  return { data, channels, height: SIDE, width: SIDE };
}

function context(seed: number, tokens: number) {
  const { captionChannels } = model.shape;
  return { data: new RandomStream(seed, 'latents').normals(tokens * captionChannels), tokens };
}

const denoise = (fields: Partial<DenoiseOptions>) =>
  denoiser.denoise({
    branches: [
      { weight: -1, context: context(8, 5), noiseReferences: [] },
      { weight: 2, context: context(9, 5), noiseReferences: [] },
    ],
    noise: latents(1),
    steps: 3,
    scheduler: 'euler',
    guidanceScale: 2,
    signal,
    ...fields,
  });

describe('Denoiser', () => {
  it('gives the same for branches of unequal length, which cannot share a batch', async () => {
    const full = { weight: 2, context: context(9, 5), noiseReferences: [] };
    const short = { weight: -1, context: context(8, 3), noiseReferences: [] };
    const forwards = await denoise({ branches: [short, full] });
    const backwards = await denoise({ branches: [full, short] });
    forwards.data.forEach((value, i) => {
      expect(value).toBeCloseTo(backwards.data[i] ?? NaN, 4);
    });
    const alone = await denoise({ branches: [{ ...full, weight: 1 }] });
    expect(alone.data).not.toEqual(forwards.data);
  });

  it.each(['euler', 'dpm-solver++'] as const)(
    'ends in the source where the latent mask keeps it, by %s',
    async (scheduler) => {
      const source = latents(2);
      const mask = new Float32Array(SIDE * SIDE).map((_, i) => (i % SIDE < 4 ? 1 : 0));
      const free = await denoise({ scheduler });
      const kept = await denoise({ scheduler, mask: { data: mask, source } });
      let changed = 0;
      kept.data.forEach((value, i) => {
        if (mask[i % (SIDE * SIDE)] === 0) expect(value).toBe(source.data[i]);
        else if (value !== source.data[i]) changed++;
      });
      expect(changed).toBe(4 * SIDE * model.shape.latentChannels);
      expect(kept.data).not.toEqual(free.data);
      const all = new Float32Array(SIDE * SIDE).fill(1);
      expect((await denoise({ scheduler, mask: { data: all, source } })).data).toEqual(free.data);
    },
  );

  it('shows the network a picture once for all branches that share it', async () => {
    const { networks, shape } = model;
    const network = await networks.get('denoiser');
    const seen: (readonly number[])[] = [];
    const watched = {
      inputs: network.inputs,
      run: (feeds: Parameters<typeof network.run>[0]) => {
        seen.push(feeds.latents?.dims ?? []);
        return network.run(feeds);
      },
    };
    const crossAttentionKv = await networks.get('cross_attention_kv');
    const watching = new Denoiser({ crossAttentionKv, denoiser: watched }, shape);
    const both = [8, 9].map((seed) => ({ weight: seed - 8, context: context(seed, 5) }));
    const common = { noise: latents(1), steps: 1, scheduler: 'euler', signal } as const;
    const shared = await watching.denoise({
      branches: both.map((branch) => ({ ...branch, noiseReferences: [] })),
      guidanceScale: 1,
      ...common,
    });
    const alone = await watching.denoise({
      branches: [{ weight: 1, context: context(9, 5), noiseReferences: [] }],
      guidanceScale: 1,
      ...common,
    });
    expect(seen.map(([pictures]) => pictures)).toEqual([1, 1]);
    shared.data.forEach((value, i) => {
      expect(value).toBeCloseTo(alone.data[i] ?? NaN, 4);
    });
  });

  it('takes a network at its word that predicts the clean latents', async () => {
    const { networks, shape } = model;
    const kv = await networks.get('cross_attention_kv');
    const both = { crossAttentionKv: kv, denoiser: await networks.get('denoiser') };
    const noise = latents(1);
    const options = { branches: [{ weight: 1, context: context(9, 5), noiseReferences: [] }] };
    const common = { noise, steps: 1, scheduler: 'euler', guidanceScale: 1, signal } as const;
    const flow = await denoise({ ...options, ...common });
    const asSample = new Denoiser(both, { ...shape, predictsSample: true });
    const clean = await asSample.denoise({ ...options, ...common });
    // In one step from pure noise, one is the prediction and the other the noise less it.
    clean.data.forEach((value, i) => {
      expect(value + (flow.data[i] ?? NaN)).toBeCloseTo(noise.data[i] ?? NaN, 4);
    });
  });

  it('shows what it believes in after every step', async () => {
    const seen: number[] = [];
    const shown: Latents[] = [];
    await denoise({
      onStep: (done, predicted) => {
        seen.push(done);
        shown.push(predicted());
      },
    });
    expect(seen).toEqual([1, 2, 3]);
    expect(shown.every(({ data }) => data.length === latents(1).data.length)).toBe(true);
  });

  it('stops within one step of a cancel', async () => {
    const controller = new AbortController();
    const steps: number[] = [];
    const running = denoise({
      steps: 10,
      signal: controller.signal,
      onStep: (done) => {
        steps.push(done);
        if (done === 2) controller.abort();
      },
    });
    await expect(running).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(steps).toEqual([1, 2]);
  });

  it('refuses to hand on latents that are no numbers', async () => {
    const noise = latents(1);
    noise.data[5] = NaN;
    await expect(denoise({ noise })).rejects.toMatchObject({ code: 'DEGENERATE_OUTPUT' });
  });
});

it('columns go in and come out side by side', () => {
  const left = Float32Array.of(1, 2, 3, 4);
  const right = Float32Array.of(5, 6);
  const both = new Float32Array(6);
  writeColumns(both, 3, 0, left, 2);
  writeColumns(both, 3, 2, right, 1);
  expect([...both]).toEqual([1, 2, 5, 3, 4, 6]);
  expect([...readColumns(both, 3, 0, 2)]).toEqual([...left]);
  expect([...readColumns(both, 3, 2, 1)]).toEqual([...right]);
});
