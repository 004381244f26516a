/**
 * Libraries of onnxruntime's CUDA provider, which no plain install has. onnxruntime looks for them
 * in the folder that its own library was loaded from; that is decided when a process starts: what
 * stands in LD_LIBRARY_PATH is found before the library in the package. So the folder has a link to
 * that library beside what was downloaded.
 */
import { execFile } from 'node:child_process';
import { existsSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';

import { folders } from '../paths.js';
import { RUNTIME, packagedRuntime, runtimeVersion } from './runtime.js';
import { WANTED } from './wheels.js';

/** Folder of the libraries of this version. */
export function cudaFolder(): string {
  return join(folders().data, 'runtime', `cuda-${runtimeVersion()}`);
}

/** Whether the libraries are here. */
export function hasCudaLibraries(folder = cudaFolder()): boolean {
  return WANTED.every(({ libraries }) => libraries.every((name) => existsSync(join(folder, name))));
}

/** Environment in which a process finds the libraries; as it is where there are none. */
export function runtimeEnvironment(env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  if (process.platform !== 'linux' || !hasCudaLibraries()) return env;
  const folder = cudaFolder();
  try {
    linkRuntime(folder);
  } catch {
    // Without the link onnxruntime comes from its package, and knows no CUDA.
    return env;
  }
  const path = [folder, env.LD_LIBRARY_PATH].filter(Boolean).join(':');
  return { ...env, LD_LIBRARY_PATH: path };
}

/** Links onnxruntime's library into the folder; again where the app has moved. */
function linkRuntime(folder: string): void {
  const target = packagedRuntime();
  const link = join(folder, RUNTIME);
  if (linkTarget(link) === target) return;
  rmSync(link, { force: true });
  symlinkSync(target, link);
}

function linkTarget(link: string): string | undefined {
  try {
    return readlinkSync(link);
  } catch {
    return undefined;
  }
}

/**
 * Libraries that the CUDA provider needs and this system has not, the driver's mostly; none where they
 * are all there, or nobody can tell.
 */
export function missingLibraries(folder = cudaFolder()): Promise<string[]> {
  const library = join(folder, 'libonnxruntime_providers_cuda.so');
  return new Promise((resolve) => {
    const options = { timeout: 10_000, env: runtimeEnvironment() };
    execFile('ldd', [library], options, (_, stdout) => {
      const lines = stdout.matchAll(/^\s*(\S+) => not found$/gm);
      resolve([...lines].map(([, name = '']) => name));
    });
  });
}
