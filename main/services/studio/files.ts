/** Files of this machine that the studio opens and saves without the page touching the disk. */
import { statSync } from 'node:fs';
import { open, stat, type FileHandle } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { NativaError } from '../../../native-models/errors.js';
import { writeFileAtomic } from '../../engine/images/index.js';
import type { BlobStore } from '../blobs.js';
import { SharedFile, stayingBlob, type StayingSource } from '../documents/index.js';

/** Which of some words name files, as absolute paths. */
export function existingFiles(words: readonly string[], folder: string): string[] {
  return words
    .map((word) => resolve(folder, word))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile() === true);
}

/** Files that were named on the command line or in a dialog; pages know them by their number. */
export class OfferedFiles {
  readonly #paths: string[];
  /** Number of the first that no page has asked for. */
  #next = 0;

  constructor(paths: readonly string[]) {
    this.#paths = [...paths];
  }

  /**
   * For a page that starts: the files after the last one that was opened, whether or not that went
   * well, lest a page that is loaded again opens them again.
   */
  get waiting(): { readonly files: string[]; readonly first: number } {
    return { files: this.#paths.slice(this.#next).map(nameOf), first: this.#next };
  }

  /** Adds more. @returns their names, and the number of the first */
  add(paths: readonly string[]): { readonly files: string[]; readonly first: number } {
    const first = this.#paths.length;
    this.#paths.push(...paths);
    return { files: paths.map(nameOf), first };
  }

  /** Path of one by its number. */
  at(index: number): string | undefined {
    return this.#paths[index];
  }

  /**
   * One by its number, to be read.
   * @param use is given the file and its name; who wants it for longer holds it
   * @throws NativaError FILE_NOT_FOUND, UNREADABLE_IMAGE, and what `use` throws
   */
  async open<T>(
    index: number,
    blobs: BlobStore,
    use: (name: string, file: SharedFile) => Promise<T>,
  ): Promise<T> {
    const path = this.#paths[index];
    if (path === undefined) {
      throw new NativaError('FILE_NOT_FOUND', 'This file was not given to the studio; open it.');
    }
    this.#next = Math.max(this.#next, index + 1);
    try {
      return await use(nameOf(path), await fileHere(path, blobs));
    } catch (error) {
      throw openError(path, error);
    }
  }
}

/** Which of some files is the very same as one, however they are spelt; null where none is. */
export async function sameFile<T extends { readonly path: string }>(
  path: string,
  others: readonly T[],
): Promise<T | null> {
  const identity = async (of: string): Promise<string | null> => {
    const found = await stat(of, { bigint: true }).catch(() => null);
    return found && `${found.dev}:${found.ino}`;
  };
  const own = await identity(path);
  if (own === null) return null;
  for (const other of others) if ((await identity(other.path)) === own) return other;
  return null;
}

/**
 * Writes a blob to a file, whole or not at all.
 * @throws NativaError BLOB_NOT_FOUND, OUTPUT_UNWRITABLE, DISK_FULL
 */
export async function saveBlob(path: string, blob: string, blobs: BlobStore): Promise<void> {
  const { stream } = await blobs.open(blob);
  await writeFileAtomic(path, stream as AsyncIterable<Uint8Array>);
}

/** Contracts allow 1000 characters; no system allows as many in a file's name. */
function nameOf(path: string): string {
  return basename(path).slice(0, 1000);
}

/** Bytes that are copied at once. */
const PIECE = 4 * 2 ** 20;

/** Some bytes of a file; what lies beyond its end is left out. */
async function readFrom(file: FileHandle, start: number, length: number): Promise<Uint8Array> {
  const out = Buffer.allocUnsafeSlow(length);
  let at = 0;
  while (at < out.length) {
    const { bytesRead } = await file.read(out, at, out.length - at, start + at);
    if (bytesRead === 0) return out.subarray(0, at);
    at += bytesRead;
  }
  return out;
}

/** A file of this machine that is read in pieces; once it is settled, a copy of it is. */
async function fileHere(path: string, blobs: BlobStore): Promise<SharedFile> {
  const file = await open(path, 'r');
  const { size } = await file.stat().catch(async (error: unknown) => {
    await file.close();
    throw error;
  });
  const copy = async (): Promise<StayingSource> => {
    const blob = await blobs.write(async (write) => {
      for (let at = 0; at < size; at += PIECE) {
        await write(await readFrom(file, at, Math.min(PIECE, size - at)));
      }
    });
    const staying = stayingBlob(blobs, blob);
    await staying.settle();
    return staying;
  };
  let copied: StayingSource | undefined;
  let copying: Promise<void> | undefined;
  return new SharedFile(size, {
    read: (start, length) => copied?.read(start, length) ?? readFrom(file, start, length),
    settle: () => {
      copying ??= copy().then((made) => {
        copied = made;
      });
      return copying;
    },
    close: () => {
      void (copying ?? Promise.resolve())
        .catch(() => undefined)
        .then(() => {
          copied?.close();
          return file.close();
        })
        .catch(() => undefined);
    },
  });
}

/** Errors of the system while a file is opened, in one sentence. */
function openError(path: string, error: unknown): unknown {
  if (!(error instanceof Error && 'syscall' in error && 'code' in error)) return error;
  const code = String(error.code);
  if (code === 'ENOENT') {
    return new NativaError('FILE_NOT_FOUND', `There is no file ${path}; check its name.`);
  }
  const message = `${path} cannot be opened (${code}); check its permissions or copy it elsewhere.`;
  return new NativaError('UNREADABLE_IMAGE', message, { cause: error });
}
