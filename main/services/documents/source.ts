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

/** A blob; it has another id once it stays. @throws NativaError BLOB_NOT_FOUND */
export function blobSource(blobs: Blobs & Keeping, id: string): Source {
  return {
    size: blobs.sizeOf(id),
    read: (start, length) => blobs.slice(id, start, length),
    stay: async () => stayingBlob(blobs, blobs.join([id])),
  };
}

interface Keeping {
  /** Keeps a blob on disk, until it is dropped. */
  keep(id: string): Promise<void>;
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
