/** Figures of the engine, read off the events of real runs in its own process. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Engine } from '../../main/engine/client.js';
import type { EngineEvent, EngineResult, Stage } from '../../main/engine/events.js';

/** What one bench measures; seconds, and bytes for memory. */
export interface Figures {
  /** Reading, checking and preparing the networks. */
  readonly load: number;
  /** The prompt, up to the first image token. */
  readonly prefill: number;
  readonly perToken: number;
  readonly perStep: number;
  /** Latents to pixels. */
  readonly decode: number;
  /** A whole picture with the networks loaded, written to PNG bytes. */
  readonly wholeImage: number;
  readonly peakMemory: number;
}

interface Mark {
  readonly stage: Stage;
  readonly step: number;
  readonly total: number;
  readonly at: number;
}

/** What is run. */
export interface BenchOptions {
  readonly bundle: string;
  readonly threads: number;
  readonly steps: number;
  readonly prompt: string;
  /** Warm runs, of which the median counts. */
  readonly runs: number;
}

/** Runs one cold and several warm requests in one engine process. */
export async function measureEngine(options: BenchOptions): Promise<Figures> {
  // As the command line does: weights are hashed by the first run, and known to the next ones.
  const cacheDir = await mkdtemp(join(tmpdir(), 'nativa-bench-'));
  const engine = new Engine({ threads: options.threads, cacheDir });
  try {
    const cold = await runOnce(engine, options);
    const warm: Run[] = [];
    for (let run = 0; run < options.runs; run++) warm.push(await runOnce(engine, options));
    const of = (pick: (run: Run) => number): number => median(warm.map(pick));
    return {
      load: cold.result.timings.load,
      prefill: of(({ marks }) => prefillSeconds(marks)),
      perToken: of(({ marks }) => secondsPerStep(marks, 'tokens')),
      perStep: of(({ marks }) => secondsPerStep(marks, 'denoise')),
      decode: of(({ result }) => result.timings.decode),
      wholeImage: of(({ result }) => result.timings.total),
      peakMemory: Math.max(...[cold, ...warm].map(({ result }) => result.memory.peak)),
    };
  } finally {
    await engine.close();
    await rm(cacheDir, { recursive: true, force: true });
  }
}

interface Run {
  readonly result: EngineResult;
  readonly marks: readonly Mark[];
}

async function runOnce(engine: Engine, options: BenchOptions): Promise<Run> {
  const marks: Mark[] = [];
  const onEvent = (event: EngineEvent): void => {
    if (event.type !== 'progress') return;
    const { stage, step, total } = event;
    marks.push({ stage, step, total, at: performance.now() });
  };
  const { bundle, prompt, steps } = options;
  const result = await engine.run(
    { kind: 'generate', bundle, prompt, steps, seed: 7 },
    { onEvent },
  );
  return { result, marks };
}

function prefillSeconds(marks: readonly Mark[]): number {
  const of = marks.filter(({ stage }) => stage === 'tokens');
  const [start, first] = [of.find(({ step }) => step === 0), of.find(({ step }) => step > 0)];
  return start === undefined || first === undefined ? Number.NaN : (first.at - start.at) / 1000;
}

/** Seconds between the first and the last step of a stage, over the steps between them. */
function secondsPerStep(marks: readonly Mark[], wanted: Stage): number {
  const of = marks.filter(({ stage, step }) => stage === wanted && step > 0);
  const [first, last] = [of[0], of[of.length - 1]];
  if (first === undefined || last === undefined || last.step === first.step) return Number.NaN;
  return (last.at - first.at) / 1000 / (last.step - first.step);
}

/** The middle value. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low, high] = [sorted[middle - 1] ?? Number.NaN, sorted[middle] ?? Number.NaN];
  return sorted.length % 2 === 1 ? high : (low + high) / 2;
}
