/** Small documents to test with. */
import type {
  Adjustment,
  AdjustmentLayer,
  GroupLayer,
  Layer,
  Mask,
  Raster,
  RasterLayer,
  StudioDocument,
} from '../../../../../renderer/document/types.js';
import { rasterFrom } from '../../../../../renderer/document/pixels/tiles.js';

let last = 0;

const common = () => ({
  id: `layer-${++last}`,
  name: 'Layer',
  visible: true,
  locked: false,
  opacity: 1,
  blendMode: 'normal' as const,
  clipped: false,
  mask: null,
});

export function rasterLayer(raster: Raster, more: Partial<RasterLayer> = {}): RasterLayer {
  return {
    ...common(),
    type: 'raster',
    raster,
    transform: [1, 0, 0, 1, 0, 0],
    alphaLocked: false,
    recipe: null,
    ...more,
  };
}

export function group(children: readonly Layer[], more: Partial<GroupLayer> = {}): GroupLayer {
  return { ...common(), type: 'group', passThrough: false, children, ...more };
}

export function adjustmentLayer(
  adjustment: Adjustment,
  more: Partial<AdjustmentLayer> = {},
): AdjustmentLayer {
  return { ...common(), type: 'adjustment', adjustment, ...more };
}

export function documentOf(
  width: number,
  height: number,
  layers: readonly Layer[],
): StudioDocument {
  return { width, height, layers, selection: null, protection: null, active: [], guides: [] };
}

export const shownThrough = (mask: Mask) => ({ mask, enabled: true });

/** Bytes of one colour. */
export function filled(
  width: number,
  height: number,
  colour: readonly number[],
): Uint8ClampedArray {
  return Uint8ClampedArray.from({ length: width * height * 4 }, (_, i) => colour[i % 4] ?? 0);
}

export function plain(width: number, height: number, colour: readonly number[]): Raster {
  return rasterFrom(filled(width, height, colour), width, height);
}

/** Bytes that look like chance but are always the same. */
export function noise(count: number, seed = 1): Uint8ClampedArray {
  let state = seed;
  return Uint8ClampedArray.from({ length: count }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    return state >>> 24;
  });
}

/** Opaque noise. */
export function photo(width: number, height: number, seed = 1): Raster {
  const data = noise(width * height * 4, seed);
  for (let i = 3; i < data.length; i += 4) data[i] = 255;
  return rasterFrom(data, width, height);
}

/** Smooth opaque pixels: what resampling can be judged by. */
export function gradient(width: number, height: number): Uint8ClampedArray {
  return Uint8ClampedArray.from({ length: width * height * 4 }, (_, i) => {
    const x = (i >> 2) % width;
    const y = Math.floor((i >> 2) / width);
    return [(x / width) * 255, (y / height) * 255, 128, 255][i % 4] ?? 0;
  });
}

export function pixelAt(data: Uint8ClampedArray, width: number, x: number, y: number): number[] {
  return [...data.subarray((y * width + x) * 4, (y * width + x) * 4 + 4)];
}

/** The greatest difference between two runs of bytes. */
export function farthest(a: Uint8ClampedArray, b: Uint8ClampedArray): number {
  let most = a.length === b.length ? 0 : Infinity;
  for (let i = 0; i < a.length; i++) most = Math.max(most, Math.abs((a[i] ?? 0) - (b[i] ?? 0)));
  return most;
}
