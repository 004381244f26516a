/** Figures of the engine, read off the events of real runs in its own process. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Engine } from '../../main/engine/client.js';
import type { EngineEvent, EngineResult, Stage } from '../../main/engine/events.js';

/** What one warm picture takes, in seconds. */
export interface RunFigures {
  /** The prompt, up to the first image token. */
  readonly prefill: number;
  readonly perToken: number;
  readonly perStep: number;
  /** Latents to pixels. */
  readonly decode: number;
  /** A whole picture with the networks loaded, written to PNG bytes. */
  readonly wholeImage: number;
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

/** The engine in its own process, with its networks loaded. */
export class WarmEngine {
  readonly #engine: Engine;
  readonly #options: BenchOptions;
  readonly #cacheDir: string;
  /** Seconds of reading, checking and preparing the networks. */
  readonly load: number;
  #peakMemory: number;

  private constructor(engine: Engine, options: BenchOptions, cacheDir: string, cold: EngineResult) {
    this.#engine = engine;
    this.#options = options;
    this.#cacheDir = cacheDir;
    this.load = cold.timings.load;
    this.#peakMemory = cold.memory.peak;
  }

  /** Starts the process and makes a first picture. */
  static async start(options: BenchOptions): Promise<WarmEngine> {
    // As the command line does: weights are hashed by the first run, and known to the next ones.
    const cacheDir = await mkdtemp(join(tmpdir(), 'nativa-bench-'));
    // Every run does all of its work: what was kept of the one before would count for nothing.
    const engine = new Engine({ threads: options.threads, cacheDir, remember: false });
    const { result } = await runOnce(engine, options);
    return new WarmEngine(engine, options, cacheDir, result);
  }

  /** Bytes, of the process at its largest so far. */
  get peakMemory(): number {
    return this.#peakMemory;
  }

  /** Makes one picture. */
  async run(): Promise<RunFigures> {
    const { result, marks } = await runOnce(this.#engine, this.#options);
    this.#peakMemory = Math.max(this.#peakMemory, result.memory.peak);
    return {
      prefill: prefillSeconds(marks),
      perToken: secondsPerStep(marks, 'tokens'),
      perStep: secondsPerStep(marks, 'denoise'),
      decode: result.timings.decode,
      wholeImage: result.timings.total,
    };
  }

  /** Ends the process. */
  async close(): Promise<void> {
    await this.#engine.close();
    await rm(this.#cacheDir, { recursive: true, force: true });
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
