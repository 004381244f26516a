/** A document's layers on their way to files of other programs: each as pixels, with its mask. */
import type { WireLayer, WireMask } from '../../preload/contract.js';
import { boundsOfLayer } from '../canvas/bounds.js';
import type { Client } from '../bridge/client.js';
import { wholePixels } from '../document/pixels/bounds.js';
import type { Compositor } from '../document/pixels/compose.js';
import { flattenLayers, type FlattenOptions } from '../document/pixels/flatten.js';
import { maskBytes } from '../document/pixels/mask-operations.js';
import { canPassThrough, stacksOf } from '../document/pixels/stacks.js';
import { columnsOf } from '../document/pixels/tiles.js';
import { TILE } from '../document/types.js';
import type { Layer, LayerMask, Mask, Rect, StudioDocument } from '../document/types.js';
import type { FileTask } from './filing.svelte.js';
import { uploadFlat } from './flat-upload.js';
import { wireAdjustment } from '../files/wire-adjustments.js';

interface Uploading {
  readonly client: Client;
  readonly compositor: Compositor;
}

export class LayeredUpload {
  readonly #studio: Uploading;
  readonly #document: StudioDocument;
  readonly #task: FileTask;
  /** Layers with pixels, and the flattened picture. */
  readonly #count: number;
  #done = 0;

  constructor(studio: Uploading, document: StudioDocument, task: FileTask) {
    this.#studio = studio;
    this.#document = document;
    this.#task = task;
    this.#count = countLeaves(document.layers) + 1;
  }

  /** All layers, uploaded. @throws StudioError; the signal's reason once it is aborted */
  layers(): Promise<WireLayer[]> {
    return this.#layers(this.#document.layers);
  }

  /** How to draw the flattened picture, when the layers are done. */
  merging(): Pick<FlattenOptions, 'signal' | 'onProgress'> {
    const { signal } = this.#task;
    return { signal, onProgress: (part) => this.#tell(part) };
  }

  #tell(part: number): void {
    this.#task.onProgress((this.#done + part) / this.#count);
  }

  async #layers(layers: readonly Layer[]): Promise<WireLayer[]> {
    const made: WireLayer[] = [];
    for (const { layer, clipped, shown } of clippedIn(layers)) {
      const { name, opacity, blendMode } = layer;
      const visible = layer.visible && shown;
      const mask = layer.mask && (await this.#mask(layer.mask));
      const more = { ...(mask && { mask }), ...(clipped && { clipped }) };
      const common = { name, visible, opacity, blendMode, ...more };
      if (layer.type === 'group') {
        const children = await this.#layers(layer.children);
        // As most programs make groups; only where that looks no different.
        const plain = blendMode === 'normal' && opacity === 1 && !clipped && !mask;
        const through = layer.passThrough && blendMode === 'normal';
        const passThrough = through || (plain && canPassThrough(layer.children));
        made.push({ type: 'group', ...common, passThrough, children });
        continue;
      }
      if (layer.type === 'adjustment') {
        const adjustment = wireAdjustment(layer.adjustment);
        if (adjustment) made.push({ type: 'adjustment', ...common, adjustment });
        this.#done += 1;
        continue;
      }
      const rect = roomFor(layer);
      if (rect) {
        made.push({ type: 'raster', ...common, ...rect, pixels: await this.#pixels(layer, rect) });
      }
      this.#done += 1;
    }
    return made;
  }

  /** What a layer shows without its mask. */
  async #pixels(layer: Layer, rect: Rect): Promise<string> {
    const { client, compositor } = this.#studio;
    const look = { visible: true, opacity: 1, blendMode: 'normal' as const };
    const alone = { ...layer, ...look, clipped: false, mask: null };
    const pixels = await uploadFlat(
      client,
      rect,
      (part, watched) =>
        flattenLayers(compositor, this.#document, [alone], { rect: part, ...watched }),
      this.merging(),
    );
    return this.#task.hold(pixels);
  }

  async #mask({ mask, enabled }: LayerMask): Promise<WireMask> {
    const rect = roomOf(mask);
    const rows = Math.max(1, Math.floor(TILE / Math.ceil(rect.width / TILE))) * TILE;
    const parts = function* (): Generator<Uint8ClampedArray<ArrayBuffer>> {
      for (let top = 0; top < rect.height; top += rows) {
        const height = Math.min(rows, rect.height - top);
        const part = maskBytes(mask, { ...rect, y: rect.y + top, height });
        yield part as Uint8ClampedArray<ArrayBuffer>;
      }
    };
    const pixels = await this.#studio.client.uploadParts(parts(), this.#task.signal);
    return { ...rect, pixels: this.#task.hold(pixels), outside: mask.outside, enabled };
  }
}

/** Whole pixels around what a layer shows; null where it shows nothing by itself. */
function roomFor(layer: Layer): Rect | null {
  const bounds = boundsOfLayer(layer);
  return bounds && bounds.width >= 1 && bounds.height >= 1 ? wholePixels(bounds) : null;
}

/**
 * Layers and what they are clipped to. What is clipped to something that is not written must not
 * come to be clipped to what lies below that: over an adjustment it is shown everywhere, over a layer
 * without pixels nowhere.
 */
function* clippedIn(layers: readonly Layer[]): Generator<{
  readonly layer: Layer;
  readonly clipped: boolean;
  readonly shown: boolean;
}> {
  for (const { base, clipped } of stacksOf(layers)) {
    yield { layer: base, clipped: false, shown: true };
    const adjusts = base.type === 'adjustment';
    const there = adjusts
      ? wireAdjustment(base.adjustment) !== null
      : base.type === 'group' || roomFor(base) !== null;
    const shown = there || adjusts;
    for (const layer of clipped) yield { layer, clipped: there, shown };
  }
}

/** Where a mask is not the same as everywhere else: whole tiles; one pixel where it is so at all. */
function roomOf(mask: Mask): Rect {
  const columns = columnsOf(mask);
  const keys = [...mask.tiles.keys()];
  if (keys.length === 0) return { x: 0, y: 0, width: 1, height: 1 };
  const across = keys.map((key) => key % columns);
  const down = keys.map((key) => Math.floor(key / columns));
  const least = (all: readonly number[]): number => all.reduce((a, b) => Math.min(a, b)) * TILE;
  const most = (all: readonly number[]): number =>
    (all.reduce((a, b) => Math.max(a, b)) + 1) * TILE;
  const [x, y] = [least(across), least(down)];
  return {
    x,
    y,
    width: Math.min(mask.width, most(across)) - x,
    height: Math.min(mask.height, most(down)) - y,
  };
}

/** How many of some layers and those in them are no groups. */
function countLeaves(layers: readonly Layer[]): number {
  return layers.reduce(
    (sum, layer) => sum + (layer.type === 'group' ? countLeaves(layer.children) : 1),
    0,
  );
}
