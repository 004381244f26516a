/**
 * CUDA for this machine, only ever when a person asks: what onnxruntime's package leaves out is
 * downloaded from where its own installer takes it, and unpacked beside the app's data.
 */
import { mkdir, rename, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

import { NativaError } from '../../../native-models/errors.js';
import { isLive, ownLock, readLock } from '../autosave/lock.js';
import { explainDisk, fetchFile, noRoom } from '../downloads/index.js';
import type { HubOptions } from '../downloads/index.js';
import type { Messages } from '../i18n/index.js';
import { cudaFolder, hasCudaLibraries } from './libraries.js';
import { findNvidia } from './nvidia.js';
import type { NvidiaGpu } from './nvidia.js';
import { findPackage } from './package.js';
import type { GpuPackage } from './package.js';
import { withPackage } from './unpack.js';

export { NUGET } from './package.js';
export { cudaFolder, hasCudaLibraries, missingLibraries } from './libraries.js';

/** Bytes to spare. */
const MARGIN = 4 * 2 ** 20;

/** What a set-up takes, before it begins. */
export interface GpuOffer {
  readonly gpu: NvidiaGpu;
  readonly source: GpuPackage;
  /** Bytes of the package that are here already. */
  readonly present: number;
  /** Bytes free on the disk. */
  readonly free: number;
  /** Where the libraries will be. */
  readonly folder: string;
}

/**
 * The graphics processor that CUDA would use.
 * @throws NativaError GPU_UNSUPPORTED where there is no CUDA for this system, GPU_NOT_FOUND
 */
export async function cudaGpu(
  { gpu: words }: Messages,
  system = `${process.platform} ${process.arch}`,
): Promise<NvidiaGpu> {
  if (system !== 'linux x64') throw new NativaError('GPU_UNSUPPORTED', words.unsupported(system));
  const gpu = await findNvidia();
  if (gpu === undefined) throw new NativaError('GPU_NOT_FOUND', words.notFound);
  return gpu;
}

/**
 * Finds out what the set-up takes.
 * @throws NativaError as {@link findPackage}
 */
export async function gpuOffer(gpu: NvidiaGpu, options: HubOptions): Promise<GpuOffer> {
  const source = await findPackage(options);
  const folder = cudaFolder();
  const { part, path } = placesOf(folder);
  const sizes = await Promise.all([part, path].map(sizeOf));
  await mkdir(dirname(folder), { recursive: true });
  const { bavail, bsize } = await statfs(dirname(folder));
  return { gpu, source, present: Math.max(...sizes), free: bavail * bsize, folder };
}

/** Where a set-up stands. */
export interface GpuProgress {
  readonly stage: 'fetch' | 'unpack';
  /** Bytes of the package. */
  readonly done: number;
}

/**
 * Downloads and unpacks the libraries; they are there whole or not at all. What an abort or a
 * failure leaves goes on with the next call.
 * @throws NativaError DOWNLOAD_*, GPU_RUNNING, DISK_FULL, FOLDER_UNWRITABLE, UNSAFE_ARCHIVE,
 *   UNREADABLE_ARCHIVE; AbortError
 */
export async function setUpGpu(
  { source, present, free, folder }: GpuOffer,
  options: HubOptions,
  onProgress: (progress: GpuProgress) => void,
): Promise<void> {
  const places = placesOf(folder);
  const release = await claim(places.staging);
  let done = false;
  try {
    if (source.size - present + MARGIN > free) {
      throw noRoom(dirname(folder), source.size - present + MARGIN - free);
    }
    await fetchFile(source, places, options, (bytes) => {
      onProgress({ stage: 'fetch', done: bytes });
    });
    onProgress({ stage: 'unpack', done: source.size });
    await unpack(places, folder, options.signal);
    done = true;
  } catch (error) {
    throw explainDisk(dirname(folder), error);
  } finally {
    await release();
    if (done) await rm(places.staging, { recursive: true, force: true });
  }
}

interface Places {
  readonly staging: string;
  readonly path: string;
  readonly part: string;
  readonly unpacked: string;
}

function placesOf(folder: string): Places {
  const staging = join(dirname(folder), `.${basename(folder)}`);
  const path = join(staging, 'package');
  return { staging, path, part: `${path}.part`, unpacked: join(staging, 'unpacked') };
}

async function unpack(
  { path, unpacked }: Places,
  folder: string,
  signal: AbortSignal,
): Promise<void> {
  await rm(unpacked, { recursive: true, force: true });
  await mkdir(unpacked);
  try {
    await withPackage(path, async (opened) => {
      const { bavail, bsize } = await statfs(unpacked);
      const missing = opened.size + MARGIN - bavail * bsize;
      if (missing > 0) throw noRoom(dirname(folder), missing);
      await opened.unpack(unpacked, signal);
    });
  } catch (error) {
    // A package that is not what it should be is of no use to a later try.
    if (error instanceof NativaError && /ARCHIVE/.test(error.code)) await rm(path, { force: true });
    await rm(unpacked, { recursive: true, force: true });
    throw error;
  }
  // One of these that is not whole was put there by hand.
  if (!hasCudaLibraries(folder)) await rm(folder, { recursive: true, force: true });
  await rename(unpacked, folder);
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}

/** Takes the staging folder for this process. @returns lets go of it */
async function claim(staging: string): Promise<() => Promise<void>> {
  const path = join(staging, 'lock.json');
  try {
    await mkdir(staging, { recursive: true });
    const other = await readLock(path);
    if (other !== null && other.pid !== process.pid && isLive(other)) {
      const message = 'The CUDA libraries are being set up already: let that finish, or stop it.';
      throw new NativaError('GPU_RUNNING', message);
    }
    await writeFile(path, JSON.stringify(ownLock()));
  } catch (error) {
    throw explainDisk(dirname(staging), error);
  }
  return () => rm(path, { force: true });
}
