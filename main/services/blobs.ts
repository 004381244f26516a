/** Pixels and files on their way between the studio's two sides, each under an id nobody can guess. */
import { randomInt } from 'node:crypto';
import { createReadStream, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { NativaError } from '../../native-models/errors.js';

/** What others need of the store: bytes out by id, bytes in for an id. */
export interface Blobs {
  /** @throws NativaError BLOB_NOT_FOUND */
  read(id: string): Promise<Uint8Array>;
  /** The bytes belong to the store from now on. */
  put(bytes: Uint8Array): string;
}

/** Bounds of the store; sizes in bytes, times in milliseconds. */
export interface BlobStoreOptions {
  /** What may lie in memory before the longest unused goes to disk. */
  readonly memory?: number;
  /** The largest upload. */
  readonly maxUpload?: number;
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
  /** In memory, in a file, or in both while it is being written. */
  bytes: Uint8Array | undefined;
  file: string | undefined;
  usedAt: number;
}

const MIB = 2 ** 20;
const MAX_UPLOAD = 600 * MIB;
const MOST_MEMORY = 1024 * MIB;
const IDLE = 30 * 60_000;
const SWEEP = 60_000;
const ID_LENGTH = 32;
const ID_CHARACTERS = 'abcdefghijklmnopqrstuvwxyz0123456789';
const FOLDER = 'nativa-blobs-';

/** 32 characters of 36: 165 bits from the system's generator. */
function newId(): string {
  return Array.from({ length: ID_LENGTH }, () => ID_CHARACTERS[randomInt(36)] ?? '').join('');
}

/** The error of an upload over the bound. */
function tooLarge(bound: number): NativaError {
  return new NativaError(
    'UPLOAD_TOO_LARGE',
    `This is more than the ${Math.floor(bound / MIB)} MiB that can be taken in at once; make the picture smaller.`,
  );
}

/** Keeps blobs in memory up to a bound and beyond it in a folder of its own, gone with the process. */
export class BlobStore implements Blobs {
  readonly maxUpload: number;
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
    const id = newId();
    this.#entries.set(id, { size: bytes.length, bytes, file: undefined, usedAt: Date.now() });
    this.#held += bytes.length;
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
      ? await this.#receiveFile(chunks)
      : this.put(await this.#gather(chunks, declared));
    const size = this.#entries.get(id)?.size;
    if (declared === undefined || size === declared) return id;
    this.drop([id]);
    throw new NativaError('UPLOAD_CUT', 'Not all of the picture arrived; try again.');
  }

  async read(id: string): Promise<Uint8Array> {
    const entry = this.#use(id);
    if (entry.bytes !== undefined) return entry.bytes;
    try {
      return await readFile(entry.file ?? '');
    } catch (error) {
      throw notFound(error);
    }
  }

  /**
   * A blob as a stream, for sending it.
   * @throws NativaError BLOB_NOT_FOUND
   */
  async open(id: string): Promise<OpenBlob> {
    const { size, bytes, file } = this.#use(id);
    if (bytes !== undefined) return { size, stream: Readable.from(slices(bytes)) };
    try {
      const handle = await open(file ?? '', 'r');
      return { size, stream: createReadStream('', { fd: handle, autoClose: true }) };
    } catch (error) {
      throw notFound(error);
    }
  }

  /** Lets blobs go; ids that are not there are nothing to complain about. */
  drop(ids: readonly string[]): void {
    for (const id of ids) {
      const entry = this.#entries.get(id);
      if (entry === undefined) continue;
      this.#entries.delete(id);
      this.#held -= entry.bytes?.length ?? 0;
      entry.bytes = undefined;
      if (entry.file !== undefined) void rm(entry.file, { force: true }).catch(() => undefined);
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

  async #receiveFile(chunks: AsyncIterable<Uint8Array>): Promise<string> {
    const file = this.#newFile();
    let size = 0;
    try {
      const handle = await open(file, 'wx', 0o600);
      try {
        for await (const chunk of chunks) {
          size += chunk.length;
          if (size > this.maxUpload) throw tooLarge(this.maxUpload);
          await handle.writeFile(chunk);
        }
      } finally {
        await handle.close();
      }
    } catch (error) {
      await rm(file, { force: true });
      if (error instanceof NativaError || !isSystemError(error)) throw error;
      const message = 'There is no room left for what was sent; free some space on the disk.';
      throw new NativaError('DISK_FULL', message, { cause: error });
    }
    const id = newId();
    this.#entries.set(id, { size, bytes: undefined, file, usedAt: Date.now() });
    return id;
  }

  /** Moves the longest unused blobs to disk until memory is within its bound. */
  #spill(): void {
    if (this.#held <= this.#memory || this.#spilling !== undefined) return;
    this.#spilling = this.#spillAll().finally(() => {
      this.#spilling = undefined;
    });
  }

  async #spillAll(): Promise<void> {
    for (const entry of [...this.#entries.values()]) {
      if (this.#held <= this.#memory) return;
      const { bytes } = entry;
      if (bytes === undefined) continue;
      const file = this.#newFile();
      try {
        await writeFile(file, bytes, { flag: 'wx', mode: 0o600 });
      } catch {
        // A full disk: what is in memory stays there, and the next blob tries again.
        await rm(file, { force: true }).catch(() => undefined);
        return;
      }
      if (entry.bytes === undefined) await rm(file, { force: true }).catch(() => undefined);
      else {
        entry.file = file;
        entry.bytes = undefined;
        this.#held -= bytes.length;
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
    const old = [...this.#entries].filter(([, { usedAt }]) => usedAt < before);
    this.drop(old.map(([id]) => id));
  }
}

const SLICE = MIB;

/** A large buffer in pieces, so that a slow reader is not sent all of it at once. */
function* slices(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += SLICE) yield bytes.subarray(at, at + SLICE);
}

function notFound(cause?: unknown): NativaError {
  const message = 'These pixels are not kept any more; do the last step again.';
  return new NativaError('BLOB_NOT_FOUND', message, { cause });
}

function isSystemError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error;
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
