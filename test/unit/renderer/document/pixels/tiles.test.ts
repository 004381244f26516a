import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  apply,
  boundsOf,
  invert,
  multiply,
  rotation,
  scaling,
  translation,
} from '../../../../../renderer/document/pixels/matrix.js';
import { layerBounds } from '../../../../../renderer/document/pixels/stacks.js';
import {
  emptyRaster,
  pixelsOf,
  RasterEditor,
  rasterFrom,
} from '../../../../../renderer/document/pixels/tiles.js';
import { adjustmentLayer, farthest, group, noise, photo, rasterLayer } from './layers.js';

describe('rasters', () => {
  test('give back the bytes they were made of, wherever those begin in memory', () => {
    const bytes = noise(300 * 270 * 4 + 1);
    for (const data of [bytes.subarray(0, -1), bytes.subarray(1)]) {
      expect(farthest(pixelsOf(rasterFrom(data, 300, 270)), data)).toBe(0);
    }
  });

  test('have no tiles where they are transparent', () => {
    const data = new Uint8ClampedArray(600 * 600 * 4);
    data[(599 * 600 + 599) * 4 + 3] = 1;
    expect([...rasterFrom(data, 600, 600).tiles.keys()]).toEqual([8]);
  });

  test('are copied tile by tile when edited', () => {
    const raster = photo(600, 600);
    const editor = new RasterEditor(raster);
    editor.write(1, 1)[0] = 77;
    const edited = editor.finish();
    const other = [...edited.tiles].filter(([key, tile]) => raster.tiles.get(key) !== tile);
    expect(other.map(([key]) => key)).toEqual([4]);
    expect(pixelsOf(edited, { x: 256, y: 256, width: 1, height: 1 })[0]).toBe(77);
    expect(pixelsOf(raster, { x: 256, y: 256, width: 1, height: 1 })[0]).not.toBe(77);
  });
});

describe('transforms', () => {
  const number = fc.double({ min: -50, max: 50, noNaN: true });

  test('one after the other are one, and can be taken back', () => {
    const check = fc.property(number, number, number, (angle, x, y) => {
      const both = multiply(translation(x, y), multiply(rotation(angle), scaling(2, 3)));
      const scaled = apply(scaling(2, 3), { x: 5, y: 7 });
      const turned = apply(rotation(angle), scaled);
      const moved = apply(both, { x: 5, y: 7 });
      expect(moved.x).toBeCloseTo(turned.x + x, 6);
      expect(moved.y).toBeCloseTo(turned.y + y, 6);
      const back = invert(both);
      if (back === null) throw new Error('This can be taken back.');
      expect(apply(back, moved).x).toBeCloseTo(5, 6);
      expect(apply(back, moved).y).toBeCloseTo(7, 6);
    });
    fc.assert(check);
    expect(invert([1, 2, 2, 4, 0, 0])).toBeNull();
  });

  test('have bounds', () => {
    const bounds = boundsOf(rotation(Math.PI / 2), { x: 0, y: 0, width: 30, height: 20 });
    expect(bounds.x).toBeCloseTo(-20);
    expect(bounds.width).toBeCloseTo(20);
    expect(bounds.height).toBeCloseTo(30);
  });
});

test('a group has the bounds of its layers, an adjustment none', () => {
  const low = rasterLayer(emptyRaster(10, 10));
  const high = rasterLayer(emptyRaster(10, 10), { transform: [2, 0, 0, 1, 50, -5] });
  const exposure = adjustmentLayer({ kind: 'exposure', exposure: 1 });
  expect(layerBounds(group([low, high, exposure]))).toEqual({ x: 0, y: -5, width: 70, height: 15 });
  expect(layerBounds(group([exposure]))).toBeNull();
});
