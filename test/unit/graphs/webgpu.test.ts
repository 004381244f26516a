/** The engine on WebGPU, where a driver for it is there: a graphics processor's, or one in software. */
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { decodeImage } from '../../../main/engine/images/index.js';
import { loadModel } from '../../../main/engine/model.js';
import type { Model } from '../../../main/engine/model.js';
import { Pipeline } from '../../../main/engine/pipeline.js';
import { engineRequestSchema } from '../../../main/engine/request.js';
import type { EngineRequestInput } from '../../../main/engine/request.js';
import { placementNotices } from '../../../main/engine/runtime/placement-words.js';
import { checkSum, whatItHas } from '../../../main/engine/runtime/probe.js';
import { PROVIDER_LACKS } from '../../../main/engine/runtime/placement.js';
import type { ProbedProvider, ProviderLack } from '../../../main/engine/runtime/placement.js';
import type { Network, Tensor } from '../../../main/engine/runtime/session.js';
import { RandomStream } from '../../../main/engine/rng.js';
import { TokenDecoder, releasePrompts } from '../../../main/engine/tokens/decoder.js';
import { importCheckpoint } from '../../../native-models/import/index.js';
import { quantizeBundle } from '../../../native-models/quantize/index.js';
import { largestErrors, networkOutputs } from '../../support/network-outputs.js';
import { pngInput, rectangleMask, scene } from '../../support/pictures.js';
import { writeTinyBundle } from '../../support/tiny-bundle.js';
import { provideVulkan } from '../../support/vulkan.js';

provideVulkan();

/** Why WebGPU does not start here; undefined where it does. */
const reason = await checkSum('webgpu').then(
  () => undefined,
  (error: unknown) => (error instanceof Error ? error.message : String(error)).slice(-80).trim(),
);
const title = reason === undefined ? 'WebGPU' : `WebGPU (skipped: ${reason})`;

const OFFICIAL = join(import.meta.dirname, '../../golden/data/official/BLIP3o-NEXT-edit-VAE');
/** Of the largest number of an output. */
const TOLERANCE = 1e-4;
/** Products in float16 round to about a thousandth, layer after layer. */
const HALF_TOLERANCE = 2e-2;
/** The processor rounds what is multiplied with codes to 8 bits as well. */
const CODES_TOLERANCE = 5e-2;

