/** Painting with pixels from elsewhere. */
import type { Matrix, Point, Raster } from '../types.js';
import { apply, invert, multiply, translation } from '../pixels/matrix.js';
import { indexInTile, TileReader } from '../selection/tile-reader.js';
import { layOver } from './blend.js';
import type { Effect } from './blend.js';

export interface CloneSource {
  /** Read as it is when the stroke begins. */
  readonly raster: Raster;
  /** From the source raster's to the document's coordinates. */
  readonly transform: Matrix;
  /** From the painted pixel to the one it is taken from, in document pixels. */
  readonly offset: Point;
}

/** How far apart matrices may be to count as the same: far less than moves a pixel visibly. */
const EPSILON = 1e-6;

/**
 * An effect that lays the source's pixels over. If source and target are turned and scaled alike,
 * whole pixels are copied, by the nearest whole move, so that copies of copies stay sharp; else it
 * is bilinear.
 * @param transform from the painted raster's to the document's coordinates
 * @throws RangeError if the source's transform flattens it to a line
 */
export function cloneEffect(source: CloneSource, transform: Matrix, lockAlpha: boolean): Effect {
  const back = invert(source.transform);
  if (back === null) throw new RangeError('a layer without area cannot be cloned from');
  const { x, y } = source.offset;
  const across = multiply(back, multiply(translation(x, y), transform));
  const [a, b, c, d, e, f] = across;
  const turned = [a - 1, b, c, d - 1].some((value) => Math.abs(value) > EPSILON);
  const reader = new TileReader(source.raster);
  if (!turned) return copyEffect(reader, Math.round(e), Math.round(f), lockAlpha);
  const mixed = new Float64Array(4);
  return ({ from, out, start, x: left, y: row, count, forces }) => {
    for (let k = 0; k < count; k++) {
      const at = apply(across, { x: left + k + 0.5, y: row + 0.5 });
      readBilinear(reader, at.x - 0.5, at.y - 0.5, mixed);
      const [r = 0, g = 0, blue = 0, alpha = 0] = mixed;
      const force = ((forces[k] ?? 0) * alpha) / 255;
      if (force <= 0) continue;
      layOver(from, out, start + k * 4, r / alpha, g / alpha, blue / alpha, force, lockAlpha);
    }
  };
}

function copyEffect(reader: TileReader, moveX: number, moveY: number, lockAlpha: boolean): Effect {
  return ({ from, out, start, x, y, count, forces }) => {
    const v = y + moveY;
    for (let k = 0; k < count; k++) {
      const u = x + k + moveX;
      const tile = reader.contains(u, v) ? reader.tileAt(u, v) : undefined;
      if (tile === undefined) continue;
      const i = indexInTile(u, v) * 4;
      const force = ((forces[k] ?? 0) * (tile[i + 3] ?? 0)) / 255;
      if (force <= 0) continue;
      const [r, g, b] = [tile[i] ?? 0, tile[i + 1] ?? 0, tile[i + 2] ?? 0];
      layOver(from, out, start + k * 4, r, g, b, force, lockAlpha);
    }
  };
}

/** Mixes four pixels, premultiplied: `into` gets red, green and blue times alpha, and alpha. */
function readBilinear(reader: TileReader, x: number, y: number, into: Float64Array): void {
  const left = Math.floor(x);
  const top = Math.floor(y);
  into.fill(0);
  for (let corner = 0; corner < 4; corner++) {
    const u = left + (corner & 1);
    const v = top + (corner >> 1);
    const tile = reader.contains(u, v) ? reader.tileAt(u, v) : undefined;
    if (tile === undefined) continue;
    const k = indexInTile(u, v) * 4;
    const weight = (1 - Math.abs(x - u)) * (1 - Math.abs(y - v)) * (tile[k + 3] ?? 0);
    for (let channel = 0; channel < 3; channel++) {
      into[channel] = (into[channel] ?? 0) + weight * (tile[k + channel] ?? 0);
    }
    into[3] = (into[3] ?? 0) + weight;
  }
}
