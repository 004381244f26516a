/**
 * Reading ZIP files from strangers. All that is said of the entries is checked before any of them
 * is inflated: names stay inside, entries do not overlap, their number and sizes are bounded; and
 * inflating stops where an entry turns out longer than it said.
 */
import { Readable } from 'node:stream';
import { crc32, createInflateRaw, inflateRaw, type ZlibOptions } from 'node:zlib';
import { promisify } from 'node:util';

import { NativaError } from '../../../../native-models/errors.js';
import { bytesSource, type Source } from '../source.js';

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

/** Where an entry's data lies in the file; sizes in bytes. */
export interface EntryPlace {
  readonly start: number;
  readonly packed: number;
  readonly size: number;
  readonly deflated: boolean;
}

const END = 0x06054b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
const END_64 = 0x06064b50;
const LOCATOR_64 = 0x07064b50;
const END_BYTES = 22;
const LOCATOR_BYTES = 20;
const END_64_BYTES = 56;
const CENTRAL_BYTES = 46;
const LOCAL_BYTES = 30;
const MOST_COMMENT = 65_535;
/** What the directory may have for each entry that is allowed: names are not longer. */
const MOST_IN_DIRECTORY = 4096;
/** Stands where a number is told in 64 bits. */
const FAR = 0xffffffff;
/** Bytes that are read and inflated at once. */
const PIECE = 2 ** 18;
const STORED = 0;
const DEFLATED = 8;

const inflateAsync = promisify<Uint8Array, ZlibOptions, Buffer>(inflateRaw);

/** Whether a name stays inside the archive, on every system. */
function isConfined(name: string): boolean {
  if (name === '' || name.length > 1000 || /[\\\0:]/.test(name) || name.startsWith('/'))
    return false;
  return name.split('/').every((part) => part !== '..' && part !== '.');
}

/** A directory: how many entries, where it lies, and how long it is. */
interface Directory {
  readonly count: number;
  readonly start: number;
  readonly length: number;
}

const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** A number of 64 bits; what is too large to be true is larger than any file. */
const uint64 = (view: DataView, at: number): number => Number(view.getBigUint64(at, true));

/** An archive whose directory has been read and checked. */
export class ZipFile {
  readonly #source: Source;
  readonly #entries = new Map<string, Entry>();

  private constructor(
    readonly label: string,
    source: Source,
  ) {
    this.#source = source;
  }

  /**
   * Reads the directory and checks it.
   * @param label what messages call the file
   * @throws NativaError UNSAFE_ARCHIVE, UNREADABLE_ARCHIVE
   */
  static async open(label: string, file: Uint8Array | Source, limits: ZipLimits): Promise<ZipFile> {
    const zip = new ZipFile(label, file instanceof Uint8Array ? bytesSource(file) : file);
    try {
      await zip.#readDirectory(limits);
    } catch (error) {
      throw error instanceof RangeError ? zip.#damaged('it is cut short') : error;
    }
    zip.#checkOverlaps();
    return zip;
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
    const packed = await this.#source.read(entry.start, entry.packed);
    const content = entry.method === STORED ? packed : await this.#inflate(packed, entry);
    if (content.length !== entry.size || crc32(content) !== entry.crc) {
      throw this.#damaged(`${name} in it is not what it was when it was written`);
    }
    return content;
  }

  /** Where an entry lies, for reading it in pieces elsewhere; undefined where there is none. */
  placeOf(name: string): EntryPlace | undefined {
    const entry = this.#entries.get(name);
    if (entry === undefined) return undefined;
    const { start, packed, size, method } = entry;
    return { start, packed, size, deflated: method === DEFLATED };
  }

  /** Bytes of an entry, inflated; undefined where there is none of that name. */
  sizeOf(name: string): number | undefined {
    return this.#entries.get(name)?.size;
  }

  /**
   * Reads an entry piece by piece: of any size, but never whole in memory.
   * @param write is given the pieces in order; what it wrote counts only once this has resolved
   * @throws NativaError UNSAFE_ARCHIVE, UNREADABLE_ARCHIVE
   */
  async extract(name: string, write: (piece: Uint8Array) => Promise<void>): Promise<void> {
    const entry = this.#entries.get(name);
    if (entry === undefined) throw this.#damaged(`${name} in it is missing`);
    let [length, crc] = [0, 0];
    for await (const piece of this.#pieces(entry)) {
      length += piece.length;
      if (length > entry.size) throw this.#unsafe(`${name} in it is larger than it says`);
      crc = crc32(piece, crc);
      await write(piece);
    }
    if (length !== entry.size || crc !== entry.crc) {
      throw this.#damaged(`${name} in it is not what it was when it was written`);
    }
  }

  async *#pieces(entry: Entry): AsyncGenerator<Buffer> {
    const packed = Readable.from(this.#packed(entry), { objectMode: false });
    if (entry.method === STORED) {
      yield* packed as AsyncIterable<Buffer>;
      return;
    }
    const inflated = createInflateRaw({ chunkSize: PIECE });
    packed.on('error', (error) => inflated.destroy(error)).pipe(inflated);
    try {
      yield* inflated as AsyncIterable<Buffer>;
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : '';
      throw code.startsWith('Z_') ? this.#damaged(`${entry.name} in it cannot be inflated`) : error;
    } finally {
      packed.destroy();
      inflated.destroy();
    }
  }

