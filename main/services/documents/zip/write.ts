/** Writing ZIP files: entries stored or deflated, in the order they are added. */
import { constants, crc32, createDeflateRaw } from 'node:zlib';

import { NativaError } from '../../../../native-models/errors.js';

/** Bytes that are given to the deflater at once; each piece is worked on outside of the main thread. */
const PIECE = 16 * 1024 * 1024;
const MOST_BYTES = 0xffffffff;
/** UTF-8 names. */
const FLAGS = 0x0800;
/** Midnight of 1980-01-01, so that the same document makes the same bytes. */
const DATE = 0x0021;

interface Added {
  readonly head: Buffer;
  readonly name: Buffer;
  readonly offset: number;
}

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

/** An archive in the making. */
export class ZipWriter {
  readonly #parts: Uint8Array[] = [];
  readonly #added: Added[] = [];
  #offset = 0;

  /** Adds a file as it is. @throws NativaError DOCUMENT_TOO_LARGE */
  store(name: string, bytes: Uint8Array): void {
    this.#add(name, 0, crc32(bytes), bytes.length, [bytes]);
  }

  /** Adds a file, deflated. @throws NativaError DOCUMENT_TOO_LARGE */
  async deflate(name: string, bytes: Uint8Array): Promise<void> {
    this.#add(name, 8, crc32(bytes), bytes.length, await deflate(bytes));
  }

  #add(name: string, method: number, crc: number, size: number, data: Uint8Array[]): void {
    const encoded = Buffer.from(name);
    // what stands in both headers: version to extract, flags, method, time, date, check sum, sizes
    const head = Buffer.alloc(26);
    head.writeUInt16LE(20, 0);
    head.writeUInt16LE(FLAGS, 2);
    head.writeUInt16LE(method, 4);
    head.writeUInt16LE(DATE, 8);
    head.writeUInt32LE(crc, 10);
    const packed = data.reduce((sum, part) => sum + part.length, 0);
    if (Math.max(size, this.#offset + packed) >= MOST_BYTES - 0xffff) throw tooLarge();
    head.writeUInt32LE(packed, 14);
    head.writeUInt32LE(size, 18);
    head.writeUInt16LE(encoded.length, 22);
    this.#added.push({ head, name: encoded, offset: this.#offset });
    this.#push(Buffer.from('PK\x03\x04', 'latin1'), head, encoded, ...data);
  }

  #push(...parts: Uint8Array[]): void {
    for (const part of parts) {
      this.#parts.push(part);
      this.#offset += part.length;
    }
  }

  /** The whole archive. The writer must not be used after it. */
  finish(): Uint8Array {
    const start = this.#offset;
    for (const { head, name, offset } of this.#added) {
      // comment length, disk, internal and external attributes, offset
      const tail = Buffer.alloc(14);
      tail.writeUInt32LE(offset, 10);
      const madeBy = Buffer.from([20, 0]);
      this.#push(Buffer.from('PK\x01\x02', 'latin1'), madeBy, head, tail, name);
    }
    const end = Buffer.alloc(22);
    end.write('PK\x05\x06', 0, 'latin1');
    end.writeUInt16LE(this.#added.length, 8);
    end.writeUInt16LE(this.#added.length, 10);
    end.writeUInt32LE(this.#offset - start, 12);
    end.writeUInt32LE(start, 16);
    this.#push(end);
    return Buffer.concat(this.#parts);
  }
}

function tooLarge(): NativaError {
  return new NativaError(
    'DOCUMENT_TOO_LARGE',
    'The document is over 4 GB, more than a project file holds; merge layers or trim its history.',
  );
}
