/** `npm run bench [-- --model DIR --threads N --steps N --runs N]`: the figures as table and JSON. */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { NativaError } from '../../native-models/errors.js';
import { loadBundle } from '../../native-models/bundle/index.js';
import { messagesFor } from '../../main/services/i18n/index.js';
import { resolveModel } from '../../main/services/models.js';
import { application } from '../../main/services/paths.js';
import { WarmEngine, median } from './engine.js';
import type { BenchOptions, RunFigures } from './engine.js';
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
      threads: { type: 'string' },
      steps: { type: 'string' },
      runs: { type: 'string', default: '5' },
    },
  });
  const bundle = await resolveModel(values.model, messagesFor('en'));
  const { manifest } = await loadBundle(bundle);
  const options: BenchOptions = {
    bundle,
    threads: count('--threads', values.threads ?? `${availableParallelism()}`),
    steps: count('--steps', values.steps ?? `${manifest.defaults.steps}`),
    runs: count('--runs', values.runs),
    prompt: 'a red house to the left of a green tree, at night',
  };
  const weights = manifest.weights.reduce(
    (sum, file) => sum + (manifest.files[file]?.size ?? 0),
    0,
  );
  print(options, await measure(options), weights);
  return 0;
}

/** Warm runs of the engine, and of the reference where its Python is there. */
interface Measured {
  readonly load: number;
  readonly peakMemory: number;
  readonly engine: RunFigures;
  readonly reference?: RunFigures;
  /** Of each pair of runs, how many times as long the reference took for a whole image. */
  readonly ratios: readonly number[];
}

/** Lets both take turns, so that whatever else the machine does meets both alike. */
async function measure(options: BenchOptions): Promise<Measured> {
  const { root } = application();
  const python = recipePython(root);
  const engine = await WarmEngine.start(options);
  const reference = python === undefined ? undefined : await Reference.start(root, python, options);
  try {
    const ours: RunFigures[] = [];
    const theirs: RunFigures[] = [];
    for (let run = 0; run < options.runs; run++) {
      ours.push(await engine.run());
      if (reference !== undefined) theirs.push(await reference.run());
    }
    const { load, peakMemory } = engine;
    const ratios = theirs.map(
      ({ wholeImage }, run) => wholeImage / (ours[run]?.wholeImage ?? Number.NaN),
    );
    return {
      load,
      peakMemory,
      engine: medians(ours),
      ...(theirs.length > 0 && { reference: medians(theirs) }),
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

function print({ threads, steps, runs }: BenchOptions, measured: Measured, weights: number): void {
  const { engine, reference, ratios } = measured;
  const write = (line: string) => process.stdout.write(`${line}\n`);
  write(`${threads} threads, ${steps} steps, median of ${runs} warm runs each by turns, seconds`);
  write(
    `${''.padEnd(24)}${'nativa'.padStart(10)}${'reference'.padStart(12)}${'ratio'.padStart(8)}`,
  );
  write(`${'load'.padEnd(24)}${measured.load.toFixed(4).padStart(10)}${'-'.padStart(12)}`);
  for (const [key, label] of ROWS) {
    const theirs = reference?.[key];
    const ratio = theirs === undefined ? '' : `${(theirs / engine[key]).toFixed(1)}x`;
    const cells = [engine[key].toFixed(4), theirs?.toFixed(4) ?? '-'];
    write(
      `${label.padEnd(24)}${cells[0]?.padStart(10)}${cells[1]?.padStart(12)}${ratio.padStart(8)}`,
    );
  }
  const peak = (measured.peakMemory / MIB).toFixed(0);
  const aim = ((1.5 * weights) / MIB + 300).toFixed(0);
  write(`peak memory ${peak} MiB; 1.5 x weights + 300 MiB = ${aim} MiB`);
  if (reference === undefined) {
    write('no reference: set up the recipe’s Python (native-models/recipe/README.md) to compare');
  } else {
    const [least, most] = [Math.min(...ratios), Math.max(...ratios)];
    write(`whole image, pair by pair: ${least.toFixed(1)}x to ${most.toFixed(1)}x`);
  }
  write(JSON.stringify({ threads, steps, runs, weights, ...measured }));
}
