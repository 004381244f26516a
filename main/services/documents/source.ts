/** Bytes of a file, wherever they lie: files of gigabytes are never in memory as a whole. */
import type { Blobs } from './blobs-port.js';

/** A file that can be read in pieces. */
export interface Source {
  readonly size: number;
  /** What lies beyond the end is left out. */
  read(start: number, length: number): Promise<Uint8Array>;
  /** The same file for longer than it takes to open it; without this, it is read at once. */
  stay?(): Promise<StayingSource>;
}

/** A file that is read as long as a document is open. */
export interface StayingSource {
  read(start: number, length: number): Promise<Uint8Array>;
  /**
   * Makes it independent of the file that was opened, which may be changed or taken away.
   * @throws NativaError DISK_FULL
   */
  settle(): Promise<void>;
  /** Nobody wants it any more. */
  close(): void;
}

/** Bytes in memory. */
export function bytesSource(bytes: Uint8Array): Source {
  return {
    size: bytes.length,
    read: (start, length) => Promise.resolve(bytes.subarray(start, start + length)),
  };
}

/** A blob that is kept until nobody wants it any more. */
export function stayingBlob(blobs: Blobs & Keeping, id: string): StayingSource {
  return {
    read: (start, length) => blobs.slice(id, start, length),
    settle: () => blobs.keep(id),
    close: () => {
      blobs.drop([id]);
    },
  };
}

interface Keeping {
  /** Keeps a blob on disk, until it is dropped. */
  keep(id: string): Promise<void>;
}

/** A file that several need, each for as long as it likes; the first has it already. */
export class SharedFile {
  readonly size: number;
  readonly #file: StayingSource;
  #holders = 1;

  constructor(size: number, file: StayingSource) {
    this.size = size;
    this.#file = file;
  }

  /** It, for one more. */
  hold(): this {
    this.#holders += 1;
    return this;
  }

  release(): void {
    this.#holders -= 1;
    if (this.#holders === 0) this.#file.close();
  }

  /** As `StayingSource` has it. @throws NativaError DISK_FULL */
  settle(): Promise<void> {
    return this.#file.settle();
  }

  /** As what opens files takes it. */
  source(): Source {
    const read: Source['read'] = (start, length) =>
      this.#file.read(start, Math.max(0, Math.min(length, this.size - start)));
    const stay = (): Promise<StayingSource> => {
      this.hold();
      const close = (): void => {
        this.release();
      };
      return Promise.resolve({ read, settle: () => this.settle(), close });
    };
    return { size: this.size, read, stay };
  }
}
