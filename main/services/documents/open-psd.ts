/**
 * Opening Photoshop files with their layers, groups, masks and clipping, and the adjustments that
 * there are here, too. Text, shapes and smart objects come in as the pixels that stand for them in
 * the file; other adjustments, which have no pixels, are left out.
 */
import { setImmediate } from 'node:timers/promises';

import { readPsd } from 'ag-psd';
import type { Layer, Psd } from 'ag-psd';

import { NativaError } from '../../../native-models/errors.js';
import type { Opened, WireLayer, WireMask } from '../../../preload/contract.js';
import { fromProfile } from '../../engine/images/index.js';
import { fromPsdMode } from './blend-modes.js';
import type { Blobs } from './blobs-port.js';
import { MAX_LAYERS, MAX_NESTING, PixelBudget } from './pixels.js';
import { fromPsdAdjustment } from './psd/adjustments.js';
import { psdError, readPsdHeader, type PsdHeader } from './psd-header.js';
import { layerMask, layerPixels, sizeOf, toBytes, type Placed } from './psd-pixels.js';

/** Bytes that the parser may take for patterns and the like. */
const PARSER_MEMORY = 2 * 1024 ** 3;

/**
 * Opens a Photoshop file.
 * @throws NativaError UNREADABLE_DOCUMENT, IMAGE_TOO_LARGE
 */
export async function openPsd(name: string, bytes: Uint8Array, blobs: Blobs): Promise<Opened> {
  const header = readPsdHeader(name, bytes);
  const { width, height } = header;
  const psd = parse(name, bytes, true);
  const reader = new LayerReader(name, header, blobs);
  let layers = await reader.children(psd.children ?? []);
  if (layers.length === 0) layers = [await flattened(name, bytes, header, blobs)];
  return { kind: 'layers', name, width, height, layers, recipe: null };
}

/** The document's structure, its layers' pixels still packed; or the flattened picture. */
function parse(name: string, bytes: Uint8Array, layers: boolean): Psd {
  try {
    return readPsd(bytes, {
      ...(layers ? { useRawData: true } : { skipLayerImageData: true, useImageData: true }),
      skipThumbnail: true,
      skipLinkedFilesData: true,
      totalMemoryLimit: PARSER_MEMORY,
      log: () => undefined,
    });
  } catch (error) {
    throw psdError(name, 'it is damaged or unusual', error);
  }
}

/** The picture that files without layers consist of. */
async function flattened(
  name: string,
  bytes: Uint8Array,
  header: PsdHeader,
  blobs: Blobs,
): Promise<WireLayer> {
  const { imageData } = parse(name, bytes, false);
  if (imageData === undefined) throw psdError(name, 'it holds no picture');
  const { width, height } = header;
  const placed = { x: 0, y: 0, width, height, data: toBytes(imageData) };
  const base = { name: 'Background', visible: true, opacity: 1, blendMode: 'normal' };
  return { type: 'raster', ...base, ...(await put(placed, header, blobs)) };
}

async function put({ x, y, width, height, data }: Placed, header: PsdHeader, blobs: Blobs) {
  const image = { width, height, channels: 4, data } as const;
  // 32 bits are linear light, which no 8-bit profile describes
  const convert = header.profile !== null && header.mode === 3 && header.depth !== 32;
  const converted = convert ? await fromProfile(image, header.profile) : image;
  return { x, y, width, height, pixels: blobs.put(converted.data) };
}

class LayerReader {
  readonly #budget: PixelBudget;

  constructor(
    readonly name: string,
    readonly header: PsdHeader,
    readonly blobs: Blobs,
  ) {
    this.#budget = new PixelBudget(name);
  }

  /** Layers of one level, bottom first as in the file. */
  async children(layers: readonly Layer[], depth = 0): Promise<WireLayer[]> {
    if (depth > MAX_NESTING) throw psdError(this.name, 'its groups are nested too deeply');
    const out: WireLayer[] = [];
    let base: Base = 'all';
    for (const layer of layers) {
      // decoding is work of JavaScript's own; others get their turn in between
      await setImmediate();
      const read = await this.#layer(layer, depth);
      if (layer.clipping !== true) base = baseOf(layer, read);
      if (read === null) continue;
      // What it is clipped to may not have come in; it must not be clipped to what lies below that.
      if (layer.clipping !== true || base === 'all') out.push(read);
      else if (base === 'there') out.push({ ...read, clipped: true });
      else out.push({ ...read, visible: false });
    }
    if (out.length > MAX_LAYERS) throw psdError(this.name, `a group has over ${MAX_LAYERS} layers`);
    return out;
  }

  #pixels(layer: Layer): Placed | null {
    const size = sizeOf(layer);
    if (size.width === 0 || size.height === 0) return null;
    this.#budget.take(size);
    return this.#decoded(layer, () => layerPixels(this.name, layer));
  }

  /** A layer's mask as its layer has it. */
  #mask(layer: Layer): { mask?: WireMask } {
    const size = sizeOf(layer.mask ?? {});
    if (size.width > 0 && size.height > 0) this.#budget.take(size);
    const mask = this.#decoded(layer, () => layerMask(this.name, layer, this.header));
    if (mask === null) return {};
    const { data, ...rest } = mask;
    return { mask: { ...rest, pixels: this.blobs.put(data) } };
  }

  /** @throws NativaError UNREADABLE_DOCUMENT whatever the parser throws */
  #decoded<T>(layer: Layer, decode: () => T): T {
    try {
      return decode();
    } catch (error) {
      if (error instanceof NativaError) throw error;
      throw psdError(this.name, `the layer ${layer.name ?? ''} is damaged`, error);
    }
  }

  async #layer(layer: Layer, depth: number): Promise<WireLayer | null> {
    const common = {
      name: (layer.name ?? '').slice(0, 1000),
      visible: layer.hidden !== true,
      opacity: unit((layer.opacity ?? 1) * (layer.fillOpacity ?? 1)),
      blendMode: fromPsdMode(layer.blendMode),
    };
    if (layer.children !== undefined) {
      const children = await this.children(layer.children, depth + 1);
      const passThrough = layer.blendMode === 'pass through';
      return { type: 'group', ...common, ...this.#mask(layer), passThrough, children };
    }
    const pixels = this.#pixels(layer);
    if (pixels !== null) {
      const placed = await put(pixels, this.header, this.blobs);
      return { type: 'raster', ...common, ...this.#mask(layer), ...placed };
    }
    const adjustment = layer.adjustment ? fromPsdAdjustment(layer.adjustment) : null;
    if (adjustment === null) return null;
    return { type: 'adjustment', ...common, ...this.#mask(layer), adjustment };
  }
}

/** What a layer is for those clipped to it: it came in, shows nothing, or has no shape of its own. */
type Base = 'there' | 'nothing' | 'all';

function baseOf(layer: Layer, read: WireLayer | null): Base {
  if (read !== null) return 'there';
  return layer.adjustment === undefined ? 'nothing' : 'all';
}

const unit = (value: number): number => Math.min(Math.max(value, 0), 1);
