import { open, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';

import { z } from 'zod';

import { NativaError } from '../errors.js';
import { POINTER_BYTES, refusePointer } from '../lfs-pointer.js';
import type { ParameterType, TensorLocation, TensorMap } from './types.js';

/** Bytes per element of every type the format knows. */
const ELEMENT_BYTES = {
  BOOL: 1,
  U8: 1,
  I8: 1,
  F8_E5M2: 1,
  F8_E4M3: 1,
  F8_E8M0: 1,
  I16: 2,
  U16: 2,
  F16: 2,
  BF16: 2,
  I32: 4,
  U32: 4,
  F32: 4,
  I64: 8,
  U64: 8,
  F64: 8,
} as const;

/** Element type of a stored tensor. */
export type StoredType = keyof typeof ELEMENT_BYTES;

/** One tensor as the header describes it. */
export interface StoredTensor {
  readonly dtype: StoredType;
  readonly shape: readonly number[];
  /** Absolute byte offset in the file. */
  readonly offset: number;
  /** Length in bytes. */
  readonly length: number;
}

/** A checked header. */
export interface SafetensorsHeader {
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  /** Free text the writer left under `__metadata__`. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Size of the whole file. */
  readonly fileSize: number;
}

/** The format's own limit on the header's size. */
const MAX_HEADER_BYTES = 100_000_000;
const LENGTH_BYTES = 8;

const size = z.int().min(0);
const entrySchema = z.object({
  dtype: z.enum(Object.keys(ELEMENT_BYTES) as [StoredType, ...StoredType[]]),
  shape: z.array(size).max(16),
  data_offsets: z.tuple([size, size]),
});

function broken(path: string, what: string, cause?: unknown): NativaError {
  const message = `${path} is not a usable .safetensors file: ${what}; download or copy it again.`;
  return new NativaError('BAD_WEIGHTS', message, { cause });
}

/**
 * Reads and checks the header of a `.safetensors` file, never its data.
 * @throws NativaError BAD_WEIGHTS where the file breaks the format: a header that is too long or is
 *   no JSON, a tensor outside the file, tensors that overlap or leave gaps, a length that does not
 *   fit type and shape. FILE_NOT_FOUND where it cannot be opened.
 */
export async function readSafetensorsHeader(path: string): Promise<SafetensorsHeader> {
  const handle = await openWeights(path);
  try {
    const { size: fileSize } = await handle.stat();
    if (fileSize < LENGTH_BYTES) throw broken(path, 'it is too short to have a header');
    const lengthBytes = await readExactly(handle, 0, LENGTH_BYTES, path);
    const length = Number(new DataView(lengthBytes.buffer).getBigUint64(0, true));
    if (length > MAX_HEADER_BYTES) {
      const start = Math.min(POINTER_BYTES, fileSize);
      refusePointer(await readExactly(handle, 0, start, path), path);
      throw broken(path, 'its header is too long');
    }
    if (LENGTH_BYTES + length > fileSize) throw broken(path, 'it ends within its header');
    const bytes = await readExactly(handle, LENGTH_BYTES, length, path);
    return { ...parseHeader(path, bytes, fileSize), fileSize };
  } finally {
    await handle.close();
  }
}

/** The tensors of a header that can be parameters of a graph, located in `file`. */
export function parameterLocations(header: SafetensorsHeader, file: string): TensorMap {
  const tensors = new Map<string, TensorLocation>();
  for (const [name, { dtype, shape, offset, length }] of header.tensors) {
    if (isParameterType(dtype)) tensors.set(name, { file, dtype, shape, offset, length });
  }
  return tensors;
}

/** Whether a graph can read parameters of this type where they lie. */
export function isParameterType(dtype: string): dtype is ParameterType {
  return dtype === 'F32' || dtype === 'F16' || dtype === 'BF16' || dtype === 'U8';
}

/**
 * Opens a file of weights; a folder, or a pipe, which would be waited for, is none.
 * @throws NativaError FILE_NOT_FOUND
 */
export async function openWeights(path: string): Promise<FileHandle> {
  try {
    if (!(await stat(path)).isFile()) throw new Error('not a file');
    return await open(path, 'r');
  } catch (cause) {
    const message = `Cannot open the weights ${path}; check that the file is there and readable.`;
    throw new NativaError('FILE_NOT_FOUND', message, { cause });
  }
}

/**
 * Reads `length` bytes of a file.
 * @param path for messages
 * @throws NativaError BAD_WEIGHTS where it ends before
 */
export async function readExactly(
  handle: FileHandle,
  position: number,
  length: number,
  path: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await handle.read(bytes, done, length - done, position + done);
    if (bytesRead === 0) {
      const message = `${path} ends too early; download or copy it again.`;
      throw new NativaError('BAD_WEIGHTS', message);
    }
    done += bytesRead;
  }
  return bytes;
}

