/** What going on saves: another edit of the same picture, and several pictures at once. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Engine } from '../../main/engine/client.js';
import type { EngineRequestInput } from '../../main/engine/request.js';
import { median } from './engine.js';
import type { BenchOptions } from './engine.js';

/** How many times as fast. */
export interface IterationFigures {
  /** An edit of the picture edited before, with other words, against one of a picture never seen. */
  readonly editAgain: number;
  /** The same words on the same picture with another seed. */
  readonly anotherSeed: number;
  /** Four pictures asked for at once against four requests. */
  readonly fourAtOnce: number;
}

const WORDS = ['make it night', 'make it snow', 'remove the tree', 'make the house blue'];

/** Measures with the engine as it is and one that keeps nothing, by turns. */
export async function measureIterations(options: BenchOptions): Promise<IterationFigures> {
  const cacheDir = await mkdtemp(join(tmpdir(), 'nativa-bench-'));
  const { threads } = options;
  const keeping = new Engine({ threads, cacheDir });
  const forgetting = new Engine({ threads, cacheDir, remember: false });
  try {
    return await compare(keeping, forgetting, options);
  } finally {
    await keeping.close();
    await forgetting.close();
    await rm(cacheDir, { recursive: true, force: true });
  }
}

async function compare(
  keeping: Engine,
  forgetting: Engine,
  { bundle, prompt, steps, runs }: BenchOptions,
): Promise<IterationFigures> {
  const ask = { kind: 'generate', bundle, prompt, steps } as const;
  const image = {
    data: (await keeping.run({ ...ask, seed: 7 })).images[0]?.png ?? new Uint8Array(),
  };
  const edit = (word: number, seed: number): EngineRequestInput => {
    const instruction = WORDS[word % WORDS.length] ?? '';
    return { kind: 'edit', bundle, instruction, image, seed, steps };
  };
  for (const engine of [keeping, forgetting]) await engine.run(edit(0, 0));
  const anew: number[] = [];
  const again: number[] = [];
  const seeds: number[] = [];
  const one: number[] = [];
  const four: number[] = [];
  for (let round = 1; round <= runs; round++) {
    anew.push(await seconds(forgetting, edit(round, round)));
    again.push(await seconds(keeping, edit(round, round)));
    seeds.push(await seconds(keeping, edit(round, round + runs)));
    one.push(await seconds(forgetting, { ...ask, seed: round }));
    four.push(await seconds(forgetting, { ...ask, seed: round, count: 4 }));
  }
  return {
    editAgain: median(anew) / median(again),
    anotherSeed: median(anew) / median(seeds),
    fourAtOnce: (4 * median(one)) / median(four),
  };
}

async function seconds(engine: Engine, request: EngineRequestInput): Promise<number> {
  return (await engine.run(request)).timings.total;
}
