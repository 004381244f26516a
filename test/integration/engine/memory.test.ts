/** The same picture in far less memory: networks one after the other, the autoencoder in tiles. */
import { join } from 'node:path';

import { beforeAll, expect, it } from 'vitest';

import { Engine } from '../../../main/engine/client.js';
import type { EngineResult } from '../../../main/engine/events.js';
import { decodeImage, encodePng } from '../../../main/engine/images/index.js';
import type { EngineRequestInput } from '../../../main/engine/request.js';
import { nodeLauncher } from '../../../main/engine/supervisor.js';
import { ROOT } from '../../support/cli.js';
import { builtHost } from '../../support/engine-host.js';

const STARTER = join(ROOT, 'native-models', 'starter');
const SIDE = 1024;
const TINY = 60e6;

let host: string;

beforeAll(async () => {
  host = await builtHost();
});

/** Runs a request in a process of its own, so that its peak is its own. */
async function run(request: EngineRequestInput): Promise<EngineResult> {
  const engine = new Engine({ launch: nodeLauncher(host) });
  try {
    return await engine.run(request);
  } finally {
    await engine.close();
  }
}

const generate = {
  ...({ kind: 'generate', prompt: 'a red house at night', bundle: STARTER } as const),
  ...{ seed: 7, steps: 1, width: SIDE, height: SIDE },
};

async function pixelsOf({ images }: EngineResult): Promise<Uint8Array> {
  const [image] = images;
  return (await decodeImage({ data: image?.png ?? new Uint8Array() })).data;
}

it('makes the same picture, so that no seam can be seen, at a lower peak', async () => {
  const roomy = await run(generate);
  const tight = await run({ ...generate, memory: TINY });
  const [whole, tiled] = [await pixelsOf(roomy), await pixelsOf(tight)];
  expect(tiled.length).toBe(whole.length);
  let largest = 0;
  let different = 0;
  for (let i = 0; i < whole.length; i++) {
    const difference = Math.abs((whole[i] ?? 0) - (tiled[i] ?? 0));
    largest = Math.max(largest, difference);
    if (difference > 0) different++;
  }
  expect(different).toBeGreaterThan(0);
  expect(largest).toBeLessThanOrEqual(2);
  expect(tight.memory.peak).toBeLessThan(roomy.memory.peak - 40e6);
  expect(await pixelsOf(await run({ ...generate, memory: TINY }))).toEqual(tiled);
});

it('leaves what a mask protects bit-identical in tiles too', async () => {
  const made = await run({ ...generate, width: 640, height: 640 });
  const mask = new Uint8Array(640 * 640).map((_, i) => (i % 640 > 400 ? 255 : 0));
  const rgb = Uint8Array.from({ length: 3 * mask.length }, (_, i) => mask[Math.floor(i / 3)] ?? 0);
  const edited = await run({
    ...({
      kind: 'edit',
      instruction: 'make it night',
      bundle: STARTER,
      seed: 3,
      steps: 1,
    } as const),
    image: { data: made.images[0]?.png ?? new Uint8Array() },
    mask: { data: await encodePng({ width: 640, height: 640, channels: 3, data: rgb }, {}) },
    memory: TINY / 10,
  });
  const [before, after] = [await pixelsOf(made), await pixelsOf(edited)];
  const feather = 16;
  let changed = 0;
  for (let i = 0; i < before.length; i++) {
    const column = Math.floor(i / 3) % 640;
    if (before[i] === after[i]) continue;
    changed++;
    if (column <= 400 - feather) expect(`column ${column}`).toBe('unchanged');
  }
  expect(changed).toBeGreaterThan(0);
  expect(edited.images[0]?.drift?.outside).toMatchObject({ identical: true });
});
