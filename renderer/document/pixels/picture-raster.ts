/** What a document shows, as the pixels of one layer. */
import { TILE } from '../types.js';
import type { Raster, StudioDocument, Tile } from '../types.js';
import type { Compositor } from './compose.js';
import { columnsOf, newTile, rowsOf } from './tiles.js';

/** Tiles that are drawn when they are first asked for. */
class DrawnTiles extends Map<number, Tile> {
  readonly #draw: (key: number) => Tile | undefined;

  constructor(draw: (key: number) => Tile | undefined) {
    super();
    this.#draw = draw;
  }

  override get(key: number): Tile | undefined {
    const known = super.get(key);
    if (known) return known;
    const drawn = this.#draw(key);
    if (drawn) this.set(key, drawn);
    return drawn;
  }
}

/** A raster to be read from, of the document as it is now; only what is read of it is drawn. */
export function pictureOf(compositor: Compositor, document: StudioDocument): Raster {
  const { width, height } = document;
  const columns = columnsOf(document);
  const count = columns * rowsOf(document);
  const tiles = new DrawnTiles((key) => {
    if (key < 0 || key >= count) return undefined;
    const data = compositor.composeTile(document, key % columns, Math.floor(key / columns));
    return newTile(data.length === TILE * TILE * 4 ? data : data.slice());
  });
  return { width, height, tiles };
}
