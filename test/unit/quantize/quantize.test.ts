import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { loadModel } from '../../../main/engine/model.js';
import type { Model } from '../../../main/engine/model.js';
import { measureOutputError } from '../../../main/engine/output-error.js';
import { Pipeline } from '../../../main/engine/pipeline.js';
import { engineRequestSchema } from '../../../main/engine/request.js';
import { RandomStream } from '../../../main/engine/rng.js';
import { Tensor } from '../../../main/engine/runtime/session.js';
import { loadBundle, modelHash } from '../../../native-models/bundle/index.js';
import { quantizeBundle } from '../../../native-models/quantize/index.js';
import type { CodeBits } from '../../../native-models/quantize/index.js';
import { writeTinyBundle } from '../../support/tiny-bundle.js';

const { signal } = new AbortController();

let root: string;
let bundle: string;
let target: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'nativa-quantize-'));
  bundle = await writeTinyBundle(join(root, 'tiny'));
});

beforeEach(() => {
  target = join(root, `quantized-${Math.random().toString(36).slice(2)}`, 'small');
});

afterAll(async () => {
  await rm(root, { recursive: true, force: true });
});

const quantize = (bits: CodeBits, options: { signal?: AbortSignal } = {}) =>
  quantizeBundle(bundle, target, { bits, signal, ...options });

/** What the diffusion model says of the same noise in the same context. */
async function predict(folder: string): Promise<Float32Array> {
  const model: Model = await loadModel(folder, { provider: 'cpu', threads: 1, signal });
  const { networks, shape } = model;
  const random = (seed: number, dims: number[]): Tensor => {
    const length = dims.reduce((product, size) => product * size, 1);
    return new Tensor('float32', new RandomStream(seed, 'latents').normals(length), dims);
  };
  const kv = await networks.get('cross_attention_kv');
  const context = await kv.run({ encoder_hidden_states: random(1, [2, 5, shape.captionChannels]) });
  const network = await networks.get('denoiser');
  const feeds: Record<string, Tensor> = {};
  for (const { name, shape: dims } of network.inputs) {
    if (/^(key|value)\./.test(name)) feeds[name] = context.tensor(name);
    else if (name === 'latents') feeds[name] = random(2, [1, Number(dims[1]), 12, 12]);
    else feeds[name] = new Tensor('float32', Float32Array.of(400), [1]);
  }
  const outputs = await network.run(feeds);
  const predicted = outputs.float32('noise_pred').slice();
  await networks.dispose();
  return predicted;
}

function relativeError(found: Float32Array, wanted: Float32Array): number {
  const square = (values: Float32Array): number => values.reduce((sum, v) => sum + v * v, 0);
  const differences = found.map((value, i) => value - (wanted[i] ?? NaN));
  return Math.sqrt(square(differences) / square(wanted));
}

describe('a quantised model', () => {
  it.each([
    [8, 0.03],
    [4, 0.3],
  ] as const)('at %i bits says nearly what the model says', async (bits, bound) => {
    const { losses, before, after } = await quantize(bits);
    const lost = losses.get('transformer')?.relativeError ?? NaN;
    expect(lost).toBeGreaterThan(0);
    expect(lost).toBeLessThan(bits === 8 ? 0.01 : 0.12);
    expect(after).toBeLessThan(before);
    const error = relativeError(await predict(target), await predict(bundle));
    expect(error).toBeGreaterThan(0);
    expect(error).toBeLessThan(bound);
  });

  it('is compared with its model by what both say of the same', async () => {
    await quantize(8);
    const fine = await measureOutputError(bundle, target, signal);
    target = `${target}-coarse`;
    await quantize(4);
    const coarse = await measureOutputError(bundle, target, signal);
    for (const part of ['ar', 'denoiser'] as const) {
      expect(fine[part]).toBeGreaterThan(0);
      expect(fine[part]).toBeLessThan(0.05);
      expect(coarse[part]).toBeGreaterThan(2 * fine[part]);
    }
    expect(coarse.sameCode).toBeLessThanOrEqual(fine.sameCode);
    const same = await measureOutputError(bundle, bundle, signal);
    expect(same).toEqual({ ar: 0, sameCode: 1, denoiser: 0 });
  });

  it('makes pictures, has an identity of its own and lacks nothing', async () => {
    const { manifest } = await quantize(8);
    expect(manifest.id).toMatch(/-8bit$/);
    const names = (await readdir(target, { recursive: true })).sort();
    expect(names).toContain('bundle.json');
    expect(names.filter((name) => name.endsWith('.safetensors'))).toEqual(['model.safetensors']);
    const pipeline = new Pipeline({ threads: 1 });
    const asked = { kind: 'generate', bundle: target, prompt: 'a house', seed: 1, steps: 2 };
    const result = await pipeline.run(engineRequestSchema.parse(asked), { signal });
    await pipeline.dispose();
    expect(result.model.hash).not.toBe(modelHash((await loadBundle(bundle)).manifest));
    expect(result.images).toHaveLength(1);
  });

  it('is refused a second time, and where something is already', async () => {
    await quantize(8);
    await expect(quantize(4)).rejects.toMatchObject({ code: 'MODEL_EXISTS' });
    const again = quantizeBundle(target, `${target}-again`, { bits: 4, signal });
    await expect(again).rejects.toMatchObject({ code: 'ALREADY_QUANTIZED' });
  });

  it('leaves nothing behind when it is given up, or its model is damaged', async () => {
    const controller = new AbortController();
    const running = quantizeBundle(bundle, target, {
      bits: 8,
      signal: controller.signal,
      onProgress: () => {
        controller.abort();
      },
    });
    await expect(running).rejects.toMatchObject({ name: 'AbortError' });
    expect(await readdir(join(target, '..'))).toEqual([]);
    const broken = join(root, 'broken');
    await cp(bundle, broken, { recursive: true });
    await rm(join(broken, 'tokenizer.json'));
    const damaged = quantizeBundle(broken, target, { bits: 8, signal });
    await expect(damaged).rejects.toMatchObject({ code: 'BUNDLE_FILE_MISSING' });
    expect(await readdir(join(target, '..'))).toEqual([]);
  });
});
