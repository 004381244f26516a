/** Files of this machine that the studio opens and saves without the page touching the disk. */
import { statSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { NativaError } from '../../../native-models/errors.js';
import type { Opened } from '../../../preload/contract.js';
import { writeFileAtomic } from '../../engine/images/index.js';
import type { BlobStore } from '../blobs.js';
import { openFile, stayingBlob } from '../documents/index.js';
import type { OpenOptions, StayingSource } from '../documents/index.js';

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
   * Opens one by its number.
   * @throws NativaError FILE_NOT_FOUND, UNREADABLE_IMAGE, IMAGE_TOO_LARGE, and as `openFile`
   */
  async open(index: number, blobs: BlobStore, options: OpenOptions): Promise<Opened> {
    const path = this.#paths[index];
    if (path === undefined) {
      throw new NativaError('FILE_NOT_FOUND', 'This file was not given to the studio; open it.');
    }
    this.#next = Math.max(this.#next, index + 1);
    return openHere(path, blobs, options);
  }
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

/** A file that goes on being read; once it is settled, a copy of it is. */
async function stayingFile(path: string, size: number, blobs: BlobStore): Promise<StayingSource> {
  const file = await open(path, 'r');
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
  let closed = false;
  const close = (): void => {
    closed = true;
    copied?.close();
    void (copying ?? Promise.resolve()).catch(() => undefined).then(() => file.close());
  };
  return {
    read: (start, length) => copied?.read(start, length) ?? readFrom(file, start, length),
    settle: () => {
      copying ??= copy().then((made) => {
        copied = made;
        if (closed) made.close();
      });
      return copying;
    },
    close,
  };
}

/** Opens a file of this machine, reading it in pieces. */
async function openHere(path: string, blobs: BlobStore, options: OpenOptions): Promise<Opened> {
  try {
    const file = await open(path, 'r');
    try {
      const { size } = await file.stat();
      const read = (start: number, length: number): Promise<Uint8Array> =>
        readFrom(file, start, Math.max(0, Math.min(length, size - start)));
      const stay = (): Promise<StayingSource> => stayingFile(path, size, blobs);
      return await openFile(nameOf(path), { size, read, stay }, blobs, options);
    } finally {
      await file.close();
    }
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error && 'code' in error)) throw error;
    const code = String(error.code);
    if (code === 'ENOENT') {
      throw new NativaError('FILE_NOT_FOUND', `There is no file ${path}; check its name.`);
    }
    const message = `${path} cannot be opened (${code}); check its permissions or copy it elsewhere.`;
    throw new NativaError('UNREADABLE_IMAGE', message, { cause: error });
  }
}
