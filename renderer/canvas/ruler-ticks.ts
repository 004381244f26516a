/** Where the marks of a ruler lie. */

/** A mark: where on the screen, and its number if it has one. */
export interface Tick {
  readonly at: number;
  readonly label: number | null;
}

/** Least room between numbers, in screen pixels. */
const ROOM = 60;
const PARTS = 5;

/** A round number of document pixels whose distance on the screen leaves room for numbers. */
export function tickStep(zoom: number): number {
  const least = ROOM / zoom;
  const power = 10 ** Math.floor(Math.log10(least));
  const factor = [1, 2, 5, 10].find((value) => value * power >= least) ?? 10;
  return Math.max(1, factor * power);
}

/**
 * The marks between 0 and `length` on the screen.
 * @param origin where the document begins, in screen pixels
 */
export function ticks(origin: number, zoom: number, length: number): Tick[] {
  const step = tickStep(zoom);
  const part = step / PARTS >= 1 ? step / PARTS : step;
  const first = Math.floor(-origin / zoom / part);
  const last = Math.ceil((length - origin) / zoom / part);
  return Array.from({ length: last - first + 1 }, (_, index) => {
    const value = (first + index) * part;
    const isMain = Math.abs(value / step - Math.round(value / step)) < 1e-6;
    return { at: origin + value * zoom, label: isMain ? Math.round(value) : null };
  });
}
