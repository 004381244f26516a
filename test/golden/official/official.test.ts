import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { loadModel } from '../../../main/engine/model.js';
import type { Model } from '../../../main/engine/model.js';
import { importCheckpoint } from '../../../native-models/import/index.js';
import { integers, paintCase, pipelineCases, pipelineGolden } from '../pipeline/support.js';
import { floats, maxAbsError, tensorOf } from '../support/cases.js';

/** A network by itself. */
const NETWORK_TOLERANCE = 1e-4;
/** Twelve steps, each of which carries on the error of those before. */
const PICTURE_TOLERANCE = 1e-3;

const DATA = join(import.meta.dirname, '..', 'data', 'official');
const { prompt, instruction, cases } = await pipelineCases(DATA);
const golden = await pipelineGolden(DATA);

let folder: string;
let model: Model;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nativa-official-'));
  await cp(join(DATA, 'BLIP3o-NEXT-edit-VAE'), folder, { recursive: true });
  await importCheckpoint(folder, {});
  const { signal } = new AbortController();
  model = await loadModel(folder, { provider: 'cpu', threads: 1, signal });
});
afterAll(async () => {
  await model.networks.dispose();
  await rm(folder, { recursive: true, force: true });
});

describe.each(cases)('an imported checkpoint: $name', (item) => {
  it('paints what the reference paints from the same tokens and noise', async () => {
    const text = item.kind === 'edit' ? instruction : prompt;
    const painted = await paintCase(model, item, text, golden);
    const expected = (name: string) => tensorOf(golden, `${item.name}/${name}`);
    expect(painted.promptIds).toEqual(integers(expected('prompt_ids')));
    const hidden = maxAbsError(painted.hiddenStates, floats(expected('hidden_states')));
    expect(hidden).toBeLessThan(NETWORK_TOLERANCE);
    const latents = maxAbsError(painted.latents, floats(expected('latents')));
    expect(latents).toBeLessThan(PICTURE_TOLERANCE);
    const image = maxAbsError(painted.image, floats(expected('image')));
    expect(image).toBeLessThan(PICTURE_TOLERANCE);
  });
});
