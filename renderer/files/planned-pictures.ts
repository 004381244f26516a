/**
 * The pictures of a project's file, planned before anything is drawn: strips of rows, each under a
 * key that says what decides its pixels, so that a strip which is packed already is not drawn again.
 */
import type { PackedPicture } from '../../preload/contract.js';
import { boundsOfLayer, rasteriser } from '../canvas/bounds.js';
import { wholePixels } from '../document/pixels/bounds.js';
import { changedTiles } from '../document/pixels/changes.js';
import type { Compositor } from '../document/pixels/compose.js';
import { flatten, flattenLayers } from '../document/pixels/flatten.js';
import { isWholeMove } from '../document/pixels/matrix.js';
import { maskOf, placedOf } from '../document/pixels/stacks.js';
import { columnsOf, pixelsOf, rowsOf, tileKey } from '../document/pixels/tiles.js';
import { wordsOf } from '../document/pixels/words.js';
import { runsOf } from '../document/serialise/runs.js';
import { TILE } from '../document/types.js';
import type { GroupLayer, AdjustmentLayer, Layer, RasterLayer } from '../document/types.js';
import type { Raster, Rect, StudioDocument, Tile } from '../document/types.js';

/** Rows of a picture that can be drawn when they are wanted. */
export interface Strip {
  readonly key: string;
  readonly width: number;
  readonly rows: number;
  readonly channels: 3 | 4;
  /** Raw RGBA, in memory of its own. */
  readonly draw: (signal: AbortSignal) => Uint8ClampedArray | Promise<Uint8ClampedArray>;
}

/** A picture, where it lies, and which tiles it is made of. */
export interface Planned {
  readonly x: number;
  readonly y: number;
  readonly picture: PackedPicture;
  readonly strips: readonly Strip[];
  readonly runs: readonly number[];
  /** Its pixels are those of tiles, as they are. */
  readonly copied: boolean;
  /** It shows letters, which another machine may draw with another font. */
  readonly fonts: boolean;
}

type Drawable = Exclude<Layer, GroupLayer | AdjustmentLayer>;

/** What was planned of the flattened picture last. */
interface Merged {
  /** Not held, for it may have tiles that nobody else has any more. */
  readonly document: WeakRef<StudioDocument>;
  readonly channels: 3 | 4;
  readonly keys: readonly string[];
}

let lastNumber = 0;

/** Plans the pictures of one document again and again. */
export class PicturePlanner {
  readonly #compositor: Compositor;
  /** Names for rasters and masks, which are never written to. */
  readonly #numbers = new WeakMap<object, number>();
  #merged: Merged | null = null;

  constructor(compositor: Compositor) {
    this.#compositor = compositor;
  }

  /** A layer as other programs take it; null if it shows nothing. */
  layer(document: StudioDocument, layer: Drawable): Planned | null {
    const bounds = boundsOfLayer(layer);
    if (!bounds || bounds.width < 1 || bounds.height < 1) return null;
    if (layer.type === 'raster' && isWholeMove(layer.transform) && maskOf(layer) === null) {
      return plain(layer, bounds);
    }
    return this.#composed(document, layer, wholePixels(bounds));
  }

