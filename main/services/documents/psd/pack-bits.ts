/** Runs of equal bytes as Photoshop packs them. */

const LONGEST = 128;

/** The most that `length` bytes take, packed. */
export const packedBound = (length: number): number => length + Math.ceil(length / LONGEST);

/**
 * Packs a row. @param out has room for `packedBound` bytes from `at` on
 * @returns where the packed row ends
 */
export function packRow(row: Uint8Array, out: Uint8Array, at: number): number {
  let end = at;
  for (let i = 0; i < row.length;) {
    const run = runAt(row, i);
    if (run > 2) {
      out[end++] = 257 - run;
      out[end++] = row[i] ?? 0;
      i += run;
      continue;
    }
    const from = i;
    while (i < row.length && i - from < LONGEST && !isRun(row, i)) i++;
    out[end++] = i - from - 1;
    out.set(row.subarray(from, i), end);
    end += i - from;
  }
  return end;
}

/** How many equal bytes follow each other. */
function runAt(row: Uint8Array, from: number): number {
  const value = row[from];
  const last = Math.min(row.length, from + LONGEST);
  let i = from + 1;
  while (i < last && row[i] === value) i++;
  return i - from;
}

/** Whether three equal bytes follow each other: two are no shorter as a run. */
function isRun(row: Uint8Array, at: number): boolean {
  return at + 2 < row.length && row[at] === row[at + 1] && row[at] === row[at + 2];
}
