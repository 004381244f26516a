/** Pictures side by side in one tensor [..., rows, columns]: columns of each row are contiguous. */

/**
 * Cuts columns [start, start + count) out of every row.
 * @param width columns of a row of `source`
 */
export function readColumns(
  source: Float32Array,
  width: number,
  start: number,
  count: number,
): Float32Array<ArrayBuffer> {
  if (count === width) return source.slice();
  const rows = source.length / width;
  const result = new Float32Array(rows * count);
  for (let row = 0; row < rows; row++) {
    const from = row * width + start;
    result.set(source.subarray(from, from + count), row * count);
  }
  return result;
}

/**
 * Puts a picture into the columns from `start` on, row by row.
 * @param width columns of a row of `target`
 * @param count columns of a row of `source`
 */
export function writeColumns(
  target: Float32Array,
  width: number,
  start: number,
  source: Float32Array,
  count: number,
): void {
  const rows = source.length / count;
  for (let row = 0; row < rows; row++) {
    target.set(source.subarray(row * count, (row + 1) * count), row * width + start);
  }
}
