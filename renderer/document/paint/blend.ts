/** Changing the pixels of a tile as far as a stroke and a selection say. */
import { TILE } from '../types.js';
import type { Raster, RasterLayer, Tile } from '../types.js';
import { TILE_BYTES } from '../pixels/tiles.js';
import type { SelectionSampler } from '../selection/sampler.js';
import type { Rgba } from './colour.js';
import { COVERED } from './dab.js';
import type { TileArea } from './dab.js';

/** A raster in its place, and what of it may change. */
export type Placed = Pick<RasterLayer, 'raster' | 'transform'>;

/** A stretch of a row of a tile, to be changed. */
export interface Stretch {
  /** Bytes of the tile before. */
  readonly from: Uint8ClampedArray;
  /** Bytes of the same tile, as they were before or as an earlier call left them. */
  readonly out: Uint8ClampedArray;
  /** Index of the first red byte in both. */
  readonly start: number;
  /** Where the stretch begins in the raster. */
  readonly x: number;
  readonly y: number;
  readonly count: number;
  /** How strongly each pixel changes, 0 to 1; where it is 0 no byte may change. */
  readonly forces: Float64Array;
}

/** Changes the pixels of a stretch. By stretches, for a call a pixel would cost more than the work. */
export type Effect = (stretch: Stretch) => void;

const TRANSPARENT = new Uint8ClampedArray(TILE_BYTES);

export interface TileBlend {
  /** Bytes before; undefined: transparent. */
  readonly from: Uint8ClampedArray | undefined;
  /** Bytes to be written to, asked for once something changes. */
  readonly out: () => Uint8ClampedArray;
  /** Of the tile in the raster. */
  readonly left: number;
  readonly top: number;
  readonly area: TileArea;
  /** Of a stroke; undefined: all covered. */
  readonly coverage: Uint16Array | undefined;
  readonly sampler: SelectionSampler | null;
  /** 0 to 1. */
  readonly strength: number;
  readonly effect: Effect;
}

/** Applies an effect to the part of a tile in `area`; where it has no strength no byte changes. */
export function blendTile(blend: TileBlend): void {
  const { left, top, area, coverage, sampler, strength, effect } = blend;
  const from = blend.from ?? TRANSPARENT;
  const count = area.right - area.left;
  const x = left + area.left;
  const selected = new Uint8ClampedArray(count);
  const forces = new Float64Array(count).fill(strength);
  let out: Uint8ClampedArray | undefined;
  for (let row = area.top; row < area.bottom; row++) {
    const first = row * TILE + area.left;
    const y = top + row;
    if (coverage) cover(forces, coverage, first, strength);
    if (sampler) {
      if (!coverage) forces.fill(strength);
      sampler.row(x, y, count, selected);
      select(forces, selected);
    }
    if (!forces.some((force) => force > 0)) continue;
    out ??= blend.out();
    effect({ from, out, start: first * 4, x, y, count, forces });
  }
}

function cover(forces: Float64Array, coverage: Uint16Array, first: number, strength: number): void {
  const scale = strength / COVERED;
  for (let k = 0; k < forces.length; k++) forces[k] = (coverage[first + k] ?? 0) * scale;
}

function select(forces: Float64Array, selected: Uint8ClampedArray): void {
  for (let k = 0; k < forces.length; k++) {
    forces[k] = ((forces[k] ?? 0) * (selected[k] ?? 0)) / 255;
  }
}

/** Lays a colour over a pixel. @param lockAlpha keeps its alpha, so nothing shows on transparent */
export function layOver(
  from: Uint8ClampedArray,
  out: Uint8ClampedArray,
  i: number,
  r: number,
  g: number,
  b: number,
  force: number,
  lockAlpha: boolean,
): void {
  const alpha = from[i + 3] ?? 0;
  if (alpha === 0 && lockAlpha) return;
  let whole = 1;
  // The part of the result's colour that is new.
  let part = force;
  if (alpha !== 255 && !lockAlpha) {
    whole = force + (alpha / 255) * (1 - force);
    part = force / whole;
  }
  const red = from[i] ?? 0;
  const green = from[i + 1] ?? 0;
  const blue = from[i + 2] ?? 0;
  out[i] = red + (r - red) * part;
  out[i + 1] = green + (g - green) * part;
  out[i + 2] = blue + (b - blue) * part;
  out[i + 3] = lockAlpha ? alpha : 255 * whole;
}

/** An effect that lays one colour over all. */
export function paintEffect({ r, g, b }: Rgba, lockAlpha: boolean): Effect {
  return ({ from, out, start, count, forces }) => {
    for (let k = 0; k < count; k++) {
      const force = forces[k] ?? 0;
      if (force > 0) layOver(from, out, start + k * 4, r, g, b, force, lockAlpha);
    }
  };
}

/** An effect that makes transparent; what is wholly so keeps no colour. */
export const eraseEffect: Effect = ({ from, out, start, count, forces }) => {
  for (let k = 0; k < count; k++) {
    const force = forces[k] ?? 0;
    if (force <= 0) continue;
    const i = start + k * 4;
    out[i + 3] = (from[i + 3] ?? 0) * (1 - force);
    const gone = out[i + 3] === 0;
    out[i] = gone ? 0 : (from[i] ?? 0);
    out[i + 1] = gone ? 0 : (from[i + 1] ?? 0);
    out[i + 2] = gone ? 0 : (from[i + 2] ?? 0);
  }
};

/**
 * The same raster with tiles that came to nothing put right: those that are transparent all over
 * are left out, and those with the bytes they had before are the tiles they were before.
 * @param keys of the tiles that may have changed
 */
export function settle(before: Raster, after: Raster, keys: Iterable<number>): Raster {
  const tiles = new Map<number, Tile>(after.tiles);
  for (const key of keys) {
    const tile = tiles.get(key);
    const old = before.tiles.get(key);
    if (tile === undefined || tile === old) continue;
    if (sameBytes(tile.data, old?.data ?? TRANSPARENT)) {
      if (old === undefined) tiles.delete(key);
      else tiles.set(key, old);
    } else if (sameBytes(tile.data, TRANSPARENT)) tiles.delete(key);
  }
  return { width: after.width, height: after.height, tiles };
}

function sameBytes(one: Uint8ClampedArray, other: Uint8ClampedArray): boolean {
  const left = wordsOf(one);
  const right = wordsOf(other);
  for (let i = 0; i < left.length; i++) if (left[i] !== right[i]) return false;
  return true;
}

/** Bytes four at a time; a view needs them to begin where a word may. */
function wordsOf(data: Uint8ClampedArray): Uint32Array {
  const bytes = data.byteOffset % 4 === 0 ? data : data.slice();
  return new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2);
}
