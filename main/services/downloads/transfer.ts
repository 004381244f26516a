/** One file from a server to the disk, in as many tries as it takes. */
import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { NativaError } from '../../../native-models/errors.js';
import { TransientError, explainDisk, wrongBytes, wrongSize } from './errors.js';
import type { FileHash, HubOptions } from './hub.js';
import { get, refusePacked } from './net/get.js';
import type { Net, Reply } from './net/get.js';
import { refusal } from './net/refusal.js';
import { Patience, persist } from './net/retry.js';

/** A file as a server promises it. */
export interface RemoteFile {
  readonly url: URL;
  /** What messages call it. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  readonly hash: FileHash;
}

/** Where a file goes. */
export interface TransferPlaces {
  /** The whole file, once its hash is right. */
  readonly path: string;
  readonly part: string;
}

/** @param bytes of the file that are here now; fewer than before where it began anew */
export type OnBytes = (bytes: number) => void;

/**
 * Brings a file: goes on where an earlier try stopped, hashes what passes, and gives the file its
 * name when all of it is right.
 * @throws NativaError DOWNLOAD_*, DISK_FULL, FOLDER_UNWRITABLE, UNSAFE_REDIRECT; AbortError
 */
export async function fetchFile(
  file: RemoteFile,
  places: TransferPlaces,
  options: HubOptions,
  onBytes: OnBytes,
): Promise<void> {
  if (await isThere(file, places.path)) {
    onBytes(file.size);
    return;
  }
  try {
    await mkdir(dirname(places.part), { recursive: true });
    const handle = await open(places.part, 'a+');
    const part = new Part(file, handle, onBytes);
    try {
      await part.takeUp(places.part, options.signal);
      await bring(file, part, options);
      await handle.sync();
    } finally {
      await handle.close();
      if (part.spoiled) await rm(places.part, { force: true });
    }
    await rename(places.part, places.path);
  } catch (error) {
    throw explainDisk(dirname(places.path), error);
  }
}

/** A file has its name only once its hash was right. */
async function isThere({ size }: RemoteFile, path: string): Promise<boolean> {
  const there = await stat(path).catch(() => undefined);
  return there?.isFile() === true && there.size === size;
}

async function bring(file: RemoteFile, part: Part, options: HubOptions): Promise<void> {
  const patience = new Patience(file.path, options.policy, options.signal);
  let spoiled = false;
  await persist(patience, async () => {
    const before = part.length;
    try {
      if (before < file.size) await receive(file, part, options);
    } finally {
      if (part.length > before) patience.reset();
    }
    if (part.isRight()) return;
    await part.restart();
    if (spoiled) {
      part.spoiled = true;
      throw wrongBytes(file.path);
    }
    spoiled = true;
    throw new TransientError('other bytes came than were promised');
  });
}

/** Asks for what is missing and appends it. */
async function receive(file: RemoteFile, part: Part, { net, signal }: HubOptions): Promise<void> {
  const { url, path, size } = file;
  const range = part.length > 0 ? { range: `bytes=${part.length}-` } : {};
  const reply = await get(url, range, net, signal);
  try {
    await agree(file, part, reply, net);
    for await (const bytes of reply.body as AsyncIterable<Buffer>) {
      if (part.length + bytes.length > size) {
        part.spoiled = true;
        throw wrongSize(path, size, `more than ${size}`);
      }
      await part.append(bytes);
    }
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof NativaError || error instanceof TransientError) throw error;
    if (!isOfConnection(error)) throw error;
    throw new TransientError('the connection broke', { cause: error });
  } finally {
    reply.body.destroy();
  }
  if (part.length < size) throw new TransientError('the connection ended early');
}

/** Errors of the disk are of another kind than those of a stream that was cut. */
function isOfConnection(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return (
    code === 'ECONNRESET' ||
    code === 'ERR_STREAM_PREMATURE_CLOSE' ||
    code === 'EPIPE' ||
    (typeof code === 'string' && (code.startsWith('HPE_') || code.startsWith('ERR_SSL'))) ||
    (error instanceof Error && error.message === 'nothing came for too long')
  );
}

/** Sees that an answer is what was asked for; starts anew where it is all of the file instead. */
async function agree(file: RemoteFile, part: Part, reply: Reply, net: Net): Promise<void> {
  const { status, headers } = reply;
  const { size, path } = file;
  if (status === 200 || status === 206) refusePacked(reply, path);
  if (status === 200) {
    const sent = headers['content-length'];
    if (sent !== undefined && Number(sent) !== size) throw wrongSize(path, size, sent);
    // The server knows no ranges.
    if (part.length > 0) await part.restart();
    return;
  }
  if (status === 206) {
    const [, from, total] =
      /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(headers['content-range'] ?? '') ?? [];
    if (total !== undefined && total !== '*' && Number(total) !== size) {
      throw wrongSize(path, size, total);
    }
    if (from === undefined || Number(from) !== part.length) {
      await part.restart();
      throw new TransientError('another part came than was asked for');
    }
    return;
  }
  if (status === 416) {
    await part.restart();
    throw new TransientError('the server has no such part');
  }
  throw refusal(reply, path, net);
}

/** The file on the disk so far, and its hash. */
class Part {
  readonly #file: RemoteFile;
  readonly #handle: FileHandle;
  readonly #onBytes: OnBytes;
  #hash: Hash;
  #length = 0;
  /** What is here is of no use to a later try. */
  spoiled = false;

  constructor(file: RemoteFile, handle: FileHandle, onBytes: OnBytes) {
    this.#file = file;
    this.#handle = handle;
    this.#onBytes = onBytes;
    this.#hash = newHash(file);
  }

  get length(): number {
    return this.#length;
  }

  /** Reads what an earlier try has left. */
  async takeUp(path: string, signal: AbortSignal): Promise<void> {
    const { size } = await this.#handle.stat();
    if (size > this.#file.size) await this.restart();
    else if (size > 0) {
      const stream = createReadStream(path, { highWaterMark: 2 ** 20, signal });
      for await (const bytes of stream as AsyncIterable<Buffer>) this.#hash.update(bytes);
      this.#length = size;
    }
    this.#onBytes(this.#length);
  }

  async append(bytes: Buffer): Promise<void> {
    await this.#handle.appendFile(bytes);
    this.#hash.update(bytes);
    this.#length += bytes.length;
    this.#onBytes(this.#length);
  }

  async restart(): Promise<void> {
    await this.#handle.truncate(0);
    this.#hash = newHash(this.#file);
    this.#length = 0;
    this.#onBytes(0);
  }

  isRight(): boolean {
    return this.#hash.copy().digest('hex') === this.#file.hash.value;
  }
}

function newHash({ hash, size }: RemoteFile): Hash {
  if (hash.kind !== 'git-sha1') return createHash(hash.kind);
  return createHash('sha1').update(`blob ${size}\0`);
}
