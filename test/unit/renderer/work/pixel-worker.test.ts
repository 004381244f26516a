import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  clearSelection,
  fillSelection,
} from '../../../../renderer/document/paint/fill-selection.js';
import { gradient } from '../../../../renderer/document/paint/gradient.js';
import { maskBytes } from '../../../../renderer/document/pixels/mask-operations.js';
import {
  feather,
  growMask,
  shrinkMask,
} from '../../../../renderer/document/pixels/mask-shaping.js';
import { IDENTITY } from '../../../../renderer/document/pixels/matrix.js';
import { resampleMask } from '../../../../renderer/document/pixels/resample-mask.js';
import { evenMask, pixelsOf, rasterFrom } from '../../../../renderer/document/pixels/tiles.js';
import { combine } from '../../../../renderer/document/selection/combine.js';
import { maskFromAlpha } from '../../../../renderer/document/selection/from-alpha.js';
import { outlineOf } from '../../../../renderer/document/selection/outline.js';
import {
  ellipseMask,
  polygonMask,
  rectangleMask,
} from '../../../../renderer/document/selection/shapes.js';
import { magicWand } from '../../../../renderer/document/selection/wand.js';
import type { Mask, Matrix, Raster } from '../../../../renderer/document/types.js';
import { readsSelected } from '../../../../renderer/state/painting.js';
import { PixelWorker } from '../../../../renderer/work/pixel-worker.js';
import { begun, sameBytes, Workers } from './port.js';

const [W, H] = [900, 700];

let workers: Workers;
let worker: PixelWorker;
beforeEach(() => {
  workers = new Workers();
  worker = new PixelWorker(workers.start);
});
afterEach(() => {
  workers.endAll();
});

function picture() {
  const data = new Uint8ClampedArray(W * H * 4);
  for (let i = 0; i < W * H; i++) {
    const [x, y] = [i % W, Math.floor(i / W)];
    data.set([x >> 2, y >> 2, (x * y) & 31, (x * 5) & 255], i * 4);
  }
  return { width: W, height: H, data };
}

function expectMask(given: Mask | null, wanted: Mask): void {
  expect(given).not.toBeNull();
  if (!given) return;
  expect([given.width, given.height]).toEqual([wanted.width, wanted.height]);
  expect(sameBytes(maskBytes(given), maskBytes(wanted))).toBe(true);
}

function expectRaster(given: Raster, wanted: Raster): void {
  expect([given.width, given.height]).toEqual([wanted.width, wanted.height]);
  expect([...given.tiles.keys()].sort()).toEqual([...wanted.tiles.keys()].sort());
  expect(sameBytes(pixelsOf(given), pixelsOf(wanted))).toBe(true);
}

const ellipse = ellipseMask(W, H, { x: 40, y: 30, width: 700, height: 600 });
const soft = feather(ellipse, 20);
const raster = rasterFrom(picture().data, W, H);
const layer = { id: 'layer', raster, transform: IDENTITY };
const target = { raster, transform: IDENTITY };

