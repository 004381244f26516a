/**
 * Where packed pieces lie in a project's file: an entry of it says how long each is and gives its check
 * sums, so that pieces are read alone, and put into the next file as they are.
 */
import { z } from 'zod';
import type { PackedPicture } from '../../../preload/contract.js';
import type { Piece, Pieces } from '../packs/index.js';
import { headOf, LAST_BLOCK } from './packed-entries.js';
import type { Source } from './source.js';
import type { EntryPlace, ZipFile } from './zip/read.js';

/** Where this is said. */
export const PIECES_ENTRY = 'nativa/pieces.json';
export const MERGED_ENTRY = 'mergedimage.png';
export const layerEntry = (n: number): string => `data/layer${n}.png`;

const MAX_BYTES = 64_000_000;
const TILE = 256;
/** The longest side, as everywhere. */
const MAX_SIDE = 65_535;
/** Numbers of a strip: rows, bytes, CRC-32, Adler-32. Of a tile: bytes, CRC-32. */
const [OF_STRIP, OF_TILE] = [4, 2];
/** Bytes before the strips of a picture, and behind them. */
const HEAD_BYTES = headOf(1, 1, 4).length;
const TAIL_BYTES = 30;

const number = z.int().min(0).max(0xffff_ffff);
const strips = z.array(number).max(OF_STRIP * 70_000);
const schema = z.strictObject({
  version: z.literal(1),
  /** The version of this program: another one may draw differently. */
  made: z.string().max(100),
  /** Strips of the layers' pictures, in their order. */
  pictures: z.array(strips).max(10_000),
  merged: strips,
  /** Tiles that are in no picture. */
  tiles: z.array(number).max(OF_TILE * 2_000_000),
});

/** A piece, and where it lies in the file. */
export interface PlacedPiece extends Piece {
  readonly start: number;
}

/** All pieces of a project's file. */
export interface PlacedPieces {
  readonly made: string;
  readonly pictures: readonly (readonly PlacedPiece[])[];
  readonly merged: readonly PlacedPiece[];
  /** Of tiles that are in no picture, in the project's order. */
  readonly tiles: readonly PlacedPiece[];
}

/** The text of the entry. */
export function piecesText(
  made: string,
  pictures: readonly PackedPicture[],
  merged: PackedPicture,
  tiles: readonly string[],
  pieces: Pieces,
): string {
  const of = ({ strips: keys }: PackedPicture): number[] =>
    keys.flatMap((key) => {
      const { rows, length, crc, adler } = pieces.piece(key);
      return [rows, length, crc, adler];
    });
  const loose = tiles.flatMap((key) => {
    const { length, crc } = pieces.piece(key);
    return [length, crc];
  });
  const all = { version: 1, made, pictures: pictures.map(of), merged: of(merged), tiles: loose };
  return JSON.stringify(all);
}

/**
 * Where the pieces of a file lie; all that is said of them is checked against the archive, but not yet
 * the pieces themselves.
 * @param loose bytes of the tiles that are in no picture, and the entries they lie in
 * @returns null where the file says it in another way, or not as the archive does
 * @throws NativaError UNREADABLE_ARCHIVE, UNSAFE_ARCHIVE
 */
export async function readPieces(
  zip: ZipFile,
  file: Pick<Source, 'read'>,
  loose: readonly number[],
  looseEntry: (n: number) => string,
): Promise<PlacedPieces | null> {
  const bytes = await zip.read(PIECES_ENTRY, MAX_BYTES);
  if (bytes === null) return null;
  let said: z.output<typeof schema>;
  try {
    said = schema.parse(JSON.parse(new TextDecoder().decode(bytes)));
  } catch {
    return null;
  }
  const picture = (numbers: readonly number[], name: string) =>
    placedStrips(numbers, zip.placeOf(name), file);
  const pictures: PlacedPiece[][] = [];
  for (const [n, numbers] of said.pictures.entries()) {
    const placed = await picture(numbers, layerEntry(n));
    if (placed === null) return null;
    pictures.push(placed);
  }
  const merged = await picture(said.merged, MERGED_ENTRY);
  const tiles = placedTiles(said.tiles, loose, (n) => zip.placeOf(looseEntry(n)));
  return merged && tiles && { made: said.made, pictures, merged, tiles };
}

async function placedStrips(
  numbers: readonly number[],
  place: EntryPlace | undefined,
  file: Pick<Source, 'read'>,
): Promise<PlacedPiece[] | null> {
  if (place === undefined || place.deflated || numbers.length % OF_STRIP !== 0) return null;
  const head = Buffer.from(await file.read(place.start, HEAD_BYTES));
  if (head.length < HEAD_BYTES) return null;
  const [width, height] = [head.readUInt32BE(16), head.readUInt32BE(20)];
  const channels = head[25] === 2 ? 3 : 4;
  if (Math.min(width, height) < 1 || Math.max(width, height) > MAX_SIDE) return null;
  if (!head.equals(headOf(width, height, channels))) return null;
  const placed: PlacedPiece[] = [];
  let start = place.start + HEAD_BYTES;
  let left = height;
  for (let at = 0; at < numbers.length; at += OF_STRIP) {
    const [rows = 0, length = 0, crc = 0, adler = 0] = numbers.slice(at, at + OF_STRIP);
    if (rows < 1 || rows > TILE) return null;
    placed.push({
      width,
      rows,
      channels,
      length,
      size: rows * (width * channels + 1),
      crc,
      adler,
      start,
    });
    start += length;
    left -= rows;
  }
  return left === 0 && start + TAIL_BYTES === place.start + place.size ? placed : null;
}

function placedTiles(
  numbers: readonly number[],
  sizes: readonly number[],
  placeOf: (n: number) => EntryPlace | undefined,
): PlacedPiece[] | null {
  if (numbers.length !== sizes.length * OF_TILE) return null;
  const placed: PlacedPiece[] = [];
  let [entry, start, end, room] = [0, 0, 0, 0];
  for (const [index, size] of sizes.entries()) {
    if (room === 0) {
      const place = placeOf(entry++);
      if (start !== end || place?.deflated !== true) return null;
      [start, room] = [place.start, place.size];
      end = start + place.packed - LAST_BLOCK.length;
    }
    const [length = 0, crc = 0] = numbers.slice(index * OF_TILE, (index + 1) * OF_TILE);
    placed.push({ width: TILE, rows: TILE, channels: 0, length, size, crc, adler: 0, start });
    start += length;
    room -= size;
    if (room < 0 || start > end) return null;
  }
  return start === end && room === 0 && placeOf(entry) === undefined ? placed : null;
}
