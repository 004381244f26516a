import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { checkFinite, checkNotDegenerate } from '../../../main/engine/checks.js';
import { Pipeline } from '../../../main/engine/pipeline.js';
import { engineRequestSchema } from '../../../main/engine/request.js';
import { pngInput, scene } from '../../support/pictures.js';
import { writeTinyBundle } from '../../support/tiny-bundle.js';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'nativa-checks-'));
});
afterAll(async () => {
  await rm(root, { recursive: true, force: true });
});

const degenerate = expect.objectContaining({ code: 'DEGENERATE_OUTPUT' }) as Error;

describe('checkNotDegenerate', () => {
  it.each([[[0, NaN]], [[Infinity, 1]], [[-Infinity, 1]], [[0, 0, 0]], [[3, 3]], [[1, 1 + 1e-8]]])(
    'stops %j',
    (values) => {
      expect(() => {
        checkNotDegenerate(Float32Array.from(values), 'a picture');
      }).toThrow(degenerate);
    },
  );

  it('lets pass what varies, however little', () => {
    checkNotDegenerate(Float32Array.of(1, 1.001), 'a picture');
    checkFinite(Float32Array.of(1, 1), 'latents');
  });
});

/** Breaks the weights whose name begins so. */
const spoiled = (prefix: string, value: number) => (name: string, values: Float32Array) => {
  if (name.startsWith(prefix)) values.fill(value);
};

describe('a broken model', () => {
  it.each([
    ['AR weights that are no numbers', 'model.layers.1.mlp.down_proj', NaN, 'image tokens'],
    ['a transformer without numbers', 'model.sana.proj_out', NaN, 'latents'],
    ['a decoder without numbers', 'model.sana_vae.decoder.conv_out', NaN, 'a picture'],
    ['a decoder of one colour', 'model.sana_vae.decoder.conv_out', 0, 'a picture'],
  ])('never shows a picture: %s', async (_, prefix, value, what) => {
    const folder = join(root, `${prefix}-${value}`);
    const bundle = await writeTinyBundle(folder, { spoil: spoiled(prefix, value) });
    const pipeline = new Pipeline({ threads: 1 });
    const request = { kind: 'generate', bundle, prompt: 'a', seed: 1, steps: 2 };
    const { signal } = new AbortController();
    await expect(
      pipeline.run(engineRequestSchema.parse(request), { signal }),
    ).rejects.toMatchObject({
      code: 'DEGENERATE_OUTPUT',
      message: expect.stringContaining(what) as string,
    });
    await pipeline.dispose();
  });

  it('says so of a reference it cannot encode', async () => {
    const spoil = spoiled('model.sana_vae.encoder.conv_out', NaN);
    const bundle = await writeTinyBundle(join(root, 'encoder'), { spoil });
    const pipeline = new Pipeline({ threads: 1 });
    const image = await pngInput(scene(48, 48));
    const request = { kind: 'edit', bundle, instruction: 'a', seed: 1, steps: 2, image };
    const { signal } = new AbortController();
    await expect(
      pipeline.run(engineRequestSchema.parse(request), { signal }),
    ).rejects.toMatchObject({ code: 'DEGENERATE_OUTPUT' });
    await pipeline.dispose();
  });
});
