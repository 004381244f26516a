/** Channels of pictures, packed as they lie in Photoshop files. */
import { packRow, packedBound } from './pack-bits.js';

/** Rows of one channel, packed: each row's length, and all rows one after the other. */
interface PackedChannel {
  /** Two bytes a row. */
  readonly lengths: Uint8Array;
  readonly rows: Uint8Array;
}

interface Picture {
  readonly width: number;
  readonly height: number;
  /** Raw RGBA, or one byte a pixel. */
  readonly data: Uint8Array;
}

/** Bytes of a picture that are packed before others get a turn. */
const TURN = 2 ** 20;

/**
 * Packs one channel of a picture, 0 to 3 for red, green, blue and alpha.
 * @param channels how many bytes a pixel has
 * @throws the signal's reason once it is aborted
 */
export async function packChannel(
  { width, height, data }: Picture,
  channel: number,
  signal: AbortSignal,
  channels = 4,
): Promise<PackedChannel> {
  const lengths = Buffer.alloc(height * 2);
  const row = new Uint8Array(width);
  const done: Uint8Array[] = [];
  const rows = Math.max(1, Math.ceil(TURN / width));
  for (let top = 0; top < height; top += rows) {
    const bottom = Math.min(height, top + rows);
    const out = new Uint8Array((bottom - top) * packedBound(width));
    let end = 0;
    for (let y = top; y < bottom; y++) {
      let at = y * width * channels + channel;
      for (let x = 0; x < width; x++, at += channels) row[x] = data[at] ?? 0;
      const start = end;
      end = packRow(row, out, start);
      lengths.writeUInt16BE(end - start, y * 2);
    }
    done.push(out.slice(0, end));
    await new Promise((resolve) => setImmediate(resolve));
    signal.throwIfAborted();
  }
  return { lengths, rows: Buffer.concat(done) };
}
