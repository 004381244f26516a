/** Runs Nativa's command line as a person does, in a folder of its own. */
import { spawn } from 'node:child_process';
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const start = join(ROOT, 'tools', 'start.mjs');

/** A small bundle with random weights that paints 32 x 32 pixels. */
export const SMALL_BUNDLE = join(ROOT, 'test', 'golden', 'data', 'pipeline', 'channels');

/** How a command ended. */
export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Folder for one test, with its own settings and caches. */
export class Workplace {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** Makes a new, empty folder. */
  static async make(): Promise<Workplace> {
    return new Workplace(await mkdtemp(join(tmpdir(), 'nativa-test-')));
  }

  /** Path of a file in it. */
  path(...parts: string[]): string {
    return join(this.folder, ...parts);
  }

  /** Names of the files in it, sorted; caches aside. */
  async files(): Promise<string[]> {
    return (await readdir(this.folder)).filter((name) => name !== 'home').sort();
  }

  /** A copy of the small bundle to spoil. */
  async bundle(): Promise<string> {
    const folder = this.path('bundle');
    await cp(SMALL_BUNDLE, folder, { recursive: true });
    return folder;
  }

  /**
   * Runs a command with the folder as the current one.
   * @param whileRunning sees all of stderr each time more comes
   * @param env besides the environment of the test
   */
  run(
    args: readonly string[],
    whileRunning?: (stderr: string, kill: (signal: NodeJS.Signals) => void) => void,
    env: NodeJS.ProcessEnv = {},
  ): Promise<CommandResult> {
    return new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [start, ...args], {
        cwd: this.folder,
        env: { ...process.env, NATIVA_HOME: this.path('home'), LANG: 'C', LC_ALL: 'C', ...env },
      });
      let stdout = '';
      let stderr = '';
      child.stdout.on('data', (data: Buffer) => (stdout += data.toString()));
      child.stderr.on('data', (data: Buffer) => {
        stderr += data.toString();
        whileRunning?.(stderr, (signal) => child.kill(signal));
      });
      child.on('error', reject);
      child.on('close', (code) => {
        resolve({ code, stdout, stderr });
      });
    });
  }

  /** Takes the folder away. */
  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}
