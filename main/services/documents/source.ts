/** Bytes of a file, wherever they lie: files of gigabytes are never in memory as a whole. */
import type { Blobs } from './blobs-port.js';

/** A file that can be read in pieces. */
export interface Source {
  readonly size: number;
  /** What lies beyond the end is left out. */
  read(start: number, length: number): Promise<Uint8Array>;
}

/** Bytes in memory. */
export function bytesSource(bytes: Uint8Array): Source {
  return {
    size: bytes.length,
    read: (start, length) => Promise.resolve(bytes.subarray(start, start + length)),
  };
}

/** A blob. @throws NativaError BLOB_NOT_FOUND */
export function blobSource(blobs: Blobs, id: string): Source {
  return {
    size: blobs.sizeOf(id),
    read: (start, length) => blobs.slice(id, start, length),
  };
}
