/** The libraries out of the downloaded package: these and nothing else, bounded, piece by piece. */
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';

import { NativaError } from '../../../native-models/errors.js';
import type { Source } from '../documents/source.js';
import { ZipFile } from '../documents/zip/read.js';
import { CUDA_LIBRARIES } from './libraries.js';
import { IN_PACKAGE } from './package.js';

/** Entries and bytes, inflated, that such a package may have. */
const LIMITS = { entries: 2000, total: 8 * 2 ** 30 };
/** Anyone may read and run a library, and its owner may delete it. */
const MODE = 0o755;

/** A package on the disk. */
export interface OpenPackage {
  /** Bytes that the libraries take unpacked. */
  readonly size: number;
  /** Writes the libraries into a folder. @throws AbortError when the signal aborts */
  unpack(folder: string, signal: AbortSignal): Promise<void>;
}

/**
 * Opens a package for as long as something is done with it.
 * @throws NativaError UNSAFE_ARCHIVE, UNREADABLE_ARCHIVE, and of what `use` does
 */
export async function withPackage<T>(
  path: string,
  use: (opened: OpenPackage) => Promise<T>,
): Promise<T> {
  const handle = await open(path, 'r');
  try {
    const zip = await ZipFile.open('the package', await sourceOf(handle), LIMITS);
    const entries = CUDA_LIBRARIES.map((name) => ({ name, entry: `${IN_PACKAGE}/${name}` }));
    const sizes = entries.map(({ entry }) => zip.sizeOf(entry));
    if (sizes.includes(undefined)) {
      const message =
        'The downloaded package has no CUDA libraries in it; look for a newer Nativa.';
      throw new NativaError('UNREADABLE_ARCHIVE', message);
    }
    return await use({
      size: sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0),
      unpack: async (folder, signal) => {
        for (const { name, entry } of entries) {
          await write(join(folder, name), (piece) => zip.extract(entry, piece), signal);
        }
      },
    });
  } finally {
    await handle.close();
  }
}

async function sourceOf(handle: FileHandle): Promise<Source> {
  const { size } = await handle.stat();
  return {
    size,
    read: async (start, length) => {
      const bytes = new Uint8Array(Math.max(0, Math.min(length, size - start)));
      const { bytesRead } = await handle.read(bytes, 0, bytes.length, start);
      return bytes.subarray(0, bytesRead);
    },
  };
}

async function write(
  path: string,
  extract: (write: (piece: Uint8Array) => Promise<void>) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const file = await open(path, 'wx', MODE);
  try {
    await extract(async (piece) => {
      signal.throwIfAborted();
      await file.writeFile(piece);
    });
    await file.sync();
  } finally {
    await file.close();
  }
}