// A driver in software takes seconds to make a network's shaders, and more where cores are busy.
describe.skipIf(reason !== undefined)(title, { timeout: 400_000 }, () => {
  const { signal } = new AbortController();
  let root: string;
  let tiny: string;
  let probed: ProbedProvider[];

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'nativa-webgpu-'));
    tiny = await writeTinyBundle(join(root, 'tiny'));
    const has: ProviderLack[] = [];
    for await (const what of whatItHas('webgpu')) has.push(what);
    const lacks = PROVIDER_LACKS.filter((what) => !has.includes(what));
    probed = [{ name: 'webgpu', available: true, lacks }];
  });

  afterAll(() => rm(root, { recursive: true, force: true }));

  async function withModels<Result>(
    bundle: string,
    use: (onProcessor: Model, onGpu: Model) => Promise<Result>,
  ): Promise<Result> {
    const onProcessor = await loadModel(bundle, { provider: 'cpu', signal });
    const onGpu = await loadModel(bundle, { provider: 'webgpu', probed, signal });
    try {
      return await use(onProcessor, onGpu);
    } finally {
      await onProcessor.networks.dispose();
      await onGpu.networks.dispose();
    }
  }

  /** Checks that every output of every network is the processor's, computed where it was asked for. */
  async function expectAlike(
    bundle: string,
    tolerance: number,
    names?: Parameters<typeof networkOutputs>[1],
  ): Promise<void> {
    await withModels(bundle, async (onProcessor, onGpu) => {
      const wanted = await networkOutputs(onProcessor, names);
      const errors = largestErrors(wanted, await networkOutputs(onGpu, names));
      const wrong = [...errors].filter(([, error]) => !(error <= tolerance));
      expect(wrong).toEqual([]);
      expect(errors.size).toBeGreaterThan(0);
      expect(new Set(onGpu.networks.placed.map(({ provider }) => provider))).toEqual(
        new Set(['webgpu']),
      );
    });
  }

  it('computes every network of an imported checkpoint of half-precision weights', async () => {
    const folder = join(root, 'official');
    await cp(OFFICIAL, folder, { recursive: true });
    await importCheckpoint(folder, {});
    const halves = probed[0]?.lacks?.includes('float16') !== true;
    await expectAlike(folder, halves ? HALF_TOLERANCE : TOLERANCE);
  });

  it('goes on on the processor where a network turns out not to run, and says why', async (context) => {
    if (probed[0]?.lacks?.includes('float16') !== true) context.skip();
    const folder = join(root, 'half');
    await cp(OFFICIAL, folder, { recursive: true });
    await importCheckpoint(folder, {});
    const onProcessor = await loadModel(folder, { provider: 'cpu', signal });
    const believed = await loadModel(folder, {
      provider: 'cpu',
      networkProviders: { ar: 'webgpu' },
      probed: [{ name: 'webgpu', available: true }],
      signal,
    });
    const wanted = await networkOutputs(onProcessor, ['ar']);
    expect(largestErrors(wanted, await networkOutputs(believed, ['ar']))).toEqual(
      new Map([...wanted.keys()].map((name) => [name, 0])),
    );
    expect(placementNotices(believed.networks.placed).join()).toMatch(
      /on the processor, since webgpu failed while computing it \(.*f16.*\): autoregressive model/,
    );
    await onProcessor.networks.dispose();
    await believed.networks.dispose();
  });

  it.each([
    [8, ['connector', 'cross_attention_kv']],
    [4, ['ar']],
  ] as const)('computes with codes of %i bits', async (bits, names) => {
    const folder = join(root, `quantised-${bits}`, 'tiny');
    await quantizeBundle(tiny, folder, { bits, signal });
    await expectAlike(folder, CODES_TOLERANCE, names);
  });

  it('gives back all keys and values that stayed in the device’s memory, also when cancelled', async () => {
    const model = await loadModel(tiny, { provider: 'webgpu', probed, signal });
    const network = await model.networks.get('ar');
    const kept: Tensor[] = [];
    const watched: Network = {
      inputs: network.inputs,
      cacheOnDevice: network.cacheOnDevice === true,
      longestRun: network.longestRun,
      run: async (feeds, fetches) => {
        const outputs = await network.run(feeds, fetches);
        const present = outputs.names.filter((name) => name.startsWith('present.'));
        kept.push(...present.map((name) => outputs.tensor(name)));
        return outputs;
      },
    };
    const decoder = new TokenDecoder(watched, model.shape);
    const controller = new AbortController();
    const prepared = await decoder.prepare([{ ids: [1, 2, 3], weight: 1 }], 6, signal);
    const options = {
      sampling: { temperature: 0, topP: 1, topK: 0 },
      random: [new RandomStream(0, 'tokens')],
    };
    const whole = await decoder.decode(prepared, { ...options, signal });
    const cut = decoder.decode(prepared, {
      ...options,
      signal: controller.signal,
      onToken: (done) => {
        if (done === 3) controller.abort();
      },
    });
    await expect(cut).rejects.toMatchObject({ code: 'CANCELLED' });
    // What the prompt itself left is still there to be continued.
    expect(await decoder.decode(prepared, { ...options, signal })).toEqual(whole);
    expect(kept.filter(({ location }) => location === 'gpu-buffer')).toHaveLength(
      Object.keys(prepared.prompts[0]?.cache ?? {}).length,
    );
    releasePrompts(prepared);
    expect(new Set(kept.map(({ location }) => location))).toEqual(new Set(['none']));
    await model.networks.dispose();
  });

  it('edits a picture as the processor does, with every pixel outside a mask kept', async () => {
    const pipeline = new Pipeline();
    const mask = rectangleMask(48, 48, { x: 8, y: 8, width: 24, height: 24 });
    const edit: EngineRequestInput = {
      ...{ kind: 'edit', instruction: 'make it red', bundle: tiny, seed: 5, steps: 1 },
      ...{ tokens: 'S1', temperature: 0, previews: false, maskFeather: 2 },
      image: await pngInput(scene(48, 48)),
      mask: await pngInput(mask),
    };
    const run = async (fields: Partial<EngineRequestInput>) => {
      const checked = engineRequestSchema.parse({ ...edit, ...fields });
      const result = await pipeline.run(checked, { signal });
      const [image] = result.images;
      const { data } = await decodeImage({ data: image?.png ?? new Uint8Array() });
      return { provider: result.provider, image, data };
    };
    try {
      const found = await run({ provider: 'webgpu', probed });
      const wanted = await run({ provider: 'cpu' });
      expect(found.provider).toBe('webgpu');
      const differences = wanted.data.map((value, i) => Math.abs(value - (found.data[i] ?? 0)));
      expect(Math.max(...differences)).toBeLessThanOrEqual(1);
      expect(found.image?.drift?.outside).toMatchObject({ identical: true });
    } finally {
      await pipeline.dispose();
    }
  });
});
