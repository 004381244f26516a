/** Pieces of blobs: bytes in memory, in a file, or in both while they are being written. */
import { createReadStream } from 'node:fs';
import { open, rm, statfs, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { NativaError } from '../../native-models/errors.js';

/** A piece of a blob. */
export interface Part {
  readonly size: number;
  bytes: Uint8Array | undefined;
  file: string | undefined;
}

/** What a large buffer is sent in, so that a slow reader is not sent all of it at once. */
const SLICE = 2 ** 20;
/** Bytes of a disk that are left free, for everybody else on the machine. */
const RESERVE = 256 * 2 ** 20;

/** Takes a piece's file away. */
export async function removePart({ file }: Part): Promise<void> {
  if (file !== undefined) await rm(file, { force: true }).catch(() => undefined);
}

/**
 * Puts a piece into a file; it stays in memory where that fails.
 * @returns whether memory was freed
 */
export async function spillPart(part: Part, file: string): Promise<boolean> {
  const { bytes } = part;
  if (bytes === undefined) return false;
  try {
    await writeFile(file, bytes, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    await rm(file, { force: true }).catch(() => undefined);
    throw error;
  }
  // Let go in the meantime: whoever did that knew of no file.
  if (part.bytes === undefined) {
    await rm(file, { force: true }).catch(() => undefined);
    return false;
  }
  part.file = file;
  part.bytes = undefined;
  return true;
}

/** Bytes of a piece from `start` on. @throws an error of the system where its file is gone */
export async function readPart(part: Part, start: number, length: number): Promise<Uint8Array> {
  if (part.bytes !== undefined) return part.bytes.subarray(start, start + length);
  const handle = await open(part.file ?? '', 'r');
  try {
    const out = Buffer.allocUnsafe(length);
    let at = 0;
    while (at < length) {
      const { bytesRead } = await handle.read(out, at, length - at, start + at);
      if (bytesRead === 0) throw Object.assign(new Error('cut short'), { code: 'EIO' });
      at += bytesRead;
    }
    return out;
  } finally {
    await handle.close();
  }
}

/** All bytes of pieces, one after the other. */
export async function* streamParts(parts: readonly Part[]): AsyncGenerator<Uint8Array> {
  for (const { bytes, file } of parts) {
    if (bytes === undefined) yield* createReadStream(file ?? '', { highWaterMark: SLICE });
    else for (let at = 0; at < bytes.length; at += SLICE) yield bytes.subarray(at, at + SLICE);
  }
}

/** Bytes that may still be written where a file lies. */
export async function freeBeside(file: string): Promise<number> {
  try {
    const { bavail, bsize } = await statfs(dirname(file));
    return Math.max(0, bavail * bsize - RESERVE);
  } catch {
    // Some network disks do not say; writing there says when they are full.
    return Infinity;
  }
}

/** @throws NativaError DISK_FULL where there is less room than is wanted */
export async function requireFree(file: string, wanted: number): Promise<void> {
  const free = await freeBeside(file);
  if (wanted <= free) return;
  const megabytes = (bytes: number): string => `${Math.ceil(bytes / 1e6)} MB`;
  throw new NativaError(
    'DISK_FULL',
    `This takes ${megabytes(wanted)}, and ${dirname(file)} has room for ${megabytes(free)}; ` +
      'free some space on that disk.',
  );
}

/** Errors of the system while a file is written, in one sentence. */
export function diskError(error: unknown): unknown {
  if (error instanceof NativaError || !(error instanceof Error && 'syscall' in error)) return error;
  const message = 'There is no room left for what was sent; free some space on the disk.';
  return new NativaError('DISK_FULL', message, { cause: error });
}
