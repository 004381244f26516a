/** The picture that a document's layers make together, a tile at a time. */
import { TILE } from '../types.js';
import type {
  AdjustmentLayer,
  GroupLayer,
  Layer,
  Matrix,
  Raster,
  Rect,
  StudioDocument,
} from '../types.js';
import { adjust } from './adjust.js';
import { blend, crossfade } from './blend.js';
import { grow, intersect } from './bounds.js';
import { boundsOf, isWholeMove } from './matrix.js';
import { LAST_LEVEL, Pyramids } from './pyramid.js';
import { coversOpaquely, drawTransformed, readMask, readPixels } from './sample.js';
import type { PartialEdge } from './sample.js';
import {
  canPassThrough,
  isPlain,
  maskOf,
  passesThrough,
  placedOf,
  reachBelow,
  reachOfAll,
  shownStacks,
} from './stacks.js';
import type { Placed, RasterOf, Stack } from './stacks.js';
import { tileKey, TILE_BYTES } from './tiles.js';

export interface CompositorOptions {
  /** Pixels of texts and shapes; without it none are drawn. */
  readonly rasterOf?: RasterOf;
  /** Bytes that tiles at lower resolutions may hold; 256 MB if not said. */
  readonly cacheBytes?: number;
}

/** What is being drawn. */
interface Scene {
  /** A pixel is 2 ** level document pixels wide. */
  readonly level: number;
  /** 1 / 2 ** level. */
  readonly scale: number;
  /** All that is drawn, in document pixels; blur goes on with the pixels at its edge. */
  readonly frame: Rect;
  /** The same in pixels of the level. */
  readonly bounds: Rect;
  readonly edge: PartialEdge;
}

/** Pixels of a region; `owned` if they may be written to. */
interface Content {
  readonly data: Uint8ClampedArray;
  readonly owned: boolean;
}

/** Composes documents. Keeps tiles at lower resolutions, so one should live as long as its window. */
export class Compositor {
  readonly #rasterOf: RasterOf;
  readonly #pyramids: Pyramids;
  readonly #spare: Uint8ClampedArray[] = [];

  constructor({ rasterOf = () => null, cacheBytes = 256e6 }: CompositorOptions = {}) {
    this.#rasterOf = rasterOf;
    this.#pyramids = new Pyramids(cacheBytes);
  }

  /** Bytes that tiles at lower resolutions hold now. */
  get bytesKept(): number {
    return this.#pyramids.bytes;
  }

  /**
   * A tile of a document: TILE * TILE * 4 bytes, transparent beyond the document.
   * @param level 0 to 8: each pixel covers 2 ** level document pixels; 0 is exact
   * @throws RangeError if there is no such level
   */
  composeTile(document: StudioDocument, column: number, row: number, level = 0): Uint8ClampedArray {
    const { width, height, layers } = document;
    const frame = { x: 0, y: 0, width, height };
    const tile = { x: column * TILE, y: row * TILE, width: TILE, height: TILE };
    return this.composeRegion(layers, frame, tile, level);
  }

  /**
   * Layers in a rectangle, straight RGBA.
   * @param frame what there is to see, in document pixels; transparent beyond it
   * @param rect whole pixels of the level
   */
  composeRegion(layers: readonly Layer[], frame: Rect, rect: Rect, level = 0): Uint8ClampedArray {
    const scene = sceneOf(frame, level);
    const out = new Uint8ClampedArray(rect.width * rect.height * 4);
    const region = intersect(rect, scene.bounds);
    if (region === null) return out;
    if (region.width === rect.width && region.height === rect.height) {
      this.#draw(layers, region, scene, out, true);
      return out;
    }
    const part = this.#take(region, true);
    this.#draw(layers, region, scene, part, true);
    copyPart(part, region, out, rect, region);
    this.#give(part);
    return out;
  }

