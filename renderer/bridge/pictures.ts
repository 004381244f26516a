/** Pixels from and to the services, a row of tiles at a time so that the page never stands still. */
import { RasterEditor, TILE_BYTES, emptyRaster, putRows } from '../document/pixels/tiles.js';
import type { TileLength } from '../document/serialise.js';
import { TILE, type Raster } from '../document/types.js';
import { PIECE, StudioError, type Client } from './client.js';

/** Milliseconds of work after which the page gets a turn. */
const TURN = 8;

/** Bytes of tiles that are sent or fetched at once. */
const BATCH = 64 * 2 ** 20;

/** Lets the page draw and answer. By a message, for browsers delay timers that follow each other. */
export async function turn(): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  await new Promise<void>((resolve) => {
    port1.onmessage = () => {
      resolve();
    };
    port2.postMessage(null);
  });
  port1.close();
}

/**
 * Gives the bytes of a blob on in pieces of stated sizes, as they arrive.
 * @param sizes of the pieces; a piece's memory is only valid until the next one is asked for
 * @throws StudioError where fewer bytes come
 */
async function eachPiece(
  client: Client,
  blob: string,
  sizes: readonly number[],
  take: (piece: Uint8ClampedArray, index: number) => void,
): Promise<void> {
  const { body } = await client.download(blob);
  if (body === null) throw new StudioError('PIXELS_REFUSED', 'The picture came without pixels.');
  const buffer = new Uint8ClampedArray(Math.max(0, ...new Set(sizes)));
  let filled = 0;
  let index = 0;
  let since = performance.now();
  const reader = body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    let from = 0;
    while (from < value.length && index < sizes.length) {
      const size = sizes[index] ?? 0;
      const part = value.subarray(from, from + size - filled);
      buffer.set(part, filled);
      filled += part.length;
      from += part.length;
      if (filled < size) break;
      take(buffer.subarray(0, size), index);
      index += 1;
      filled = 0;
      if (performance.now() - since < TURN) continue;
      await turn();
      since = performance.now();
    }
  }
  if (index < sizes.length) {
    throw new StudioError('PIXELS_REFUSED', 'The picture came without all pixels.');
  }
}

/**
 * Fetches raw RGBA as a raster.
 * @throws StudioError where fewer bytes come than the size says
 */
export async function fetchRaster(
  client: Client,
  blob: string,
  width: number,
  height: number,
): Promise<Raster> {
  const editor = new RasterEditor(emptyRaster(width, height));
  const strips: number[] = [];
  for (let top = 0; top < height; top += TILE) {
    strips.push(width * 4 * Math.min(TILE, height - top));
  }
  await eachPiece(client, blob, strips, (strip, index) => {
    putRows(editor, strip, index * TILE, index * TILE);
  });
  return editor.finish();
}

/**
 * Fetches tiles, each in memory of its own.
 * @param layout in the order they lie in the blob
 * @throws StudioError where fewer bytes come
 */
export async function fetchTiles(
  client: Client,
  blob: string,
  layout: readonly TileLength[],
): Promise<Map<number, Uint8ClampedArray>> {
  const tiles = new Map<number, Uint8ClampedArray>();
  const sizes = layout.map(({ bytes }) => bytes);
  await eachPiece(client, blob, sizes, (piece, index) => {
    const tile = layout[index];
    if (tile) tiles.set(tile.id, piece.slice());
  });
  return tiles;
}

/** Tiles in batches that can be sent at once. */
export function batches<T extends { readonly data: Uint8ClampedArray }>(
  tiles: readonly T[],
): readonly (readonly T[])[] {
  const made: T[][] = [];
  let room = 0;
  for (const tile of tiles) {
    if (tile.data.length > room || made.length === 0) {
      made.push([]);
      room = BATCH;
    }
    made.at(-1)?.push(tile);
    room -= tile.data.length;
  }
  return made;
}

/** How many tiles of pixels are fetched at once. */
export const TILES_AT_ONCE = BATCH / TILE_BYTES;

/** A batch of tiles as one blob, in order: bytes of each after the other. */
export async function uploadTiles(
  client: Client,
  tiles: readonly { readonly data: Uint8ClampedArray }[],
  signal?: AbortSignal,
): Promise<string> {
  return client.uploadParts(piecesOf(tiles), signal);
}

/** Tiles in pieces that can be sent at once, each in memory of its own. */
function* piecesOf(
  tiles: readonly { readonly data: Uint8ClampedArray }[],
): Generator<Uint8Array<ArrayBuffer>> {
  let left = tiles.reduce((sum, { data }) => sum + data.length, 0);
  let piece = new Uint8Array(Math.min(PIECE, left));
  let filled = 0;
  for (const { data } of tiles) {
    if (filled + data.length > piece.length) {
      yield piece.subarray(0, filled);
      left -= filled;
      piece = new Uint8Array(Math.min(PIECE, left));
      filled = 0;
    }
    piece.set(data, filled);
    filled += data.length;
  }
  yield piece.subarray(0, filled);
}

/** Raw RGBA. @returns its id */
export async function uploadPixels(client: Client, data: Uint8ClampedArray): Promise<string> {
  return client.upload(data as Uint8ClampedArray<ArrayBuffer>);
}