describe('what the worker gives is what the functions give', () => {
  test('of shaping a selection', async () => {
    for (const [how, shaped] of [
      ['feather', feather(ellipse, 12)],
      ['grow', growMask(ellipse, 12)],
      ['shrink', shrinkMask(soft, 12)],
    ] as const) {
      const mask = how === 'shrink' ? soft : ellipse;
      expectMask(await worker.run('shape', { mask, how, pixels: 12 }), shaped);
    }
  });

  test('of selecting shapes and colours, joined with the selection there is', async () => {
    const size = { width: W, height: H };
    const rect = { x: 100, y: 90, width: 500, height: 300 };
    const points = [
      { x: 10, y: 10 },
      { x: 800, y: 200 },
      { x: 300, y: 650 },
    ];
    const select = { ...size, soft: 5, old: ellipse };
    expectMask(
      await worker.run('select', {
        ...select,
        drawn: { kind: 'rectangle', rect },
        how: 'subtract',
      }),
      combine(ellipse, feather(rectangleMask(W, H, rect), 5), 'subtract'),
    );
    expectMask(
      await worker.run('select', { ...select, drawn: { kind: 'lasso', points }, how: 'add' }),
      combine(ellipse, feather(polygonMask(W, H, points), 5), 'add'),
    );
    const settings = { tolerance: 60, contiguous: true, antialias: true };
    const at = { x: 300, y: 300 };
    const found = magicWand(picture(), at, settings);
    const ask = { picture: picture(), at, settings };
    expectMask(
      await worker.run('wand', { ...ask, old: soft, how: 'intersect' }),
      combine(soft, found, 'intersect'),
    );
    expectMask(
      await worker.run('region', { ...ask, within: ellipse }),
      magicWand(picture(), at, settings, ellipse),
    );
    const none = { ...select, drawn: { kind: 'rectangle', rect }, old: evenMask(W, H, 0) } as const;
    expect(await worker.run('select', { ...none, how: 'intersect' })).toBeNull();
  });

  test('of painting all over a layer', async () => {
    const settings = { colour: '#3366cc', opacity: 1, lockAlpha: false };
    const reads = readsSelected(layer, soft, true);
    expectRaster(
      await worker.run('fill', { target, selection: soft, settings }, { reads }),
      fillSelection(target, soft, settings),
    );
    expectRaster(
      await worker.run('clear', { target, selection: soft }, { reads }),
      clearSelection(target, soft),
    );
    const colours = { startColour: '#ff0000', endColour: '#0000ff80', opacity: 0.7 };
    const line = { from: { x: 0, y: 0 }, to: { x: W, y: H }, lockAlpha: true };
    const across = { type: 'radial', ...colours, ...line } as const;
    expectRaster(
      await worker.run('gradient', { target, selection: null, settings: across }),
      gradient(target, null, across),
    );
  });

  test('of masks from pixels, masks transformed, and outlines', async () => {
    const turned: Matrix = [0.8, 0.3, -0.3, 0.8, 100, 5];
    const size = { width: W, height: H };
    expectMask(
      await worker.run('fromAlpha', { raster, transform: turned, ...size }),
      maskFromAlpha(raster, turned, W, H),
    );
    const [mask] = await worker.run('resample', {
      masks: [{ mask: soft, matrix: turned, ...size }],
    });
    expectMask(mask ?? null, resampleMask(soft, turned, W, H));
    const { points, counts } = await worker.run('outline', { mask: soft, step: 2 });
    const outlines = outlineOf(soft, 2);
    expect([...counts]).toEqual(outlines.map(({ length }) => length));
    expect([...points]).toEqual(outlines.flat().flatMap(({ x, y }) => [x, y]));
    const given = picture();
    expectRaster(await worker.run('raster', given, { give: [given.data.buffer] }), raster);
    expect(given.data.length).toBe(0);
  });
});

describe('what crosses', () => {
  test('are only tiles that are touched; the others are the very same afterwards', async () => {
    const corner = rectangleMask(W, H, { x: 10, y: 10, width: 50, height: 50 });
    const settings = { colour: '#00ff00', opacity: 0.5, lockAlpha: false };
    const reads = readsSelected(layer, corner, false);
    const filled = await worker.run('fill', { target, selection: corner, settings }, { reads });
    const changed = [...raster.tiles].filter(([key, tile]) => filled.tiles.get(key) !== tile);
    expect(changed.map(([key]) => key)).toEqual([0]);
    // A tile of pixels and a tile of the mask.
    expect(workers.started[0]?.bytes).toBe(256 * 256 * 5);
    expectRaster(filled, fillSelection(target, corner, settings));
  });

  test('a function that fails says so, and the next task is done', async () => {
    const settings = { colour: 'no colour', opacity: 1, lockAlpha: false };
    const failing = worker.run('fill', { target, selection: null, settings });
    await expect(failing).rejects.toThrow(/no colour/);
    expectRaster(
      await worker.run('clear', { target, selection: soft }),
      clearSelection(target, soft),
    );
  });
});

describe('a task that is given up', () => {
  test('ends its worker at once, and the next one gets another', async () => {
    const giving = new AbortController();
    const grown = worker.run('shape', { mask: soft, how: 'grow', pixels: 30 }, giving);
    const next = worker.run('shape', { mask: ellipse, how: 'feather', pixels: 3 });
    await begun();
    expect(workers.started).toHaveLength(1);
    giving.abort();
    await expect(grown).rejects.toThrow(/abort/i);
    expectMask(await next, feather(ellipse, 3));
    expect(workers.started.map(({ ended }) => ended)).toEqual([true, false]);
  });
});
