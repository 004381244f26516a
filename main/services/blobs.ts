/** Pixels and files on their way between the studio's two sides, each under an id nobody can guess. */
import { randomInt } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { open, rm, type FileHandle } from 'node:fs/promises';
import { tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { NativaError } from '../../native-models/errors.js';
import {
  diskError,
  readPart,
  removePart,
  requireFree,
  spillPart,
  streamParts,
  type Part,
} from './blob-parts.js';
import type { Blobs } from './documents/blobs-port.js';

export type { Blobs } from './documents/blobs-port.js';

/** Bounds of the store; sizes in bytes, times in milliseconds. */
export interface BlobStoreOptions {
  /** What may lie in memory before the longest unused goes to disk. */
  readonly memory?: number;
  /** The largest upload. */
  readonly maxUpload?: number;
  /** The largest blob put together of uploads, or written here. */
  readonly maxTotal?: number;
  /** How long a blob that nobody asks for is kept. */
  readonly idle?: number;
}

/** A blob to be sent: its size is known before its first byte. */
export interface OpenBlob {
  readonly size: number;
  readonly stream: Readable;
}

interface Entry {
  readonly size: number;
  readonly parts: readonly Part[];
  usedAt: number;
  /** Not forgotten for being unused. */
  kept: boolean;
}

const MIB = 2 ** 20;
const MAX_UPLOAD = 600 * MIB;
const MAX_TOTAL = 16 * 1024 * MIB;
/** The most that is handed out as one buffer. */
const MAX_READ = 2 ** 31 - 1;
const MOST_MEMORY = 256 * MIB;
const IDLE = 30 * 60_000;
const SWEEP = 60_000;
const ID_LENGTH = 32;
const ID_CHARACTERS = 'abcdefghijklmnopqrstuvwxyz0123456789';
const FOLDER = 'nativa-blobs-';

/** An id that nobody guesses: 32 characters of 36, 165 bits from the system's generator. */
export function newId(): string {
  return Array.from({ length: ID_LENGTH }, () => ID_CHARACTERS[randomInt(36)] ?? '').join('');
}

/** The error of an upload over the bound. */
function tooLarge(bound: number): NativaError {
  return new NativaError(
    'UPLOAD_TOO_LARGE',
    `This is more than the ${Math.floor(bound / MIB)} MiB that can be taken in at once; make the picture smaller.`,
  );
}

/** The error of what is put together over the bound. */
function tooLargeInAll(bound: number): NativaError {
  return new NativaError(
    'DOCUMENT_TOO_LARGE',
    `This is more than the ${Math.floor(bound / (1024 * MIB))} GiB that one file may have; merge layers or begin a new document.`,
  );
}

/** Keeps blobs in memory up to a bound and beyond it in a folder of its own, gone with the process. */
export class BlobStore implements Blobs {
  readonly maxUpload: number;
  readonly maxTotal: number;
  readonly #memory: number;
  readonly #idle: number;
  /** Longest unused first. */
  readonly #entries = new Map<string, Entry>();
  readonly #timer: NodeJS.Timeout;
  readonly #onExit = (): void => {
    this.#removeFolder();
  };
  #folder: string | undefined;
  #held = 0;
  #files = 0;
  #spilling: Promise<void> | undefined;

  constructor(options: BlobStoreOptions = {}) {
    this.maxUpload = options.maxUpload ?? MAX_UPLOAD;
    this.maxTotal = options.maxTotal ?? MAX_TOTAL;
    this.#memory = options.memory ?? Math.min(MOST_MEMORY, Math.floor(totalmem() / 8));
    this.#idle = options.idle ?? IDLE;
    this.#timer = setInterval(
      () => {
        this.#expire();
      },
      Math.min(SWEEP, this.#idle),
    ).unref();
    process.once('exit', this.#onExit);
  }

  /** Number of blobs kept. */
  get size(): number {
    return this.#entries.size;
  }

  /** Bytes in memory. */
  get held(): number {
    return this.#held;
  }

  put(bytes: Uint8Array): string {
    this.#held += bytes.length;
    const id = this.#add([{ size: bytes.length, bytes, file: undefined }]);
    this.#spill();
    return id;
  }

  /**
   * Takes an upload in as it arrives; one that does not fit in memory goes straight to disk.
   * @param declared its size if that was said
   * @throws NativaError UPLOAD_TOO_LARGE, UPLOAD_CUT (other than the declared size), DISK_FULL
   */
  async receive(chunks: AsyncIterable<Uint8Array>, declared?: number): Promise<string> {
    if (declared !== undefined && declared > this.maxUpload) throw tooLarge(this.maxUpload);
    const toDisk = declared !== undefined && declared > this.#memory;
    const id = toDisk
      ? await this.#receiveFile(chunks, declared)
      : this.put(await this.#gather(chunks, declared));
    const size = this.#entries.get(id)?.size;
    if (declared === undefined || size === declared) return id;
    this.drop([id]);
    throw new NativaError('UPLOAD_CUT', 'Not all of the picture arrived; try again.');
  }

  /**
   * Makes one blob of several, which are no more blobs of their own. Nothing is copied.
   * @throws NativaError BLOB_NOT_FOUND, DOCUMENT_TOO_LARGE; then they stay as they were
   */
  join(ids: readonly string[]): string {
    const parts = [...new Set(ids)].flatMap((id) => this.#use(id).parts);
    const size = parts.reduce((sum, part) => sum + part.size, 0);
    if (size > this.maxTotal) throw tooLargeInAll(this.maxTotal);
    for (const id of ids) this.#entries.delete(id);
    return this.#add(parts);
  }

  /**
   * A blob of what is written by `use`, on disk from its first byte on; nothing stays if it fails.
   * @throws NativaError DISK_FULL, DOCUMENT_TOO_LARGE, and what `use` throws
   */
  async write(
    use: (write: (bytes: Uint8Array) => Promise<void>) => Promise<void>,
  ): Promise<string> {
    return this.#toFile(async (write) => {
      let size = 0;
      await use(async (bytes) => {
        size += bytes.length;
        if (size > this.maxTotal) throw tooLargeInAll(this.maxTotal);
        await write(bytes);
      });
    });
  }

  async fill(
    size: number,
    use: (put: (bytes: Uint8Array, at: number) => Promise<void>) => Promise<void>,
  ): Promise<string> {
    if (size > this.maxTotal) throw tooLargeInAll(this.maxTotal);
    if (size <= this.#memory / 4) {
      const bytes = Buffer.alloc(size);
      await use((part, at) => {
        bytes.set(part, at);
        return Promise.resolve();
      });
      return this.put(bytes);
    }
    return this.#toFile(
      (_, handle) =>
        use(async (part, at) => {
          for (let done = 0; done < part.length;) {
            done += (await handle.write(part, done, part.length - done, at + done)).bytesWritten;
          }
        }),
      size,
      size,
    );
  }

  async read(id: string): Promise<Uint8Array> {
    return this.slice(id, 0, this.sizeOf(id));
  }

  /** Bytes of a blob. @throws NativaError BLOB_NOT_FOUND */
  sizeOf(id: string): number {
    return this.#use(id).size;
  }

  /**
   * A part of a blob; what lies beyond its end is left out.
   * @throws NativaError BLOB_NOT_FOUND, UPLOAD_TOO_LARGE
   */
  async slice(id: string, start: number, length: number): Promise<Uint8Array> {
    const { parts, size } = this.#use(id);
    const end = Math.min(size, start + length);
    if (end - start > MAX_READ) throw tooLarge(MAX_READ);
    const found: Uint8Array[] = [];
    let first = 0;
    try {
      for (const part of parts) {
        const from = Math.max(start, first);
        const to = Math.min(end, first + part.size);
        if (from < to) found.push(await readPart(part, from - first, to - from));
        first += part.size;
      }
    } catch (error) {
      throw notFound(error);
    }
    const [only] = found;
    return found.length === 1 && only ? only : Buffer.concat(found);
  }

  /**
   * A blob as a stream, for sending it.
   * @throws NativaError BLOB_NOT_FOUND
   */
  async open(id: string): Promise<OpenBlob> {
    const { size, parts } = this.#use(id);
    // A file that is gone has to be known before anything is sent.
    const [first] = parts;
    if (first)
      await readPart(first, 0, 0).catch((error: unknown) => Promise.reject(notFound(error)));
    return { size, stream: Readable.from(streamParts(parts)) };
  }

  /** Keeps a blob on disk, until it is dropped. @throws NativaError BLOB_NOT_FOUND, DISK_FULL */
  async keep(id: string): Promise<void> {
    const entry = this.#use(id);
    entry.kept = true;
    for (const part of entry.parts) {
      try {
        if (await spillPart(part, this.#newFile())) this.#held -= part.size;
      } catch (error) {
        entry.kept = false;
        throw diskError(error);
      }
    }
  }

  /** Lets blobs go; ids that are not there are nothing to complain about. */
  drop(ids: readonly string[]): void {
    for (const id of ids) {
      const entry = this.#entries.get(id);
      if (entry === undefined) continue;
      this.#entries.delete(id);
      for (const part of entry.parts) {
        this.#held -= part.bytes?.length ?? 0;
        part.bytes = undefined;
        void removePart(part);
      }
    }
  }

  /** Lets everything go, the folder too. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    process.off('exit', this.#onExit);
    this.drop([...this.#entries.keys()]);
    await this.#spilling;
    this.#removeFolder();
  }

  #add(parts: readonly Part[]): string {
    const id = newId();
    const size = parts.reduce((sum, part) => sum + part.size, 0);
    this.#entries.set(id, { size, parts, usedAt: Date.now(), kept: false });
    return id;
  }

  /** Notes that a blob is wanted. */
  #use(id: string): Entry {
    const entry = this.#entries.get(id);
    if (entry === undefined) throw notFound();
    entry.usedAt = Date.now();
    this.#entries.delete(id);
    this.#entries.set(id, entry);
    return entry;
  }

  async #gather(chunks: AsyncIterable<Uint8Array>, declared?: number): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of chunks) {
      size += chunk.length;
      if (size > Math.min(this.maxUpload, declared ?? Infinity)) throw tooLarge(this.maxUpload);
      parts.push(chunk);
    }
    return Buffer.concat(parts, size);
  }

  async #receiveFile(chunks: AsyncIterable<Uint8Array>, declared: number): Promise<string> {
    return this.#toFile(async (write) => {
      let size = 0;
      for await (const chunk of chunks) {
        size += chunk.length;
        if (size > this.maxUpload) throw tooLarge(this.maxUpload);
        await write(chunk);
      }
    }, declared);
  }

  /**
   * @param wanted bytes that the disk must have room for
   * @param filled its size where `use` writes to the file itself
   * @throws NativaError DISK_FULL, and what `use` throws
   */
  async #toFile(
    use: (write: (bytes: Uint8Array) => Promise<void>, handle: FileHandle) => Promise<void>,
    wanted = 0,
    filled = 0,
  ): Promise<string> {
    const file = this.#newFile();
    let size = filled;
    try {
      await requireFree(file, wanted);
      const handle = await open(file, 'wx', 0o600);
      try {
        await use(async (bytes) => {
          size += bytes.length;
          await handle.writeFile(bytes);
        }, handle);
      } finally {
        await handle.close();
      }
    } catch (error) {
      await rm(file, { force: true });
      throw diskError(error);
    }
    return this.#add([{ size, bytes: undefined, file }]);
  }

  /** Moves the longest unused blobs to disk until memory is within its bound. */
  #spill(): void {
    if (this.#held <= this.#memory || this.#spilling !== undefined) return;
    this.#spilling = this.#spillAll().finally(() => {
      this.#spilling = undefined;
    });
  }

  async #spillAll(): Promise<void> {
    for (const { parts } of [...this.#entries.values()]) {
      for (const part of parts) {
        if (this.#held <= this.#memory) return;
        try {
          if (await spillPart(part, this.#newFile())) this.#held -= part.size;
        } catch {
          // A full disk: what is in memory stays there, and the next blob tries again.
          return;
        }
      }
    }
  }

  #newFile(): string {
    this.#folder ??= makeFolder();
    return join(this.#folder, String(this.#files++));
  }

  #removeFolder(): void {
    if (this.#folder !== undefined) rmSync(this.#folder, { recursive: true, force: true });
    this.#folder = undefined;
  }

  #expire(): void {
    const before = Date.now() - this.#idle;
    const old = [...this.#entries].filter(([, { usedAt, kept }]) => !kept && usedAt < before);
    this.drop(old.map(([id]) => id));
  }
}

function notFound(cause?: unknown): NativaError {
  const message = 'These pixels are not kept any more; do the last step again.';
  return new NativaError('BLOB_NOT_FOUND', message, { cause });
}

/** A private folder; those of programs that were killed are taken away first. */
function makeFolder(): string {
  for (const name of readdirSync(tmpdir())) {
    const pid = new RegExp(`^${FOLDER}(\\d+)-`).exec(name)?.[1];
    if (pid === undefined || isRunning(Number(pid))) continue;
    try {
      rmSync(join(tmpdir(), name), { recursive: true, force: true });
    } catch {
      // Another person's: their next start takes it away.
    }
  }
  return mkdtempSync(join(tmpdir(), `${FOLDER}${process.pid}-`));
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
  }
}
