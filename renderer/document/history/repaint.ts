/** One pixel of a stroke on another ground than the one it was painted on. */

/** Furthest that rounding takes a mixed channel. */
const ROUNDING = 1.5;

/**
 * A pixel as it is once painted as another was. Pixels are words with alpha in the highest byte.
 * What was painted on nothing, or is opaque paint, covers; what was erased is erased by as much; the
 * soft edge of known paint mixes with what is below now. Any other change gives the pixel its value.
 * @param before the pixel that was painted on
 * @param after what it became
 * @param onto the pixel that is there instead
 * @param paint the colour painted with, opaque; null: not known
 */
export function repainted(
  before: number,
  after: number,
  onto: number,
  paint: number | null,
): number {
  const [was, is] = [before >>> 24, after >>> 24];
  if (was === 0) return over(after, is / 255, onto);
  if (is < was && (is === 0 || colourOf(before) === colourOf(after))) {
    return word(colourOf(onto), Math.round(((onto >>> 24) * is) / was));
  }
  if (paint === null || was !== 255 || is !== 255) return after;
  const share = shareOf(before, after, paint);
  return share === null ? after : over(paint, share, onto);
}

const colourOf = (pixel: number): number => pixel & 0xffffff;
const channel = (pixel: number, index: number): number => (pixel >>> (8 * index)) & 255;
const word = (colour: number, alpha: number): number =>
  alpha === 0 ? 0 : ((alpha << 24) | colour) >>> 0;

/** How much paint makes one colour another; null where it does not. */
function shareOf(before: number, after: number, paint: number): number | null {
  let [widest, share] = [0, 1];
  for (let i = 0; i < 3; i++) {
    const way = channel(paint, i) - channel(before, i);
    if (Math.abs(way) <= Math.abs(widest)) continue;
    widest = way;
    share = (channel(after, i) - channel(before, i)) / way;
  }
  if (widest === 0 || share <= 0 || share > 1) return null;
  for (let i = 0; i < 3; i++) {
    const mixed = channel(before, i) + share * (channel(paint, i) - channel(before, i));
    if (Math.abs(mixed - channel(after, i)) > ROUNDING) return null;
  }
  return share;
}

/** A colour above a pixel, seen as far as `share` says, from 0 to 1. */
function over(colour: number, share: number, lower: number): number {
  const below = ((lower >>> 24) / 255) * (1 - share);
  const alpha = share + below;
  if (alpha === 0) return 0;
  let mixed = 0;
  for (let i = 0; i < 3; i++) {
    const value = (channel(colour, i) * share + channel(lower, i) * below) / alpha;
    mixed |= Math.round(value) << (8 * i);
  }
  return word(mixed, Math.round(alpha * 255));
}
