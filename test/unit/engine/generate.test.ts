import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { EngineEvent } from '../../../main/engine/events.js';
import { decodeImage } from '../../../main/engine/images/decode.js';
import { Pipeline } from '../../../main/engine/pipeline.js';
import { engineRequestSchema } from '../../../main/engine/request.js';
import type { EngineRequestInput } from '../../../main/engine/request.js';
import { writeTinyBundle } from '../../support/tiny-bundle.js';

let root: string;
let bundle: string;
const pipeline = new Pipeline({ threads: 1 });

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'nativa-generate-'));
  bundle = await writeTinyBundle(join(root, 'tiny'));
});

afterAll(async () => {
  await pipeline.dispose();
  await rm(root, { recursive: true, force: true });
});

function run(
  fields: Partial<EngineRequestInput> = {},
  signal: AbortSignal = new AbortController().signal,
  onEvent: (event: EngineEvent) => void = () => undefined,
) {
  const request = { kind: 'generate', bundle, prompt: 'a red house', seed: 7, ...fields };
  return pipeline.run(engineRequestSchema.parse(request), { signal, onEvent });
}

describe('generate', () => {
  it('makes a PNG of the bundle size', async () => {
    const result = await run();
    const [image] = result.images;
    expect(image).toMatchObject({ width: 48, height: 48, seed: 7 });
    const decoded = await decodeImage({ data: image?.png ?? new Uint8Array() });
    expect(decoded).toMatchObject({ width: 48, height: 48, format: 'png' });
    expect(result.model.id).toBe('tiny');
    expect(result.timings.total).toBeGreaterThan(0);
  });

  it('makes the same bytes again, and other bytes for another seed', async () => {
    const [first, second, other] = [await run(), await run(), await run({ seed: 8 })];
    expect(second.images[0]?.png).toEqual(first.images[0]?.png);
    expect(other.images[0]?.png).not.toEqual(first.images[0]?.png);
  });

  it('makes every picture of a batch as it would be alone', async () => {
    const batch = await run({ count: 3 });
    expect(batch.images.map((image) => image.seed)).toEqual([7, 8, 9]);
    for (const { seed, png } of batch.images) {
      const alone = await run({ seed });
      expect(alone.images[0]?.png).toEqual(png);
    }
    expect(new Set(batch.images.map(({ png }) => Buffer.from(png).toString('hex'))).size).toBe(3);
  });

  it('draws at the coarser token scales and with the other sampler', async () => {
    const base = await run();
    for (const fields of [{ tokens: 'S1' }, { tokens: 'S2' }, { scheduler: 'dpm-solver++' }]) {
      const result = await run(fields as Partial<EngineRequestInput>);
      expect(result.images[0]?.png).not.toEqual(base.images[0]?.png);
    }
  });

  it('makes sizes that are no multiple of the latent grid', async () => {
    const result = await run({ width: 70, height: 33 });
    expect(result.images[0]).toMatchObject({ width: 70, height: 33 });
    expect(result.notices).toEqual(['Tiny was trained at 48 x 48 pixels.']);
  });

  it('reports every stage to its end, and previews', async () => {
    const events: EngineEvent[] = [];
    await run({ previews: true, steps: 12 }, undefined, (event) => events.push(event));
    const last = new Map<string, string>();
    for (const event of events) {
      if (event.type === 'progress') last.set(event.stage, `${event.step}/${event.total}`);
    }
    expect(Object.fromEntries(last)).toMatchObject({
      tokens: '16/16',
      denoise: '12/12',
      decode: '1/1',
      compose: '1/1',
    });
    const previews = events.filter((event) => event.type === 'preview');
    expect(previews.length).toBeGreaterThan(0);
    expect(previews[0]).toMatchObject({ index: 0, width: 48, height: 48 });
  });

  it.each(['tokens', 'denoise'])(
    'stops within one step when cancelled during %s',
    async (stage) => {
      const controller = new AbortController();
      let after = 0;
      const running = run({ steps: 50 }, controller.signal, (event) => {
        if (controller.signal.aborted) after++;
        if (event.type === 'progress' && event.stage === stage && event.step === 2) {
          controller.abort();
        }
      });
      await expect(running).rejects.toMatchObject({ code: 'CANCELLED' });
      expect(after).toBe(0);
    },
  );

  it('refuses empty and endless prompts', async () => {
    await expect(run({ prompt: ' \n' })).rejects.toMatchObject({ code: 'EMPTY_PROMPT' });
    const long = { prompt: 'word '.repeat(10_000) };
    await expect(run(long)).rejects.toMatchObject({ code: 'PROMPT_TOO_LONG' });
    const over = { prompt: 'x'.repeat(600) };
    await expect(run(over)).rejects.toMatchObject({ code: 'PROMPT_TOO_LONG' });
  });
});
