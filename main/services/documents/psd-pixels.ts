/** Pixels of a Photoshop file's layers, and their masks. */
import { constants, inflateSync } from 'node:zlib';

import { getLayerImageData, getLayerMaskImageData, initializeCanvas } from 'ag-psd';
import type { Layer, PixelData } from 'ag-psd';

import { psdError } from './psd-header.js';

// pixels are wanted as bytes; a canvas there is none in Node, and is never asked for
initializeCanvas(
  () => {
    throw new TypeError('There is no canvas here');
  },
  (width, height) => ({
    width,
    height,
    data: new Uint8ClampedArray(width * height * 4),
    colorSpace: 'srgb',
  }),
);

/** A layer's pixels and where they lie in the document. */
export interface Placed {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** Raw RGBA. */
  readonly data: Uint8Array;
}

/** Compressions that inflate to any length; Photoshop uses them for 16 and 32 bits. */
const ZIPPED = [2, 3];

/** Samples of 16 and 32 bits as bytes; those of 32 bits are linear light. */
export function toBytes({ data }: PixelData): Uint8Array {
  if (data instanceof Uint8Array) return data;
  if (data instanceof Uint8ClampedArray) {
    return new Uint8Array(data.buffer, data.byteOffset, data.length);
  }
  const out = new Uint8Array(data.length);
  if (data instanceof Uint16Array) {
    for (let i = 0; i < out.length; i++) out[i] = Math.round((data[i] ?? 0) / 257);
    return out;
  }
  for (let i = 0; i < out.length; i++) {
    const value = Math.min(Math.max(data[i] ?? 0, 0), 1);
    out[i] = Math.round(255 * (i % 4 === 3 ? value : gamma(value)));
  }
  return out;
}

/** The transfer function of sRGB. */
function gamma(value: number): number {
  return value <= 0.0031308 ? 12.92 * value : 1.055 * value ** (1 / 2.4) - 0.055;
}

/** A rectangle as layers and masks state it. */
export interface Box {
  readonly top?: number | undefined;
  readonly left?: number | undefined;
  readonly bottom?: number | undefined;
  readonly right?: number | undefined;
}

/** Size of a layer or mask; 0 where it has none. */
export function sizeOf({ top = 0, left = 0, bottom = 0, right = 0 }: Box): {
  width: number;
  height: number;
} {
  return { width: Math.max(0, right - left), height: Math.max(0, bottom - top) };
}

/**
 * Stops a small file from inflating without end: the parser's own inflater knows no bound.
 * @throws NativaError UNREADABLE_DOCUMENT
 */
function checkChannels(name: string, layer: Layer): void {
  const { rawData } = layer;
  if (rawData === undefined) return;
  for (const { id, compression, data } of rawData.channels) {
    if (data === undefined || !ZIPPED.includes(compression)) continue;
    const channel: number = id;
    const box = channel === -2 ? layer.mask : channel === -3 ? layer.realMask : layer;
    const { width, height } = sizeOf(box ?? {});
    const most = width * height * Math.max(1, rawData.bitsPerChannel / 8);
    try {
      inflateSync(data, { maxOutputLength: most + 1, finishFlush: constants.Z_SYNC_FLUSH });
    } catch (error) {
      throw psdError(name, `the layer ${layer.name ?? ''} is damaged`, error);
    }
  }
}

/**
 * The pixels of a layer; null where it has none of its own, as
 * adjustments and empty layers.
 * @throws NativaError UNREADABLE_DOCUMENT
 */
export function layerPixels(name: string, layer: Layer): Placed | null {
  const { width, height } = sizeOf(layer);
  if (width === 0 || height === 0) return null;
  checkChannels(name, layer);
  const image = getLayerImageData(layer);
  if (image === undefined) return null;
  const data = toBytes(image);
  return { x: layer.left ?? 0, y: layer.top ?? 0, width, height, data };
}

/** What of a layer shows, one byte a pixel. */
interface PlacedMask extends Placed {
  readonly outside: 0 | 255;
  readonly enabled: boolean;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/**
 * The mask of a layer or group; null where it has none.
 * @param document whose size a mask comes to have that is nowhere quite black or white
 * @throws NativaError UNREADABLE_DOCUMENT
 */
export function layerMask(name: string, layer: Layer, document: Size): PlacedMask | null {
  const { mask } = layer;
  if (mask === undefined) return null;
  checkChannels(name, layer);
  const image = getLayerMaskImageData(layer);
  const samples = image === undefined ? null : toBytes(image);
  const size = samples === null ? { width: 0, height: 0 } : sizeOf(mask);
  const relative = mask.positionRelativeToLayer === true;
  const x = (mask.left ?? 0) + (relative ? (layer.left ?? 0) : 0);
  const y = (mask.top ?? 0) + (relative ? (layer.top ?? 0) : 0);
  const density = mask.userMaskDensity ?? 1;
  const thinned = (value: number): number => Math.round(255 - (255 - value) * density);
  const at = (u: number, v: number): number => {
    const inside = u >= 0 && v >= 0 && u < size.width && v < size.height && samples !== null;
    return thinned(inside ? (samples[(v * size.width + u) * 4] ?? 0) : around);
  };
  const around = (mask.defaultColor ?? 0) > 127 ? 255 : 0;
  const enabled = mask.disabled !== true;
  const even = thinned(around);
  const box =
    even !== 0 && even !== 255
      ? { x: 0, y: 0, width: document.width, height: document.height }
      : { x, y, width: Math.max(1, size.width), height: Math.max(1, size.height) };
  const data = new Uint8Array(box.width * box.height);
  for (let v = 0, i = 0; v < box.height; v++) {
    for (let u = 0; u < box.width; u++, i++) data[i] = at(u + box.x - x, v + box.y - y);
  }
  return { ...box, data, outside: even === 0 ? 0 : 255, enabled };
}
