/** Files of this machine that the studio opens and saves without the page touching the disk. */
import { statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { NativaError } from '../../../native-models/errors.js';
import type { Opened } from '../../../preload/contract.js';
import { writeFileAtomic } from '../../engine/images/index.js';
import type { BlobStore, Blobs } from '../blobs.js';
import { openFile } from '../documents/index.js';
import type { OpenOptions } from '../documents/index.js';

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
  async open(index: number, blobs: Blobs, options: OpenOptions): Promise<Opened> {
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

/** Opens a file of this machine, reading it in pieces. */
async function openHere(path: string, blobs: Blobs, options: OpenOptions): Promise<Opened> {
  try {
    const file = await open(path, 'r');
    try {
      const { size } = await file.stat();
      const read = async (start: number, length: number): Promise<Uint8Array> => {
        const out = Buffer.allocUnsafe(Math.max(0, Math.min(length, size - start)));
        let at = 0;
        while (at < out.length) {
          const { bytesRead } = await file.read(out, at, out.length - at, start + at);
          if (bytesRead === 0) return out.subarray(0, at);
          at += bytesRead;
        }
        return out;
      };
      return await openFile(nameOf(path), { size, read }, blobs, options);
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
