/** Which tiles of a picture may differ between two documents. */
import { TILE } from '../types.js';
import type { AdjustmentLayer, GroupLayer, Layer, LayerId, Matrix } from '../types.js';
import type { Mask, Raster, Rect, StudioDocument } from '../types.js';
import { reachOf } from './adjust.js';
import { grow, wholePixels } from './bounds.js';
import { boundsOf, invert, isWholeMove } from './matrix.js';
import { isShown, maskOf, placedOf, stacksOf } from './stacks.js';
import type { Placed, RasterOf, Stack } from './stacks.js';
import { columnsOf, rowsOf, tileKey, tilesIn } from './tiles.js';

/** Keys of tiles of the document, see `tileKey`. */
type Keys = Set<number>;

/**
 * The tiles at level 0 whose pixels may differ; 'all' if the documents' sizes do. Layers are told
 * apart by id and compared by identity, so a stroke costs a comparison of one layer's tiles.
 * @param rasterOf pixels of texts and shapes; where it gives none, they may be anywhere
 */
export function changedTiles(
  before: StudioDocument,
  after: StudioDocument,
  rasterOf: RasterOf = () => null,
): Set<number> | 'all' {
  if (before.width !== after.width || before.height !== after.height) return 'all';
  const changes = new Changes(after, rasterOf);
  return changes.ofLists(before.layers, after.layers);
}

/** The tiles at level 0 that a layer may be seen in: what to draw anew when its pixels are ready. */
export function tilesOfLayer(
  document: StudioDocument,
  id: LayerId,
  rasterOf: RasterOf = () => null,
): Set<number> {
  const without = (layers: readonly Layer[]): Layer[] =>
    layers
      .filter((layer) => layer.id !== id)
      .map((layer) =>
        layer.type === 'group' ? { ...layer, children: without(layer.children) } : layer,
      );
  const changed = changedTiles(
    document,
    { ...document, layers: without(document.layers) },
    rasterOf,
  );
  return changed === 'all' ? new Set() : changed;
}

class Changes {
  readonly #size: { readonly width: number; readonly height: number };
  readonly #rasterOf: RasterOf;

  constructor(size: { readonly width: number; readonly height: number }, rasterOf: RasterOf) {
    this.#size = size;
    this.#rasterOf = rasterOf;
  }

  ofLists(before: readonly Layer[], after: readonly Layer[]): Keys {
    const changed: Keys = new Set();
    if (before === after) return changed;
    const [from, to] = [stacksOf(before), stacksOf(after)];
    let start = 0;
    while (sameBase(from[start], to[start])) start++;
    let end = 0;
    const most = Math.min(from.length, to.length) - start;
    while (end < most && sameBase(from.at(-1 - end), to.at(-1 - end))) end++;

    const pair = (index: number, other: number): void => {
      const [a, b] = [from[index], to[other]];
      if (!a || !b) return;
      // What changed below is spread by what looks around.
      this.#spread(changed, Math.max(reachOfStack(a), reachOfStack(b)));
      add(changed, this.#ofStacks(a, b));
    };
    for (let i = 0; i < start; i++) pair(i, i);
    // Between what is alike at both ends, layers came, went or changed places.
    for (const stack of [
      ...from.slice(start, from.length - end),
      ...to.slice(start, to.length - end),
    ]) {
      this.#spread(changed, reachOfStack(stack));
      add(changed, this.#areaOfStack(stack));
    }
    for (let i = end; i > 0; i--) pair(from.length - i, to.length - i);
    return changed;
  }

  #ofStacks(before: Stack, after: Stack): Keys {
    const [a, b] = [before.base, after.base];
    if (!isShown(a) && !isShown(b)) return new Set();
    const own = this.#ofLayers(a, b);
    const reach = Math.max(reachOfClipped(before), reachOfClipped(after));
    this.#spread(own, reach);
    const clipped = this.ofLists(before.clipped, after.clipped);
    if (clipped.size === 0) return own;
    // Seen only where the base is.
    const area = add(this.#area(a), this.#area(b));
    this.#spread(area, reach);
    for (const key of clipped) if (area.has(key)) own.add(key);
    return own;
  }

  #ofLayers(before: Layer, after: Layer): Keys {
    if (before === after || (!isShown(before) && !isShown(after))) return new Set();
    const changed: Keys = new Set();
    const both = (): Keys => add(this.#area(before), this.#area(after));
    if (!sameLook(before, after)) return both();
    if (before.type === 'raster' && after.type === 'raster') {
      if (before.raster.width !== after.raster.width) return both();
      if (before.raster.height !== after.raster.height) return both();
      add(changed, this.#ofRasters(before.raster, after));
    }
    if (before.type === 'group' && after.type === 'group') {
      add(changed, this.ofLists(before.children, after.children));
    }
    const [from, to] = [maskOf(before), maskOf(after)];
    if (from === to) return changed;
    if (from === null || to === null || from.outside !== to.outside) return both();
    const area = both();
    for (const key of differing(from, to)) if (area.has(key)) changed.add(key);
    return changed;
  }

  #ofRasters(before: Raster, { raster, transform }: Placed): Keys {
    const changed: Keys = new Set();
    if (before === raster) return changed;
    for (const key of differing(before, raster)) this.#addTile(changed, raster, transform, key);
    return changed;
  }

  /** Tiles that a stack may be seen in. */
  #areaOfStack({ base, clipped }: Stack): Keys {
    const area = this.#area(base);
    this.#spread(area, reachOfAll(clipped));
    return area;
  }

  /** Tiles that a layer may be seen in. */
  #area(layer: Layer): Keys {
    if (!isShown(layer)) return new Set();
    const area = this.#areaOfContent(layer);
    const mask = maskOf(layer);
    if (mask?.outside !== 0) return area;
    for (const key of area) if (!mask.tiles.has(key)) area.delete(key);
    return area;
  }

