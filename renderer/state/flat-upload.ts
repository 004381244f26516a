/** Pictures of any size on their way to the services: drawn and sent a strip at a time. */
import { PIECE, type Client } from '../bridge/client.js';
import type { FlattenOptions } from '../document/pixels/flatten.js';
import { TILE, type Rect } from '../document/types.js';

type Watched = Pick<FlattenOptions, 'signal' | 'onProgress'>;

/**
 * Uploads raw RGBA of a rectangle, of which never more than a strip is in memory.
 * @param draw gives the pixels of a part of it
 * @returns the id of all of it
 * @throws StudioError; the signal's reason once it is aborted, and then nothing stays there
 */
export function uploadFlat(
  client: Client,
  rect: Rect,
  draw: (part: Rect, watched: Watched) => Promise<Uint8ClampedArray>,
  watched: Watched = {},
): Promise<string> {
  return client.uploadParts(strips(rect, draw, watched), watched.signal);
}

async function* strips(
  { x, y, width, height }: Rect,
  draw: (part: Rect, watched: Watched) => Promise<Uint8ClampedArray>,
  { signal, onProgress }: Watched,
): AsyncGenerator<Uint8ClampedArray<ArrayBuffer>> {
  const rows = Math.max(1, Math.floor(PIECE / (width * 4 * TILE))) * TILE;
  for (let top = y; top < y + height;) {
    // Strips end with tiles, so that no tile is drawn twice.
    const bottom = Math.min(y + height, (Math.floor(top / TILE) + rows / TILE) * TILE);
    const [done, share] = [(top - y) / height, (bottom - top) / height];
    const data = await draw(
      { x, y: top, width, height: bottom - top },
      {
        ...(signal && { signal }),
        onProgress: (part) => onProgress?.(done + part * share),
      },
    );
    yield data as Uint8ClampedArray<ArrayBuffer>;
    top = bottom;
  }
}
