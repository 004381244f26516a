import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, it } from 'vitest';

import { loadModel } from '../../../main/engine/model.js';
import type { Model } from '../../../main/engine/model.js';
import { importCheckpoint } from '../../../native-models/import/index.js';
import {
  expectAsReference,
  paintCase,
  pipelineCases,
  pipelineGolden,
} from '../pipeline/support.js';

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
    expectAsReference(painted, golden, item.name);
  });
});
