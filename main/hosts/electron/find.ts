/** Whether Electron can open a window here; nothing of Electron itself is loaded to tell. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { hasDisplay } from '../browser/open.js';

/** An executable, or what is in the way; `why` names a sentence of the catalogue. */
export type FoundElectron =
  | { readonly ok: true; readonly path: string }
  | { readonly ok: false; readonly why: 'noRuntime' | 'noDisplay' | 'asRoot' };

/** The system as far as it matters here. */
interface System {
  readonly env: NodeJS.ProcessEnv;
  readonly platform: NodeJS.Platform;
  /** Undefined where users have no numbers. */
  readonly user: number | undefined;
  /** Path of the installed runtime, undefined without one. */
  readonly installed: () => string | undefined;
}

/** Looks for a runtime and for a reason not to start it. */
export function findElectron(system: System = thisSystem()): FoundElectron {
  const { env, platform, user } = system;
  const path = overridden(env, platform) ?? system.installed();
  if (path === undefined || !existsSync(path)) return { ok: false, why: 'noRuntime' };
  if (!hasDisplay(env, platform)) return { ok: false, why: 'noDisplay' };
  // Chromium's sandbox refuses root, and Nativa does not run without the sandbox.
  if (platform === 'linux' && user === 0) return { ok: false, why: 'asRoot' };
  return { ok: true, path };
}

function thisSystem(): System {
  return {
    env: process.env,
    platform: process.platform,
    user: process.getuid?.(),
    installed: installedRuntime,
  };
}

/** The electron package's main file exports the path of its runtime, or throws without one. */
function installedRuntime(): string | undefined {
  const require = createRequire(import.meta.url);
  try {
    const path: unknown = require('electron');
    return typeof path === 'string' ? path : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Fetches the runtime that belongs to the installed electron package, as its own installer does; a
 * plain install runs no scripts and leaves it out.
 * @returns whether it is there now
 */
export async function fetchElectron(signal: AbortSignal): Promise<boolean> {
  const require = createRequire(import.meta.url);
  let installer: string;
  try {
    installer = join(dirname(require.resolve('electron/package.json')), 'install.js');
  } catch {
    return false;
  }
  await new Promise<void>((resolve) => {
    const child = spawn(process.execPath, [installer], { stdio: 'ignore', signal });
    child.on('error', () => {
      resolve();
    });
    child.on('close', () => {
      resolve();
    });
  });
  const path = installedRuntime();
  return path !== undefined && existsSync(path);
}

/** Whether a window could be opened here, were the runtime there. */
export function wantsElectron(env = process.env, platform = process.platform): boolean {
  return hasDisplay(env, platform) && !(platform === 'linux' && process.getuid?.() === 0);
}

/** The electron package honours this variable too, but may itself be missing. */
function overridden(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string | undefined {
  const folder = env.ELECTRON_OVERRIDE_DIST_PATH;
  if (!folder) return undefined;
  if (platform === 'darwin') return join(folder, 'Electron.app', 'Contents', 'MacOS', 'Electron');
  return join(folder, platform === 'win32' ? 'electron.exe' : 'electron');
}

/**
 * Runs the studio in Electron to its end.
 * @param args for the studio: files, and Chromium's own switches
 * @returns exit status
 */
export function runElectron(
  path: string,
  args: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  const { ELECTRON_RUN_AS_NODE: _, ...env } = process.env;
  const entry = fileURLToPath(new URL('./main.js', import.meta.url));
  return new Promise((resolve, reject) => {
    const child = spawn(path, [entry, ...args], { stdio: 'inherit', env });
    const stop = (): void => void child.kill('SIGTERM');
    signal.addEventListener('abort', stop, { once: true });
    child.on('error', reject);
    child.on('close', (code) => {
      signal.removeEventListener('abort', stop);
      resolve(code ?? 1);
    });
  });
}
