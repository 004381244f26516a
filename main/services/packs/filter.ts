/**
 * PNG's Paeth filter over rows of bytes, there and back: what remains of a photo is small numbers,
 * which a fast deflater packs better than a slow one packs the photo. The first row is filtered by
 * its left neighbours alone, so that rows are packed without those before them.
 */

/** The filter's numbers in PNG. */
const SUB = 1;
const PAETH = 4;

function paeth(left: number, up: number, corner: number): number {
  const toLeft = Math.abs(up - corner);
  const toUp = Math.abs(left - corner);
  const toCorner = Math.abs(left + up - 2 * corner);
  if (toLeft <= toUp && toLeft <= toCorner) return left;
  return toUp <= toCorner ? up : corner;
}

/**
 * Rows as they stand in a PNG file, each with the number of its filter before it.
 * @param channels bytes a pixel
 */
export function filterRows(bytes: Uint8Array, rowBytes: number, channels: number): Uint8Array {
  const rows = bytes.length / rowBytes;
  const out = new Uint8Array(bytes.length + rows);
  let at = 0;
  for (let y = 0; y < rows; y++) {
    out[at++] = y === 0 ? SUB : PAETH;
    filterRow(bytes, y, rowBytes, channels, out, at);
    at += rowBytes;
  }
  return out;
}

/** Bytes without the filters' numbers, for rows that only we read. */
export function filterPlain(bytes: Uint8Array, rowBytes: number, channels: number): Uint8Array {
  const out = new Uint8Array(bytes.length);
  for (let y = 0; y * rowBytes < bytes.length; y++) {
    filterRow(bytes, y, rowBytes, channels, out, y * rowBytes);
  }
  return out;
}

function filterRow(
  bytes: Uint8Array,
  y: number,
  rowBytes: number,
  channels: number,
  out: Uint8Array,
  to: number,
): void {
  const from = y * rowBytes;
  const above = from - rowBytes;
  for (let x = 0; x < channels; x++) {
    out[to + x] = (bytes[from + x] ?? 0) - (y > 0 ? (bytes[above + x] ?? 0) : 0);
  }
  if (y === 0) {
    for (let x = channels; x < rowBytes; x++) {
      out[to + x] = (bytes[from + x] ?? 0) - (bytes[from + x - channels] ?? 0);
    }
    return;
  }
  for (let x = channels; x < rowBytes; x++) {
    const left = bytes[from + x - channels] ?? 0;
    const corner = bytes[above + x - channels] ?? 0;
    out[to + x] = (bytes[from + x] ?? 0) - paeth(left, bytes[above + x] ?? 0, corner);
  }
}

/** The way back from `filterPlain`, in place. */
export function unfilterPlain(bytes: Uint8Array, rowBytes: number, channels: number): void {
  for (let x = channels; x < rowBytes; x++) {
    bytes[x] = (bytes[x] ?? 0) + (bytes[x - channels] ?? 0);
  }
  for (let from = rowBytes; from < bytes.length; from += rowBytes) {
    const above = from - rowBytes;
    for (let x = 0; x < channels; x++) {
      bytes[from + x] = (bytes[from + x] ?? 0) + (bytes[above + x] ?? 0);
    }
    for (let x = channels; x < rowBytes; x++) {
      const left = bytes[from + x - channels] ?? 0;
      const corner = bytes[above + x - channels] ?? 0;
      bytes[from + x] = (bytes[from + x] ?? 0) + paeth(left, bytes[above + x] ?? 0, corner);
    }
  }
}
