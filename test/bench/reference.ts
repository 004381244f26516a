/** The same work by the reference implementations, where the recipe's Python is set up. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { BenchOptions } from './engine.js';

const schema = z.object({
  prefill: z.number(),
  perToken: z.number(),
  perStep: z.number(),
  decode: z.number(),
  wholeImage: z.number(),
});

/** Seconds, as in `Figures`. */
export type ReferenceFigures = z.output<typeof schema>;

/**
 * The interpreter of the recipe, which need not be there: what `NATIVA_PYTHON` names, else the one
 * in the recipe's own environment.
 */
export function recipePython(root: string): string | undefined {
  const own = process.env.NATIVA_PYTHON;
  if (own) return own;
  const windows = process.platform === 'win32';
  const path = windows ? ['Scripts', 'python.exe'] : ['bin', 'python'];
  const python = join(root, 'native-models', 'recipe', '.venv', ...path);
  return existsSync(python) ? python : undefined;
}

/**
 * Runs transformers and diffusers on the bundle's weights, as released: the sequence of the AR
 * model twice, connector and cross-attention projections in every step.
 * @throws Error when Python fails
 */
export async function measureReference(
  root: string,
  python: string,
  { bundle, threads, steps, prompt, runs }: BenchOptions,
): Promise<ReferenceFigures> {
  const args = ['-m', 'bench.reference', bundle, prompt, '--threads', `${threads}`];
  args.push('--steps', `${steps}`, '--runs', `${runs}`);
  const cwd = join(root, 'native-models', 'recipe');
  const output = await new Promise<string>((resolve, reject) => {
    const child = spawn(python, args, { cwd, stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    child.stdout.on('data', (data: Buffer) => (text += data.toString()));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(text);
      else reject(new Error(`The reference ended with status ${code ?? 'none'}.`));
    });
  });
  const last = output.trim().split('\n').at(-1) ?? '';
  return schema.parse(JSON.parse(last));
}
