/** Applying an effect to all that is selected of a raster. */
import { TILE } from '../types.js';
import type { Mask, Raster, Tile } from '../types.js';
import { columnsOf, RasterEditor, rowsOf, tileKey } from '../pixels/tiles.js';
import { SelectionSampler } from '../selection/sampler.js';
import { blendTile, settle } from './blend.js';
import type { Effect, Placed } from './blend.js';

export interface Application {
  readonly effect: Effect;
  /** 0 to 1. */
  readonly strength: number;
  /** Whether the effect does nothing to transparent pixels. */
  readonly onlyOpaque: boolean;
  /** What a tile that is selected all over becomes, if that is known; null: transparent. */
  readonly whole?: Tile | null;
}

/** The raster with the effect where it is selected; all other bytes, and tiles, as they were. */
export function applyEffect(
  { raster, transform }: Placed,
  selection: Mask | null,
  { effect, strength, onlyOpaque, whole }: Application,
): Raster {
  if (strength <= 0) return raster;
  const sampler = selection && new SelectionSampler(selection, transform);
  const editor = new RasterEditor(raster);
  const touched: number[] = [];
  const replaced: number[] = [];
  for (let row = 0; row < rowsOf(raster); row++) {
    for (let column = 0; column < columnsOf(raster); column++) {
      const key = tileKey(raster, column, row);
      if (onlyOpaque && !raster.tiles.has(key)) continue;
      const [left, top] = [column * TILE, row * TILE];
      const right = Math.min(TILE, raster.width - left);
      const bottom = Math.min(TILE, raster.height - top);
      const rect = { x: left, y: top, width: right, height: bottom };
      const even = sampler === null ? 255 : sampler.evenOver(rect);
      if (even === 0) continue;
      const complete = right === TILE && bottom === TILE;
      if (even === 255 && whole !== undefined && (complete || whole === null)) {
        replaced.push(key);
        continue;
      }
      touched.push(key);
      blendTile({
        from: raster.tiles.get(key)?.data,
        out: () => editor.write(column, row),
        left,
        top,
        area: { left: 0, top: 0, right, bottom },
        coverage: undefined,
        sampler: even === 255 ? null : sampler,
        strength,
        effect,
      });
    }
  }
  const blended = settle(raster, editor.finish(), touched);
  return whole === undefined ? blended : replace(blended, replaced, whole);
}

function replace(raster: Raster, keys: readonly number[], whole: Tile | null): Raster {
  const tiles = new Map(raster.tiles);
  for (const key of keys) {
    if (whole === null) tiles.delete(key);
    else tiles.set(key, whole);
  }
  return { width: raster.width, height: raster.height, tiles };
}