function parseHeader(
  path: string,
  bytes: Uint8Array,
  fileSize: number,
): Pick<SafetensorsHeader, 'tensors' | 'metadata'> {
  const { __metadata__: metadata, ...entries } = parseJson(path, bytes);
  const start = LENGTH_BYTES + bytes.length;
  const tensors = new Map<string, StoredTensor>();
  for (const [name, value] of Object.entries(entries)) {
    tensors.set(name, parseEntry(path, name, value, start));
  }
  checkLayout(path, tensors, start, fileSize);
  const parsed = z.record(z.string(), z.string()).safeParse(metadata ?? {});
  if (!parsed.success) throw broken(path, 'its metadata is not a table of strings');
  return { tensors, metadata: parsed.data };
}

function parseJson(path: string, bytes: Uint8Array): Record<string, unknown> {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw broken(path, 'its header is not JSON', cause);
  }
  const parsed = z.record(z.string(), z.unknown()).safeParse(json);
  if (!parsed.success) throw broken(path, 'its header is not a table');
  return parsed.data;
}

function parseEntry(path: string, name: string, value: unknown, start: number): StoredTensor {
  const parsed = entrySchema.safeParse(value);
  if (!parsed.success) throw broken(path, `tensor "${name}" is not described as the format asks`);
  const { dtype, shape, data_offsets: offsets } = parsed.data;
  const length = offsets[1] - offsets[0];
  const expected = shape.reduce((product, dim) => product * dim, ELEMENT_BYTES[dtype]);
  if (length !== expected) {
    throw broken(path, `tensor "${name}" has ${length} bytes where its shape takes ${expected}`);
  }
  return { dtype, shape, offset: start + offsets[0], length };
}

/** The format asks for data without overlaps and gaps up to the end of the file. */
function checkLayout(
  path: string,
  tensors: ReadonlyMap<string, StoredTensor>,
  start: number,
  fileSize: number,
): void {
  const sorted = [...tensors].sort(([, a], [, b]) => a.offset - b.offset || a.length - b.length);
  let end = start;
  for (const [name, tensor] of sorted) {
    if (tensor.offset + tensor.length > fileSize) {
      throw broken(path, `tensor "${name}" reaches past the end of the file`);
    }
    if (tensor.offset < end) throw broken(path, `tensor "${name}" overlaps another`);
    if (tensor.offset > end) throw broken(path, `there is a gap before tensor "${name}"`);
    end = tensor.offset + tensor.length;
  }
  if (end !== fileSize) throw broken(path, 'it has bytes after its last tensor');
}

/** A tensor of a file to be written. */
export interface WrittenTensor {
  readonly name: string;
  readonly dtype: StoredType;
  readonly shape: readonly number[];
  /** Length in bytes. */
  readonly length: number;
}

/** What a `.safetensors` with these tensors, one behind the other, begins with. */
export function encodeSafetensorsHeader(tensors: readonly WrittenTensor[]): Uint8Array {
  const entries: Record<string, unknown> = {};
  let end = 0;
  for (const { name, dtype, shape, length } of tensors) {
    entries[name] = { dtype, shape, data_offsets: [end, end + length] };
    end += length;
  }
  const text = JSON.stringify(entries);
  const json = Buffer.from(text.padEnd(Math.ceil(text.length / 8) * 8));
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json]);
}