  async *#packed({ start, packed }: Entry): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < packed; at += PIECE) {
      yield await this.#source.read(start + at, Math.min(PIECE, packed - at));
    }
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

  /** Finds the directory by the record at the archive's end; a comment of 64 kB may follow it. */
  async #findDirectory(): Promise<Directory> {
    const { size } = this.#source;
    const from = Math.max(0, size - END_BYTES - MOST_COMMENT - LOCATOR_BYTES);
    const view = viewOf(await this.#source.read(from, size - from));
    for (let at = view.byteLength - END_BYTES; at >= 0; at--) {
      if (view.getUint32(at, true) !== END) continue;
      if (at + END_BYTES + view.getUint16(at + 20, true) !== view.byteLength) continue;
      const locator = at - LOCATOR_BYTES;
      if (locator >= 0 && view.getUint32(locator, true) === LOCATOR_64) {
        return this.#directory64(uint64(view, locator + 8));
      }
      const [length, start] = [view.getUint32(at + 12, true), view.getUint32(at + 16, true)];
      return { count: view.getUint16(at + 10, true), start, length };
    }
    throw this.#damaged('its directory is missing');
  }

  async #directory64(at: number): Promise<Directory> {
    const view = viewOf(await this.#source.read(at, END_64_BYTES));
    if (view.getUint32(0, true) !== END_64) throw this.#damaged('its directory is missing');
    return { count: uint64(view, 32), length: uint64(view, 40), start: uint64(view, 48) };
  }

  async #readDirectory({ entries, total }: ZipLimits): Promise<void> {
    const { count, start, length } = await this.#findDirectory();
    if (count > entries) throw this.#unsafe(`it holds over ${entries} files`);
    if (length > (count + 1) * MOST_IN_DIRECTORY) throw this.#damaged('its directory is damaged');
    const directory = await this.#source.read(start, length);
    const view = viewOf(directory);
    let at = 0;
    let sum = 0;
    for (let n = 0; n < count; n++) {
      if (view.getUint32(at, true) !== CENTRAL) throw this.#damaged('its directory is damaged');
      const entry = await this.#readEntry(directory, at);
      sum += entry.size;
      if (sum > total) throw this.#unsafe('it would fill the memory');
      if (this.#entries.has(entry.name)) throw this.#unsafe(`it holds ${entry.name} twice`);
      if (!entry.name.endsWith('/')) this.#entries.set(entry.name, entry);
      const tail = [28, 30, 32].reduce((sum, o) => sum + view.getUint16(at + o, true), 0);
      at += CENTRAL_BYTES + tail;
    }
  }

  async #readEntry(directory: Uint8Array, at: number): Promise<Entry> {
    const view = viewOf(directory);
    const flags = view.getUint16(at + 8, true);
    const nameBytes = view.getUint16(at + 28, true);
    const encoded = directory.subarray(at + CENTRAL_BYTES, at + CENTRAL_BYTES + nameBytes);
    const name = new TextDecoder().decode(encoded);
    if (!isConfined(name)) {
      throw this.#unsafe(
        `a file in it would lie outside of it (${JSON.stringify(name.slice(0, 60))})`,
      );
    }
    const { packed, size, local } = this.#places(view, at);
    const method = view.getUint16(at + 10, true);
    if ((flags & 1) !== 0) throw this.#damaged('it is locked with a password');
    if (Math.max(packed, size) >= FAR) throw this.#unsafe('it holds files over 4 GB');
    if (method !== STORED && method !== DEFLATED) {
      throw this.#damaged(`${name} in it is packed in an unknown way`);
    }
    if (method === STORED && packed !== size) throw this.#damaged(`${name} in it has two sizes`);
    const header = viewOf(await this.#source.read(local, LOCAL_BYTES));
    if (header.getUint32(0, true) !== LOCAL) throw this.#damaged(`${name} in it is missing`);
    const extra = header.getUint16(26, true) + header.getUint16(28, true);
    const start = local + LOCAL_BYTES + extra;
    if (start + packed > this.#source.size) throw this.#damaged('it is cut short');
    return { name, method, crc: view.getUint32(at + 16, true), packed, size, start };
  }

  /** Sizes and place of an entry; those that do not fit stand in the field of ZIP64, in this order. */
  #places(view: DataView, at: number): { packed: number; size: number; local: number } {
    const near = [24, 20, 42].map((o) => view.getUint32(at + o, true));
    const far: number[] = [];
    let field = at + CENTRAL_BYTES + view.getUint16(at + 28, true);
    const end = field + view.getUint16(at + 30, true);
    while (near.includes(FAR) && field + 4 <= end) {
      const length = view.getUint16(field + 2, true);
      if (view.getUint16(field, true) === 1) {
        for (let o = 4; o + 8 <= 4 + length; o += 8) far.push(uint64(view, field + o));
        break;
      }
      field += 4 + length;
    }
    const [size = FAR, packed = FAR, local = FAR] = near.map((value) =>
      value === FAR ? far.shift() : value,
    );
    return { packed, size, local };
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
