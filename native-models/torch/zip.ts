/** The entries of a zip archive whose content lies in it as it is: how PyTorch stores tensors. */
import type { FileHandle } from 'node:fs/promises';

import { readExactly } from '../graphs/safetensors.js';
import { POINTER_BYTES, refusePointer } from '../lfs-pointer.js';
import { brokenTorch } from './errors.js';

/** One file in the archive. */
export interface ZipEntry {
  readonly name: string;
  /** Bytes of the content. */
  readonly size: number;
  /** Absolute byte offset of the content in the archive. */
  readonly offset: number;
}

const END_SIZE = 22;
const END_SIGNATURE = 0x06054b50;
const END64_LOCATOR_SIZE = 20;
const END64_LOCATOR_SIGNATURE = 0x07064b50;
const END64_SIZE = 56;
const END64_SIGNATURE = 0x06064b50;
const CENTRAL_SIZE = 46;
const CENTRAL_SIGNATURE = 0x02014b50;
const LOCAL_SIZE = 30;
const LOCAL_SIGNATURE = 0x04034b50;
const ZIP64_FIELD = 0x0001;
/** What 16 and 32 bits hold where the true number stands in a zip64 field. */
const MAX_16 = 0xffff;
const MAX_32 = 0xffffffff;
const ENCRYPTED = 0x0001;

/** Longest comment after the last record, a limit of the format. */
const MAX_COMMENT = 0xffff;
/** A state dict has some thousand tensors; a directory beyond this was made to do harm. */
const MAX_DIRECTORY_BYTES = 64 * 2 ** 20;
const MAX_ENTRIES = 200_000;

interface Central {
  readonly name: string;
  readonly size: number;
  readonly localOffset: number;
}

interface Directory {
  readonly offset: number;
  readonly size: number;
  readonly entries: number;
}

/**
 * Reads the directory of an archive. Nothing is unpacked: an entry that is compressed or encrypted
 * is refused, so that none can be larger than the file it lies in.
 * @param path for messages
 * @throws NativaError BAD_WEIGHTS
 */
export async function readZipDirectory(
  handle: FileHandle,
  path: string,
): Promise<ReadonlyMap<string, ZipEntry>> {
  const { size: fileSize } = await handle.stat();
  const directory = await findDirectory(handle, fileSize, path);
  const bytes = await readExactly(handle, directory.offset, directory.size, path);
  const entries = new Map<string, ZipEntry>();
  for (const central of parseDirectory(bytes, directory, path)) {
    if (entries.has(central.name)) throw brokenTorch(path, `it has "${central.name}" twice`);
    entries.set(central.name, await locate(handle, central, fileSize, path));
  }
  checkOverlap(entries, path);
  return entries;
}

async function findDirectory(
  handle: FileHandle,
  fileSize: number,
  path: string,
): Promise<Directory> {
  const length = Math.min(fileSize, END_SIZE + MAX_COMMENT);
  const start = fileSize - length;
  const bytes = await readExactly(handle, start, length, path);
  const view = viewOf(bytes);
  for (let at = length - END_SIZE; at >= 0; at -= 1) {
    if (view.getUint32(at, true) !== END_SIGNATURE) continue;
    const short = {
      entries: view.getUint16(at + 10, true),
      size: view.getUint32(at + 12, true),
      offset: view.getUint32(at + 16, true),
    };
    const long = short.entries === MAX_16 || short.size === MAX_32 || short.offset === MAX_32;
    const found = long ? await readEnd64(handle, start + at, path) : short;
    return checkDirectory(found, fileSize, path);
  }
  refusePointer(await readExactly(handle, 0, Math.min(POINTER_BYTES, fileSize), path), path);
  throw brokenTorch(path, 'it is no zip archive, or was cut short');
}

async function readEnd64(handle: FileHandle, end: number, path: string): Promise<Directory> {
  if (end < END64_LOCATOR_SIZE) throw brokenTorch(path, 'its end record is damaged');
  const locator = viewOf(
    await readExactly(handle, end - END64_LOCATOR_SIZE, END64_LOCATOR_SIZE, path),
  );
  if (locator.getUint32(0, true) !== END64_LOCATOR_SIGNATURE) {
    throw brokenTorch(path, 'its end record is damaged');
  }
  const offset = readUint64(locator, 8, path);
  if (offset + END64_SIZE > end) throw brokenTorch(path, 'its end record is damaged');
  const record = viewOf(await readExactly(handle, offset, END64_SIZE, path));
  if (record.getUint32(0, true) !== END64_SIGNATURE) {
    throw brokenTorch(path, 'its end record is damaged');
  }
  return {
    entries: readUint64(record, 32, path),
    size: readUint64(record, 40, path),
    offset: readUint64(record, 48, path),
  };
}

