/**
 * Tiles at lower resolutions, each level half the one before, made when they are first asked for
 * and kept within a bound, those longest unused going first.
 */
import { TILE } from '../types.js';
import type { MaskTile, Tile } from '../types.js';
import { wordsOf } from './words.js';

/** The coarsest level: a tile is one pixel. */
export const LAST_LEVEL = Math.log2(TILE);

interface Entry {
  /** How much of the tile lies inside its raster. */
  readonly width: number;
  readonly height: number;
  readonly levels: Map<number, Uint8ClampedArray>;
  opaque: boolean | null;
  bytes: number;
}

/** What an entry costs beside its pixels, roughly. */
const ENTRY_BYTES = 200;

/** Halves a picture: from one of width * height pixels in rows of `stride` to rows of stride / 2. */
type Halve = (
  from: Uint8ClampedArray,
  stride: number,
  width: number,
  height: number,
) => Uint8ClampedArray;

export class Pyramids {
  readonly #maxBytes: number;
  readonly #entries = new Map<number, Entry>();
  #bytes = 0;

  /** @param maxBytes what all levels together may hold */
  constructor(maxBytes = 256e6) {
    this.#maxBytes = maxBytes;
  }

  /** Bytes held now. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * RGBA of a tile at a level: rows of TILE >> level pixels.
   * @param width how much of the tile lies inside its raster; the rest counts for nothing
   */
  pixels(tile: Tile, level: number, width: number, height: number): Uint8ClampedArray {
    return this.#level(tile, level, width, height, halvePixels);
  }

  /** The same of a mask's tile. */
  mask(tile: MaskTile, level: number, width: number, height: number): Uint8ClampedArray {
    return this.#level(tile, level, width, height, halveMask);
  }

  /** Whether every pixel of a tile inside its raster is opaque. */
  isOpaque(tile: Tile, width: number, height: number): boolean {
    const entry = this.#entry(tile.id, width, height);
    entry.opaque ??= isOpaque(tile.data, width, height);
    return entry.opaque;
  }

  #level(
    tile: Tile | MaskTile,
    level: number,
    width: number,
    height: number,
    halve: Halve,
  ): Uint8ClampedArray {
    if (level === 0) return tile.data;
    const entry = this.#entry(tile.id, width, height);
    const known = entry.levels.get(level);
    if (known) return known;
    let finest = level - 1;
    while (finest > 0 && !entry.levels.has(finest)) finest--;
    let data = entry.levels.get(finest) ?? tile.data;
    for (let at = finest; at < level; at++) {
      const inside = (size: number): number => Math.ceil(size / 2 ** at);
      data = halve(data, TILE >> at, inside(width), inside(height));
    }
    entry.levels.set(level, data);
    entry.bytes += data.length;
    this.#bytes += data.length;
    this.#trim();
    return data;
  }

  #entry(id: number, width: number, height: number): Entry {
    let entry = this.#entries.get(id);
    if (entry) {
      this.#entries.delete(id);
      if (entry.width !== width || entry.height !== height) {
        this.#bytes -= entry.bytes;
        entry = undefined;
      }
    }
    if (!entry) {
      entry = { width, height, levels: new Map(), opaque: null, bytes: ENTRY_BYTES };
      this.#bytes += ENTRY_BYTES;
    }
    this.#entries.set(id, entry);
    return entry;
  }

  #trim(): void {
    for (const [id, entry] of this.#entries) {
      if (this.#bytes <= this.#maxBytes || this.#entries.size === 1) return;
      this.#entries.delete(id);
      this.#bytes -= entry.bytes;
    }
  }
}

function isOpaque(data: Uint8ClampedArray, width: number, height: number): boolean {
  const words = wordsOf(data);
  for (let y = 0; y < height; y++) {
    let all = -1;
    for (let i = y * TILE; i < y * TILE + width; i++) all &= words[i] ?? 0;
    if (all >>> 24 !== 255) return false;
  }
  return true;
}

/** Colours count by their alphas. At an odd end the last pixel stands alone. */
const halvePixels: Halve = (from, stride, width, height) => {
  const half = stride >> 1;
  const out = new Uint32Array(half * half);
  const words = wordsOf(from);
  for (let y = 0; y * 2 < height; y++) {
    const upper = y * 2 * stride;
    const lower = Math.min(y * 2 + 1, height - 1) * stride;
    for (let x = 0; x * 2 < width; x++) {
      const next = Math.min(x * 2 + 1, width - 1);
      const p = words[upper + x * 2] ?? 0;
      const q = words[upper + next] ?? 0;
      const r = words[lower + x * 2] ?? 0;
      const s = words[lower + next] ?? 0;
      const opaque = (p & q & r & s) >>> 24 === 255;
      out[y * half + x] = opaque ? evenMean(p, q, r, s) : weighedMean(p, q, r, s);
    }
  }
  return new Uint8ClampedArray(out.buffer);
};

/** Mean of opaque pixels, two channels at a time. */
function evenMean(p: number, q: number, r: number, s: number): number {
  const m = 0xff_00_ff;
  const odd = (((p & m) + (q & m) + (r & m) + (s & m) + 0x2_00_02) >>> 2) & m;
  const green = (p & 0xff_00) + (q & 0xff_00) + (r & 0xff_00) + (s & 0xff_00) + 0x2_00;
  return odd | ((green >>> 2) & 0xff_00) | 0xff_00_00_00;
}

function weighedMean(p: number, q: number, r: number, s: number): number {
  const [i, j, k, l] = [p >>> 24, q >>> 24, r >>> 24, s >>> 24];
  const sum = i + j + k + l;
  if (sum === 0) return 0;
  let out = ((sum + 2) >> 2) << 24;
  for (let c = 0; c < 24; c += 8) {
    const weighed =
      i * ((p >>> c) & 255) + j * ((q >>> c) & 255) + k * ((r >>> c) & 255) + l * ((s >>> c) & 255);
    out |= Math.round(weighed / sum) << c;
  }
  return out;
}

const halveMask: Halve = (from, stride, width, height) => {
  const half = stride >> 1;
  const out = new Uint8ClampedArray(half * half);
  for (let y = 0; y * 2 < height; y++) {
    const upper = y * 2 * stride;
    const lower = Math.min(y * 2 + 1, height - 1) * stride;
    for (let x = 0; x * 2 < width; x++) {
      const next = Math.min(x * 2 + 1, width - 1);
      const sum =
        (from[upper + x * 2] ?? 0) +
        (from[upper + next] ?? 0) +
        (from[lower + x * 2] ?? 0) +
        (from[lower + next] ?? 0);
      out[y * half + x] = (sum + 2) >> 2;
    }
  }
  return out;
};
