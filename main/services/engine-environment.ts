import { runtimeEnvironment } from './gpu/libraries.js';

/**
 * glibc maps and gives back what is as large as this; smaller memory comes from heaps, which weights
 * of a released network leave in pieces: of an official model, 3 GB. By itself glibc raises the bound
 * to 32 MiB. Other allocators do not know these names.
 */
const MAPPED_FROM = 8 * 2 ** 20;
/** Free memory at a heap's end beyond which it is given back: a run's memory is wanted by the next. */
const KEPT_FREE = 128 * 2 ** 20;

/** Environment of the engine's process. */
export function engineEnvironment(): NodeJS.ProcessEnv {
  const env = runtimeEnvironment();
  if (process.platform !== 'linux') return env;
  return {
    MALLOC_MMAP_THRESHOLD_: String(MAPPED_FROM),
    MALLOC_TRIM_THRESHOLD_: String(KEPT_FREE),
    ...env,
  };
}