  /** The flattened picture. */
  merged(document: StudioDocument): Planned {
    const { width, height } = document;
    const channels = isOpaque(document) ? 3 : 4;
    const before = this.#merged?.channels === channels ? this.#merged : null;
    const old = before?.document.deref();
    const changed = old ? changedTiles(old, document, rasteriser.rasterOf) : 'all';
    const columns = columnsOf(document);
    const rows =
      changed === 'all' ? null : new Set([...changed].map((key) => Math.floor(key / columns)));
    const strips = stripsOf({ x: 0, y: 0, width, height }).map((rect, row): Strip => {
      const known = rows?.has(row) === false ? before?.keys[row] : undefined;
      return {
        key: known ?? `m.${++lastNumber}`,
        width,
        rows: rect.height,
        channels,
        draw: (signal) => flatten(this.#compositor, document, { rect, signal }),
      };
    });
    const keys = strips.map(({ key }) => key);
    this.#merged = { document: new WeakRef(document), channels, keys };
    return planned({ x: 0, y: 0, width, height }, channels, strips, {
      fonts: hasText(document.layers),
    });
  }

  /** Pixels that are worked out: moved by parts of a pixel, turned, masked, or drawn as text. */
  #composed(document: StudioDocument, layer: Drawable, rect: Rect): Planned | null {
    const placed = placedOf(layer, rasteriser.rasterOf);
    if (!placed) return null;
    const mask = maskOf(layer);
    const alone = {
      ...layer,
      visible: true,
      opacity: 1,
      blendMode: 'normal' as const,
      clipped: false,
    };
    const place = placed.transform.join(',').replaceAll('+', '');
    const { x, width } = rect;
    const what = [this.#number(placed.raster), mask ? this.#number(mask) : 0, place, x, width];
    const strips = stripsOf(rect).map((part): Strip => ({
      key: `c.${what.join('.')}.${part.y}.${part.height}`,
      width,
      rows: part.height,
      channels: 4,
      draw: (signal) => flattenLayers(this.#compositor, document, [alone], { rect: part, signal }),
    }));
    return planned(rect, 4, strips, { fonts: layer.type === 'text' });
  }

  #number(object: object): number {
    const number = this.#numbers.get(object) ?? ++lastNumber;
    this.#numbers.set(object, number);
    return number;
  }
}

function planned(
  { x, y, width, height }: Rect,
  channels: 3 | 4,
  strips: readonly Strip[],
  more: Partial<Pick<Planned, 'runs' | 'copied' | 'fonts'>>,
): Planned {
  const picture = { width, height, channels, strips: strips.map(({ key }) => key) };
  return { x, y, picture, strips, runs: [], copied: false, fonts: false, ...more };
}

/** A rectangle in strips that end with the document's tiles, so that no tile is drawn twice. */
function stripsOf({ x, y, width, height }: Rect): Rect[] {
  const strips: Rect[] = [];
  for (let top = y; top < y + height;) {
    const bottom = Math.min(y + height, (Math.floor(top / TILE) + 1) * TILE);
    strips.push({ x, y: top, width, height: bottom - top });
    top = bottom;
  }
  return strips;
}

/** Pixels of a raster as they are, in whole tiles around what it shows. */
function plain({ raster, transform }: RasterLayer, bounds: Rect): Planned {
  const [, , , , x, y] = transform;
  const left = Math.floor((bounds.x - x) / TILE);
  const top = Math.floor((bounds.y - y) / TILE);
  const right = Math.ceil((bounds.x - x + bounds.width) / TILE);
  const bottom = Math.ceil((bounds.y - y + bounds.height) / TILE);
  const width = Math.min(raster.width, right * TILE) - left * TILE;
  const height = Math.min(raster.height, bottom * TILE) - top * TILE;
  const channels = isOpaqueRaster(raster) ? 3 : 4;
  const strips: Strip[] = [];
  const shown = new Map<number, Tile>();
  for (let row = top; row < bottom; row++) {
    const tiles: (Tile | undefined)[] = [];
    for (let column = left; column < right; column++) {
      const tile = raster.tiles.get(tileKey(raster, column, row));
      tiles.push(tile);
      const key = (row - top) * (right - left) + column - left;
      if (tile && isWhole(raster, column, row, tile)) shown.set(key, tile);
    }
    const rows = Math.min(TILE, raster.height - row * TILE);
    const rect = { x: left * TILE, y: row * TILE, width, height: rows };
    strips.push({
      key: `t.${channels}.${width}.${rows}:${idsOf(tiles)}`,
      width,
      rows,
      channels,
      draw: () => pixelsOf(raster, rect),
    });
  }
  const place = { x: x + left * TILE, y: y + top * TILE, width, height };
  return planned(place, channels, strips, { runs: runsOf(shown), copied: true });
}

/** Ids of tiles beside each other, those that follow each other as the first and how many. */
function idsOf(tiles: readonly (Tile | undefined)[]): string {
  const runs: { readonly first: number; length: number }[] = [];
  for (const tile of tiles) {
    const id = tile?.id ?? 0;
    const last = runs.at(-1);
    if (last && id === (last.first === 0 ? 0 : last.first + last.length)) last.length += 1;
    else runs.push({ first: id, length: 1 });
  }
  return runs.map(({ first, length }) => (length === 1 ? first : `${first}-${length}`)).join(',');
}

/** Of tiles at an edge, whether nothing lies beyond it. */
const bare = new WeakMap<Tile, { readonly inside: string; readonly bare: boolean }>();

/** Whether all bytes of a tile lie in its raster, or nothing does beyond: so they can be cut out. */
function isWhole({ width, height }: Raster, column: number, row: number, tile: Tile): boolean {
  const columns = Math.min(TILE, width - column * TILE);
  const rows = Math.min(TILE, height - row * TILE);
  if (columns === TILE && rows === TILE) return true;
  const inside = `${columns}x${rows}`;
  const known = bare.get(tile);
  if (known?.inside === inside) return known.bare;
  const words = wordsOf(tile.data);
  const found = words.every(
    (word, at) => word === 0 || (at % TILE < columns && Math.floor(at / TILE) < rows),
  );
  bare.set(tile, { inside, bare: found });
  return found;
}

const opaque = new WeakMap<Tile, boolean>();

function isOpaqueRaster(raster: Raster): boolean {
  if (raster.tiles.size < columnsOf(raster) * rowsOf(raster)) return false;
  const columns = columnsOf(raster);
  for (const [key, tile] of raster.tiles) {
    const known = opaque.get(tile);
    if (known === true) continue;
    const width = Math.min(TILE, raster.width - (key % columns) * TILE);
    const height = Math.min(TILE, raster.height - Math.floor(key / columns) * TILE);
    const all = known ?? isOpaqueTile(tile, width, height);
    // Elsewhere more of it may be seen.
    if (width === TILE && height === TILE) opaque.set(tile, all);
    if (!all) return false;
  }
  return true;
}

function isOpaqueTile({ data }: Tile, width: number, height: number): boolean {
  for (let y = 0; y < height; y++) {
    const end = (y * TILE + width) * 4;
    for (let at = y * TILE * 4 + 3; at < end; at += 4) if (data[at] !== 255) return false;
  }
  return true;
}

/** Whether the flattened picture surely has no transparency: a picture without any lies below it. */
function isOpaque({ width, height, layers }: StudioDocument): boolean {
  if (hasAdjustments(layers)) return false;
  return layers.some((layer) => {
    if (layer.type !== 'raster' || !layer.visible || layer.opacity < 1 || layer.clipped) {
      return false;
    }
    const { raster, transform, blendMode } = layer;
    const [, , , , x, y] = transform;
    return (
      blendMode === 'normal' &&
      maskOf(layer) === null &&
      isWholeMove(transform) &&
      x <= 0 &&
      y <= 0 &&
      x + raster.width >= width &&
      y + raster.height >= height &&
      isOpaqueRaster(raster)
    );
  });
}

function hasAdjustments(layers: readonly Layer[]): boolean {
  return layers.some(
    (layer) =>
      layer.type === 'adjustment' || (layer.type === 'group' && hasAdjustments(layer.children)),
  );
}

function hasText(layers: readonly Layer[]): boolean {
  return layers.some(
    (layer) => layer.type === 'text' || (layer.type === 'group' && hasText(layer.children)),
  );
}