  /** Draws layers over `target`; `empty` says that nothing is there. @returns whether it was drawn on */
  #draw(
    layers: readonly Layer[],
    region: Rect,
    scene: Scene,
    target: Uint8ClampedArray,
    empty: boolean,
  ): boolean {
    const stacks = shownStacks(layers);
    const wide = intersect(grow(region, reachBelow(stacks, scene.scale)), scene.bounds) ?? region;
    if (wide.width === region.width && wide.height === region.height) {
      return this.#drawStacks(stacks, region, scene, target, empty);
    }
    // What lies around the region is drawn too, for adjustments that look there.
    const buffer = this.#take(wide, true);
    const drawn = this.#drawStacks(stacks, wide, scene, buffer, true);
    if (drawn) copyPart(buffer, wide, target, region, region);
    this.#give(buffer);
    return drawn;
  }

  #drawStacks(
    stacks: readonly Stack[],
    region: Rect,
    scene: Scene,
    target: Uint8ClampedArray,
    empty: boolean,
  ): boolean {
    let first = stacks.findLastIndex(({ base }) => this.#covers(base, region, scene));
    first = Math.max(0, first);
    let drawn = false;
    for (const stack of stacks.slice(first)) {
      if (this.#drawStack(stack, region, scene, target, empty && !drawn)) drawn = true;
    }
    return drawn;
  }

  /** Whether nothing below a layer is seen through it. */
  #covers(layer: Layer, region: Rect, scene: Scene): boolean {
    if (!isPlain(layer) || layer.type === 'adjustment') return false;
    if (layer.type === 'group') {
      const stacks = shownStacks(layer.children);
      if (reachOfAll(layer.children, scene.scale) > 0) return false;
      return stacks.some(({ base }) => this.#covers(base, region, scene));
    }
    const placed = placedOf(layer, this.#rasterOf);
    if (placed === null) return false;
    const transform = atLevel(placed.transform, scene.scale);
    return coversOpaquely(placed.raster, transform, inFrame(region, scene), this.#pyramids);
  }

  #drawStack(
    { base, clipped }: Stack,
    region: Rect,
    scene: Scene,
    target: Uint8ClampedArray,
    empty: boolean,
  ): boolean {
    if (base.type === 'adjustment' && clipped.length === 0) {
      if (!empty) this.#adjust(base, region, scene, target, false);
      return false;
    }
    if (base.type === 'group' && clipped.length === 0 && isPlain(base)) {
      if (empty || canPassThrough(base.children)) {
        return this.#draw(base.children, region, scene, target, empty);
      }
    }
    const mask = this.#mask(base, region, scene);
    if (mask === 'none') return false;
    const stack = { base, clipped };
    if (!empty && passesThrough(stack)) {
      this.#passThrough(stack.base, region, scene, target, mask);
      return true;
    }
    const content = this.#stackContent(base, clipped, region, scene, empty ? null : target);
    if (content) {
      const count = region.width * region.height;
      if (base.type === 'adjustment') {
        this.#replace(base, target, content, count, mask);
      } else if (empty && isPlain(base)) {
        target.set(content.data.subarray(0, count * 4));
      } else {
        blend(target, content.data, count, base.blendMode, base.opacity, { mask });
      }
      if (content.owned) this.#give(content.data);
    }
    if (mask) this.#give(mask);
    return content !== null;
  }

  /** Draws what lies in a group onto what is below it, as far as its opacity and mask let that be. */
  #passThrough(
    group: GroupLayer,
    region: Rect,
    scene: Scene,
    target: Uint8ClampedArray,
    mask: Uint8ClampedArray | null,
  ): void {
    const count = region.width * region.height;
    const below = this.#take(region, false);
    below.set(target.subarray(0, count * 4));
    // The region has the margin that adjustments in the group need.
    this.#drawStacks(shownStacks(group.children), region, scene, below, false);
    crossfade(target, below, count, group.opacity, mask);
    this.#give(below);
    if (mask) this.#give(mask);
  }

  /** A layer with what is clipped to it, before its own mask, opacity and blend mode. */
  #stackContent(
    base: Layer,
    clipped: readonly Layer[],
    region: Rect,
    scene: Scene,
    below: Uint8ClampedArray | null,
  ): Content | null {
    const reach = reachOfAll(clipped, scene.scale);
    // For what an adjustment adjusts, the region has a margin already.
    const around = base.type === 'adjustment' ? region : grow(region, reach);
    const wide = intersect(around, scene.bounds) ?? region;
    const content =
      base.type === 'adjustment'
        ? adjusted(base, below, region, scene)
        : this.#content(base, wide, scene);
    if (content === null || clipped.length === 0) return content;
    let data = content.data;
    if (!content.owned) {
      data = this.#take(wide, false);
      data.set(content.data.subarray(0, wide.width * wide.height * 4));
    }
    for (const layer of clipped) this.#clip(layer, wide, scene, data);
    if (wide.width === region.width && wide.height === region.height) return { data, owned: true };
    const part = this.#take(region, false);
    copyPart(data, wide, part, region, region);
    this.#give(data);
    return { data: part, owned: true };
  }

  /** Draws a layer only where there is something already. */
  #clip(layer: Layer, region: Rect, scene: Scene, target: Uint8ClampedArray): void {
    if (layer.type === 'adjustment') {
      this.#adjust(layer, region, scene, target, true);
      return;
    }
    const mask = this.#mask(layer, region, scene);
    if (mask === 'none') return;
    const content = this.#content(layer, region, scene);
    if (content) {
      const count = region.width * region.height;
      const coverage = { mask, keepAlpha: true };
      blend(target, content.data, count, layer.blendMode, layer.opacity, coverage);
      if (content.owned) this.#give(content.data);
    }
    if (mask) this.#give(mask);
  }

  #adjust(
    layer: AdjustmentLayer,
    region: Rect,
    scene: Scene,
    target: Uint8ClampedArray,
    keepAlpha: boolean,
  ): void {
    const mask = this.#mask(layer, region, scene);
    if (mask === 'none') return;
    const content = adjusted(layer, target, region, scene);
    const count = region.width * region.height;
    if (content) this.#replace(layer, target, content, count, mask, keepAlpha);
    if (mask) this.#give(mask);
  }

  /** Puts adjusted pixels in place of those they were made of. */
  #replace(
    layer: AdjustmentLayer,
    target: Uint8ClampedArray,
    { data }: Content,
    count: number,
    mask: Uint8ClampedArray | null,
    keepAlpha = false,
  ): void {
    if (layer.blendMode === 'normal' && !keepAlpha) {
      crossfade(target, data, count, layer.opacity, mask);
      return;
    }
    for (let i = 3; i < count * 4; i += 4) data[i] = 255;
    blend(target, data, count, layer.blendMode, layer.opacity, { mask, keepAlpha: true });
  }

  /** Pixels of a layer in a region; null if it does not touch it. */
  #content(layer: Exclude<Layer, AdjustmentLayer>, region: Rect, scene: Scene): Content | null {
    if (layer.type === 'group') {
      const data = this.#take(region, true);
      if (this.#draw(layer.children, region, scene, data, true)) return { data, owned: true };
      this.#give(data);
      return null;
    }
    const placed = placedOf(layer, this.#rasterOf);
    if (placed === null || placed.raster.tiles.size === 0) return null;
    const { raster } = placed;
    const transform = atLevel(placed.transform, scene.scale);
    const all = { x: 0, y: 0, width: raster.width, height: raster.height };
    if (intersect(boundsOf(transform, all), region) === null) return null;
    const whole = wholeMoveAt(transform, scene);
    if (whole) {
      const data = wholeTile(raster, whole, region, scene);
      if (data) return { data, owned: false };
    }
    const data = this.#take(region, false);
    const drawn = whole
      ? this.#copy(placed, whole, region, scene, data)
      : drawTransformed(raster, transform, region, data, this.#pyramids, scene.edge);
    if (drawn) return { data, owned: true };
    this.#give(data);
    return null;
  }

  /** Copies a raster that was moved by whole pixels of the level. */
  #copy(
    { raster, transform }: Placed,
    move: { x: number; y: number },
    region: Rect,
    scene: Scene,
    out: Uint8ClampedArray,
  ): boolean {
    const rect = { ...region, x: region.x - move.x, y: region.y - move.y };
    if (!readPixels(raster, scene.level, rect, out, this.#pyramids)) return false;
    const { frame } = scene;
    const right = transform[4] + raster.width;
    const bottom = transform[5] + raster.height;
    // Last pixels that lie only partly inside are partly there, unless the picture ends with them.
    const partX = (raster.width * scene.scale) % 1;
    const partY = (raster.height * scene.scale) % 1;
    if (partX > 0 && right < frame.x + frame.width) {
      fade(out, region, Math.floor(right * scene.scale) - region.x, 'column', partX);
    }
    if (partY > 0 && bottom < frame.y + frame.height) {
      fade(out, region, Math.floor(bottom * scene.scale) - region.y, 'row', partY);
    }
    return true;
  }

  /** A layer's mask in a region; null if it hides nothing there, 'none' if it hides all. */
  #mask(layer: Layer, region: Rect, scene: Scene): Uint8ClampedArray | 'none' | null {
    const mask = maskOf(layer);
    if (mask === null) return null;
    const out = this.#take(region, false);
    const found = readMask(mask, scene.level, region, out, this.#pyramids);
    if (found === 'bytes') return out;
    this.#give(out);
    return found === 'full' ? null : 'none';
  }

  /** A buffer for a region's pixels, at least; zeros if asked for. */
  #take({ width, height }: Rect, zeros: boolean): Uint8ClampedArray {
    const size = width * height * 4;
    const index = this.#spare.findIndex((buffer) => buffer.length >= size);
    const [buffer] = index >= 0 ? this.#spare.splice(index, 1) : [];
    // Tiles are the rule: a buffer for a smaller region can serve for the next tile too.
    if (!buffer) return new Uint8ClampedArray(Math.max(size, TILE_BYTES));
    if (zeros) buffer.fill(0, 0, size);
    return buffer;
  }

  #give(buffer: Uint8ClampedArray): void {
    if (this.#spare.length < MOST_SPARE) this.#spare.push(buffer);
  }
}

/** Buffers kept for the next tile. */
const MOST_SPARE = 8;

function sceneOf(frame: Rect, level: number): Scene {
  if (!Number.isInteger(level) || level < 0 || level > LAST_LEVEL) {
    throw new RangeError(`There is no level ${level}: levels go from 0 to ${LAST_LEVEL}.`);
  }
  const scale = 1 / 2 ** level;
  const right = (frame.x + frame.width) * scale;
  const bottom = (frame.y + frame.height) * scale;
  const x = Math.floor(frame.x * scale);
  const y = Math.floor(frame.y * scale);
  const bounds = { x, y, width: Math.ceil(right) - x, height: Math.ceil(bottom) - y };
  const edge = {
    lastX: Math.ceil(right) - 1,
    partX: right % 1 === 0 ? 1 : right - Math.floor(right),
    lastY: Math.ceil(bottom) - 1,
    partY: bottom % 1 === 0 ? 1 : bottom - Math.floor(bottom),
  };
  return { level, scale, frame, bounds, edge };
}

/** What of a region lies in the frame: its last pixels may lie there only partly. */
function inFrame(region: Rect, { scale, frame }: Scene): Rect {
  const { x, y, width, height } = frame;
  const exact = { x: x * scale, y: y * scale, width: width * scale, height: height * scale };
  return intersect(region, exact) ?? region;
}

function atLevel([a, b, c, d, e, f]: Matrix, scale: number): Matrix {
  return [a * scale, b * scale, c * scale, d * scale, e * scale, f * scale];
}

/** A move in whole pixels of the level, if a transform to the level is one. */
function wholeMoveAt(
  [a, b, c, d, e, f]: Matrix,
  { scale }: Scene,
): { x: number; y: number } | null {
  return isWholeMove([a / scale, b, c, d / scale, e, f]) ? { x: e, y: f } : null;
}

/** The bytes of a tile, if a region shows one tile of a raster and nothing else. */
function wholeTile(
  raster: Raster,
  move: { x: number; y: number },
  region: Rect,
  { level }: Scene,
): Uint8ClampedArray | null {
  const x = region.x - move.x;
  const y = region.y - move.y;
  if (level > 0 || x % TILE !== 0 || y % TILE !== 0 || x < 0 || y < 0) return null;
  if (region.width !== TILE || region.height !== TILE) return null;
  if (x + TILE > raster.width || y + TILE > raster.height) return null;
  return raster.tiles.get(tileKey(raster, x / TILE, y / TILE))?.data ?? null;
}

/** Adjusted pixels of what is below, to be kept or put in its place. */
function adjusted(
  layer: AdjustmentLayer,
  below: Uint8ClampedArray | null,
  { width, height }: Rect,
  { scale }: Scene,
): Content | null {
  if (below === null) return null;
  return { data: adjust(below, width, height, layer.adjustment, scale), owned: true };
}

/** Copies `part` from pixels of one rectangle to those of another. */
function copyPart(
  from: Uint8ClampedArray,
  fromRect: Rect,
  to: Uint8ClampedArray,
  toRect: Rect,
  part: Rect,
): void {
  for (let y = part.y; y < part.y + part.height; y++) {
    const start = ((y - fromRect.y) * fromRect.width + part.x - fromRect.x) * 4;
    const row = from.subarray(start, start + part.width * 4);
    to.set(row, ((y - toRect.y) * toRect.width + part.x - toRect.x) * 4);
  }
}

/** Makes a column or row of a region's pixels fainter. */
function fade(
  data: Uint8ClampedArray,
  { width, height }: Rect,
  index: number,
  line: 'column' | 'row',
  part: number,
): void {
  const [count, length] = line === 'column' ? [width, height] : [height, width];
  if (index < 0 || index >= count) return;
  for (let i = 0; i < length; i++) {
    const at = (line === 'column' ? i * width + index : index * width + i) * 4 + 3;
    data[at] = (data[at] ?? 0) * part;
  }
}
