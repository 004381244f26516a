import { describe, expect, test } from 'vitest';
import { IDENTITY, translation } from '../../../../../renderer/document/pixels/matrix.js';
import { MaskEditor, evenMask, rasterFrom } from '../../../../../renderer/document/pixels/tiles.js';
import {
  drawMask,
  drawRaster,
  maskThumbnail,
  rasterThumbnail,
} from '../../../../../renderer/panels/layers/thumbnails.js';

const DOCUMENT = { width: 600, height: 300 };
/** All one colour, and so large that it has several tiles. */
function even(width: number, height: number, colour: readonly number[]) {
  const data = new Uint8ClampedArray(width * height * 4);
  for (let i = 0; i < data.length; i++) data[i] = colour[i % 4] ?? 0;
  return rasterFrom(data, width, height);
}
const RED = [200, 10, 20, 255];

describe('thumbnails of layers', () => {
  test('have the proportions of the document, the longer side 48 pixels', () => {
    const { width, height, data } = drawRaster(even(600, 300, RED), IDENTITY, DOCUMENT);
    expect([width, height]).toEqual([48, 24]);
    expect(data).toEqual(new Uint8ClampedArray(Array.from({ length: 48 * 24 }, () => RED).flat()));
  });

  test('show pixels where they lie, and nothing elsewhere', () => {
    const { width, data } = drawRaster(even(300, 300, RED), translation(300, 0), DOCUMENT);
    const at = (x: number, y: number): number[] => [
      ...data.slice((y * width + x) * 4, (y * width + x) * 4 + 4),
    ];
    expect(at(0, 12)).toEqual([0, 0, 0, 0]);
    expect(at(23, 12)).toEqual([0, 0, 0, 0]);
    expect(at(24, 12)).toEqual(RED);
    expect(at(47, 23)).toEqual(RED);
  });

  test('of a layer squeezed to nothing are empty', () => {
    const { data } = drawRaster(even(10, 10, RED), [0, 0, 0, 0, 5, 5], DOCUMENT);
    expect(data.every((value) => value === 0)).toBe(true);
  });

  test('of a mask are white where it lets through', () => {
    const editor = new MaskEditor(evenMask(600, 300, 255));
    editor.write(0, 0).fill(0);
    const { width, data } = drawMask(editor.finish());
    const at = (x: number, y: number): number[] => [
      ...data.slice((y * width + x) * 4, (y * width + x) * 4 + 4),
    ];
    expect(at(0, 0)).toEqual([0, 0, 0, 255]);
    expect(at(47, 23)).toEqual([255, 255, 255, 255]);
  });

  test('are drawn once for the same pixels at the same place', () => {
    const raster = even(20, 20, RED);
    const first = rasterThumbnail(raster, IDENTITY, DOCUMENT);
    expect(rasterThumbnail(raster, [1, 0, 0, 1, 0, 0], DOCUMENT)).toBe(first);
    expect(rasterThumbnail(raster, translation(1, 0), DOCUMENT)).not.toBe(first);
    const mask = evenMask(20, 20, 0);
    expect(maskThumbnail(mask)).toBe(maskThumbnail(mask));
  });
});
