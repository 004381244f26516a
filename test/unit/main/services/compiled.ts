import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll } from 'vitest';

/** Compiles a program of ours to be run as a process, for the tests of one file. @returns its path */
export function compiled(source: string): string {
  const folder = join(process.cwd(), '.cache', `test-${process.pid}-${Date.now()}`);
  const outfile = join(folder, 'program.mjs');
  beforeAll(async () => {
    mkdirSync(folder, { recursive: true });
    await build({
      entryPoints: [join(process.cwd(), source)],
      outfile,
      bundle: true,
      packages: 'external',
      format: 'esm',
      platform: 'node',
      target: 'node20',
    });
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return outfile;
}
