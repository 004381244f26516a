import * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';

import { qwen3ConfigSchema } from '../../../native-models/graphs/index.js';
import type { ArGraphOptions, Qwen3Config } from '../../../native-models/graphs/index.js';
import { buildArGraph, buildEmbedGraph } from '../../../native-models/graphs/ar/qwen3.js';
import { caseNames, floats, loadGraph, maxAbsError, readCase, tensorOf } from '../support/cases.js';
import type { GoldenCase } from '../support/cases.js';
import { ArRunner } from './session.js';

const TOLERANCE = 1e-4;
const MAX_LENGTH = 24;
const BATCH = 2;

interface Case extends GoldenCase {
  readonly parsed: Qwen3Config;
  readonly ids: BigInt64Array;
  readonly sequence: number;
}

async function open(name: string): Promise<Case> {
  const golden = await readCase('ar', name);
  const ids = tensorOf(golden.golden, 'input_ids');
  if (!(ids.data instanceof BigInt64Array)) throw new Error('input_ids are not int64');
  const parsed = qwen3ConfigSchema.parse(golden.config);
  return { ...golden, parsed, ids: ids.data, sequence: ids.dims[1] ?? 0 };
}

async function start(
  { parsed, tensors, folder }: Case,
  batch: number,
  options: ArGraphOptions = {},
): Promise<ArRunner> {
  const model = buildArGraph(parsed, tensors, { maxLength: MAX_LENGTH, ...options });
  return new ArRunner(await loadGraph(model, folder), model, batch, MAX_LENGTH);
}

/** Tokens [from, to) of the first `batch` rows. */
function tokens({ ids, sequence }: Case, from: number, to: number, batch = BATCH): ort.Tensor {
  const rows = Array.from({ length: batch }, (_, row) => [
    ...ids.subarray(row * sequence + from, row * sequence + to),
  ]);
  return new ort.Tensor('int64', BigInt64Array.from(rows.flat()), [batch, to - from]);
}

/** Values of positions [from, to) of a golden [batch, sequence, width]. */
function positions(values: ort.Tensor, from: number, to: number, batch = BATCH): Float32Array {
  const [, sequence = 0, width = 0] = values.dims;
  const data = floats(values);
  const rows = Array.from({ length: batch }, (_, row) => [
    ...data.subarray((row * sequence + from) * width, (row * sequence + to) * width),
  ]);
  return Float32Array.from(rows.flat());
}

const names = await caseNames('ar');

it('has cases of every kind of weights', () => {
  expect(names.length).toBeGreaterThanOrEqual(5);
});

describe.each(names)('Qwen3 %s', (name) => {
  it.each(['fused', 'portable'] as const)(
    'equals the reference: all at once (%s operators)',
    async (operators) => {
      const golden = await open(name);
      const runner = await start(golden, BATCH, { operators });
      const { logits, hidden } = await runner.run('input_ids', tokens(golden, 0, golden.sequence));
      const last = golden.sequence - 1;
      const expected = tensorOf(golden.golden, 'logits');
      expect(maxAbsError(logits, positions(expected, last, last + 1))).toBeLessThan(TOLERANCE);
      const states = floats(tensorOf(golden.golden, 'last_hidden_state'));
      expect(maxAbsError(hidden, states)).toBeLessThan(TOLERANCE);
    },
  );

  it.each([[1], [5], [6]])('equals the reference: %i tokens, then one by one', async (prompt) => {
    const golden = await open(name);
    const runner = await start(golden, BATCH);
    await runner.run('input_ids', tokens(golden, 0, prompt));
    for (let at = prompt; at < golden.sequence; at++) {
      const { logits, hidden } = await runner.run('input_ids', tokens(golden, at, at + 1));
      const [expected, states] = [
        tensorOf(golden.golden, 'logits'),
        tensorOf(golden.golden, 'last_hidden_state'),
      ];
      expect(maxAbsError(logits, positions(expected, at, at + 1))).toBeLessThan(TOLERANCE);
      expect(maxAbsError(hidden, positions(states, at, at + 1))).toBeLessThan(TOLERANCE);
    }
  });

  it('equals the reference: several tokens on top of a cache, batch 1', async () => {
    const golden = await open(name);
    const runner = await start(golden, 1);
    await runner.run('input_ids', tokens(golden, 0, 4, 1));
    const { hidden } = await runner.run('input_ids', tokens(golden, 4, golden.sequence, 1));
    const states = tensorOf(golden.golden, 'last_hidden_state');
    expect(maxAbsError(hidden, positions(states, 4, golden.sequence, 1))).toBeLessThan(TOLERANCE);
  });

  it('reads embeddings in the place of ids', async () => {
    const golden = await open(name);
    const model = buildEmbedGraph(golden.parsed, golden.tensors);
    const embed = await loadGraph(model, golden.folder);
    const { inputs_embeds: embeds } = await embed.run({
      input_ids: tokens(golden, 0, golden.sequence),
    });
    const expected = floats(tensorOf(golden.golden, 'inputs_embeds'));
    expect(maxAbsError(floats(embeds), expected)).toBe(0);
    const runner = await start(golden, BATCH, { input: 'embeds' });
    const { hidden } = await runner.run('inputs_embeds', tensorOf(golden.golden, 'inputs_embeds'));
    const states = floats(tensorOf(golden.golden, 'last_hidden_state'));
    expect(maxAbsError(hidden, states)).toBeLessThan(TOLERANCE);
  });

  it('gives logits of the rows asked for', async () => {
    const golden = await open(name);
    const rows = { start: 37, end: 91 };
    const runner = await start(golden, BATCH, { logits: rows });
    const { logits } = await runner.run('input_ids', tokens(golden, 0, golden.sequence));
    const all = positions(tensorOf(golden.golden, 'logits'), golden.sequence - 1, golden.sequence);
    const width = all.length / BATCH;
    const expected = Array.from({ length: BATCH }, (_, row) => [
      ...all.subarray(row * width + rows.start, row * width + rows.end),
    ]);
    expect(maxAbsError(logits, Float32Array.from(expected.flat()))).toBeLessThan(TOLERANCE);
  });

  it('gives a row of a batch what it gives that row alone', async () => {
    const golden = await open(name);
    const together = await start(golden, BATCH);
    const alone = await start(golden, 1);
    for (const [from, to] of [
      [0, 7],
      [7, 8],
      [8, 9],
    ] as const) {
      const pair = await together.run('input_ids', tokens(golden, from, to));
      const single = await alone.run('input_ids', tokens(golden, from, to, 1));
      expect(maxAbsError(pair.hidden.slice(0, single.hidden.length), single.hidden)).toBeLessThan(
        1e-5,
      );
      expect(maxAbsError(pair.logits.slice(0, single.logits.length), single.logits)).toBeLessThan(
        1e-5,
      );
    }
  });
});
