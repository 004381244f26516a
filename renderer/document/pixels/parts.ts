/** Tiles at low resolutions, a part at a time: each shows so much that it takes long to look at. */
import { TILE, type StudioDocument } from '../types.js';
import type { Compositor } from './compose.js';

/** From this level on a tile is composed in parts. */
const LOW = 3;
/** Side of a part in pixels of the level. */
const SIDE = TILE / 2;

/** A tile of a document as `composeTile` gives it; between parts, something else can be done. */
export function* composeInParts(
  compositor: Compositor,
  document: StudioDocument,
  column: number,
  row: number,
  level: number,
): Generator<void, Uint8ClampedArray> {
  if (level < LOW) return compositor.composeTile(document, column, row, level);
  const frame = { x: 0, y: 0, width: document.width, height: document.height };
  const out = new Uint8ClampedArray(TILE * TILE * 4);
  for (let top = 0; top < TILE; top += SIDE) {
    for (let left = 0; left < TILE; left += SIDE) {
      const [x, y] = [column * TILE + left, row * TILE + top];
      const rect = { x, y, width: SIDE, height: SIDE };
      const data = compositor.composeRegion(document.layers, frame, rect, level);
      for (let line = 0; line < SIDE; line++) {
        const pixels = data.subarray(line * SIDE * 4, (line + 1) * SIDE * 4);
        out.set(pixels, ((top + line) * TILE + left) * 4);
      }
      yield;
    }
  }
  return out;
}
