/** Filling a mask, and laying a gradient over it. */
import { TILE } from '../types.js';
import type { Mask, MaskTile } from '../types.js';
import { IDENTITY } from '../pixels/matrix.js';
import { columnsOf, evenMask, MASK_TILE_BYTES, newMaskTile, rowsOf } from '../pixels/tiles.js';
import { tileKey } from '../pixels/tiles.js';
import { evenValue, solidMaskTile } from '../selection/mask-rows.js';
import { SelectionSampler } from '../selection/sampler.js';
import { greyOf, rgbaOf } from './colour.js';
import { dithered, noiseAt, positionsOf } from './gradient.js';
import type { GradientSettings } from './gradient.js';

export interface MaskFillSettings {
  /** Towards which value: 0 hides, 255 shows. */
  readonly value: number;
  /** 0 to 1. */
  readonly opacity: number;
}

/** A mask filled with a value where it is selected (null: everywhere). */
export function fillMask(
  mask: Mask,
  selection: Mask | null,
  { value, opacity }: MaskFillSettings,
): Mask {
  const strength = Math.min(1, Math.max(0, opacity));
  const pure = value === 0 || value === 255 ? value : undefined;
  if (strength === 1 && pure !== undefined && selection === null) {
    return evenMask(mask.width, mask.height, pure);
  }
  return changeMask(mask, selection, strength === 1 ? pure : undefined, ({ old, out, parts }) => {
    for (const [k, part] of parts.entries()) {
      const from = old[k] ?? 0;
      out[k] = from + (value - from) * part * strength;
    }
  });
}

/**
 * A mask with a gradient between the greys of two colours laid over where it is selected (null:
 * everywhere). Without a length it changes nothing.
 * @throws RangeError if a colour is none
 */
export function gradientMask(
  mask: Mask,
  selection: Mask | null,
  settings: Omit<GradientSettings, 'lockAlpha'>,
): Mask {
  const { from, to, startColour, endColour, opacity } = settings;
  const [first, last] = [rgbaOf(startColour).a / 255, rgbaOf(endColour).a / 255];
  const [start, end] = [greyOf(startColour) * first, greyOf(endColour) * last];
  if (from.x === to.x && from.y === to.y) return mask;
  const strength = Math.min(1, Math.max(0, opacity));
  const positions = new Float64Array(TILE);
  return changeMask(mask, selection, undefined, ({ x, y, old, out, parts }) => {
    positionsOf(settings, IDENTITY, { x, y, count: parts.length }, positions);
    for (const [k, part] of parts.entries()) {
      const t = Math.min(1, Math.max(0, positions[k] ?? 0));
      const alpha = first + (last - first) * t;
      if (alpha <= 0 || part === 0) continue;
      const grey = (start + (end - start) * t) / alpha;
      const before = old[k] ?? 0;
      out[k] = dithered(before + (grey - before) * alpha * part * strength, noiseAt(x + k, y));
    }
  });
}

/** A stretch of a row of a mask, to be changed. */
interface MaskStretch {
  readonly x: number;
  readonly y: number;
  readonly old: Uint8ClampedArray;
  readonly out: Uint8ClampedArray;
  /** How much of each pixel is selected, 0 to 1. */
  readonly parts: Float64Array;
}

/**
 * The mask with its values changed where it is selected. Tiles that come out as they were stay
 * shared, those that are the same as outside are left out.
 * @param whole what becomes of tiles that are selected all over, if it does not depend on them
 */
function changeMask(
  mask: Mask,
  selection: Mask | null,
  whole: 0 | 255 | undefined,
  change: (stretch: MaskStretch) => void,
): Mask {
  const { width, height, outside } = mask;
  const sampler = selection && new SelectionSampler(selection, IDENTITY);
  const tiles = new Map<number, MaskTile>(mask.tiles);
  const put = (key: number, tile: MaskTile): void => {
    if (evenValue(tile.data) === outside) tiles.delete(key);
    else tiles.set(key, tile);
  };
  for (let row = 0; row < rowsOf(mask); row++) {
    for (let column = 0; column < columnsOf(mask); column++) {
      const [x, y] = [column * TILE, row * TILE];
      const rect = { x, y, width: Math.min(TILE, width - x), height: Math.min(TILE, height - y) };
      const even = sampler === null ? 255 : sampler.evenOver(rect);
      if (even === 0) continue;
      const key = tileKey(mask, column, row);
      if (even === 255 && whole !== undefined) put(key, solidMaskTile(whole));
      else put(key, changedTile(mask, key, rect, even === 255 ? null : sampler, change));
    }
  }
  return { width, height, outside, tiles };
}

function changedTile(
  mask: Mask,
  key: number,
  rect: { readonly x: number; readonly y: number; readonly width: number; readonly height: number },
  sampler: SelectionSampler | null,
  change: (stretch: MaskStretch) => void,
): MaskTile {
  const tile = mask.tiles.get(key);
  const old = tile?.data ?? new Uint8ClampedArray(MASK_TILE_BYTES).fill(mask.outside);
  const data = old.slice();
  const selected = new Uint8ClampedArray(rect.width);
  const parts = new Float64Array(rect.width).fill(1);
  for (let y = 0; y < rect.height; y++) {
    if (sampler) {
      sampler.row(rect.x, rect.y + y, rect.width, selected);
      for (const [k, value] of selected.entries()) parts[k] = value / 255;
    }
    const [from, to] = [y * TILE, y * TILE + rect.width];
    const stretch = { old: old.subarray(from, to), out: data.subarray(from, to), parts };
    change({ x: rect.x, y: rect.y + y, ...stretch });
  }
  return tile && old.every((value, i) => value === data[i]) ? tile : newMaskTile(data);
}
