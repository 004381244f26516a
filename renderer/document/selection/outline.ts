/** Outlines of a selection, for marching ants. */
import { TILE } from '../types.js';
import type { Mask, Point } from '../types.js';
import { columnsOf, rowsOf, tileKey } from '../pixels/tiles.js';
import { evenValue } from './mask-rows.js';

/** From this value on a pixel counts as selected. */
const THRESHOLD = 128;

/**
 * Closed polygons along the edges of pixels around what is selected, clockwise on screen, holes the
 * other way round; only corners are points. Pixels that touch by a corner are apart.
 * @param step above 1 it looks at blocks of so many pixels, selected if any pixel in them is:
 *   faster and with fewer points, for views in which a block is not larger than a screen pixel
 */
export function outlineOf(mask: Mask, step = 1): Point[][] {
  const grid = gridOf(mask, step);
  return (trace(grid, Infinity) ?? []).map((corners) =>
    corners.map((corner) => placed(corner, mask, step, grid)),
  );
}

/** Outlines as messages carry them: x and y of all points, and how many points each outline has. */
export interface CompactOutline {
  readonly points: Int32Array;
  readonly counts: Int32Array;
}

/** Points that are still drawn in a moment. */
const MOST_POINTS = 200_000;

/**
 * The same as numbers. What would have more points than can be drawn in a moment, such as the specks
 * that a magic wand finds in noise, is looked at in larger blocks.
 */
export function compactOutline(mask: Mask, step: number): CompactOutline {
  let size = step;
  let grid = gridOf(mask, size);
  let outlines = trace(grid, MOST_POINTS);
  while (outlines === null) {
    size *= 2;
    grid = gridOf(mask, size);
    outlines = trace(grid, MOST_POINTS);
  }
  const counts = Int32Array.from(outlines, ({ length }) => length);
  const points = new Int32Array(counts.reduce((sum, count) => sum + count, 0) * 2);
  let at = 0;
  for (const corner of outlines.flat()) {
    const { x, y } = placed(corner, mask, size, grid);
    points[at++] = x;
    points[at++] = y;
  }
  return { points, counts };
}

/** A corner of the grid in document pixels. */
function placed({ x, y }: Point, mask: Mask, step: number, { left, top }: Grid): Point {
  return {
    x: Math.min(mask.width, (x + left) * step),
    y: Math.min(mask.height, (y + top) * step),
  };
}

/** Cells with a border of empty ones around, so that nothing has to ask for bounds. */
interface Grid {
  readonly left: number;
  readonly top: number;
  readonly stride: number;
  readonly cells: Uint8Array;
}

const FULL = 1;
/** Its left edge is part of an outline that is known. */
const SEEN = 2;

/** Only as large as the tiles that may hold something. */
function gridOf(mask: Mask, step: number): Grid {
  const used = usedTiles(mask);
  const left = Math.floor((used.fromColumn * TILE) / step);
  const top = Math.floor((used.fromRow * TILE) / step);
  const right = Math.ceil(Math.min(mask.width, used.toColumn * TILE) / step);
  const bottom = Math.ceil(Math.min(mask.height, used.toRow * TILE) / step);
  const stride = Math.max(0, right - left) + 2;
  const cells = new Uint8Array(stride * (Math.max(0, bottom - top) + 2));
  const grid = { left: left - 1, top: top - 1, stride, cells };
  for (let row = used.fromRow; row < used.toRow; row++) {
    for (let column = used.fromColumn; column < used.toColumn; column++) {
      markTile(mask, column, row, step, grid);
    }
  }
  return grid;
}

function usedTiles(mask: Mask) {
  const columns = columnsOf(mask);
  if (mask.outside !== 0) {
    return { fromColumn: 0, toColumn: columns, fromRow: 0, toRow: rowsOf(mask) };
  }
  const used = { fromColumn: columns, toColumn: 0, fromRow: rowsOf(mask), toRow: 0 };
  for (const key of mask.tiles.keys()) {
    const column = key % columns;
    const row = Math.floor(key / columns);
    used.fromColumn = Math.min(used.fromColumn, column);
    used.toColumn = Math.max(used.toColumn, column + 1);
    used.fromRow = Math.min(used.fromRow, row);
    used.toRow = Math.max(used.toRow, row + 1);
  }
  return used;
}

function markTile(mask: Mask, column: number, row: number, step: number, grid: Grid): void {
  const data = mask.tiles.get(tileKey(mask, column, row))?.data;
  const even = data ? evenValue(data) : mask.outside;
  if (even !== undefined && even < THRESHOLD) return;
  const { cells, stride } = grid;
  const left = column * TILE;
  const right = Math.min(mask.width, left + TILE);
  const bottom = Math.min(mask.height, (row + 1) * TILE);
  const columns = Int32Array.from({ length: right - left }, (_, x) =>
    Math.floor((left + x) / step),
  );
  for (let y = row * TILE; y < bottom; y++) {
    const line = (Math.floor(y / step) - grid.top) * stride - grid.left;
    if (even !== undefined) {
      cells.fill(FULL, line + (columns[0] ?? 0), line + (columns.at(-1) ?? 0) + 1);
    } else if (data) markRow(data, (y - row * TILE) * TILE, cells, line, columns);
  }
}

function markRow(
  data: Uint8ClampedArray,
  from: number,
  cells: Uint8Array,
  line: number,
  columns: Int32Array,
): void {
  for (let x = 0; x < columns.length; x++) {
    if ((data[from + x] ?? 0) >= THRESHOLD) cells[line + (columns[x] ?? 0)] = FULL;
  }
}

/**
 * Every outline has an edge with nothing to its left: one walk from each that no walk has passed.
 * @returns null once there are more than `most` points
 */
function trace({ stride, cells }: Grid, most: number): Point[][] | null {
  const outlines: Point[][] = [];
  let points = 0;
  for (let cell = stride + 1; cell < cells.length; cell++) {
    if (cells[cell] !== FULL || cells[cell - 1] !== 0) continue;
    const outline = walk(cells, stride, cell);
    outlines.push(outline);
    points += outline.length;
    if (points > most) return null;
  }
  return outlines;
}

/**
 * Around the outline that holds the left edge of a cell, upwards first and with what is inside to
 * the right, turning right where it can.
 */
function walk(cells: Uint8Array, stride: number, start: number): Point[] {
  const corners: Point[] = [];
  // Up, right, down, left; and from the cell inside beside an edge to the one ahead of it.
  const ahead = [-stride, 1, stride, -1];
  // From the cell inside to the one across the edge.
  const across = [-1, -stride, 1, stride];
  let cell = start;
  let direction = 0;
  do {
    if (direction === 0) cells[cell] = FULL | SEEN;
    const next = cell + (ahead[direction] ?? 0);
    const beyond = next + (across[direction] ?? 0);
    if (cells[next] === 0) {
      corners.push(cornerOf(cell, direction, stride));
      direction = (direction + 1) % 4;
    } else if (cells[beyond] === 0) {
      cell = next;
    } else {
      corners.push(cornerOf(cell, direction, stride));
      cell = beyond;
      direction = (direction + 3) % 4;
    }
  } while (cell !== start || direction !== 0);
  return corners;
}

/** Where the edge of a cell ends, walked in a direction. */
function cornerOf(cell: number, direction: number, stride: number): Point {
  const x = cell % stride;
  const y = Math.floor(cell / stride);
  return {
    x: direction === 1 || direction === 2 ? x + 1 : x,
    y: direction === 2 || direction === 3 ? y + 1 : y,
  };
}
