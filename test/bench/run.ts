/** `npm run bench [-- --model DIR --threads N --steps N --runs N]`: the figures as table and JSON. */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { NativaError } from '../../native-models/errors.js';
import { loadBundle } from '../../native-models/bundle/index.js';
import { messagesFor } from '../../main/services/i18n/index.js';
import { resolveModel } from '../../main/services/models.js';
import { application } from '../../main/services/paths.js';
import { measureEngine } from './engine.js';
import type { BenchOptions, Figures } from './engine.js';
import { measureReference, recipePython } from './reference.js';
import type { ReferenceFigures } from './reference.js';

const MIB = 2 ** 20;
const ROWS = [
  ['load', 'load'],
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
  const engine = await measureEngine(options);
  const { root } = application();
  const python = recipePython(root);
  const reference =
    python === undefined ? undefined : await measureReference(root, python, options);
  print(options, engine, reference, weights);
  return 0;
}

function count(option: string, text: string): number {
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
  throw new NativaError('USAGE', `${option} must be a whole number from 1 to 9999, not "${text}".`);
}

function print(
  { threads, steps, runs }: BenchOptions,
  engine: Figures,
  reference: ReferenceFigures | undefined,
  weights: number,
): void {
  const write = (line: string) => process.stdout.write(`${line}\n`);
  write(`${threads} threads, ${steps} steps, median of ${runs} warm runs, seconds`);
  write(
    `${''.padEnd(24)}${'nativa'.padStart(10)}${'reference'.padStart(12)}${'ratio'.padStart(8)}`,
  );
  for (const [key, label] of ROWS) {
    const theirs = key === 'load' ? undefined : reference?.[key];
    const ratio = theirs === undefined ? '' : `${(theirs / engine[key]).toFixed(1)}x`;
    const cells = [engine[key].toFixed(4), theirs?.toFixed(4) ?? '-'];
    write(
      `${label.padEnd(24)}${cells[0]?.padStart(10)}${cells[1]?.padStart(12)}${ratio.padStart(8)}`,
    );
  }
  const peak = (engine.peakMemory / MIB).toFixed(0);
  const aim = ((1.5 * weights) / MIB + 300).toFixed(0);
  write(`peak memory ${peak} MiB; 1.5 x weights + 300 MiB = ${aim} MiB`);
  if (reference === undefined) {
    write('no reference: set up the recipe’s Python (native-models/recipe/README.md) to compare');
  }
  write(JSON.stringify({ threads, steps, runs, weights, engine, reference }));
}
