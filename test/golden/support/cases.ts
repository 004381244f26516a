/** Golden cases: folders the script in native-models/recipe/goldens/ writes. */
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';

import * as ort from 'onnxruntime-node';

import { openCheckpoint, readSafetensorsHeader } from '../../../native-models/graphs/index.js';
import type { Checkpoint, GraphModel } from '../../../native-models/graphs/index.js';

const DATA = join(import.meta.dirname, '..', 'data');

/** One golden case. */
export interface GoldenCase extends Checkpoint {
  readonly config: unknown;
  /** Inputs and the reference's outputs. */
  readonly golden: ReadonlyMap<string, ort.Tensor>;
}

/** Names of the cases of a network. */
export async function caseNames(network: string): Promise<string[]> {
  const entries = await readdir(join(DATA, network), { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
}

/** Reads a case. */
export async function readCase(network: string, name: string): Promise<GoldenCase> {
  const folder = join(DATA, network, name);
  return {
    ...(await openCheckpoint(folder, ['model.safetensors'])),
    config: JSON.parse(await readFile(join(folder, 'config.json'), 'utf8')),
    golden: await readTensors(join(folder, 'golden.safetensors')),
  };
}

/** Reads all float32 and int64 tensors of a small file. */
export async function readTensors(path: string): Promise<Map<string, ort.Tensor>> {
  const header = await readSafetensorsHeader(path);
  const bytes = await readFile(path);
  const tensors = new Map<string, ort.Tensor>();
  for (const [name, { dtype, shape, offset, length }] of header.tensors) {
    const data = bytes.buffer.slice(bytes.byteOffset + offset, bytes.byteOffset + offset + length);
    if (dtype === 'F32') tensors.set(name, new ort.Tensor(new Float32Array(data), shape));
    else if (dtype === 'I64') tensors.set(name, new ort.Tensor(new BigInt64Array(data), shape));
    else throw new Error(`${path}: tensor ${name} has type ${dtype}`);
  }
  return tensors;
}

/** Loads a graph whose weights are in `folder`. */
export function loadGraph(model: GraphModel, folder: string): Promise<ort.InferenceSession> {
  return ort.InferenceSession.create(model.bytes, {
    executionProviders: ['cpu'],
    intraOpNumThreads: 1,
    extra: { session: { model_external_initializers_file_folder_path: folder } },
  });
}

/** A tensor of a case, or an error that names it. */
export function tensorOf(tensors: ReadonlyMap<string, ort.Tensor>, name: string): ort.Tensor {
  const tensor = tensors.get(name);
  if (tensor === undefined) throw new Error(`no tensor ${name}`);
  return tensor;
}

/** Float data of a tensor. */
export function floats(tensor: ort.Tensor | undefined): Float32Array {
  if (!(tensor?.data instanceof Float32Array)) throw new Error('not a float32 tensor');
  return tensor.data;
}

/** Largest absolute difference; NaN counts as infinite. */
export function maxAbsError(actual: Float32Array, expected: Float32Array): number {
  if (actual.length !== expected.length) {
    throw new Error(`${actual.length} values where ${expected.length} are expected`);
  }
  let largest = 0;
  for (const [index, value] of expected.entries()) {
    const error = Math.abs((actual[index] ?? NaN) - value);
    if (Number.isNaN(error)) return Infinity;
    largest = Math.max(largest, error);
  }
  return largest;
}
