/** The libraries out of a downloaded wheel: these, its licence and nothing else, bounded, piece by piece. */
import { open, rename } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';

import { NativaError } from '../../../native-models/errors.js';
import type { Source } from '../documents/source.js';
import { ZipFile } from '../documents/zip/read.js';
import type { WantedWheel } from './wheels.js';

/** Entries and bytes, inflated, that a wheel may have. */
const LIMITS = { entries: 2000, total: 8 * 2 ** 30 };
/** Anyone may read and run a library, and its owner may delete it. */
const MODE = 0o755;

/** A wheel on the disk. */
export interface OpenWheel {
  /** Bytes that what is wanted takes unpacked. */
  readonly size: number;
  /** Writes libraries and licence into a folder, each whole or not at all. @throws AbortError when the signal aborts */
  unpack(folder: string, signal: AbortSignal): Promise<void>;
}

/** Name of a wheel's licence beside the libraries. */
export const licenceName = ({ project }: WantedWheel): string => `LICENSE-${project}.txt`;

/**
 * Opens a wheel for as long as something is done with it.
 * @throws NativaError UNSAFE_ARCHIVE, UNREADABLE_ARCHIVE, and of what `use` does
 */
export async function withWheel<T>(
  path: string,
  wanted: WantedWheel,
  use: (opened: OpenWheel) => Promise<T>,
): Promise<T> {
  const handle = await open(path, 'r');
  try {
    const zip = await ZipFile.open(wanted.project, await sourceOf(handle), LIMITS);
    const entries = [
      ...wanted.libraries.map((name) => ({ name, entry: `${wanted.folder}/${name}` })),
      { name: licenceName(wanted), entry: wanted.licence },
    ];
    const sizes = entries.map(({ entry }) => zip.sizeOf(entry));
    if (sizes.includes(undefined)) {
      const message = `${wanted.project} ${wanted.version} has not the libraries that were expected; look for a newer Nativa.`;
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
  const fresh = `${path}.part`;
  const file = await open(fresh, 'w', MODE);
  try {
    await extract(async (piece) => {
      signal.throwIfAborted();
      await file.writeFile(piece);
    });
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(fresh, path);
}