function checkDirectory(directory: Directory, fileSize: number, path: string): Directory {
  if (directory.size > MAX_DIRECTORY_BYTES || directory.entries > MAX_ENTRIES) {
    throw brokenTorch(path, 'it says to have more entries than a model has');
  }
  if (directory.offset + directory.size > fileSize) {
    throw brokenTorch(path, 'its directory reaches past its end');
  }
  return directory;
}

function parseDirectory(bytes: Uint8Array, directory: Directory, path: string): Central[] {
  const view = viewOf(bytes);
  const found: Central[] = [];
  let at = 0;
  for (let index = 0; index < directory.entries; index += 1) {
    if (at + CENTRAL_SIZE > bytes.length || view.getUint32(at, true) !== CENTRAL_SIGNATURE) {
      throw brokenTorch(path, 'its directory is damaged');
    }
    const nameLength = view.getUint16(at + 28, true);
    const extraLength = view.getUint16(at + 30, true);
    const end = at + CENTRAL_SIZE + nameLength + extraLength + view.getUint16(at + 32, true);
    if (end > bytes.length) throw brokenTorch(path, 'its directory is damaged');
    const extraStart = at + CENTRAL_SIZE + nameLength;
    const name = decodeName(bytes.subarray(at + CENTRAL_SIZE, extraStart), path);
    const extra = bytes.subarray(extraStart, extraStart + extraLength);
    found.push(parseCentral(new DataView(view.buffer, view.byteOffset + at), name, extra, path));
    at = end;
  }
  return found;
}

function parseCentral(view: DataView, name: string, extra: Uint8Array, path: string): Central {
  const flags = view.getUint16(8, true);
  const method = view.getUint16(10, true);
  if ((flags & ENCRYPTED) !== 0) throw brokenTorch(path, `its entry "${name}" is encrypted`);
  if (method !== 0) {
    throw brokenTorch(path, `its entry "${name}" is compressed, which PyTorch never does`);
  }
  const next = zip64Numbers(extra, path);
  const long = (value: number): number => {
    if (value !== MAX_32) return value;
    const number = next();
    if (number === undefined) throw brokenTorch(path, `the size of "${name}" is missing`);
    return number;
  };
  // The order in which the zip64 field has what did not fit.
  const size = long(view.getUint32(24, true));
  const packed = long(view.getUint32(20, true));
  const localOffset = long(view.getUint32(42, true));
  if (size !== packed) {
    throw brokenTorch(path, `its entry "${name}" says to be ${size} bytes but holds ${packed}`);
  }
  return { name, size, localOffset };
}

/** Gives the numbers of the zip64 field one by one. */
function zip64Numbers(extra: Uint8Array, path: string): () => number | undefined {
  const view = viewOf(extra);
  let at = 0;
  while (at + 4 <= extra.length) {
    const length = view.getUint16(at + 2, true);
    const start = at + 4;
    const end = Math.min(start + length, extra.length);
    at = start + length;
    if (view.getUint16(start - 4, true) !== ZIP64_FIELD) continue;
    let next = start;
    return () => {
      if (next + 8 > end) return undefined;
      next += 8;
      return readUint64(view, next - 8, path);
    };
  }
  return () => undefined;
}

async function locate(
  handle: FileHandle,
  { name, size, localOffset }: Central,
  fileSize: number,
  path: string,
): Promise<ZipEntry> {
  if (localOffset + LOCAL_SIZE > fileSize) {
    throw brokenTorch(path, `its entry "${name}" reaches past its end`);
  }
  const view = viewOf(await readExactly(handle, localOffset, LOCAL_SIZE, path));
  if (view.getUint32(0, true) !== LOCAL_SIGNATURE) {
    throw brokenTorch(path, `its entry "${name}" is not where its directory says`);
  }
  const lengths = view.getUint16(26, true) + view.getUint16(28, true);
  const offset = localOffset + LOCAL_SIZE + lengths;
  if (offset + size > fileSize) {
    throw brokenTorch(path, `its entry "${name}" reaches past its end`);
  }
  return { name, size, offset };
}

/** Entries that share bytes make a small file look large. */
function checkOverlap(entries: ReadonlyMap<string, ZipEntry>, path: string): void {
  const sorted = [...entries.values()].sort((a, b) => a.offset - b.offset);
  let end = 0;
  for (const { name, offset, size } of sorted) {
    if (offset < end) throw brokenTorch(path, `its entry "${name}" overlaps another`);
    end = offset + size;
  }
}

function decodeName(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw brokenTorch(path, 'the name of an entry is not UTF-8');
  }
}

function readUint64(view: DataView, at: number, path: string): number {
  const value = Number(view.getBigUint64(at, true));
  if (!Number.isSafeInteger(value)) throw brokenTorch(path, 'it has a number without measure');
  return value;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