  #areaOfContent(layer: Layer): Keys {
    if (layer.type === 'adjustment') return this.#everything();
    if (layer.type === 'group') return this.#areaOfGroup(layer);
    const placed = placedOf(layer, this.#rasterOf);
    if (placed === null) return this.#everything();
    const area: Keys = new Set();
    for (const key of placed.raster.tiles.keys()) {
      this.#addTile(area, placed.raster, placed.transform, key);
    }
    return area;
  }

  #areaOfGroup({ children, passThrough }: GroupLayer): Keys {
    const area: Keys = new Set();
    if (passThrough && adjustsBelow(children)) return this.#everything();
    for (const stack of stacksOf(children)) {
      // An adjustment shows nothing of its own, but blur spreads what is below it.
      if (stack.base.type === 'adjustment') this.#spread(area, reachOfStack(stack));
      else add(area, this.#areaOfStack(stack));
    }
    return area;
  }

  #everything(): Keys {
    return new Set(Array(columnsOf(this.#size) * rowsOf(this.#size)).keys());
  }

  /** Adds the tiles of the document that a tile of a raster is seen in. */
  #addTile(keys: Keys, raster: Raster, transform: Matrix, key: number): void {
    const columns = columnsOf(raster);
    const x = (key % columns) * TILE;
    const y = Math.floor(key / columns) * TILE;
    const width = Math.min(TILE, raster.width - x);
    const height = Math.min(TILE, raster.height - y);
    this.#addRect(keys, seenOf(transform, { x, y, width, height }));
  }

  #addRect(keys: Keys, rect: Rect): void {
    const { fromColumn, toColumn, fromRow, toRow } = tilesIn(this.#size, rect);
    for (let row = fromRow; row < toRow; row++) {
      for (let column = fromColumn; column < toColumn; column++) {
        keys.add(tileKey(this.#size, column, row));
      }
    }
  }

  /** Adds the tiles that lie within reach of those there. */
  #spread(keys: Keys, reach: number): void {
    if (reach === 0) return;
    const columns = columnsOf(this.#size);
    for (const key of [...keys]) {
      const x = (key % columns) * TILE;
      const y = Math.floor(key / columns) * TILE;
      this.#addRect(keys, grow({ x, y, width: TILE, height: TILE }, reach));
    }
  }
}

function add(keys: Keys, more: Iterable<number>): Keys {
  for (const key of more) keys.add(key);
  return keys;
}

function sameBase(a: Stack | undefined, b: Stack | undefined): boolean {
  return a !== undefined && a.base.id === b?.base.id;
}

function reachOfAll(layers: readonly Layer[]): number {
  return layers.reduce((sum, layer) => sum + reachOfLayer(layer), 0);
}

function reachOfLayer(layer: Layer | AdjustmentLayer): number {
  return layer.type === 'adjustment' && isShown(layer) ? reachOf(layer.adjustment) : 0;
}

function reachOfClipped({ clipped }: Stack): number {
  return reachOfAll(clipped);
}

/** How far a stack looks at what is below it. */
function reachOfStack({ base, clipped }: Stack): number {
  if (!isShown(base)) return 0;
  if (base.type === 'group' && base.passThrough) {
    return stacksOf(base.children).reduce((sum, stack) => sum + reachOfStack(stack), 0);
  }
  return base.type === 'adjustment' ? reachOfAll([base, ...clipped]) : 0;
}

/** Whether something in a group changes what lies below it, if it is let through. */
function adjustsBelow(layers: readonly Layer[]): boolean {
  return layers.some(
    (layer) =>
      isShown(layer) &&
      (layer.type === 'adjustment' ||
        (layer.type === 'group' && layer.passThrough && adjustsBelow(layer.children))),
  );
}

/** Keys of the tiles that differ. */
function* differing(
  before: Pick<Mask | Raster, 'tiles'>,
  after: Pick<Mask | Raster, 'tiles'>,
): Generator<number> {
  for (const [key, tile] of before.tiles) if (after.tiles.get(key) !== tile) yield key;
  for (const key of after.tiles.keys()) if (!before.tiles.has(key)) yield key;
}

/** Where pixels of a raster are seen: beyond themselves, if they are mixed with their neighbours. */
function seenOf(transform: Matrix, rect: Rect): Rect {
  if (isWholeMove(transform)) return boundsOf(transform, rect);
  const inverse = invert(transform);
  if (inverse === null) return { x: 0, y: 0, width: 0, height: 0 };
  const [a, b, c, d] = inverse;
  // Samples of a pyramid's level, which may be half as fine as a pixel of the document.
  const margin = 2 * Math.max(1, Math.hypot(a, b), Math.hypot(c, d));
  return grow(wholePixels(boundsOf(transform, grow(rect, margin))), 1);
}

/** What of a layer is not seen, or is compared for itself. */
const APART = new Set(['name', 'locked', 'recipe', 'mask', 'raster', 'children', 'clipped']);

/** Whether layers look the same but for their pixels, children and masks. */
function sameLook(before: Layer, after: Layer): boolean {
  if (isShown(before) !== isShown(after)) return false;
  const from = Object.entries(before).filter(([name]) => !APART.has(name));
  const to = new Map(Object.entries(after).filter(([name]) => !APART.has(name)));
  return from.length === to.size && from.every(([name, value]) => same(value, to.get(name)));
}

function same(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((value, index) => same(value, b[index]));
  }
  return Object.is(a, b);
}
