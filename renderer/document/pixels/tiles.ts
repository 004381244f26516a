/** Rasters and masks in tiles: making them, reading them, and changing a copy. */
import { TILE } from '../types.js';
import type { Mask, MaskTile, Raster, Rect, Tile } from '../types.js';
import { wordsOf } from './words.js';

/** Bytes of a tile of pixels. */
export const TILE_BYTES = TILE * TILE * 4;
/** Bytes of a tile of a mask. */
export const MASK_TILE_BYTES = TILE * TILE;

let lastId = 0;

/** A tile of these bytes, which belong to it from now on. */
export function newTile(data: Uint8ClampedArray): Tile {
  return { id: ++lastId, data };
}

/** A tile of a mask of these bytes, which belong to it from now on. */
export function newMaskTile(data: Uint8ClampedArray): MaskTile {
  return { id: ++lastId, data };
}

interface Sized {
  readonly width: number;
  readonly height: number;
}

/** How many tiles lie beside each other. */
export function columnsOf({ width }: Sized): number {
  return Math.ceil(width / TILE);
}

/** How many tiles lie below each other. */
export function rowsOf({ height }: Sized): number {
  return Math.ceil(height / TILE);
}

/** The key of a tile. */
export function tileKey(of: Sized, column: number, row: number): number {
  return row * columnsOf(of) + column;
}

/** Columns and rows of the tiles that a rectangle touches, within bounds; `to` is exclusive. */
export function tilesIn(of: Sized, { x, y, width, height }: Rect) {
  const from = (value: number): number => Math.max(0, Math.floor(value / TILE));
  return {
    fromColumn: from(x),
    toColumn: Math.min(columnsOf(of), Math.ceil((x + width) / TILE)),
    fromRow: from(y),
    toRow: Math.min(rowsOf(of), Math.ceil((y + height) / TILE)),
  };
}

/** A raster without a pixel. */
export function emptyRaster(width: number, height: number): Raster {
  return { width, height, tiles: new Map() };
}

/** A mask that is the same everywhere. */
export function evenMask(width: number, height: number, outside: 0 | 255): Mask {
  return { width, height, outside, tiles: new Map() };
}

/**
 * A copy of a raster to be changed: tiles are copied when they are first written to, so that all
 * others stay shared. `finish` gives the new raster; the editor must not be used after it.
 */
export class RasterEditor {
  readonly width: number;
  readonly height: number;
  readonly #tiles: Map<number, Tile>;
  readonly #written = new Map<number, Uint8ClampedArray>();

  constructor(raster: Raster) {
    this.width = raster.width;
    this.height = raster.height;
    this.#tiles = new Map(raster.tiles);
  }

  /** Bytes of a tile to be written to. */
  write(column: number, row: number): Uint8ClampedArray {
    const key = tileKey(this, column, row);
    const written = this.#written.get(key);
    if (written !== undefined) return written;
    const old = this.#tiles.get(key);
    const data = old ? old.data.slice() : new Uint8ClampedArray(TILE_BYTES);
    this.#written.set(key, data);
    return data;
  }

  /** Bytes of a tile to be read, undefined where it is transparent. */
  read(column: number, row: number): Uint8ClampedArray | undefined {
    const key = tileKey(this, column, row);
    return this.#written.get(key) ?? this.#tiles.get(key)?.data;
  }

  /** Takes a tile away. */
  clear(column: number, row: number): void {
    const key = tileKey(this, column, row);
    this.#written.delete(key);
    this.#tiles.delete(key);
  }

