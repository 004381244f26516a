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

/** Side of a tile in pixels. */
const TILE = 256;

/**
 * The way back from `filterRows`, into tiles of RGBA beside each other.
 * @param filtered rows, each with the number of its filter before it; at most as many as a tile has
 * @param width pixels of a row
 * @returns null where a row is not filtered as ours are
 */
export function unfilterRows(
  filtered: Uint8Array,
  width: number,
  channels: 3 | 4,
): Uint8Array | null {
  const rows = filtered.length / (width * channels + 1);
  const out = new Uint8Array(Math.ceil(width / TILE) * TILE * TILE * 4);
  // what is left of a row, and above it; a row begins anew in each tile
  const above = new Uint8Array(width * 4);
  for (let y = 0, from = 0; y < rows; y++) {
    const filter = filtered[from++];
    if (filter !== (y === 0 ? SUB : PAETH)) return null;
    unfilterRow(filtered, from, above, channels, y > 0);
    from += width * channels;
    for (let left = 0, to = y * TILE * 4; left < width; left += TILE, to += TILE * TILE * 4) {
      out.set(above.subarray(left * 4, (left + TILE) * 4), to);
    }
  }
  return out;
}

/** One row, in the place of the one above it. */
function unfilterRow(
  filtered: Uint8Array,
  from: number,
  row: Uint8Array,
  channels: 3 | 4,
  paethed: boolean,
): void {
  let [r, g, b, a] = [0, 0, 0, channels === 3 ? 255 : 0];
  let [cornerR, cornerG, cornerB, cornerA] = [0, 0, 0, 0];
  for (let to = 0, at = from; to < row.length; to += 4, at += channels) {
    if (paethed) {
      const [upR, upG, upB] = [row[to] ?? 0, row[to + 1] ?? 0, row[to + 2] ?? 0];
      r = paeth(r, upR, cornerR);
      g = paeth(g, upG, cornerG);
      b = paeth(b, upB, cornerB);
      cornerR = upR;
      cornerG = upG;
      cornerB = upB;
    }
    r = ((filtered[at] ?? 0) + r) & 255;
    g = ((filtered[at + 1] ?? 0) + g) & 255;
    b = ((filtered[at + 2] ?? 0) + b) & 255;
    if (channels === 4) {
      const upA = row[to + 3] ?? 0;
      a = ((filtered[at + 3] ?? 0) + (paethed ? paeth(a, upA, cornerA) : a)) & 255;
      cornerA = upA;
      row[to + 3] = a;
    } else row[to + 3] = 255;
    row[to] = r;
    row[to + 1] = g;
    row[to + 2] = b;
  }
}
