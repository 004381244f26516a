/** The part of a result that differs from what it was made of, so that the rest stays what it was. */
import { TILE, type Raster } from '../document/types.js';
import { RasterEditor, columnsOf, emptyRaster, rowsOf, tileKey } from '../document/pixels/tiles.js';

/**
 * A result as a layer over its source: pixels that are the same are left transparent, so what lies
 * below shows through, bit by bit as it was; tiles without a difference are left out.
 *
 * @param source of the result's size; null: all of the result is new
 */
export function patchOf(result: Raster, source: Raster | null): Raster {
  if (source === null) return result;
  const editor = new RasterEditor(emptyRaster(result.width, result.height));
  for (let row = 0; row < rowsOf(result); row++) {
    for (let column = 0; column < columnsOf(result); column++) {
      const key = tileKey(result, column, row);
      const after = result.tiles.get(key)?.data;
      if (after === undefined) continue;
      const difference = differing(after, source.tiles.get(key)?.data);
      if (difference !== null) editor.write(column, row).set(difference);
    }
  }
  return editor.finish();
}

/** The pixels of a tile that differ from another's, the others transparent; null if there are none. */
function differing(
  after: Uint8ClampedArray,
  before: Uint8ClampedArray | undefined,
): Uint8ClampedArray | null {
  const a = words(after);
  if (before === undefined) return after;
  const b = words(before);
  const out = new Uint32Array(TILE * TILE);
  let any = false;
  for (let i = 0; i < a.length; i++) {
    const value = a[i] ?? 0;
    if (value === b[i]) continue;
    out[i] = value;
    any = true;
  }
  return any ? new Uint8ClampedArray(out.buffer) : null;
}

function words(data: Uint8ClampedArray): Uint32Array {
  return new Uint32Array(data.buffer, data.byteOffset, data.byteLength >> 2);
}
