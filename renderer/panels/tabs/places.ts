/**
 * The place among others that something dragged along a line has come to.
 * @param others widths of the others, in their order
 * @param x where its left edge is, from where the line begins
 * @param width its own
 * @returns how many of the others lie before it
 */
export function placeAt(others: readonly number[], x: number, width: number): number {
  const middle = x + width / 2;
  let edge = 0;
  let place = 0;
  for (const other of others) {
    // Past the middle of the one whose place it takes.
    if (middle < edge + (other + width) / 2) break;
    edge += other;
    place += 1;
  }
  return place;
}
