/** Adjustments as files of other programs have them, and back. */
import type { WireAdjustment } from '../../preload/contract.js';
import { tablesOf } from '../document/pixels/adjust-tables.js';
import type { Adjustment, Point } from '../document/types.js';

/** What a file says of an adjustment; curves of other programs have so few points. */
type Wire = WireAdjustment['adjustment'];
const STEP = 17;

/**
 * What comes nearest to an adjustment in files of other programs; null where there is nothing. What
 * they reckon otherwise than we do is written as the curves that it comes to.
 */
export function wireAdjustment(adjustment: Adjustment): Wire | null {
  switch (adjustment.kind) {
    case 'levels':
    case 'exposure':
    case 'hue-saturation':
    case 'grayscale':
      return adjustment;
    case 'curves':
      return adjustment.points.length <= 16 ? (adjustment as Wire) : asCurves(adjustment);
    case 'brightness-contrast':
    case 'temperature':
      return asCurves(adjustment);
    case 'blur':
    case 'sharpen':
      return null;
  }
}

function asCurves(adjustment: Parameters<typeof tablesOf>[0]): Wire {
  const [red, green, blue] = tablesOf(adjustment).map(sampled);
  const line = [
    { x: 0, y: 0 },
    { x: 255, y: 255 },
  ];
  return {
    kind: 'curves',
    points: line,
    red: red ?? line,
    green: green ?? line,
    blue: blue ?? line,
  };
}

function sampled(table: Uint8ClampedArray): Point[] {
  return Array.from({ length: 255 / STEP + 1 }, (_, index) => ({
    x: index * STEP,
    y: table[index * STEP] ?? 0,
  }));
}
