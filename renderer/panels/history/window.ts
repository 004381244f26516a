/** Which lines of a long list are in view, where lines have different heights. */

/** Where each line begins, in pixels, and at last where the list ends. */
export function offsetsOf(heights: readonly number[]): readonly number[] {
  const offsets = [0];
  for (const height of heights) offsets.push((offsets.at(-1) ?? 0) + height);
  return offsets;
}

/** The last of ascending offsets that is not beyond a place. */
function lastUpTo(offsets: readonly number[], place: number): number {
  let low = 0;
  let high = offsets.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((offsets[middle] ?? 0) <= place) low = middle;
    else high = middle - 1;
  }
  return low;
}

/**
 * The lines in view, and some beside them.
 * @param margin pixels above and below the view that are drawn, too
 * @returns half-open: `to` is the first that is not drawn
 */
export function windowOf(
  offsets: readonly number[],
  top: number,
  height: number,
  margin: number,
): { readonly from: number; readonly to: number } {
  const count = offsets.length - 1;
  const from = Math.min(lastUpTo(offsets, top - margin), Math.max(0, count - 1));
  const to = Math.min(count, lastUpTo(offsets, top + height + margin) + 1);
  return { from: count === 0 ? 0 : from, to };
}

/** How a list is to be scrolled for a line to be in view; where it is, if it is. */
export function scrollTo(
  offsets: readonly number[],
  index: number,
  top: number,
  height: number,
): number {
  const [begin = 0, end = begin] = offsets.slice(index, index + 2);
  return begin < top ? begin : Math.max(top, end - height);
}
