import { describe, expect, test } from 'vitest';
import { Compositor } from '../../../../../renderer/document/pixels/compose.js';
import {
  bytesOf,
  flatten,
  flattenLayers,
} from '../../../../../renderer/document/pixels/flatten.js';
import { pixelsOf } from '../../../../../renderer/document/pixels/tiles.js';
import { documentOf, farthest, photo, pixelAt, plain, rasterLayer } from './layers.js';

const compositor = new Compositor();
const raster = photo(700, 530);
const document = documentOf(700, 530, [rasterLayer(raster)]);

describe('flatten', () => {
  test('gives the whole document, or a part of it', async () => {
    expect(farthest(await flatten(compositor, document), pixelsOf(raster))).toBe(0);
    const rect = { x: 100, y: 250, width: 301, height: 99 };
    const part = await flatten(compositor, document, { rect });
    expect(farthest(part, pixelsOf(raster, rect))).toBe(0);
  });

  test('puts a colour under the picture, also beyond the document', async () => {
    const half = documentOf(10, 10, [rasterLayer(plain(10, 10, [0, 0, 0, 128]))]);
    const rect = { x: 5, y: 0, width: 10, height: 10 };
    const out = await flatten(compositor, half, { rect, background: '#ffffff' });
    expect(pixelAt(out, 10, 0, 0)).toEqual([127, 127, 127, 255]);
    expect(pixelAt(out, 10, 9, 0)).toEqual([255, 255, 255, 255]);
  });

  test('lets other work have its turn, and says how far it is', async () => {
    const layers = Array.from({ length: 12 }, () => rasterLayer(raster, { opacity: 0.5 }));
    const parts: number[] = [];
    let turns = 0;
    const timer = setInterval(() => turns++, 0);
    const large = documentOf(2600, 2600, [...layers, ...layers, ...layers]);
    await flatten(compositor, large, { onProgress: (part) => parts.push(part) });
    clearInterval(timer);
    expect(turns).toBeGreaterThan(0);
    expect(parts.at(-1)).toBe(1);
    expect(parts).toEqual(parts.toSorted((a, b) => a - b));
  });

  test('ends when it is told to', async () => {
    const controller = new AbortController();
    // Large enough that others get their turn before it is done.
    const layers = Array.from({ length: 12 }, () => rasterLayer(raster, { opacity: 0.5 }));
    const large = documentOf(2600, 2600, layers);
    const work = flatten(compositor, large, { signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(work).rejects.toThrow('enough');
  });
});

describe('flattenLayers', () => {
  test('gives layers without those around them, also what lies beyond the document', async () => {
    const low = rasterLayer(plain(20, 20, [255, 0, 0, 255]), { transform: [1, 0, 0, 1, -10, 0] });
    const high = rasterLayer(plain(20, 20, [0, 0, 255, 255]), { opacity: 0.5 });
    const small = documentOf(20, 20, [low, high]);
    const rect = { x: -10, y: 0, width: 30, height: 20 };
    const out = await flattenLayers(compositor, small, [low], { rect });
    expect(pixelAt(out, 30, 0, 0)).toEqual([255, 0, 0, 255]);
    expect(pixelAt(out, 30, 25, 0)).toEqual([0, 0, 0, 0]);
    const both = await flattenLayers(compositor, small, [low, high]);
    expect(pixelAt(both, 20, 0, 0)).toEqual([128, 0, 128, 255]);
    expect(pixelAt(both, 20, 15, 0)).toEqual([0, 0, 255, 128]);
  });
});

test('colours are read with and without alpha, others refused', () => {
  expect(bytesOf('#ff8000')).toEqual([255, 128, 0, 255]);
  expect(bytesOf('#FF800040')).toEqual([255, 128, 0, 64]);
  expect(() => bytesOf('red')).toThrow(RangeError);
});
