/** The same work by the reference implementations, where the recipe's Python is set up. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import type { BenchOptions, RunFigures } from './engine.js';

const schema = z.object({
  prefill: z.number(),
  perToken: z.number(),
  perStep: z.number(),
  decode: z.number(),
  wholeImage: z.number(),
});

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
 * transformers and diffusers on the bundle's weights. `released`: the sequence of the AR model twice,
 * connector and cross-attention projections in every step. `tuned`: hidden states kept on the way,
 * logits of image codes alone, the connector once. Waits between pictures, so that runs can alternate
 * with the engine's and noise of the machine meets both.
 */
export class Reference {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  private constructor(child: ChildProcess, lines: AsyncIterator<string>) {
    this.#child = child;
    this.#lines = lines;
  }

  /**
   * Loads the weights and paints a first picture.
   * @throws Error when Python fails
   */
  static async start(
    root: string,
    python: string,
    { bundle, threads, steps, prompt }: Omit<BenchOptions, 'runs'>,
  ): Promise<Reference> {
    const args = ['-m', 'bench.reference', bundle, prompt, '--threads', `${threads}`];
    args.push('--steps', `${steps}`);
    const cwd = join(root, 'native-models', 'recipe');
    const child = spawn(python, args, { cwd, stdio: ['pipe', 'pipe', 'inherit'] });
    const failed = new Promise<never>((_, reject) => child.once('error', reject));
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const reference = new Reference(child, lines);
    await Promise.race([reference.#line(), failed]);
    return reference;
  }

  /** Paints one picture. @throws Error when Python fails */
  async run(how: 'released' | 'tuned'): Promise<RunFigures> {
    this.#child.stdin?.write(`${how}\n`);
    return schema.parse(JSON.parse(await this.#line()));
  }

  /** Ends the process. */
  close(): void {
    this.#child.kill();
  }

  async #line(): Promise<string> {
    const next = await this.#lines.next();
    if (next.done === true) throw new Error('The reference ended before it had answered.');
    return next.value;
  }
}
