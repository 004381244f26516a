/**
 * CUDA for this machine, only ever when a person asks: onnxruntime's provider and NVIDIA's libraries
 * are downloaded from Python's package index and unpacked beside the app's data.
 */
import { existsSync } from 'node:fs';
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
import { licenceName, withWheel } from './unpack.js';
import { findWheels } from './wheels.js';
import type { Wheel } from './wheels.js';

export { WHEELS } from './wheels.js';
export { cudaFolder, hasCudaLibraries, missingLibraries } from './libraries.js';

/** Bytes to spare. */
const MARGIN = 4 * 2 ** 20;
/** What wheels take unpacked, in their own sizes. */
const UNPACKED = 1.4;

/** What a set-up takes, before it begins. */
export interface GpuOffer {
  readonly gpu: NvidiaGpu;
  readonly wheels: readonly Wheel[];
  /** Bytes of them in all, and of those that are here already. */
  readonly size: number;
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
 * @throws NativaError as {@link findWheels}
 */
export async function gpuOffer(gpu: NvidiaGpu, options: HubOptions): Promise<GpuOffer> {
  const wheels = await findWheels(options);
  const folder = cudaFolder();
  const places = placesOf(folder);
  const here = await Promise.all(wheels.map((wheel) => presentOf(wheel, places)));
  await mkdir(dirname(folder), { recursive: true });
  return {
    gpu,
    wheels,
    size: sum(wheels.map(({ size }) => size)),
    present: sum(here),
    free: await freeBytes(dirname(folder)),
    folder,
  };
}

/** Where a set-up stands. */
export interface GpuProgress {
  readonly stage: 'fetch' | 'unpack';
  /** Bytes of the wheels. */
  readonly done: number;
}

/**
 * Downloads and unpacks the libraries, wheel by wheel; they are there whole or not at all. What an
 * abort or a failure leaves goes on with the next call.
 * @throws NativaError DOWNLOAD_*, GPU_RUNNING, DISK_FULL, FOLDER_UNWRITABLE, UNSAFE_ARCHIVE,
 *   UNREADABLE_ARCHIVE; AbortError
 */
export async function setUpGpu(
  { wheels, folder }: GpuOffer,
  options: HubOptions,
  onProgress: (progress: GpuProgress) => void,
): Promise<void> {
  const places = placesOf(folder);
  const release = await claim(places.staging);
  let done = false;
  try {
    await mkdir(places.unpacked, { recursive: true });
    await checkRoom(wheels, places);
    let before = 0;
    for (const wheel of wheels) {
      const tell = (stage: GpuProgress['stage'], bytes: number): void => {
        onProgress({ stage, done: before + bytes });
      };
      if (!isUnpacked(wheel, places)) await bring(wheel, places, options, tell);
      before += wheel.size;
    }
    // One of these that is not whole was put there by hand, or is of an earlier Nativa.
    if (!hasCudaLibraries(folder)) await rm(folder, { recursive: true, force: true });
    await rename(places.unpacked, folder);
    done = true;
  } catch (error) {
    throw explainDisk(dirname(folder), error);
  } finally {
    await release();
    if (done) await rm(places.staging, { recursive: true, force: true });
  }
}

/** Downloads a wheel, unpacks it and deletes it. */
async function bring(
  wheel: Wheel,
  { staging, unpacked }: Places,
  options: HubOptions,
  tell: (stage: GpuProgress['stage'], bytes: number) => void,
): Promise<void> {
  const at = fileOf(wheel, staging);
  await fetchFile(wheel, at, options, (bytes) => {
    tell('fetch', bytes);
  });
  tell('unpack', wheel.size);
  try {
    await withWheel(at.path, wheel.wanted, async (opened) => {
      const lacking = opened.size + MARGIN - (await freeBytes(unpacked));
      if (lacking > 0) throw noRoom(dirname(staging), lacking);
      await opened.unpack(unpacked, options.signal);
    });
  } catch (error) {
    // A wheel that is not what it should be is of no use to a later try.
    if (error instanceof NativaError && /ARCHIVE/.test(error.code)) await rm(at.path);
    throw error;
  }
  await rm(at.path);
}

interface Places {
  readonly staging: string;
  readonly unpacked: string;
}

function placesOf(folder: string): Places {
  const staging = join(dirname(folder), `.${basename(folder)}`);
  return { staging, unpacked: join(staging, 'unpacked') };
}

function fileOf({ wanted }: Wheel, staging: string) {
  const path = join(staging, `${wanted.project}-${wanted.version}.whl`);
  return { path, part: `${path}.part` };
}

/** The licence is unpacked last. */
function isUnpacked({ wanted }: Wheel, { unpacked }: Places): boolean {
  const names = [...wanted.libraries, licenceName(wanted)];
  return names.every((name) => existsSync(join(unpacked, name)));
}

/** Bytes of a wheel that need not be downloaded. */
async function presentOf(wheel: Wheel, places: Places): Promise<number> {
  if (isUnpacked(wheel, places)) return wheel.size;
  const { path, part } = fileOf(wheel, places.staging);
  return Math.max(...(await Promise.all([path, part].map(sizeOf))));
}

/** @throws NativaError DISK_FULL before anything is downloaded that would not fit */
async function checkRoom(wheels: readonly Wheel[], places: Places): Promise<void> {
  const left = wheels.filter((wheel) => !isUnpacked(wheel, places)).map(({ size }) => size);
  const here = await Promise.all(wheels.map((wheel) => sizeOf(fileOf(wheel, places.staging).path)));
  const needed = sum(left) * UNPACKED + Math.max(0, ...left) - sum(here) + MARGIN;
  const lacking = needed - (await freeBytes(places.staging));
  if (lacking > 0) throw noRoom(dirname(places.staging), lacking);
}

const sum = (values: readonly number[]): number => values.reduce((total, one) => total + one, 0);

async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
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
