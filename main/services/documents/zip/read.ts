/**
 * Reading ZIP files from strangers. All that is said of the entries is checked before any of them
 * is inflated: names stay inside, entries do not overlap, their number and sizes are bounded; and
 * inflating stops where an entry turns out longer than it said.
 */
import { crc32, inflateRaw, type ZlibOptions } from 'node:zlib';
import { promisify } from 'node:util';

import { NativaError } from '../../../../native-models/errors.js';

/** Bounds of what is read. */
export interface ZipLimits {
  readonly entries: number;
  /** Bytes of all entries together, inflated. */
  readonly total: number;
}

interface Entry {
  readonly name: string;
  readonly method: number;
  readonly crc: number;
  /** Bytes in the file and inflated. */
  readonly packed: number;
  readonly size: number;
  /** Where the entry's data begins. */
  readonly start: number;
}

const END = 0x06054b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
const END_BYTES = 22;
const CENTRAL_BYTES = 46;
const LOCAL_BYTES = 30;
const STORED = 0;
const DEFLATED = 8;

const inflateAsync = promisify<Uint8Array, ZlibOptions, Buffer>(inflateRaw);

/** Whether a name stays inside the archive, on every system. */
function isConfined(name: string): boolean {
  if (name === '' || name.length > 1000 || /[\\\0:]/.test(name) || name.startsWith('/'))
    return false;
  return name.split('/').every((part) => part !== '..' && part !== '.');
}

/** An archive whose directory has been read and checked. */
export class ZipFile {
  readonly #view: DataView;
  readonly #entries = new Map<string, Entry>();

  /**
   * @param label what messages call the file
   * @throws NativaError UNSAFE_ARCHIVE, UNREADABLE_ARCHIVE
   */
  constructor(
    readonly label: string,
    readonly bytes: Uint8Array,
    limits: ZipLimits,
  ) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    try {
      this.#readDirectory(limits);
    } catch (error) {
      throw error instanceof RangeError ? this.#damaged('it is cut short') : error;
    }
    this.#checkOverlaps();
  }

  has(name: string): boolean {
    return this.#entries.has(name);
  }

  /**
   * The bytes of an entry; null where there is none of that name.
   * @param most bytes that such an entry may have
   * @throws NativaError UNSAFE_ARCHIVE, UNREADABLE_ARCHIVE
   */
  async read(name: string, most: number): Promise<Uint8Array | null> {
    const entry = this.#entries.get(name);
    if (entry === undefined) return null;
    if (entry.size > most) throw this.#unsafe(`${name} in it is too large`);
    const packed = this.bytes.subarray(entry.start, entry.start + entry.packed);
    const content = entry.method === STORED ? packed : await this.#inflate(packed, entry);
    if (content.length !== entry.size || crc32(content) !== entry.crc) {
      throw this.#damaged(`${name} in it is not what it was when it was written`);
    }
    return content;
  }

  async #inflate(packed: Uint8Array, { name, size }: Entry): Promise<Uint8Array> {
    try {
      // one byte more than stated shows whether it says too little
      const chunkSize = Math.min(Math.max(size, 1024), 1024 * 1024);
      return await inflateAsync(packed, { maxOutputLength: size + 1, chunkSize });
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      if (code === 'ERR_BUFFER_TOO_LARGE') {
        throw this.#unsafe(`${name} in it is larger than it says`);
      }
      throw this.#damaged(`${name} in it cannot be inflated`);
    }
  }

  #damaged(reason: string): NativaError {
    return new NativaError(
      'UNREADABLE_ARCHIVE',
      `${this.label} is damaged: ${reason}; copy it again or open an older copy.`,
    );
  }

  #unsafe(reason: string): NativaError {
    return new NativaError(
      'UNSAFE_ARCHIVE',
      `${this.label} is not opened, for ${reason}; get the file from a source you trust.`,
    );
  }

  /** Where the record at the archive's end begins; a comment of up to 64 kB may follow it. */
  #findEnd(): number {
    const { length } = this.bytes;
    const last = length - END_BYTES;
    for (let at = last; at >= Math.max(0, last - 65_535); at--) {
      if (this.#view.getUint32(at, true) !== END) continue;
      if (at + END_BYTES + this.#view.getUint16(at + 20, true) === length) return at;
    }
    throw this.#damaged('its directory is missing');
  }

  #readDirectory({ entries, total }: ZipLimits): void {
    const view = this.#view;
    const end = this.#findEnd();
    const count = view.getUint16(end + 10, true);
    if (count > entries) throw this.#unsafe(`it holds over ${entries} files`);
    let at = view.getUint32(end + 16, true);
    let sum = 0;
    for (let n = 0; n < count; n++) {
      if (view.getUint32(at, true) !== CENTRAL) throw this.#damaged('its directory is damaged');
      const entry = this.#readEntry(at);
      sum += entry.size;
      if (sum > total) throw this.#unsafe('it would fill the memory');
      if (this.#entries.has(entry.name)) throw this.#unsafe(`it holds ${entry.name} twice`);
      if (!entry.name.endsWith('/')) this.#entries.set(entry.name, entry);
      const tail = [28, 30, 32].reduce((length, o) => length + view.getUint16(at + o, true), 0);
      at += CENTRAL_BYTES + tail;
    }
  }

  #readEntry(at: number): Entry {
    const view = this.#view;
    const flags = view.getUint16(at + 8, true);
    const nameBytes = view.getUint16(at + 28, true);
    const encoded = this.bytes.subarray(at + CENTRAL_BYTES, at + CENTRAL_BYTES + nameBytes);
    const name = new TextDecoder().decode(encoded);
    if (!isConfined(name)) {
      throw this.#unsafe(
        `a file in it would lie outside of it (${JSON.stringify(name.slice(0, 60))})`,
      );
    }
    const [packed, size] = [view.getUint32(at + 20, true), view.getUint32(at + 24, true)];
    const local = view.getUint32(at + 42, true);
    const method = view.getUint16(at + 10, true);
    if ((flags & 1) !== 0) throw this.#damaged('it is locked with a password');
    if (packed === 0xffffffff || size === 0xffffffff || local === 0xffffffff) {
      throw this.#unsafe('it holds files over 4 GB');
    }
    if (method !== STORED && method !== DEFLATED) {
      throw this.#damaged(`${name} in it is packed in an unknown way`);
    }
    if (method === STORED && packed !== size) throw this.#damaged(`${name} in it has two sizes`);
    if (view.getUint32(local, true) !== LOCAL) throw this.#damaged(`${name} in it is missing`);
    const extra = view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
    const start = local + LOCAL_BYTES + extra;
    if (start + packed > this.bytes.length) throw this.#damaged('it is cut short');
    return { name, method, crc: view.getUint32(at + 16, true), packed, size, start };
  }

  /** Entries that share bytes let a small file grow without end. */
  #checkOverlaps(): void {
    let end = 0;
    const sorted = [...this.#entries.values()].sort((a, b) => a.start - b.start);
    for (const { start, packed } of sorted) {
      if (start < end) throw this.#unsafe('files in it lie on top of each other');
      end = start + packed;
    }
  }
}
