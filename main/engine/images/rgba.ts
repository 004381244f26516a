import type { Pixels } from './types.js';

/** Pixels with four channels; those that have them already are given back, not copied. */
export function toRgba({ width, height, channels, data }: Pixels): Uint8Array {
  if (channels === 4) return data;
  const out = new Uint8Array(width * height * 4);
  for (let from = 0, to = 0; to < out.length; from += 3, to += 4) {
    out[to] = data[from] ?? 0;
    out[to + 1] = data[from + 1] ?? 0;
    out[to + 2] = data[from + 2] ?? 0;
    out[to + 3] = 255;
  }
  return out;
}

/**
 * The picture without its alpha channel where that says nothing: files get smaller, and every
 * program can read them. A picture with any transparency is given back as it is.
 */
export function withoutOpaqueAlpha(image: Pixels): Pixels {
  const { width, height, channels, data } = image;
  if (channels === 3) return image;
  for (let at = 3; at < data.length; at += 4) if (data[at] !== 255) return image;
  const out = new Uint8Array(width * height * 3);
  for (let from = 0, to = 0; to < out.length; from += 4, to += 3) {
    out[to] = data[from] ?? 0;
    out[to + 1] = data[from + 1] ?? 0;
    out[to + 2] = data[from + 2] ?? 0;
  }
  return { width, height, channels: 3, data: out };
}
