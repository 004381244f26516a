/** The engine's process as it is shipped: compiled, in `dist/`. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const ROOT = join(import.meta.dirname, '..', '..');

/**
 * Builds what is not built yet, as `npm start` does.
 * @returns path of the engine process's entry
 */
export async function builtHost(): Promise<string> {
  const script = 'await (await import("./tools/setup.mjs")).setUp({ page: false });';
  await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], { cwd: ROOT });
  return join(ROOT, 'dist', 'main', 'engine', 'host.js');
}
