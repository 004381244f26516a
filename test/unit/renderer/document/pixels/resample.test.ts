import { describe, expect, test } from 'vitest';
import { rasterBounds } from '../../../../../renderer/document/pixels/bounds.js';
import { rotation } from '../../../../../renderer/document/pixels/matrix.js';
import { cropRaster, transformRaster } from '../../../../../renderer/document/pixels/resample.js';
import { scaleRaster } from '../../../../../renderer/document/pixels/scale.js';
import { pixelsOf, rasterFrom } from '../../../../../renderer/document/pixels/tiles.js';
import { farthest, filled, gradient, noise, photo, pixelAt, plain } from './layers.js';

describe('transformRaster', () => {
  const raster = photo(300, 200);
  const data = pixelsOf(raster);

  test('a whole move shares the raster', () => {
    expect(transformRaster(raster, [1, 0, 0, 1, -7, 9])).toEqual({ raster, x: -7, y: 9 });
  });

  test('four quarter turns come back to the very bytes', () => {
    let turned = raster;
    for (let i = 0; i < 4; i++) turned = transformRaster(turned, rotation(Math.PI / 2)).raster;
    expect(farthest(pixelsOf(turned), data)).toBe(0);
    const once = transformRaster(raster, rotation(Math.PI / 2));
    expect([once.raster.width, once.raster.height, once.x, once.y]).toEqual([200, 300, -200, 0]);
    expect(pixelAt(pixelsOf(once.raster), 200, 199, 5)).toEqual(pixelAt(data, 300, 5, 0));
  });

  test('flips are exact, for half-transparent pixels too', () => {
    const soft = noise(300 * 200 * 4);
    const flipped = transformRaster(rasterFrom(soft, 300, 200), [1, 0, 0, -1, 0, 0]);
    expect(flipped.y).toBe(-200);
    const out = pixelsOf(flipped.raster);
    for (let i = 0; i < 300 * 200; i += 7) {
      const wanted = pixelAt(soft, 300, i % 300, Math.floor(i / 300));
      if (wanted[3] === 0) continue;
      expect(pixelAt(out, 300, i % 300, 199 - Math.floor(i / 300))).toEqual(wanted);
    }
  });

  test('a turn holds all of the picture', () => {
    const { raster: turned, x, y } = transformRaster(plain(100, 60, [9, 8, 7, 255]), rotation(0.5));
    expect([x, y]).toEqual([-29, 0]);
    expect([turned.width, turned.height]).toEqual([117, 101]);
    let sum = 0;
    for (const [i, value] of pixelsOf(turned).entries()) if (i % 4 === 3) sum += value / 255;
    expect(Math.abs(sum - 6000)).toBeLessThan(15);
  });
});

describe('scaleRaster', () => {
  test('smaller is the mean of the area, by alpha', () => {
    const data = Uint8ClampedArray.of(
      ...[255, 0, 0, 255, 0, 255, 0, 0, 0, 0, 255, 255, 0, 255, 0, 0],
      ...[255, 0, 0, 255, 0, 255, 0, 0, 0, 0, 255, 255, 0, 255, 0, 0],
    );
    const out = pixelsOf(scaleRaster(rasterFrom(data, 4, 2), 2, 1));
    expect([...out]).toEqual([255, 0, 0, 128, 0, 0, 255, 128]);
    const thirds = scaleRaster(rasterFrom(gradient(300, 300), 300, 300), 200, 100);
    const wanted = gradient(200, 100);
    expect(farthest(pixelsOf(thirds), wanted)).toBeLessThanOrEqual(2);
  });

  test('larger stays true to the picture and even where it is even', () => {
    const out = pixelsOf(scaleRaster(rasterFrom(gradient(100, 80), 100, 80), 370, 290));
    const wanted = gradient(370, 290);
    for (let y = 15; y < 275; y += 13) {
      for (let x = 15; x < 355; x += 11) {
        const [a, b] = [pixelAt(out, 370, x, y), pixelAt(wanted, 370, x, y)];
        expect(Math.abs((a[0] ?? 0) - (b[0] ?? 0) + 0.93)).toBeLessThan(2);
      }
    }
    const even = pixelsOf(scaleRaster(plain(10, 10, [200, 100, 50, 120]), 33, 47));
    expect(even).toEqual(filled(33, 47, [200, 100, 50, 120]));
  });

  test('one direction can grow while the other shrinks, over many tiles', () => {
    const out = scaleRaster(plain(700, 20, [1, 2, 3, 255]), 100, 600);
    expect(farthest(pixelsOf(out), filled(100, 600, [1, 2, 3, 255]))).toBe(0);
  });

  test('the same size is the same raster; no size is refused', () => {
    const raster = plain(5, 5, [1, 2, 3, 4]);
    expect(scaleRaster(raster, 5, 5)).toBe(raster);
    expect(() => scaleRaster(raster, 0, 5)).toThrow(RangeError);
  });
});

describe('cropRaster', () => {
  const raster = photo(600, 600);

  test('gives the part, transparent beyond the raster', () => {
    for (const rect of [
      { x: 10, y: 20, width: 300, height: 280 },
      { x: -40, y: 500, width: 700, height: 300 },
      { x: 256, y: 256, width: 300, height: 344 },
      { x: 256, y: 0, width: 900, height: 700 },
    ]) {
      const cropped = cropRaster(raster, rect);
      expect(farthest(pixelsOf(cropped), pixelsOf(raster, rect))).toBe(0);
      expect([cropped.width, cropped.height]).toEqual([rect.width, rect.height]);
    }
  });

  test('shares tiles where they fit, and leaves nothing hidden where they do not', () => {
    const cropped = cropRaster(raster, { x: 256, y: 0, width: 300, height: 600 });
    expect(cropped.tiles.get(0)).toBe(raster.tiles.get(1));
    const edge = cropped.tiles.get(1);
    expect(edge?.data[(10 * 256 + 43) * 4 + 3]).toBe(255);
    expect(edge?.data[(10 * 256 + 44) * 4 + 3]).toBe(0);
  });
});

test('bounds of what is not transparent', () => {
  const data = new Uint8ClampedArray(600 * 600 * 4);
  expect(rasterBounds(rasterFrom(data, 600, 600))).toBeNull();
  data[(300 * 600 + 20) * 4 + 3] = 1;
  data[(10 * 600 + 555) * 4 + 3] = 200;
  expect(rasterBounds(rasterFrom(data, 600, 600))).toEqual({
    x: 20,
    y: 10,
    width: 536,
    height: 291,
  });
});
