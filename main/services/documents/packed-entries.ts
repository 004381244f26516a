/** Entries of an archive that are put together of packed pieces: pictures as PNG, and tiles. */
import { crc32, encodeChunk } from '../../engine/images/png.js';
import { NativaError } from '../../../native-models/errors.js';
import type { PackedPicture } from '../../../preload/contract.js';
import { tileName, type Pieces } from '../packs/index.js';
import { joinAdler, joinCrc } from '../packs/sums.js';
import type { ZipWriter } from './zip/write.js';

/** How a zlib stream of the fastest level begins. */
const ZLIB_HEAD = Uint8Array.of(0x78, 0x01);
/** The last block of a deflate stream, with nothing in it. */
export const LAST_BLOCK = Uint8Array.of(0x03, 0x00);
const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

/** What stands before and after the pixels of a picture, and the check sum of all of it. */
interface PngParts {
  readonly head: Uint8Array;
  readonly tail: Uint8Array;
  readonly crc: number;
  /** Bytes of the file. */
  readonly length: number;
}

/** Told of what is written, in bytes of pixels. */
type Count = (bytes: number) => void;

/**
 * Puts a picture of packed strips into an archive.
 * @throws NativaError PACKS_GONE, BAD_PIXELS where they do not make up the picture
 */
export async function addPicture(
  zip: ZipWriter,
  name: string,
  picture: PackedPicture,
  pieces: Pieces,
  count: Count,
): Promise<void> {
  const { head, tail, crc, length } = partsOf(picture, pieces);
  const all = async function* (): AsyncGenerator<Uint8Array> {
    yield head;
    for (const key of picture.strips) {
      yield await pieces.read(key);
      count(pieces.piece(key).rows * picture.width * 4);
    }
    yield tail;
  };
  await zip.pieces(name, { deflated: false, crc, size: length, packed: length }, all());
}

/** A picture of packed strips as a file in memory. @throws NativaError PACKS_GONE, BAD_PIXELS */
export async function pngOf(picture: PackedPicture, pieces: Pieces): Promise<Uint8Array> {
  const { head, tail } = partsOf(picture, pieces);
  const strips: Uint8Array[] = [];
  for (const key of picture.strips) strips.push(await pieces.read(key));
  return Buffer.concat([head, ...strips, tail]);
}

function partsOf({ width, height, channels, strips }: PackedPicture, pieces: Pieces): PngParts {
  const found = strips.map((key) => pieces.piece(key));
  const rows = found.reduce((sum, piece) => sum + piece.rows, 0);
  const fit = found.every((piece) => piece.width === width && piece.channels === channels);
  if (rows !== height || !fit) {
    throw new NativaError(
      'BAD_PIXELS',
      `What was packed of a picture does not make up ${width}x${height} pixels; save again.`,
    );
  }
  const head = headOf(width, height, channels);
  const adler = Buffer.alloc(4);
  adler.writeUInt32BE(found.reduce((sum, piece) => joinAdler(sum, piece.adler, piece.size), 1));
  const tail = Buffer.concat([
    encodeChunk('IDAT', Buffer.concat([LAST_BLOCK, adler])),
    encodeChunk('IEND', new Uint8Array(0)),
  ]);
  const body = found.reduce((sum, piece) => joinCrc(sum, piece.crc, piece.length), crc32(head));
  const packed = found.reduce((sum, piece) => sum + piece.length, 0);
  return {
    head,
    tail,
    crc: joinCrc(body, crc32(tail), tail.length),
    length: head.length + packed + tail.length,
  };
}

/** What stands before a picture's strips: always as long. */
export function headOf(width: number, height: number, channels: 3 | 4): Buffer {
  return Buffer.concat([
    SIGNATURE,
    encodeChunk('IHDR', header(width, height, channels)),
    // rendering intent 0, perceptual
    encodeChunk('sRGB', Uint8Array.of(0)),
    encodeChunk('IDAT', ZLIB_HEAD),
  ]);
}

function header(width: number, height: number, channels: 3 | 4): Uint8Array {
  const data = Buffer.alloc(13);
  data.writeUInt32BE(width, 0);
  data.writeUInt32BE(height, 4);
  // 8 bits; with or without alpha; the only ways there are to pack and filter; not interlaced
  data.set([8, channels === 4 ? 6 : 2, 0, 0, 0], 8);
  return data;
}

/** Puts tiles into an archive as one entry, filtered. @throws NativaError PACKS_GONE */
export async function addTiles(
  zip: ZipWriter,
  name: string,
  ids: readonly number[],
  pieces: Pieces,
  count: Count,
): Promise<void> {
  const found = ids.map((id) => pieces.piece(tileName(id)));
  const packed = found.reduce((sum, piece) => sum + piece.length, LAST_BLOCK.length);
  const facts = {
    deflated: true,
    crc: found.reduce((sum, piece) => joinCrc(sum, piece.crc, piece.size), 0),
    size: found.reduce((sum, piece) => sum + piece.size, 0),
    packed,
  };
  const all = async function* (): AsyncGenerator<Uint8Array> {
    for (const [index, id] of ids.entries()) {
      yield await pieces.read(tileName(id));
      count(found[index]?.size ?? 0);
    }
    yield LAST_BLOCK;
  };
  await zip.pieces(name, facts, all());
}
