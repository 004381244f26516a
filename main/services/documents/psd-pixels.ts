/** Pixels of a Photoshop file's layers, with their masks and clipping worked in. */
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
 * The pixels of a layer with its mask worked in; null where it has none of its own, as
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
  const placed = { x: layer.left ?? 0, y: layer.top ?? 0, width, height, data };
  applyMask(placed, layer);
  return placed;
}

/** Takes away what the layer's mask hides. */
function applyMask(placed: Placed, layer: Layer): void {
  const { mask } = layer;
  if (mask === undefined || mask.disabled === true) return;
  const image = getLayerMaskImageData(layer);
  const samples = image === undefined ? null : toBytes(image);
  const size = sizeOf(mask);
  const relative = mask.positionRelativeToLayer === true;
  const left = (mask.left ?? 0) + (relative ? placed.x : 0) - placed.x;
  const top = (mask.top ?? 0) + (relative ? placed.y : 0) - placed.y;
  const outside = mask.defaultColor ?? 0;
  const density = mask.userMaskDensity ?? 1;
  scaleAlpha(placed, (x, y) => {
    const [mx, my] = [x - left, y - top];
    const inside = mx >= 0 && my >= 0 && mx < size.width && my < size.height && samples !== null;
    const value = inside ? (samples[(my * size.width + mx) * 4] ?? 0) : outside;
    return 255 - (255 - value) * density;
  });
}

/** Shows a layer only where the one it is clipped to has pixels. */
export function clip(placed: Placed, to: Placed): void {
  scaleAlpha(placed, (x, y) => {
    const [bx, by] = [x + placed.x - to.x, y + placed.y - to.y];
    if (bx < 0 || by < 0 || bx >= to.width || by >= to.height) return 0;
    return to.data[(by * to.width + bx) * 4 + 3] ?? 0;
  });
}

/** Multiplies alpha by a function of the place, 0 to 255. */
function scaleAlpha({ width, height, data }: Placed, by: (x: number, y: number) => number): void {
  for (let y = 0, at = 3; y < height; y++) {
    for (let x = 0; x < width; x++, at += 4) {
      const alpha = data[at] ?? 0;
      if (alpha !== 0) data[at] = Math.round((alpha * by(x, y)) / 255);
    }
  }
}
