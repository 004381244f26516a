import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { loadModel } from '../../../../main/engine/model.js';
import type { Model } from '../../../../main/engine/model.js';
import { RandomStream } from '../../../../main/engine/rng.js';
import { TokenDecoder } from '../../../../main/engine/tokens/decoder.js';
import type { DecodeOptions, WeightedPrompt } from '../../../../main/engine/tokens/decoder.js';
import { TINY_CODES, writeTinyBundle } from '../../../support/tiny-bundle.js';

const TOKENS = 12;
const PROMPT: WeightedPrompt = { ids: [5, 9, 100, 7, 263], weight: 1 };
const sampling = { temperature: 1, topK: 0, topP: 1 };
const { signal } = new AbortController();

let root: string;
let model: Model;
let decoder: TokenDecoder;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'nativa-decoder-'));
  const bundle = await writeTinyBundle(join(root, 'tiny'));
  model = await loadModel(bundle, { provider: 'cpu', threads: 1, signal });
  decoder = new TokenDecoder(await model.networks.get('ar'), model.shape);
});

afterAll(async () => {
  await model.networks.dispose();
  await rm(root, { recursive: true, force: true });
});

const random = (...seeds: number[]) => seeds.map((seed) => new RandomStream(seed, 'tokens'));

async function decodeAll(
  seeds: number[],
  options: Partial<DecodeOptions> = {},
  prompts: readonly WeightedPrompt[] = [PROMPT],
) {
  const prepared = await decoder.prepare(prompts, TOKENS, signal);
  return decoder.decode(prepared, { sampling, random: random(...seeds), signal, ...options });
}

async function decode(options: Partial<DecodeOptions> = {}, prompts = [PROMPT], seed = 1) {
  const [only] = await decodeAll([seed], options, prompts);
  if (only === undefined) throw new Error('nothing was drawn');
  return only;
}

describe('TokenDecoder', () => {
  it('draws codes of the codebook, and a state for the scale token and every code', async () => {
    const { codes, hiddenStates } = await decode();
    expect(codes.length).toBe(TOKENS);
    expect(codes.every((code) => code >= 0 && code < TINY_CODES)).toBe(true);
    expect(new Set(codes).size).toBeGreaterThan(1);
    expect(hiddenStates.length).toBe((TOKENS + 1) * model.shape.hidden);
  });

  it('goes on from its cache as if everything were read at once', async () => {
    const { codes, hiddenStates } = await decode();
    const ids = [...PROMPT.ids, ...codes.map((code) => model.shape.imageTokenStart + code)];
    const whole = await decode({}, [{ ids, weight: 1 }]);
    const { hidden } = model.shape;
    const last = hiddenStates.slice(TOKENS * hidden);
    const first = whole.hiddenStates.slice(0, hidden);
    last.forEach((value, i) => {
      expect(value).toBeCloseTo(first[i] ?? NaN, 4);
    });
  });

  it('makes any number of pictures of one reading of the prompt', async () => {
    const prepared = await decoder.prepare([PROMPT], TOKENS, signal);
    const draw = (seed: number) =>
      decoder.decode(prepared, { sampling, random: random(seed), signal });
    const first = await draw(1);
    const second = await draw(2);
    expect(second[0]?.codes).not.toEqual(first[0]?.codes);
    expect(await draw(1)).toEqual(first);
    expect(await decodeAll([1])).toEqual(first);
  });

  it.each([
    ['of one prompt', [PROMPT]],
    [
      'of prompts that are mixed',
      [
        { ...PROMPT, weight: 0.25 },
        { ids: [8, 8, 263], weight: 0.75 },
      ],
    ],
  ])('draws pictures side by side as alone, to the last bit: %s', async (_, prompts) => {
    const together = await decodeAll([1, 2, 3, 4, 5], {}, prompts);
    for (const [index, drawn] of together.entries()) {
      expect(drawn).toEqual(await decode({}, prompts, index + 1));
    }
    expect(new Set(together.map(({ codes }) => codes.join())).size).toBe(5);
  });

  it('gives locked positions their codes and draws the others anew', async () => {
    const free = await decode();
    const locks = free.codes.map((code, index) =>
      index % 3 === 0 ? (code + 1) % TINY_CODES : undefined,
    );
    const locked = await decode({ forced: locks });
    locks.forEach((code, index) => {
      if (code !== undefined) expect(locked.codes[index]).toBe(code);
    });
    expect(locked.hiddenStates).not.toEqual(free.hiddenStates);
    const other = await decode({ forced: locks }, [PROMPT], 2);
    expect(other.codes).not.toEqual(locked.codes);
    locks.forEach((code, index) => {
      if (code !== undefined) expect(other.codes[index]).toBe(code);
    });
    const all = free.codes.map((code) => code);
    expect(await decode({ forced: all }, [PROMPT], 9)).toEqual(free);
  });

  it('mixes prompts by their weights', async () => {
    const other: WeightedPrompt = { ids: [8, 8, 263], weight: 1 };
    const alone = await decode();
    const wholly = await decode({}, [PROMPT, { ...other, weight: 0 }]);
    expect(wholly.codes).toEqual(alone.codes);
    const forced = alone.codes;
    const [a, b] = [await decode({ forced }), await decode({ forced }, [other])];
    const mixed = await decode({ forced }, [
      { ...PROMPT, weight: 0.25 },
      { ...other, weight: 0.75 },
    ]);
    mixed.hiddenStates.forEach((value, i) => {
      const expected = 0.25 * (a.hiddenStates[i] ?? NaN) + 0.75 * (b.hiddenStates[i] ?? NaN);
      expect(value).toBeCloseTo(expected, 5);
    });
  });

  it('stops within one token of a cancel', async () => {
    const controller = new AbortController();
    let drawn = 0;
    const running = decode({
      signal: controller.signal,
      onToken: (done) => {
        drawn = done;
        if (done === 3) controller.abort();
      },
    });
    await expect(running).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(drawn).toBe(3);
  });
});
