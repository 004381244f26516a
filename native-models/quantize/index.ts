/** Makes a smaller copy of a model: its large linear layers as codes of 8 or 4 bits. See README.md. */
import { copyFile, mkdir, rename, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

import {
  MANIFEST_FILE,
  loadBundle,
  sweepStaging,
  systemErrorCode,
  verifyBundle,
  weightFiles,
  writeManifest,
} from '../bundle/index.js';
import type { Bundle, BundleManifest } from '../bundle/index.js';
import { NativaError } from '../errors.js';
import { openCheckpoint } from '../graphs/index.js';
import type { CodeBits } from '../graphs/onnx/quantized.js';
import { layOut, planSteps, writtenBy } from './layout.js';
import type { QuantizedNetwork } from './layout.js';
import { writeQuantized } from './write.js';
import type { Loss } from './write.js';

export { BLOCK_SIZE, CODE_BITS } from '../graphs/onnx/quantized.js';
export type { CodeBits } from '../graphs/onnx/quantized.js';

/** How a model is quantised. */
export interface QuantizeOptions {
  readonly bits: CodeBits;
  /** Folder that remembers which files were verified. */
  readonly cacheDir?: string | undefined;
  readonly signal: AbortSignal;
  /** Told the share of the weights that is done, 0 to 1. */
  readonly onProgress?: (share: number) => void;
}

/** A model that was quantised. */
export interface Quantized {
  readonly manifest: BundleManifest;
  /** Bytes of all weights, before and after. */
  readonly before: number;
  readonly after: number;
  readonly losses: ReadonlyMap<QuantizedNetwork, Loss>;
}

const WEIGHTS = 'model.safetensors';
const STAGING = '.nativa-quantize-';
/** Room for configs and manifest beside the weights. */
const RESERVE = 32 * 2 ** 20;
const MAX_ID = 64;
/** Leaves room for what is added within the manifest's 200 characters. */
const MAX_NAME = 190;

/** Id of the quantised copy of a model. */
export function quantizedId(id: string, bits: CodeBits): string {
  const ending = `-${bits}bit`;
  return id.slice(0, MAX_ID - ending.length) + ending;
}

/**
 * Writes a quantised copy of the model in `folder` to `target`, which appears when it is whole.
 * @throws NativaError MODEL_EXISTS, ALREADY_QUANTIZED, DISK_FULL, OUTPUT_UNWRITABLE and those of
 *   `loadBundle` and `verifyBundle`
 * @throws AbortError when `signal` aborts
 */
export async function quantizeBundle(
  folder: string,
  target: string,
  options: QuantizeOptions,
): Promise<Quantized> {
  const bundle = await loadBundle(folder);
  await refuse(bundle, target);
  await verifyBundle(bundle, { cacheDir: options.cacheDir, signal: options.signal });
  const parent = dirname(target);
  const staging = join(parent, `${STAGING}${process.pid}-${basename(target)}`);
  try {
    await mkdir(parent, { recursive: true });
    await sweepStaging(parent, STAGING);
    await mkdir(staging);
    const result = await writeCopy(bundle, staging, options);
    await rename(staging, target);
    return result;
  } catch (error) {
    await rm(staging, { recursive: true, force: true }).catch(() => undefined);
    throw explain(parent, error);
  }
}

async function refuse({ dir, manifest, tensors }: Bundle, target: string): Promise<void> {
  if ([...tensors.values()].some(({ dtype }) => dtype === 'U8')) {
    const message = `${manifest.name} in ${dir} is quantised already: quantise the model it was made of.`;
    throw new NativaError('ALREADY_QUANTIZED', message);
  }
  const there = await stat(target).catch(() => undefined);
  if (there === undefined) return;
  const message = `${target} is there already: delete that model first, or choose another number of bits.`;
  throw new NativaError('MODEL_EXISTS', message);
}

async function writeCopy(
  bundle: Bundle,
  staging: string,
  { bits, signal, onProgress }: QuantizeOptions,
): Promise<Quantized> {
  const checkpoint = await openCheckpoint(bundle.dir, weightFiles(bundle));
  const steps = planSteps(checkpoint.tensors, bits);
  const layout = layOut(steps.flatMap(writtenBy));
  await checkRoom(staging, layout.size + RESERVE);
  const before = steps.reduce((sum, { from }) => sum + from.length, 0);
  let done = 0;
  const losses = await writeQuantized(join(staging, WEIGHTS), checkpoint, steps, layout, {
    bits,
    signal,
    onBytes: (bytes) => {
      done += bytes;
      onProgress?.(done / before);
    },
  });
  for (const [name, path] of bundle.paths) {
    if (bundle.manifest.weights.includes(name)) continue;
    await mkdir(dirname(join(staging, name)), { recursive: true });
    await copyFile(path, join(staging, name));
  }
  const manifest = describe(bundle.manifest, bits);
  await writeFile(join(staging, MANIFEST_FILE), JSON.stringify(manifest));
  await writeManifest(staging);
  const { manifest: written } = await loadBundle(staging);
  return { manifest: written, before, after: layout.size, losses };
}

function describe(manifest: BundleManifest, bits: CodeBits): object {
  // Names are the official ones now, and nothing lies outside the folder.
  const { prefixes: _prefixes, elsewhere: _elsewhere, files: _files, ...rest } = manifest;
  return {
    ...rest,
    id: quantizedId(manifest.id, bits),
    name: `${manifest.name.slice(0, MAX_NAME)} (${bits}-bit)`,
    weights: [WEIGHTS],
    files: {},
  };
}

async function checkRoom(dir: string, needed: number): Promise<void> {
  const { bavail, bsize } = await statfs(dir);
  if (bavail * bsize >= needed) return;
  throw noRoom(dir, `it needs ${Math.ceil(needed / 2 ** 20)} MiB`);
}

function noRoom(dir: string, why: string, cause?: unknown): NativaError {
  const message = `There is no room for the quantised model in ${dirname(dir)}: ${why}; free some space and try again.`;
  return new NativaError('DISK_FULL', message, { cause });
}

function explain(parent: string, error: unknown): unknown {
  const code = systemErrorCode(error);
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return noRoom(join(parent, WEIGHTS), 'the disk is full', error);
  }
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    const message = `${parent} cannot be written to: change its permissions and try again.`;
    return new NativaError('OUTPUT_UNWRITABLE', message, { cause: error });
  }
  return error;
}
