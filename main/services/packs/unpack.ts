/** The way back from what was packed, each piece checked: to tiles of pixels. */
import { constants, crc32, inflateRawSync, inflateSync } from 'node:zlib';
import { unfilterPlain, unfilterRows } from './filter.js';
import { channelsOf, type PackedPiece } from './jobs.js';

/** A strip of a picture, packed: one chunk of a PNG file. */
interface StripJob {
  readonly kind: 'strip';
  readonly bytes: Uint8Array;
  readonly piece: PackedPiece;
  readonly width: number;
  readonly channels: 3 | 4;
}

/** Tiles, packed, one after the other. */
interface LooseJob {
  readonly kind: 'loose';
  readonly bytes: Uint8Array;
  readonly pieces: readonly PackedPiece[];
}

export type UnpackJob = StripJob | LooseJob;

/** Tiles one after the other; of a strip, from its left on. Null: they are not as they were written. */
export interface Unpacked {
  readonly tiles: Uint8Array | null;
}

/** Side of a tile in pixels. */
const TILE = 256;
/** Before and after the data of a chunk: length and type; check sum. */
const [CHUNK_HEAD, CHUNK_TAIL] = [8, 4];

/** Does one job. */
export function unpacked(job: UnpackJob): Unpacked {
  try {
    return { tiles: job.kind === 'strip' ? strip(job) : loose(job) };
  } catch {
    // What cannot be inflated, or to more than it should be.
    return { tiles: null };
  }
}

function strip({ bytes, piece, width, channels }: StripJob): Uint8Array | null {
  if (crc32(bytes) !== piece.crc) return null;
  // a stream of its own, so that its check sum is looked at as well
  const adler = Buffer.alloc(4);
  adler.writeUInt32BE(piece.adler);
  const data = bytes.subarray(CHUNK_HEAD, -CHUNK_TAIL);
  const whole = Buffer.concat([Uint8Array.of(0x78, 0x01), data, Uint8Array.of(0x03, 0x00), adler]);
  const filtered = inflateSync(whole, bounded(piece.size));
  return filtered.length === piece.size ? unfilterRows(filtered, width, channels) : null;
}

function loose({ bytes, pieces }: LooseJob): Uint8Array | null {
  const tiles = new Uint8Array(pieces.reduce((sum, { size }) => sum + size, 0));
  let [from, to] = [0, 0];
  for (const { length, size, crc } of pieces) {
    const options = { ...bounded(size), finishFlush: constants.Z_SYNC_FLUSH };
    const tile = inflateRawSync(bytes.subarray(from, from + length), options);
    if (tile.length !== size || crc32(tile) !== crc) return null;
    const channels = channelsOf(size);
    unfilterPlain(tile, TILE * channels, channels);
    tiles.set(tile, to);
    from += length;
    to += size;
  }
  return tiles;
}

/** Inflates in one go, and never to more than this. */
const bounded = (size: number) => ({ maxOutputLength: size + 1, chunkSize: size + 64 });
