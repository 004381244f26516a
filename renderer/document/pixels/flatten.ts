/** Whole pictures of a document or of some of its layers, without holding up what else goes on. */
import { TILE } from '../types.js';
import type { Colour, Layer, Rect, StudioDocument } from '../types.js';
import { blend } from './blend.js';
import { intersect, unite } from './bounds.js';
import type { Compositor } from './compose.js';

export interface FlattenOptions {
  /** Whole document pixels; the whole document if not said. May lie beyond the document. */
  readonly rect?: Rect;
  /** What is put under the picture; nothing if not said. */
  readonly background?: Colour;
  /** From 0 to 1, at most as often as other work gets its turn. */
  readonly onProgress?: (part: number) => void;
  /** Ends the work: the promise is rejected with its reason. */
  readonly signal?: AbortSignal;
}

/** Milliseconds after which other work gets its turn. */
const TURN = 12;

/**
 * A document as it is seen, straight RGBA, rect.width * rect.height * 4 bytes.
 * @throws the signal's reason once it is aborted
 */
export function flatten(
  compositor: Compositor,
  document: StudioDocument,
  options: FlattenOptions = {},
): Promise<Uint8ClampedArray> {
  const frame = { x: 0, y: 0, width: document.width, height: document.height };
  return paint(compositor, document.layers, frame, options.rect ?? frame, options);
}

/**
 * Some layers of a document, without those around them: one alone, or several to be merged. With a
 * `rect`, what lies in it beyond the document is drawn as well.
 * @param layers bottom first
 * @throws the signal's reason once it is aborted
 */
export function flattenLayers(
  compositor: Compositor,
  document: StudioDocument,
  layers: readonly Layer[],
  options: FlattenOptions = {},
): Promise<Uint8ClampedArray> {
  const all = { x: 0, y: 0, width: document.width, height: document.height };
  const rect = options.rect ?? all;
  return paint(compositor, layers, unite(all, rect) ?? all, rect, options);
}

async function paint(
  compositor: Compositor,
  layers: readonly Layer[],
  frame: Rect,
  rect: Rect,
  { background, onProgress, signal }: FlattenOptions,
): Promise<Uint8ClampedArray> {
  const out = new Uint8ClampedArray(rect.width * rect.height * 4);
  const tiles = tilesOver(rect);
  let turn = performance.now();
  for (const [index, tile] of tiles.entries()) {
    signal?.throwIfAborted();
    let data = compositor.composeRegion(layers, frame, tile);
    if (background !== undefined) data = over(background, data);
    for (let y = 0; y < tile.height; y++) {
      const row = data.subarray(y * tile.width * 4, (y + 1) * tile.width * 4);
      out.set(row, ((tile.y - rect.y + y) * rect.width + tile.x - rect.x) * 4);
    }
    if (performance.now() - turn < TURN) continue;
    onProgress?.((index + 1) / tiles.length);
    await new Promise((resolve) => setTimeout(resolve, 0));
    turn = performance.now();
  }
  signal?.throwIfAborted();
  onProgress?.(1);
  return out;
}

/** A rectangle in pieces that each lie in one tile of the document. */
function tilesOver(rect: Rect): Rect[] {
  const tiles: Rect[] = [];
  const start = (value: number): number => Math.floor(value / TILE) * TILE;
  for (let y = start(rect.y); y < rect.y + rect.height; y += TILE) {
    for (let x = start(rect.x); x < rect.x + rect.width; x += TILE) {
      const tile = intersect(rect, { x, y, width: TILE, height: TILE });
      if (tile) tiles.push(tile);
    }
  }
  return tiles;
}

function over(background: Colour, data: Uint8ClampedArray): Uint8ClampedArray {
  const out = new Uint8ClampedArray(data.length);
  const colour = bytesOf(background);
  for (let i = 0; i < out.length; i += 4) out.set(colour, i);
  blend(out, data, data.length / 4, 'normal', 1);
  return out;
}

/**
 * Red, green, blue and alpha of a colour, 0 to 255.
 * @throws RangeError if it is not #rrggbb or #rrggbbaa
 */
export function bytesOf(colour: Colour): [number, number, number, number] {
  if (!/^#(?:[\da-f]{6}|[\da-f]{8})$/i.test(colour)) {
    throw new RangeError(`${colour} is no colour: write #rrggbb or #rrggbbaa.`);
  }
  const at = (index: number): number => Number.parseInt(colour.slice(index, index + 2), 16);
  return [at(1), at(3), at(5), colour.length === 9 ? at(7) : 255];
}
