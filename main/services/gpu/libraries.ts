/**
 * Libraries of onnxruntime's CUDA provider, which no plain install has. onnxruntime looks for them
 * in the folder that its own library was loaded from; that is decided when a process starts: what
 * stands in LD_LIBRARY_PATH is found before the library in the package. So the folder has a link to
 * that library beside what was downloaded.
 */
import { execFile } from 'node:child_process';
import { existsSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

import { folders } from '../paths.js';

/** onnxruntime's own library by the name that its loader looks for. */
const RUNTIME = 'libonnxruntime.so.1';
/** What the CUDA provider consists of. */
export const CUDA_LIBRARIES = [
  'libonnxruntime_providers_shared.so',
  'libonnxruntime_providers_cuda.so',
] as const;

/** Version of the installed onnxruntime, without loading it. */
export function runtimeVersion(): string {
  const { version } = createRequire(import.meta.url)('onnxruntime-node/package.json') as {
    version: string;
  };
  return version;
}

/** Folder of the libraries of this version. */
export function cudaFolder(): string {
  return join(folders().data, 'runtime', `cuda-${runtimeVersion()}`);
}

/** Whether the libraries are here. */
export function hasCudaLibraries(folder = cudaFolder()): boolean {
  return CUDA_LIBRARIES.every((name) => existsSync(join(folder, name)));
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

function packagedRuntime(): string {
  const root = dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json'));
  const library = join(root, 'bin', 'napi-v6', process.platform, process.arch, RUNTIME);
  // The loader knows nothing of Electron's archive.
  return library.replace(/app\.asar(?=[\\/])/, 'app.asar.unpacked');
}

/**
 * Libraries of NVIDIA's that the CUDA provider needs and this system has not; none where they are all
 * there, or nobody can tell.
 */
export function missingLibraries(folder = cudaFolder()): Promise<string[]> {
  const library = join(folder, 'libonnxruntime_providers_cuda.so');
  return new Promise((resolve) => {
    execFile('ldd', [library], { timeout: 10_000 }, (_, stdout) => {
      const lines = stdout.matchAll(/^\s*(\S+) => not found$/gm);
      resolve([...lines].map(([, name = '']) => name));
    });
  });
}
