/** What is done to pixels beside everything else: filtered, deflated and summed up. */
import { constants, crc32, deflateRawSync } from 'node:zlib';
import { filterPlain, filterRows } from './filter.js';
import { adler32 } from './sums.js';

/** Rows of a picture, RGBA. */
interface RowsJob {
  readonly kind: 'rows';
  readonly bytes: Uint8Array;
  readonly width: number;
  /** Bytes a pixel in the file: 3 leaves alpha out. */
  readonly channels: 3 | 4;
}

/** Tiles of 256 x 256 pixels, one after the other. */
interface TilesJob {
  readonly kind: 'tiles';
  readonly bytes: Uint8Array;
  /** Bytes of each. */
  readonly lengths: readonly number[];
}

/** Pixels to be packed. */
export type PackJob = RowsJob | TilesJob;

/** A piece of what was packed. */
export interface PackedPiece {
  /** Bytes of it, packed. */
  readonly length: number;
  /** Bytes of what was deflated. */
  readonly size: number;
  /** Of rows: CRC-32 of the whole chunk as it stands in the file; of tiles: of what was deflated. */
  readonly crc: number;
  /** Adler-32 of what was deflated; of tiles 0. */
  readonly adler: number;
}

/** Pieces, and their bytes one after the other. */
export interface Packed {
  readonly pieces: readonly PackedPiece[];
  readonly bytes: Uint8Array;
}

/** Side of a tile in pixels. */
const TILE = 256;
/** What packs better than this packs quickly by any means. */
const EASY = 1 / 6;

/** Does one job. */
export function packed(job: PackJob): Packed {
  return job.kind === 'rows' ? packedRows(job) : packedTiles(job);
}

/**
 * Deflated so that it can stand before and after others of its kind: by runs alone, which are all
 * that filters leave of photos and are found in a third of the time; drawings repeat themselves.
 */
function deflated(bytes: Uint8Array): Buffer {
  const options = { finishFlush: constants.Z_FULL_FLUSH, chunkSize: 1024 * 1024 };
  const runs = deflateRawSync(bytes, { ...options, level: 1, strategy: constants.Z_RLE });
  if (runs.length > bytes.length * EASY) return runs;
  const words = deflateRawSync(bytes, { ...options, level: 3 });
  return words.length < runs.length ? words : runs;
}

function withoutAlpha(bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array((bytes.length / 4) * 3);
  for (let from = 0, to = 0; from < bytes.length; from += 4) {
    out[to++] = bytes[from] ?? 0;
    out[to++] = bytes[from + 1] ?? 0;
    out[to++] = bytes[from + 2] ?? 0;
  }
  return out;
}

/** Rows as one IDAT chunk of a PNG file, length and check sum included. */
function packedRows({ bytes, width, channels }: RowsJob): Packed {
  const pixels = channels === 3 ? withoutAlpha(bytes) : bytes;
  const filtered = filterRows(pixels, width * channels, channels);
  const data = deflated(filtered);
  const chunk = Buffer.allocUnsafeSlow(data.length + 12);
  chunk.writeUInt32BE(data.length, 0);
  chunk.write('IDAT', 4, 'latin1');
  data.copy(chunk, 8);
  chunk.writeUInt32BE(crc32(chunk.subarray(4, -4)), chunk.length - 4);
  const piece = {
    length: chunk.length,
    size: filtered.length,
    crc: crc32(chunk),
    adler: adler32(filtered),
  };
  return { pieces: [piece], bytes: chunk };
}

function packedTiles({ bytes, lengths }: TilesJob): Packed {
  const pieces: PackedPiece[] = [];
  const parts: Uint8Array[] = [];
  let at = 0;
  for (const length of lengths) {
    const channels = channelsOf(length);
    const filtered = filterPlain(bytes.subarray(at, at + length), TILE * channels, channels);
    const data = deflated(filtered);
    pieces.push({ length: data.length, size: length, crc: crc32(filtered), adler: 0 });
    parts.push(data);
    at += length;
  }
  return { pieces, bytes: Buffer.concat(parts) };
}

/** Bytes a pixel of a tile that has so many bytes. */
export function channelsOf(length: number): number {
  return length / (TILE * TILE);
}
