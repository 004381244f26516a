/**
 * `npm run bench [-- --model DIR | --mid-size] [--threads N --steps N --runs N]`: the figures as table
 * and JSON. docs/performance.md explains them.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { NativaError } from '../../native-models/errors.js';
import { loadBundle } from '../../native-models/bundle/index.js';
import type { Bundle } from '../../native-models/bundle/index.js';
import {
  qwen3ConfigSchema,
  sanaTransformerConfigSchema,
  taTokConfigSchema,
} from '../../native-models/graphs/index.js';
import { loadedBytes } from '../../main/engine/runtime/memory.js';
import { messagesFor } from '../../main/services/i18n/index.js';
import { resolveModel } from '../../main/services/models.js';
import { application } from '../../main/services/paths.js';
import { WarmEngine, median } from './engine.js';
import type { BenchOptions, RunFigures } from './engine.js';
import { measureIterations } from './iterations.js';
import type { IterationFigures } from './iterations.js';
import { bytesPerToken, copyBandwidth, gemmPeak, stepFlops } from './limits.js';
import { writeMidSize } from './mid-size.js';
import { Reference, recipePython } from './reference.js';

const MIB = 2 ** 20;
const ROWS = [
  ['prefill', 'prompt to first token'],
  ['perToken', 'one token'],
  ['perStep', 'one denoising step'],
  ['decode', 'latents to pixels'],
  ['wholeImage', 'whole image'],
] as const;

/** Measures and prints. @returns exit status */
export async function run(argv: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      model: { type: 'string' },
      'mid-size': { type: 'boolean', default: false },
      threads: { type: 'string' },
      steps: { type: 'string' },
      runs: { type: 'string', default: '5' },
    },
  });
  const found = await resolveModel(values.model, messagesFor('en'));
  if (!values['mid-size']) return bench(found, values);
  const folder = await mkdtemp(join(tmpdir(), 'nativa-mid-size-'));
  try {
    await writeMidSize(folder, found);
    return await bench(folder, values);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What was typed. */
interface Given {
  readonly threads?: string | undefined;
  readonly steps?: string | undefined;
  readonly runs: string;
}

async function bench(folder: string, given: Given): Promise<number> {
  const bundle = await loadBundle(folder);
  const { manifest } = bundle;
  const options: BenchOptions = {
    bundle: folder,
    threads: count('--threads', given.threads ?? `${availableParallelism()}`),
    steps: count('--steps', given.steps ?? `${manifest.defaults.steps}`),
    runs: count('--runs', given.runs),
    prompt: 'a red house to the left of a green tree, at night',
  };
  const weights = {
    stored: manifest.weights.reduce((sum, file) => sum + (manifest.files[file]?.size ?? 0), 0),
    loaded: loadedBytes(bundle.tensors.values()),
  };
  const measured = await measure(options);
  const limits = await compareWithLimits(bundle, options, measured.engine);
  print(options, { ...measured, limits, iterations: await measureIterations(options) }, weights);
  return 0;
}

/** Bytes of a model's parameters, in its files and as they are computed with. */
interface Weights {
  readonly stored: number;
  readonly loaded: number;
}

/** How near the loops come to what the machine can do, as shares of 1. */
interface Limits {
  /** Of the bandwidth of memory, while tokens are drawn. */
  readonly bandwidth: number;
  /** Of the peak of matrix products, while denoising. */
  readonly gemm: number;
}

async function compareWithLimits(
  { configs, tensors }: Bundle,
  { threads }: BenchOptions,
  { perToken, perStep }: RunFigures,
): Promise<Limits> {
  const ar = qwen3ConfigSchema.parse(configs.ar);
  const transformer = sanaTransformerConfigSchema.parse(configs.transformer);
  const { encoder, bottleneck } = taTokConfigSchema.parse(configs.vision);
  const codes = (encoder.image_size / encoder.patch_size) ** 2;
  const step = {
    tokens: (transformer.sample_size / transformer.patch_size) ** 2,
    context: codes + 1,
    branches: 2,
  };
  const bytes = bytesPerToken(ar, tensors, bottleneck.codebook_size);
  return {
    bandwidth: bytes / perToken / (await copyBandwidth(threads)),
    gemm: stepFlops(transformer, step) / perStep / (await gemmPeak(threads)),
  };
}

/** Warm runs of the engine, and of the references where their Python is there. */
interface Measured {
  readonly load: number;
  readonly peakMemory: number;
  readonly engine: RunFigures;
  readonly reference?: RunFigures;
  readonly tuned?: RunFigures;
  /** Of each round of runs, how many times as long the reference took for a whole image. */
  readonly ratios: readonly number[];
}

/** Lets all take turns, so that whatever else the machine does meets all alike. */
async function measure(options: BenchOptions): Promise<Measured> {
  const { root } = application();
  const python = recipePython(root);
  const engine = await WarmEngine.start(options);
  const reference = python === undefined ? undefined : await Reference.start(root, python, options);
  try {
    const runs: Record<'engine' | 'released' | 'tuned', RunFigures[]> = {
      engine: [],
      released: [],
      tuned: [],
    };
    for (let round = 0; round < options.runs; round++) {
      runs.engine.push(await engine.run());
      if (reference === undefined) continue;
      runs.released.push(await reference.run('released'));
      runs.tuned.push(await reference.run('tuned'));
    }
    const ratios = runs.released.map(
      ({ wholeImage }, round) => wholeImage / (runs.engine[round]?.wholeImage ?? Number.NaN),
    );
    return {
      load: engine.load,
      peakMemory: engine.peakMemory,
      engine: medians(runs.engine),
      ...(reference && { reference: medians(runs.released), tuned: medians(runs.tuned) }),
      ratios,
    };
  } finally {
    reference?.close();
    await engine.close();
  }
}

function medians(runs: readonly RunFigures[]): RunFigures {
  const of = (key: keyof RunFigures): number => median(runs.map((run) => run[key]));
  return {
    prefill: of('prefill'),
    perToken: of('perToken'),
    perStep: of('perStep'),
    decode: of('decode'),
    wholeImage: of('wholeImage'),
  };
}

function count(option: string, text: string): number {
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
  throw new NativaError('USAGE', `${option} must be a whole number from 1 to 9999, not "${text}".`);
}

const write = (line: string): void => void process.stdout.write(`${line}\n`);

function print(
  { threads, steps, runs }: BenchOptions,
  measured: Measured & { readonly limits: Limits; readonly iterations: IterationFigures },
  weights: Weights,
): void {
  const { engine, reference, tuned, ratios, limits, iterations } = measured;
  write(`${threads} threads, ${steps} steps, median of ${runs} warm runs each by turns, seconds`);
  row('', 'nativa', 'released', 'ratio', 'tuned', 'ratio');
  row('load', measured.load.toFixed(4));
  for (const [key, label] of ROWS) {
    const others = [reference, tuned].flatMap((figures) =>
      figures ? [figures[key].toFixed(4), `${(figures[key] / engine[key]).toFixed(1)}x`] : [],
    );
    row(label, engine[key].toFixed(4), ...others);
  }
  const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;
  write(`one token: ${percent(limits.bandwidth)} of the bandwidth of copying memory`);
  write(`one denoising step: ${percent(limits.gemm)} of the peak of matrix products`);
  const faster = (ratio: number): string => `${ratio.toFixed(2)}x as fast as`;
  write(`another edit of a picture: ${faster(iterations.editAgain)} the first`);
  write(`the same edit with another seed: ${faster(iterations.anotherSeed)} the first`);
  write(`four pictures at once: ${faster(iterations.fourAtOnce)} one by one`);
  const peak = (measured.peakMemory / MIB).toFixed(0);
  const aim = ((1.5 * weights.stored) / MIB + 300).toFixed(0);
  const share = (measured.peakMemory / weights.loaded).toFixed(2);
  write(`peak memory ${peak} MiB; 1.5 x weights + 300 MiB = ${aim} MiB`);
  write(`peak memory ${share} x the weights in the numbers that are computed with`);
  if (reference === undefined) {
    write('no reference: set up the recipe’s Python (native-models/recipe/README.md) to compare');
  } else {
    const [least, most] = [Math.min(...ratios), Math.max(...ratios)];
    write(`whole image, round by round: ${least.toFixed(1)}x to ${most.toFixed(1)}x as released`);
  }
  write(JSON.stringify({ threads, steps, runs, weights, ...measured }));
}

function row(label: string, ...cells: readonly string[]): void {
  const [first = '', ...rest] = cells;
  write([label.padEnd(24), first.padStart(10), ...rest.map((cell) => cell.padStart(10))].join(''));
}