  finish(): Raster {
    for (const [key, data] of this.#written) this.#tiles.set(key, newTile(data));
    return { width: this.width, height: this.height, tiles: this.#tiles };
  }
}

/** The same for masks. */
export class MaskEditor {
  readonly width: number;
  readonly height: number;
  readonly outside: 0 | 255;
  readonly #tiles: Map<number, MaskTile>;
  readonly #written = new Map<number, Uint8ClampedArray>();

  constructor(mask: Mask) {
    this.width = mask.width;
    this.height = mask.height;
    this.outside = mask.outside;
    this.#tiles = new Map(mask.tiles);
  }

  write(column: number, row: number): Uint8ClampedArray {
    const key = tileKey(this, column, row);
    const written = this.#written.get(key);
    if (written !== undefined) return written;
    const old = this.#tiles.get(key);
    const data = old?.data.slice() ?? new Uint8ClampedArray(MASK_TILE_BYTES).fill(this.outside);
    this.#written.set(key, data);
    return data;
  }

  /** Bytes of a tile to be read, undefined where all of it is `outside`. */
  read(column: number, row: number): Uint8ClampedArray | undefined {
    const key = tileKey(this, column, row);
    return this.#written.get(key) ?? this.#tiles.get(key)?.data;
  }

  finish(): Mask {
    for (const [key, data] of this.#written) this.#tiles.set(key, newMaskTile(data));
    const { width, height, outside } = this;
    return { width, height, outside, tiles: this.#tiles };
  }
}

/** A raster of raw RGBA, rows from the top; tiles that are transparent all over are left out. */
export function rasterFrom(data: Uint8ClampedArray, width: number, height: number): Raster {
  const raster = emptyRaster(width, height);
  const editor = new RasterEditor(raster);
  for (let row = 0; row < rowsOf(raster); row++) putRows(editor, data, row * TILE);
  return editor.finish();
}

/**
 * Writes rows of raw RGBA from `top` on, at most a row of tiles of them, as they arrive.
 * @param first the row of the picture that `data` begins with
 */
export function putRows(
  editor: RasterEditor,
  data: Uint8ClampedArray,
  top: number,
  first = 0,
): void {
  const { width, height } = editor;
  const bottom = Math.min(height, top + TILE);
  const words = wordsOf(data);
  for (let column = 0; column < columnsOf(editor); column++) {
    const left = column * TILE;
    const right = Math.min(width, left + TILE);
    let seen = 0;
    for (let y = top; y < bottom && seen === 0; y++) {
      const start = (y - first) * width;
      for (let x = left; x < right; x++) seen |= words[start + x] ?? 0;
    }
    if (seen === 0) continue;
    const tile = editor.write(column, top / TILE);
    for (let y = top; y < bottom; y++) {
      const from = ((y - first) * width + left) * 4;
      tile.set(data.subarray(from, from + (right - left) * 4), (y - top) * TILE * 4);
    }
  }
}

/** Raw RGBA of a part of a raster, transparent beyond its bounds. */
export function pixelsOf(
  raster: Raster,
  rect: Rect = { x: 0, y: 0, width: raster.width, height: raster.height },
): Uint8ClampedArray {
  const out = new Uint8ClampedArray(rect.width * rect.height * 4);
  const { fromColumn, toColumn, fromRow, toRow } = tilesIn(raster, rect);
  for (let row = fromRow; row < toRow; row++) {
    for (let column = fromColumn; column < toColumn; column++) {
      const tile = raster.tiles.get(tileKey(raster, column, row));
      if (tile) copyTile(tile.data, column * TILE, row * TILE, rect, raster, out);
    }
  }
  return out;
}

function copyTile(
  data: Uint8ClampedArray,
  left: number,
  top: number,
  rect: Rect,
  { width, height }: Sized,
  out: Uint8ClampedArray,
): void {
  const fromX = Math.max(rect.x, left);
  const toX = Math.min(rect.x + rect.width, left + TILE, width);
  const fromY = Math.max(rect.y, top);
  const toY = Math.min(rect.y + rect.height, top + TILE, height);
  if (toX <= fromX) return;
  for (let y = fromY; y < toY; y++) {
    const from = ((y - top) * TILE + fromX - left) * 4;
    const row = data.subarray(from, from + (toX - fromX) * 4);
    out.set(row, ((y - rect.y) * rect.width + fromX - rect.x) * 4);
  }
}
