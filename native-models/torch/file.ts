import type { FileHandle } from 'node:fs/promises';

import { openWeights, readExactly } from '../graphs/safetensors.js';
import { brokenTorch } from './errors.js';
import { readPickle } from './pickle.js';
import { isKind } from './values.js';
import type { TorchDict, TorchTensor, TorchType, TorchValue } from './values.js';
import { readZipDirectory } from './zip.js';
import type { ZipEntry } from './zip.js';

/** One tensor of a file of PyTorch's: where its first element lies. */
export interface TorchParameter {
  readonly dtype: TorchType;
  readonly shape: readonly number[];
  /** Elements from one index to the next, for each axis. */
  readonly stride: readonly number[];
  /** Absolute byte offset of the first element. */
  readonly offset: number;
  /** Bytes of the elements, which lie one behind the other where `contiguous`. */
  readonly length: number;
  /** Whether the elements lie in the order of the shape, rows first, without gaps. */
  readonly contiguous: boolean;
}

/** A state dict that was found in a file, not read. */
export interface TorchFile {
  readonly tensors: ReadonlyMap<string, TorchParameter>;
  /** The table `args` beside the state dict, where there is one: what the class was made with. */
  readonly args: TorchDict | undefined;
  readonly fileSize: number;
}

/** Keys under which a state dict is wrapped, the nearest first. */
const WRAPPERS = ['model', 'state_dict', 'sd', 'module', 'ema', 'params'] as const;
const MAX_WRAPPING = 4;
/** A pickle has some hundred bytes a tensor; what is longer was made to keep a reader busy. */
const MAX_PICKLE_BYTES = 8 * 2 ** 20;
const PICKLE = 'data.pkl';
const ELEMENT_BYTES: Readonly<Record<TorchType, number>> = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  I64: 8,
  I32: 4,
  I16: 2,
  I8: 1,
  U8: 1,
  BOOL: 1,
};

/**
 * Finds the tensors of a file that `torch.save` wrote (since PyTorch 1.6, a zip archive), plain or
 * wrapped (`{"model": {"sd": ...}}`). Reads the directory and the pickle, never the tensors, and
 * runs nothing: see pickle.ts.
 * @throws NativaError FILE_NOT_FOUND, BAD_WEIGHTS, UNSAFE_WEIGHTS
 */
export async function readTorchFile(path: string): Promise<TorchFile> {
  const handle = await openWeights(path);
  try {
    const { size: fileSize } = await handle.stat();
    const entries = await readZipDirectory(handle, path);
    const root = findRoot(entries, path);
    await checkByteOrder(handle, entries.get(`${root}byteorder`), path);
    const pickle = await readEntry(handle, entries.get(`${root}${PICKLE}`), path);
    const { state, args } = findState(readPickle(pickle, path), path);
    const tensors = new Map<string, TorchParameter>();
    for (const [name, value] of state.entries) {
      if (typeof name !== 'string' || !isKind(value, 'tensor')) continue;
      tensors.set(name, locate(name, value, entries.get(`${root}data/${value.storage.key}`), path));
    }
    return { tensors, args, fileSize };
  } finally {
    await handle.close();
  }
}

/** Name of the folder that the archive's files are in, with its slash. */
function findRoot(entries: ReadonlyMap<string, ZipEntry>, path: string): string {
  const roots = [...entries.keys()].filter((name) => /^[^/]+\/data\.pkl$/.test(name));
  const [name] = roots;
  if (name === undefined || roots.length > 1) throw brokenTorch(path, 'it holds no saved tensors');
  return name.slice(0, -PICKLE.length);
}

async function checkByteOrder(
  handle: FileHandle,
  entry: ZipEntry | undefined,
  path: string,
): Promise<void> {
  if (entry === undefined) return;
  const order = new TextDecoder().decode(await readEntry(handle, entry, path)).trim();
  if (order !== 'little') throw brokenTorch(path, `its byte order is ${JSON.stringify(order)}`);
}

async function readEntry(
  handle: FileHandle,
  entry: ZipEntry | undefined,
  path: string,
): Promise<Uint8Array> {
  if (entry === undefined) throw brokenTorch(path, 'it holds no saved tensors');
  if (entry.size > MAX_PICKLE_BYTES) {
    throw brokenTorch(path, `its entry "${entry.name}" is larger than any table of tensors`);
  }
  return readExactly(handle, entry.offset, entry.size, path);
}

interface State {
  readonly state: TorchDict;
  readonly args: TorchDict | undefined;
}

/** The table that has tensors, through at most a few known wrappings. */
function findState(value: TorchValue, path: string, args?: TorchDict, depth = 0): State {
  if (!isKind(value, 'dict') || depth > MAX_WRAPPING) {
    throw brokenTorch(path, 'it has no table of tensors');
  }
  const { entries } = value;
  for (const item of entries.values()) if (isKind(item, 'tensor')) return { state: value, args };
  const inner = WRAPPERS.map((key) => entries.get(key)).find((item) => isKind(item, 'dict'));
  const beside = entries.get('args');
  return findState(inner ?? null, path, isKind(beside, 'dict') ? beside : args, depth + 1);
}

function locate(
  name: string,
  tensor: TorchTensor,
  entry: ZipEntry | undefined,
  path: string,
): TorchParameter {
  const { storage, shape, stride } = tensor;
  const bytes = ELEMENT_BYTES[storage.type];
  if (entry === undefined) throw brokenTorch(path, `the data of "${name}" is missing`);
  if (entry.size !== storage.length * bytes) {
    throw brokenTorch(path, `the data of "${name}" is not as long as it says`);
  }
  const count = shape.reduce((product, size) => product * size, 1);
  const last = shape.reduce((sum, size, axis) => sum + (size - 1) * (stride[axis] ?? 0), 0);
  const end = count === 0 ? tensor.offset : tensor.offset + last + 1;
  // Strides of zero repeat elements: no parameter does, and little would stand for a lot.
  if (!Number.isSafeInteger(last) || end > storage.length || count > storage.length) {
    throw brokenTorch(path, `"${name}" reaches past its data`);
  }
  return {
    dtype: storage.type,
    shape,
    stride,
    offset: entry.offset + tensor.offset * bytes,
    length: count * bytes,
    contiguous: isContiguous(shape, stride),
  };
}

function isContiguous(shape: readonly number[], stride: readonly number[]): boolean {
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
    const size = shape[axis] ?? 0;
    if (size !== 1 && stride[axis] !== step) return false;
    step *= size;
  }
  return true;
}
