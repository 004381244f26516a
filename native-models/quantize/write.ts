/** Streams the weights of a model into one new file, its linear layers as codes. */
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';

import { readExactly } from '../graphs/safetensors.js';
import type { CodeBits } from '../graphs/onnx/quantized.js';
import type { Checkpoint, TensorLocation } from '../graphs/index.js';
import { quantizeRows } from './blocks.js';
import { matrixOf } from './layout.js';
import type { FileLayout, QuantizedNetwork, Step } from './layout.js';
import { toFloats } from './numbers.js';

/** Bytes that are read at once: what is in memory does not grow with the model. */
const PIECE = 8 * 2 ** 20;

/** What the linear layers of one network lost. */
export interface Loss {
  /** Root of the mean squared error over that of the weights themselves. */
  readonly relativeError: number;
  /** The layer that lost most, and how much. */
  readonly worst: { readonly name: string; readonly relativeError: number };
}

/** How a weight file is written. */
export interface WriteOptions {
  readonly bits: CodeBits;
  readonly signal: AbortSignal;
  /** Told the bytes of the old files that were read since it was told last. */
  readonly onBytes: (bytes: number) => void;
}

/**
 * Writes the file, and says by network what it cost.
 * @throws AbortError when the signal aborts; system errors
 */
export async function writeQuantized(
  path: string,
  { folder }: Checkpoint,
  steps: readonly Step[],
  layout: FileLayout,
  options: WriteOptions,
): Promise<ReadonlyMap<QuantizedNetwork, Loss>> {
  const sums = new Map<QuantizedNetwork, LossSum>();
  const sources = new Map<string, FileHandle>();
  const target = await open(path, 'wx');
  try {
    await target.write(layout.header, 0, layout.header.length, 0);
    for (const step of steps) {
      const { file } = step.from;
      const source = sources.get(file) ?? (await open(join(folder, file), 'r'));
      sources.set(file, source);
      const job = { source, path: join(folder, file), target, layout, options };
      if (step.kind === 'copy') await copyTensor(job, step);
      else addTo(sums, step, await quantizeTensor(job, step));
    }
    await target.sync();
  } finally {
    await target.close();
    for (const source of sources.values()) await source.close();
  }
  return new Map([...sums].map(([network, sum]) => [network, lossOf(sum)]));
}

interface Job {
  readonly source: FileHandle;
  readonly path: string;
  readonly target: FileHandle;
  readonly layout: FileLayout;
  readonly options: WriteOptions;
}

async function copyTensor(job: Job, step: Extract<Step, { kind: 'copy' }>): Promise<void> {
  const start = placeOf(job, step.tensor.name);
  for (let done = 0; done < step.from.length; done += PIECE) {
    const piece = await read(job, step.from, done, Math.min(PIECE, step.from.length - done));
    await job.target.write(piece, 0, piece.length, start + done);
  }
}

/** Quantises a weight some rows at a time. */
async function quantizeTensor(
  job: Job,
  step: Extract<Step, { kind: 'quantize' }>,
): Promise<{ squaredError: number; squaredSum: number }> {
  const { from, codes, scales } = step;
  const { rows, inFeatures } = matrixOf(from);
  const rowBytes = from.length / rows;
  const atOnce = Math.max(1, Math.floor(PIECE / rowBytes));
  const sum = { squaredError: 0, squaredSum: 0 };
  for (let row = 0; row < rows; row += atOnce) {
    const count = Math.min(atOnce, rows - row);
    const bytes = await read(job, from, row * rowBytes, count * rowBytes);
    const part = quantizeRows(toFloats(bytes, from.dtype), inFeatures, job.options.bits);
    const scaleBytes = new Uint8Array(part.scales.buffer);
    await put(job, codes.name, row * (codes.length / rows), part.codes);
    await put(job, scales.name, row * (scales.length / rows), scaleBytes);
    sum.squaredError += part.squaredError;
    sum.squaredSum += part.squaredSum;
  }
  return sum;
}

async function read(
  { source, path, options }: Job,
  { offset }: TensorLocation,
  start: number,
  length: number,
): Promise<Uint8Array<ArrayBuffer>> {
  options.signal.throwIfAborted();
  const bytes = await readExactly(source, offset + start, length, path);
  options.onBytes(length);
  return bytes;
}

async function put(job: Job, name: string, at: number, bytes: Uint8Array): Promise<void> {
  await job.target.write(bytes, 0, bytes.length, placeOf(job, name) + at);
}

function placeOf({ layout }: Job, name: string): number {
  const place = layout.offsets.get(name);
  if (place === undefined) throw new TypeError(`no place for ${name}`);
  return place;
}

interface LossSum {
  squaredError: number;
  squaredSum: number;
  worst: { name: string; relativeError: number };
}

function addTo(
  sums: Map<QuantizedNetwork, LossSum>,
  { network, name }: Extract<Step, { kind: 'quantize' }>,
  part: { squaredError: number; squaredSum: number },
): void {
  const sum = sums.get(network) ?? {
    squaredError: 0,
    squaredSum: 0,
    worst: { name: '', relativeError: -1 },
  };
  sum.squaredError += part.squaredError;
  sum.squaredSum += part.squaredSum;
  const relativeError = relative(part);
  if (relativeError > sum.worst.relativeError) sum.worst = { name, relativeError };
  sums.set(network, sum);
}

function lossOf(sum: LossSum): Loss {
  return { relativeError: relative(sum), worst: sum.worst };
}

function relative({
  squaredError,
  squaredSum,
}: {
  readonly squaredError: number;
  readonly squaredSum: number;
}): number {
  return squaredSum === 0 ? 0 : Math.sqrt(squaredError / squaredSum);
}
