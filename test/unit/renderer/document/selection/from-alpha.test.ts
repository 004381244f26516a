import { describe, expect, test } from 'vitest';

import {
  IDENTITY,
  rotation,
  scaling,
  translation,
} from '../../../../../renderer/document/pixels/matrix.js';
import { pixelsOf } from '../../../../../renderer/document/pixels/tiles.js';
import { maskFromAlpha } from '../../../../../renderer/document/selection/from-alpha.js';
import {
  firstDifference,
  even,
  HEIGHT,
  maskAt,
  motley,
  pixelAt,
  valuesOf,
  WIDTH,
} from '../paint/scenes.js';

const picture = motley();

describe('a selection from a layer', () => {
  test('is its alpha', () => {
    const alphas = [...pixelsOf(picture)].filter((_, i) => i % 4 === 3);
    expect(firstDifference(valuesOf(maskFromAlpha(picture, IDENTITY, WIDTH, HEIGHT)), alphas)).toBe(
      -1,
    );
  });

  test('moves with the layer and is cut off by the document', () => {
    const mask = maskFromAlpha(picture, translation(-30, 45), 260, 400);
    for (let y = 0; y < 400; y += 7) {
      for (let x = 0; x < 260; x += 5) {
        expect(maskAt(mask, x, y)).toBe(pixelAt(picture, x + 30, y - 45)[3]);
      }
    }
  });

  test('of a scaled layer is full inside and soft at its edge', () => {
    const mask = maskFromAlpha(even([1, 2, 3, 255], 20, 20), scaling(4, 4), WIDTH, HEIGHT);
    expect(maskAt(mask, 40, 40)).toBe(255);
    expect(maskAt(mask, 79, 40)).toBeGreaterThan(100);
    expect(maskAt(mask, 79, 40)).toBeLessThan(255);
    expect(maskAt(mask, 90, 40)).toBe(0);
  });

  test('of a turned layer has its area', () => {
    const turn = rotation(0.5, { x: 150, y: 140 });
    const mask = maskFromAlpha(even([1, 2, 3, 255], 100, 80), [...turn], WIDTH, HEIGHT);
    const moved = maskFromAlpha(
      even([1, 2, 3, 255], 100, 80),
      [turn[0], turn[1], turn[2], turn[3], 120, 80],
      WIDTH,
      HEIGHT,
    );
    expect(mask.width).toBe(WIDTH);
    const area = valuesOf(moved).reduce((sum, value) => sum + value / 255, 0);
    expect(area / 8000).toBeCloseTo(1, 2);
  });

  test('of a layer without area is empty', () => {
    expect(maskFromAlpha(picture, [0, 0, 0, 1, 0, 0], WIDTH, HEIGHT).tiles.size).toBe(0);
  });
});
