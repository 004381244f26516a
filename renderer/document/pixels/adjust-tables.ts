/** Adjustments that treat every value of a channel alike, as tables of 256 bytes. */
import type { Adjustment, Channels, Levels, Point } from '../types.js';

/** Tables for red, green and blue. */
export type Tables = readonly [Uint8ClampedArray, Uint8ClampedArray, Uint8ClampedArray];
type TableAdjustment = Extract<
  Adjustment,
  { kind: 'brightness-contrast' | 'levels' | 'curves' | 'exposure' | 'temperature' }
>;

/** What an adjustment makes of each value. */
export function tablesOf(adjustment: TableAdjustment): Tables {
  switch (adjustment.kind) {
    case 'brightness-contrast': {
      const { brightness, contrast } = adjustment;
      return alike(tableFrom((v) => brightnessContrast(v, brightness / 100, contrast / 100)));
    }
    case 'levels':
      return afterChannels(levelsTable(adjustment), adjustment, levelsTable);
    case 'curves':
      return afterChannels(curveTable(adjustment.points), adjustment, curveTable);
    case 'exposure':
      return alike(gainTable(2 ** adjustment.exposure));
    case 'temperature':
      return temperatureTables(adjustment.temperature / 100, adjustment.tint / 100);
  }
}

/** Whether tables leave every value as it is. */
export function areIdentities(tables: Tables): boolean {
  return tables.every((table) => table.every((value, index) => value === index));
}

const clamp01 = (value: number): number => Math.min(1, Math.max(0, value));
const alike = (table: Uint8ClampedArray): Tables => [table, table, table];

/** A table for all channels after one for each that has its own. */
function afterChannels<T>(
  all: Uint8ClampedArray,
  { red, green, blue }: Channels<T>,
  tableOf: (of: T) => Uint8ClampedArray,
): Tables {
  const after = (of: T | undefined): Uint8ClampedArray =>
    of === undefined ? all : tableOf(of).map((value) => all[value] ?? 0);
  return [after(red), after(green), after(blue)];
}

function levelsTable({ black, white, gamma }: Levels): Uint8ClampedArray {
  const span = Math.max(1e-6, white - black);
  return tableFrom((v) => clamp01((v * 255 - black) / span) ** (1 / gamma));
}

function tableFrom(map: (value: number) => number): Uint8ClampedArray {
  return Uint8ClampedArray.from({ length: 256 }, (_, value) => 255 * map(value / 255));
}

/** Brightness bends towards white or black without clipping; contrast turns about the middle. */
function brightnessContrast(value: number, brightness: number, contrast: number): number {
  const half = brightness / 2;
  const moved = half < 0 ? value * (1 + half) : value + (1 - value) * half;
  if (contrast === 0) return moved;
  return (moved - 0.5) * Math.tan(((contrast + 1) * Math.PI) / 4) + 0.5;
}

const toLinear = (v: number): number => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
const fromLinear = (v: number): number =>
  v <= 0.0031308 ? v * 12.92 : 1.055 * v ** (1 / 2.4) - 0.055;

/** Multiplies light, which is linear where sRGB's values are not. */
function gainTable(gain: number): Uint8ClampedArray {
  return tableFrom((v) => fromLinear(toLinear(v) * gain));
}

/** Gains of the channels, scaled so that a grey keeps its luminance. */
function temperatureTables(temperature: number, tint: number): Tables {
  const red = 2 ** (temperature * 0.6 + tint * 0.2);
  const green = 2 ** (-tint * 0.4);
  const blue = 2 ** (-temperature * 0.6 + tint * 0.2);
  const luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  return [gainTable(red / luminance), gainTable(green / luminance), gainTable(blue / luminance)];
}

/** A monotone cubic through the points (Fritsch and Carlson), level beyond the first and last. */
function curveTable(points: readonly Point[]): Uint8ClampedArray {
  const sorted = [...points].sort((a, b) => a.x - b.x);
  const knots = sorted.filter((point, index) => point.x !== sorted[index + 1]?.x);
  if (knots.length === 0) return tableFrom((v) => v);
  const slopes = slopesOf(knots);
  let segment = 0;
  return Uint8ClampedArray.from({ length: 256 }, (_, x) => {
    while (segment < knots.length - 2 && x > (knots[segment + 1]?.x ?? 0)) segment++;
    return hermite(knots, slopes, segment, x);
  });
}

function hermite(
  knots: readonly Point[],
  slopes: readonly number[],
  segment: number,
  x: number,
): number {
  const from = knots[segment] ?? { x: 0, y: 0 };
  const to = knots[segment + 1];
  if (x <= from.x || to === undefined) return from.y;
  if (x >= to.x) return to.y;
  const width = to.x - from.x;
  const t = (x - from.x) / width;
  const u = 1 - t;
  return (
    (1 + 2 * t) * u * u * from.y +
    t * u * u * width * (slopes[segment] ?? 0) +
    t * t * (3 - 2 * t) * to.y -
    t * t * u * width * (slopes[segment + 1] ?? 0)
  );
}

/** Slopes at the knots that keep the curve from overshooting between them. */
function slopesOf(knots: readonly Point[]): number[] {
  const secants: number[] = [];
  for (let i = 0; i + 1 < knots.length; i++) {
    const from = knots[i];
    const to = knots[i + 1];
    if (from && to) secants.push((to.y - from.y) / (to.x - from.x));
  }
  return knots.map((_, i) => {
    const left = secants[i - 1];
    const right = secants[i];
    if (left === undefined || right === undefined) return left ?? right ?? 0;
    if (left * right <= 0) return 0;
    const mean = (left + right) / 2;
    const limit = 3 * Math.min(Math.abs(left), Math.abs(right));
    return Math.sign(mean) * Math.min(Math.abs(mean), limit);
  });
}
