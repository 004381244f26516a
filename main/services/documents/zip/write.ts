/**
 * Writing ZIP files: entries stored or deflated, in the order they are added, each handed on as
 * soon as it is packed. What lies beyond 4 GB is told as ZIP64 says; smaller files need none of it.
 */
import { constants, crc32, createDeflateRaw } from 'node:zlib';

import { NativaError } from '../../../../native-models/errors.js';

/** Bytes that are given to the deflater at once; each piece is worked on outside of the main thread. */
const PIECE = 16 * 1024 * 1024;
/** From here on a number stands in 64 bits elsewhere. */
const FAR = 0xffffffff;
const MANY = 0xffff;
/** UTF-8 names. */
const FLAGS = 0x0800;
/** Midnight of 1980-01-01, so that the same document makes the same bytes. */
const DATE = 0x0021;
const VERSION = 20;
const VERSION_64 = 45;

interface Added {
  readonly head: Buffer;
  readonly name: Buffer;
  readonly offset: number;
}

/** What is known of pieces before they are read. */
interface PiecesFacts {
  /** Whether they are one raw deflate stream together, or the file's very bytes. */
  readonly deflated: boolean;
  /** CRC-32 of the file. */
  readonly crc: number;
  /** Bytes of the file, and of all pieces. */
  readonly size: number;
  readonly packed: number;
}

/** Takes bytes in their order. */
export type Write = (bytes: Uint8Array) => Promise<void>;

/** Deflates without ever holding up the program. */
function deflate(bytes: Uint8Array): Promise<Buffer[]> {
  return new Promise((resolve, reject) => {
    // a fast level: tiles are photos more often than not, where more work gains nothing
    const deflater = createDeflateRaw({ level: 3, strategy: constants.Z_DEFAULT_STRATEGY });
    const parts: Buffer[] = [];
    deflater.on('data', (part: Buffer) => parts.push(part));
    deflater.on('error', reject);
    deflater.on('end', () => {
      resolve(parts);
    });
    for (let at = 0; at < bytes.length; at += PIECE) deflater.write(bytes.subarray(at, at + PIECE));
    deflater.end();
  });
}

/** An archive in the making; one thing is added after the other. */
export class ZipWriter {
  readonly #write: Write;
  readonly #added: Added[] = [];
  #offset: number;

  /** @param at where in its file the archive begins */
  constructor(write: Write, at = 0) {
    this.#write = write;
    this.#offset = at;
  }

  /** Adds a file as it is. @throws NativaError DOCUMENT_TOO_LARGE */
  async store(name: string, bytes: Uint8Array): Promise<void> {
    await this.#add(name, 0, crc32(bytes), bytes.length, [bytes]);
  }

  /** Adds a file, deflated. @throws NativaError DOCUMENT_TOO_LARGE */
  async deflate(name: string, bytes: Uint8Array): Promise<void> {
    await this.#add(name, 8, crc32(bytes), bytes.length, await deflate(bytes));
  }

  /**
   * Adds a file of pieces that are packed already, of which one at a time is in memory.
   * @throws NativaError DOCUMENT_TOO_LARGE, what `pieces` throws
   */
  async pieces(
    name: string,
    { deflated, crc, size, packed }: PiecesFacts,
    pieces: AsyncIterable<Uint8Array>,
  ): Promise<void> {
    await this.#begin(name, deflated ? 8 : 0, crc, size, packed);
    for await (const piece of pieces) await this.#push(piece);
  }

  async #add(
    name: string,
    method: number,
    crc: number,
    size: number,
    data: Uint8Array[],
  ): Promise<void> {
    const packed = data.reduce((sum, part) => sum + part.length, 0);
    await this.#begin(name, method, crc, size, packed);
    await this.#push(...data);
  }

  /** Writes what stands before an entry's data. */
  async #begin(
    name: string,
    method: number,
    crc: number,
    size: number,
    packed: number,
  ): Promise<void> {
    const encoded = Buffer.from(name);
    // what stands in both headers: version to extract, flags, method, time, date, check sum, sizes
    const head = Buffer.alloc(26);
    head.writeUInt16LE(VERSION, 0);
    head.writeUInt16LE(FLAGS, 2);
    head.writeUInt16LE(method, 4);
    head.writeUInt16LE(DATE, 8);
    head.writeUInt32LE(crc, 10);
    if (Math.max(size, packed) >= FAR) throw tooLarge();
    head.writeUInt32LE(packed, 14);
    head.writeUInt32LE(size, 18);
    head.writeUInt16LE(encoded.length, 22);
    this.#added.push({ head, name: encoded, offset: this.#offset });
    await this.#push(Buffer.from('PK\x03\x04', 'latin1'), head, encoded);
  }

  async #push(...parts: Uint8Array[]): Promise<void> {
    for (const part of parts) {
      await this.#write(part);
      this.#offset += part.length;
    }
  }

  /** Writes what stands at the end. The writer must not be used after it. */
  async finish(): Promise<void> {
    const start = this.#offset;
    for (const added of this.#added) await this.#push(directoryEntry(added));
    const length = this.#offset - start;
    const count = this.#added.length;
    if (start >= FAR || count >= MANY) await this.#push(end64(start, length, count, this.#offset));
    const end = Buffer.alloc(22);
    end.write('PK\x05\x06', 0, 'latin1');
    end.writeUInt16LE(Math.min(MANY, count), 8);
    end.writeUInt16LE(Math.min(MANY, count), 10);
    end.writeUInt32LE(length, 12);
    end.writeUInt32LE(Math.min(FAR, start), 16);
    await this.#push(end);
  }
}

function directoryEntry({ head, name, offset }: Added): Buffer {
  const far = offset >= FAR;
  const shared = Buffer.from(head);
  // comment length, disk, internal and external attributes, offset
  const tail = Buffer.alloc(14);
  tail.writeUInt32LE(Math.min(FAR, offset), 10);
  const extra = Buffer.alloc(far ? 12 : 0);
  if (far) {
    shared.writeUInt16LE(VERSION_64, 0);
    extra.writeUInt16LE(1, 0);
    extra.writeUInt16LE(8, 2);
    extra.writeBigUInt64LE(BigInt(offset), 4);
  }
  shared.writeUInt16LE(extra.length, 24);
  const madeBy = Buffer.from([far ? VERSION_64 : VERSION, 0]);
  return Buffer.concat([Buffer.from('PK\x01\x02', 'latin1'), madeBy, shared, tail, name, extra]);
}

/** The end's record in 64 bits, and where it lies. */
function end64(start: number, length: number, count: number, at: number): Buffer {
  const record = Buffer.alloc(56 + 20);
  record.write('PK\x06\x06', 0, 'latin1');
  record.writeBigUInt64LE(44n, 4);
  record.writeUInt16LE(VERSION_64, 12);
  record.writeUInt16LE(VERSION_64, 14);
  record.writeBigUInt64LE(BigInt(count), 24);
  record.writeBigUInt64LE(BigInt(count), 32);
  record.writeBigUInt64LE(BigInt(length), 40);
  record.writeBigUInt64LE(BigInt(start), 48);
  record.write('PK\x06\x07', 56, 'latin1');
  record.writeBigUInt64LE(BigInt(at), 64);
  record.writeUInt32LE(1, 72);
  return record;
}

function tooLarge(): NativaError {
  return new NativaError(
    'DOCUMENT_TOO_LARGE',
    'A layer is over 4 GB, more than a project file holds; make it smaller.',
  );
}
