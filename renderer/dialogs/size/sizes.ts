/** Sizes of pictures as people choose them; lengths in pixels. */

/** The most that a canvas may have. */
export const MOST_PIXELS = 100e6;
export const MOST_SIDE = 65_535;

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Where the picture stays on a canvas of another size: 0 left or top, 1 right or bottom. */
export interface AnchorPlace {
  readonly x: 0 | 0.5 | 1;
  readonly y: 0 | 0.5 | 1;
}

export interface Preset extends Size {
  readonly name: string;
}

/** Paper is at 300 pixels an inch. */
export const PRESETS: readonly Preset[] = [
  { name: '1:1', width: 512, height: 512 },
  { name: '1:1', width: 1024, height: 1024 },
  { name: '1:1', width: 2048, height: 2048 },
  { name: '4:3', width: 1024, height: 768 },
  { name: '3:2', width: 1536, height: 1024 },
  { name: '16:9 HD', width: 1920, height: 1080 },
  { name: '16:9 4K', width: 3840, height: 2160 },
  { name: '9:16', width: 1080, height: 1920 },
  { name: 'A4', width: 2480, height: 3508 },
  { name: 'A5', width: 1748, height: 2480 },
  { name: 'Letter', width: 2550, height: 3300 },
];

/** Whether a canvas may have this size. */
export function fits({ width, height }: Size): boolean {
  const sides = [width, height];
  return (
    sides.every((side) => Number.isInteger(side) && side >= 1 && side <= MOST_SIDE) &&
    width * height <= MOST_PIXELS
  );
}

/** A size with this width or height and, as near as whole pixels allow, the proportions of another. */
export function inProportion(side: 'width' | 'height', length: number, like: Size): Size {
  const whole = (value: number): number => Math.min(MOST_SIDE, Math.max(1, Math.round(value)));
  return side === 'width'
    ? { width: length, height: whole((length * like.height) / like.width) }
    : { width: whole((length * like.width) / like.height), height: length };
}
