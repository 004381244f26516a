/** Pixels from and to the services, a row of tiles at a time so that the page never stands still. */
import { RasterEditor, emptyRaster, putRows } from '../document/pixels/tiles.js';
import { TILE, type Raster } from '../document/types.js';
import { StudioError, type Client } from './client.js';

/** Milliseconds of work after which the page gets a turn. */
const TURN = 8;

/** Lets the page draw and answer. */
export async function turn(): Promise<void> {
  await new Promise<void>((resolve) => {
    setTimeout(resolve);
  });
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
  const { body } = await client.download(blob);
  if (body === null) throw new StudioError('PIXELS_REFUSED', 'The picture came without pixels.');
  const editor = new RasterEditor(emptyRaster(width, height));
  const rowBytes = width * 4;
  let strip = new Uint8ClampedArray(rowBytes * Math.min(TILE, height));
  let filled = 0;
  let top = 0;
  let since = performance.now();
  const reader = body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    let from = 0;
    while (from < value.length && top < height) {
      const part = value.subarray(from, from + strip.length - filled);
      strip.set(part, filled);
      filled += part.length;
      from += part.length;
      if (filled < strip.length) break;
      putRows(editor, strip, top, top);
      top += TILE;
      filled = 0;
      if (top < height) strip = new Uint8ClampedArray(rowBytes * Math.min(TILE, height - top));
      if (performance.now() - since > TURN) {
        await turn();
        since = performance.now();
      }
    }
  }
  if (top < height) throw new StudioError('PIXELS_REFUSED', 'The picture came without all pixels.');
  return editor.finish();
}

/** Tiles as one blob, in order: bytes of each after the other. */
export async function uploadTiles(
  client: Client,
  tiles: readonly { readonly data: Uint8ClampedArray }[],
): Promise<string> {
  return client.upload(new Blob(tiles.map(({ data }) => data as Uint8ClampedArray<ArrayBuffer>)));
}

/** Raw RGBA. @returns its id */
export async function uploadPixels(client: Client, data: Uint8ClampedArray): Promise<string> {
  return client.upload(new Blob([data as Uint8ClampedArray<ArrayBuffer>]));
}
