/** The onnxruntime that is installed. */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const require = createRequire(import.meta.url);
const ABOUT = 'onnxruntime-node/package.json';

/** onnxruntime's own library by the name that its loader looks for. */
export const RUNTIME = 'libonnxruntime.so.1';

/** Its version, without loading it. */
export function runtimeVersion(): string {
  return (require(ABOUT) as { version: string }).version;
}

/** Path of its library. */
export function packagedRuntime(): string {
  const root = dirname(require.resolve(ABOUT));
  const library = join(root, 'bin', 'napi-v6', process.platform, process.arch, RUNTIME);
  // The loader knows nothing of Electron's archive.
  return library.replace(/app\.asar(?=[\\/])/, 'app.asar.unpacked');
}
