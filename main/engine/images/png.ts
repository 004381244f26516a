/** PNG chunks: just enough to add ancillary chunks and to find them again. */
import { NativaError } from '../../../native-models/errors.js';

/** One chunk of a PNG file. */
export interface PngChunk {
  readonly type: string;
  readonly data: Uint8Array;
  /** Whether the stored check sum is the data's. */
  readonly intact: boolean;
}

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
/** Length, type and check sum of a chunk. */
const OVERHEAD = 12;
/** Bytes of the signature and the IHDR chunk, which every PNG starts with. */
const HEADER = SIGNATURE.length + OVERHEAD + 13;
/** More chunks than any honest file has before its end. */
const MOST_CHUNKS = 100_000;

const TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c >>> 0;
});

/** CRC-32 of PNG (ISO 3309), as an unsigned integer. */
export function crc32(bytes: Uint8Array): number {
  let c = 0xffffffff;
  for (const byte of bytes) c = (TABLE[(c ^ byte) & 0xff] ?? 0) ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
}

function isPng(bytes: Uint8Array): boolean {
  return bytes.length >= HEADER && SIGNATURE.every((byte, i) => bytes[i] === byte);
}

/** A whole chunk: length, type, data, check sum. */
export function encodeChunk(type: string, data: Uint8Array): Uint8Array {
  const chunk = new Uint8Array(OVERHEAD + data.length);
  const view = new DataView(chunk.buffer);
  view.setUint32(0, data.length);
  for (let i = 0; i < 4; i++) chunk[4 + i] = type.charCodeAt(i);
  chunk.set(data, 8);
  view.setUint32(8 + data.length, crc32(chunk.subarray(4, 8 + data.length)));
  return chunk;
}

/**
 * Puts chunks right behind the header of a PNG, where readers find them before any pixel.
 * @throws NativaError UNREADABLE_IMAGE where `png` is none
 */
export function insertChunks(png: Uint8Array, chunks: readonly Uint8Array[]): Uint8Array {
  if (!isPng(png)) throw new NativaError('UNREADABLE_IMAGE', 'The bytes are no PNG file.');
  const added = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  const out = new Uint8Array(png.length + added);
  out.set(png.subarray(0, HEADER));
  let at = HEADER;
  for (const chunk of chunks) {
    out.set(chunk, at);
    at += chunk.length;
  }
  out.set(png.subarray(HEADER), at);
  return out;
}

/**
 * Chunks of one type, in order, up to IEND or the first chunk that runs past the end. Chunks of
 * other types are skipped unread, and check sums verified for those asked for.
 */
export function* chunksOf(png: Uint8Array, wanted: string): Generator<PngChunk> {
  if (!isPng(png)) return;
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  let at = SIGNATURE.length;
  for (let n = 0; n < MOST_CHUNKS && at + OVERHEAD <= png.length; n++) {
    const length = view.getUint32(at);
    const end = at + OVERHEAD + length;
    const type = String.fromCharCode(...png.subarray(at + 4, at + 8));
    if (end > png.length || type === 'IEND') return;
    if (type === wanted) {
      const intact = crc32(png.subarray(at + 4, end - 4)) === view.getUint32(end - 4);
      yield { type, data: png.subarray(at + 8, end - 4), intact };
    }
    at = end;
  }
}
