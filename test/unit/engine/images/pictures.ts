import { sharp } from '../../../../main/engine/images/sharp.js';
import type { Mask, Pixels } from '../../../../main/engine/images/types.js';

/** A picture whose every channel is a function of its place. */
export function paint(
  width: number,
  height: number,
  channels: 3 | 4,
  colour: (x: number, y: number, channel: number) => number,
): Pixels {
  const data = new Uint8Array(width * height * channels);
  let at = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < channels; c++) data[at++] = Math.min(Math.max(colour(x, y, c), 0), 255);
    }
  }
  return { width, height, channels, data };
}

/** Pseudo-random numbers in [0, 1), the same for the same seed (mulberry32). */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** Bytes without any structure. */
export function noise(width: number, height: number, channels: 3 | 4, seed = 1): Pixels {
  const next = random(seed);
  return paint(width, height, channels, () => Math.floor(next() * 256));
}

/**
 * A smooth, richly textured scene that can be seen at any shift and scale, since it is a function
 * of continuous coordinates: waves of many directions, none of them fine enough to alias.
 */
export function scene(x: number, y: number, channel = 0): number {
  const wave = (a: number, b: number, phase: number): number =>
    Math.sin(a * x + b * y + phase + channel * 0.4);
  return (
    128 +
    34 * wave(0.11, 0.05, 0) +
    26 * wave(-0.06, 0.17, 1) +
    18 * wave(0.31, -0.22, 2) +
    14 * wave(0.02, 0.035, 3) +
    10 * wave(-0.45, -0.38, 4)
  );
}

/** A mask whose every byte is a function of its place. */
export function paintMask(
  width: number,
  height: number,
  value: (x: number, y: number) => number,
): Mask {
  const data = Uint8Array.from({ length: width * height }, (_, i) =>
    value(i % width, Math.floor(i / width)),
  );
  return { width, height, data };
}

/** Pixels as a sharp pipeline, to be encoded in any way a test needs. */
export function sharpOf({ width, height, channels, data }: Pixels) {
  return sharp(data, { raw: { width, height, channels } });
}

/** The RGB or RGBA of one pixel. */
export function pixel(image: Pixels, x: number, y: number): number[] {
  const at = (y * image.width + x) * image.channels;
  return [...image.data.subarray(at, at + image.channels)];
}

/** Largest difference between two lists of bytes. */
export function farthest(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Infinity;
  let most = 0;
  for (let i = 0; i < a.length; i++) most = Math.max(most, Math.abs((a[i] ?? 0) - (b[i] ?? 0)));
  return most;
}
