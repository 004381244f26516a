import { describe, expect, test } from 'vitest';
import { Compositor } from '../../../../../renderer/document/pixels/compose.js';
import { rotation } from '../../../../../renderer/document/pixels/matrix.js';
import { maskFromRect } from '../../../../../renderer/document/pixels/mask-operations.js';
import { evenMask, pixelsOf, rasterFrom } from '../../../../../renderer/document/pixels/tiles.js';
import type { Layer, Matrix, TextLayer } from '../../../../../renderer/document/types.js';
import { TILE } from '../../../../../renderer/document/types.js';
import {
  adjustmentLayer,
  documentOf,
  farthest,
  filled,
  gradient,
  group,
  noise,
  photo,
  pixelAt,
  plain,
  rasterLayer,
  shownThrough,
} from './layers.js';

const compositor = new Compositor();

/** The first tile of a document of some layers. */
function composed(layers: readonly Layer[], size = TILE): Uint8ClampedArray {
  return compositor.composeTile(documentOf(size, size, layers), 0, 0);
}

/** The pixel in the middle of the first tile. */
const middle = (layers: readonly Layer[]): number[] => pixelAt(composed(layers), TILE, 128, 128);

const red = plain(TILE, TILE, [255, 0, 0, 255]);
const blue = plain(TILE, TILE, [0, 0, 255, 255]);
const grey = plain(TILE, TILE, [100, 100, 100, 255]);

describe('what a document looks like', () => {
  test('a photo comes out byte-identical, wherever whole pixels move it', () => {
    const raster = photo(600, 500);
    const document = documentOf(600, 500, [rasterLayer(raster)]);
    const moved = documentOf(600, 500, [rasterLayer(raster, { transform: [1, 0, 0, 1, -37, 21] })]);
    for (const [column, row] of [
      [0, 0],
      [1, 1],
      [2, 1],
    ] as const) {
      const tile = { x: column * TILE, y: row * TILE, width: TILE, height: TILE };
      expect(farthest(compositor.composeTile(document, column, row), pixelsOf(raster, tile))).toBe(
        0,
      );
      const shifted = pixelsOf(raster, { ...tile, x: tile.x + 37, y: tile.y - 21 });
      const inside = (data: Uint8ClampedArray): Uint8ClampedArray =>
        data.map((value, i) => {
          const x = tile.x + ((i >> 2) % TILE);
          return x < 600 && tile.y + Math.floor(i / 4 / TILE) < 500 ? value : 0;
        });
      expect(farthest(compositor.composeTile(moved, column, row), inside(shifted))).toBe(0);
    }
  });

  test('transparent pixels show what is below', () => {
    const bytes = noise(TILE * TILE * 4);
    const result = composed([rasterLayer(rasterFrom(bytes, TILE, TILE))]);
    const hidden = (_: number, i: number): number => (bytes[i | 3] === 0 ? 0 : 1);
    const seen = (data: Uint8ClampedArray) => data.map((v, i) => v * hidden(v, i));
    expect(farthest(seen(result), seen(bytes))).toBe(0);
    expect(middle([rasterLayer(red), rasterLayer(blue, { opacity: 0.5 })])).toEqual([
      128, 0, 128, 255,
    ]);
  });

  test('hidden layers and all that is clipped to them are not there', () => {
    const layers = [
      rasterLayer(red),
      rasterLayer(blue, { visible: false }),
      rasterLayer(grey, { clipped: true }),
    ];
    expect(middle(layers)).toEqual([255, 0, 0, 255]);
  });

  test('a mask hides where it is black, and not while it is switched off', () => {
    const mask = maskFromRect(TILE, TILE, { x: 0, y: 0, width: 128, height: TILE });
    const layers = [rasterLayer(red), rasterLayer(blue, { mask: shownThrough(mask) })];
    const out = composed(layers);
    expect(pixelAt(out, TILE, 127, 9)).toEqual([0, 0, 255, 255]);
    expect(pixelAt(out, TILE, 128, 9)).toEqual([255, 0, 0, 255]);
    const off = { mask, enabled: false };
    expect(middle([rasterLayer(red), rasterLayer(blue, { mask: off })])).toEqual([0, 0, 255, 255]);
    const none = shownThrough(evenMask(TILE, TILE, 0));
    expect(middle([rasterLayer(red), rasterLayer(blue, { mask: none })])).toEqual([255, 0, 0, 255]);
  });

  test('a group is blended as one', () => {
    const layers = [
      rasterLayer(red),
      group([rasterLayer(grey), rasterLayer(blue)], { opacity: 0.5 }),
    ];
    expect(middle(layers)).toEqual([128, 0, 128, 255]);
  });

  test('blend modes inside a group do not reach below it', () => {
    const inside = rasterLayer(grey, { blendMode: 'multiply' });
    expect(middle([rasterLayer(red), inside])).toEqual([100, 0, 0, 255]);
    expect(middle([rasterLayer(red), group([inside])])).toEqual([100, 100, 100, 255]);
  });

  test('what passes through a group looks as it does without it, adjustments and all', () => {
    const inside = [
      rasterLayer(plain(TILE, TILE, [200, 60, 20, 180]), { blendMode: 'multiply' }),
      adjustmentLayer({ kind: 'blur', radius: 3 }),
      adjustmentLayer({ kind: 'exposure', exposure: 0.5 }),
    ];
    const ground = [rasterLayer(photo(TILE, TILE)), rasterLayer(grey, { opacity: 0.2 })];
    const free = composed([...ground, ...inside]);
    const through = { passThrough: true };
    expect(farthest(composed([...ground, group(inside, through)]), free)).toBe(0);
    expect(farthest(composed([...ground, group([group(inside, through)], through)]), free)).toBe(0);
    expect(farthest(composed([...ground, group(inside)]), free)).toBeGreaterThan(20);
  });

  test('a group that passes through is let through as far as its opacity and mask let it', () => {
    const rust = plain(TILE, TILE, [200, 100, 0, 255]);
    const half = { passThrough: true, opacity: 0.5 };
    const inside = rasterLayer(plain(TILE, TILE, [128, 128, 128, 255]), { blendMode: 'multiply' });
    expect(middle([rasterLayer(rust), group([inside], half)])).toEqual([150, 75, 0, 255]);
    const mask = shownThrough(maskFromRect(TILE, TILE, { x: 0, y: 0, width: 1, height: 1 }));
    const hidden = group([inside], { passThrough: true, mask });
    expect(middle([rasterLayer(rust), hidden])).toEqual([200, 100, 0, 255]);
    // With something clipped to it, it is one thing.
    const clipped = rasterLayer(plain(TILE, TILE, [0, 0, 255, 255]), { clipped: true });
    expect(middle([rasterLayer(rust), group([inside], half), clipped])).toEqual([
      100, 50, 128, 255,
    ]);
  });

  test('a plain group looks as its layers do without it', () => {
    const soft = rasterFrom(noise(TILE * TILE * 4, 5), TILE, TILE);
    const children = [rasterLayer(soft), rasterLayer(blue, { opacity: 0.3 })];
    const apart = composed([rasterLayer(red), ...children]);
    expect(farthest(composed([rasterLayer(red), group(children)]), apart)).toBe(0);
  });

  test('clipped layers are shown only where the layer below them is', () => {
    const left = rasterFrom(filled(100, TILE, [0, 255, 0, 255]), 100, TILE);
    const layers = [
      rasterLayer(red),
      rasterLayer(left),
      rasterLayer(blue, { clipped: true, opacity: 0.5 }),
      rasterLayer(grey, { clipped: true, blendMode: 'multiply' }),
    ];
    const out = composed(layers);
    expect(pixelAt(out, TILE, 50, 50)).toEqual([0, 50, 50, 255]);
    expect(pixelAt(out, TILE, 150, 50)).toEqual([255, 0, 0, 255]);
    // The base's own opacity holds for all of them.
    const faint = layers.map((layer, i) => (i === 1 ? { ...layer, opacity: 0.5 } : layer));
    expect(pixelAt(composed(faint), TILE, 50, 50)).toEqual([128, 25, 25, 255]);
  });

  test('a clipped layer with nothing below it stands for itself', () => {
    expect(middle([rasterLayer(blue, { clipped: true })])).toEqual([0, 0, 255, 255]);
  });

  test('an adjustment changes what is below it in its group, by opacity and mask', () => {
    const dark = { kind: 'brightness-contrast', brightness: -100, contrast: 0 } as const;
    expect(middle([rasterLayer(grey), adjustmentLayer(dark)])).toEqual([50, 50, 50, 255]);
    expect(middle([rasterLayer(grey), adjustmentLayer(dark, { opacity: 0.5 })])).toEqual([
      75, 75, 75, 255,
    ]);
    const small = plain(64, 64, [200, 200, 200, 255]);
    const out = composed([rasterLayer(grey), group([rasterLayer(small), adjustmentLayer(dark)])]);
    expect(pixelAt(out, TILE, 10, 10)).toEqual([100, 100, 100, 255]);
    expect(pixelAt(out, TILE, 100, 10)).toEqual([100, 100, 100, 255]);
    const mask = shownThrough(maskFromRect(TILE, TILE, { x: 0, y: 0, width: 20, height: 20 }));
    const masked = composed([rasterLayer(grey), adjustmentLayer(dark, { mask })]);
    expect(pixelAt(masked, TILE, 5, 5)).toEqual([50, 50, 50, 255]);
    expect(pixelAt(masked, TILE, 50, 5)).toEqual([100, 100, 100, 255]);
  });

  test('an adjustment can be blended, and clipped to one layer', () => {
    const same = { kind: 'grayscale', amount: 100 } as const;
    const squared = middle([rasterLayer(grey), adjustmentLayer(same, { blendMode: 'multiply' })]);
    expect(squared).toEqual([39, 39, 39, 255]);
    const dark = { kind: 'brightness-contrast', brightness: -100, contrast: 0 } as const;
    const small = plain(64, 64, [200, 200, 200, 128]);
    const layers = [
      rasterLayer(grey),
      rasterLayer(small),
      adjustmentLayer(dark, { clipped: true }),
    ];
    const out = composed(layers);
    expect(pixelAt(out, TILE, 10, 10)).toEqual([100, 100, 100, 255]);
    expect(pixelAt(out, TILE, 100, 10)).toEqual([100, 100, 100, 255]);
  });

  test('tiles of a blurred document meet without a seam, and its edges stay opaque', () => {
    const raster = photo(600, 300);
    for (const radius of [3, 40]) {
      const layers = [rasterLayer(raster), adjustmentLayer({ kind: 'blur', radius })];
      const frame = { x: 0, y: 0, width: 600, height: 300 };
      const whole = compositor.composeRegion(layers, frame, frame);
      const document = documentOf(600, 300, layers);
      for (const [column, row] of [
        [0, 0],
        [1, 0],
        [2, 1],
      ] as const) {
        const tile = compositor.composeTile(document, column, row);
        const part = { x: column * TILE, y: row * TILE, width: TILE, height: TILE };
        expect(farthest(tile, pixelsOf(rasterFrom(whole, 600, 300), part))).toBeLessThanOrEqual(1);
      }
      expect(whole.every((value, i) => i % 4 !== 3 || value === 255)).toBe(true);
    }
  });

  test('blurring what is clipped does not show the edges of tiles', () => {
    const wide = rasterFrom(gradient(512, TILE), 512, TILE);
    const blur = adjustmentLayer({ kind: 'blur', radius: 8 }, { clipped: true });
    const document = documentOf(512, TILE, [rasterLayer(wide), blur]);
    const left = compositor.composeTile(document, 0, 0);
    const right = compositor.composeTile(document, 1, 0);
    const [a = 0] = pixelAt(left, TILE, 255, 100);
    const [b = 0] = pixelAt(right, TILE, 0, 100);
    expect(Math.abs(a - b)).toBeLessThanOrEqual(1);
    expect(Math.abs(a - 127)).toBeLessThanOrEqual(2);
  });
});

describe('transforms', () => {
  const source = gradient(TILE, TILE);
  const raster = rasterFrom(source, TILE, TILE);

  test.each<[string, Matrix, (x: number, y: number) => [number, number]]>([
    ['flip', [-1, 0, 0, 1, TILE, 0], (x, y) => [TILE - 1 - x, y]],
    ['quarter turn', rotation(Math.PI / 2, { x: 128, y: 128 }), (x, y) => [y, TILE - 1 - x]],
    ['half turn', rotation(Math.PI, { x: 128, y: 128 }), (x, y) => [TILE - 1 - x, TILE - 1 - y]],
  ])('a %s is exact', (_, transform, from) => {
    const out = composed([rasterLayer(raster, { transform })]);
    for (let i = 0; i < TILE * TILE; i += 97) {
      const [x, y] = [i % TILE, Math.floor(i / TILE)];
      expect(pixelAt(out, TILE, x, y)).toEqual(pixelAt(source, TILE, ...from(x, y)));
    }
  });

  test('twice the size has sharp edges and lies where it should', () => {
    const out = composed([
      rasterLayer(plain(50, 50, [9, 8, 7, 255]), { transform: [2, 0, 0, 2, 20, 30] }),
    ]);
    expect(pixelAt(out, TILE, 19, 60)).toEqual([0, 0, 0, 0]);
    expect(pixelAt(out, TILE, 20, 30)).toEqual([9, 8, 7, 255]);
    expect(pixelAt(out, TILE, 119, 129)).toEqual([9, 8, 7, 255]);
    expect(pixelAt(out, TILE, 120, 129)).toEqual([0, 0, 0, 0]);
  });

  test('half a pixel is half there', () => {
    const out = composed([
      rasterLayer(plain(10, 10, [9, 8, 7, 255]), { transform: [1, 0, 0, 1, 4.5, 0] }),
    ]);
    expect(pixelAt(out, TILE, 4, 5)).toEqual([9, 8, 7, 128]);
    expect(pixelAt(out, TILE, 14, 5)).toEqual([9, 8, 7, 128]);
    expect(pixelAt(out, TILE, 9, 5)).toEqual([9, 8, 7, 255]);
  });

  test('colours of transparent pixels do not bleed in', () => {
    const bytes = filled(20, 20, [0, 255, 0, 0]);
    for (let y = 0; y < 20; y++) bytes.set(filled(10, 1, [255, 0, 0, 255]), y * 80);
    const layer = rasterLayer(rasterFrom(bytes, 20, 20), {
      transform: rotation(0.3, { x: 10, y: 10 }),
    });
    const out = composed([{ ...layer, transform: [3.7, 0.4, -0.2, 4.1, 10, 10] }]);
    let seen = 0;
    let bled = 0;
    for (let i = 0; i < out.length; i += 4) {
      if ((out[i + 3] ?? 0) === 0) continue;
      seen++;
      if (out[i] !== 255 || out[i + 1] !== 0 || out[i + 2] !== 0) bled++;
    }
    expect(seen).toBeGreaterThan(500);
    expect(bled).toBe(0);
  });

  test('made ten times smaller, stripes become grey instead of flickering', () => {
    const stripes = new Uint8ClampedArray(1000 * 1000 * 4);
    for (let i = 0; i < stripes.length; i += 4) {
      stripes.fill(((i / 4) % 1000) % 2 === 0 ? 255 : 0, i, i + 3);
      stripes[i + 3] = 255;
    }
    const layer = rasterLayer(rasterFrom(stripes, 1000, 1000));
    for (const transform of [
      [0.1, 0, 0, 0.1, 0, 0],
      [0.1, 0, 0, 0.25, 0, 0],
    ] as const) {
      const out = composed([{ ...layer, transform }]);
      for (let x = 1; x < 99; x++)
        expect(Math.abs((pixelAt(out, TILE, x, 50)[0] ?? 0) - 128)).toBeLessThan(12);
    }
  });

  test('a transform that leaves nothing draws nothing', () => {
    expect(composed([rasterLayer(raster, { transform: [0, 0, 0, 1, 0, 0] })]).some(Boolean)).toBe(
      false,
    );
  });
});

describe('levels', () => {
  test('a level shows the means of squares of pixels', () => {
    const data = gradient(1024, 512);
    const document = documentOf(1024, 512, [rasterLayer(rasterFrom(data, 1024, 512))]);
    for (const level of [1, 2, 3]) {
      const unit = 2 ** level;
      const out = compositor.composeTile(document, 0, 0, level);
      for (const [x, y] of [
        [3, 5],
        [40, 60],
        [100, 30],
      ] as const) {
        const centre = ((x + 0.5) * unit * 255) / 1024;
        expect(Math.abs((pixelAt(out, TILE, x, y)[0] ?? 0) - centre)).toBeLessThanOrEqual(2);
      }
    }
  });

  test.each<[string, Matrix, number, number]>([
    ['as it is', [1, 0, 0, 1, 0, 0], 333, 271],
    ['scaled to fit', [0.5, 0, 0, 0.5, 0, 0], 666, 542],
    ['moved beyond the edges', [1, 0, 0, 1, -3, -5], 400, 400],
  ])(
    'a photo that fills a document is opaque up to its last pixels at all levels, %s',
    (_, transform, w, h) => {
      const document = documentOf(333, 271, [rasterLayer(photo(w, h), { transform })]);
      for (const level of [1, 2, 3]) {
        const [width, height] = [Math.ceil(333 / 2 ** level), Math.ceil(271 / 2 ** level)];
        const out = compositor.composeTile(document, 0, 0, level);
        for (const x of [0, 10, width - 1]) {
          for (const y of [0, 10, height - 1])
            expect(pixelAt(out, TILE, x, y)[3], `${x},${y}`).toBe(255);
        }
        expect(pixelAt(out, TILE, width, 0)[3]).toBe(0);
      }
    },
  );

  test('the last pixels of a picture inside a document are partly there', () => {
    const document = documentOf(512, 512, [rasterLayer(plain(101, 103, [9, 8, 7, 255]))]);
    const out = compositor.composeTile(document, 0, 0, 2);
    expect(pixelAt(out, TILE, 24, 10)).toEqual([9, 8, 7, 255]);
    expect(pixelAt(out, TILE, 25, 10)).toEqual([9, 8, 7, 64]);
    expect(pixelAt(out, TILE, 10, 25)).toEqual([9, 8, 7, 191]);
  });

  test('masks and moves by odd numbers hold at lower resolutions', () => {
    const mask = maskFromRect(512, 512, { x: 0, y: 0, width: 200, height: 512 });
    const layer = rasterLayer(plain(512, 512, [9, 8, 7, 255]), {
      mask: shownThrough(mask),
      transform: [1, 0, 0, 1, 33, 0],
    });
    const out = compositor.composeTile(documentOf(512, 512, [layer]), 0, 0, 1);
    expect(pixelAt(out, TILE, 15, 10)[3]).toBe(0);
    expect(pixelAt(out, TILE, 16, 10)).toEqual([9, 8, 7, 128]);
    expect(pixelAt(out, TILE, 99, 10)).toEqual([9, 8, 7, 255]);
    expect(pixelAt(out, TILE, 100, 10)[3]).toBe(0);
  });

  test('there is no level beyond the last', () => {
    expect(() => compositor.composeTile(documentOf(9, 9, []), 0, 0, 9)).toThrow(RangeError);
  });

  test('what is kept stays within its bound', () => {
    const small = new Compositor({ cacheBytes: 100_000 });
    const document = documentOf(2048, 2048, [rasterLayer(photo(2048, 2048))]);
    const large = new Compositor().composeTile(document, 1, 1, 2);
    expect(farthest(small.composeTile(document, 1, 1, 2), large)).toBe(0);
    expect(farthest(small.composeTile(document, 1, 1, 2), large)).toBe(0);
    expect(small.bytesKept).toBeLessThanOrEqual(100_000);
  });
});

describe('texts and shapes', () => {
  const text: TextLayer = {
    ...rasterLayer(red),
    type: 'text',
    text: 'Hello',
    fontFamily: 'serif',
    fontSize: 20,
    fontWeight: 400,
    italic: false,
    align: 'left',
    boxWidth: null,
    lineHeight: 1.2,
    fill: '#ff0000',
  };

  test('are drawn from the pixels given for them', () => {
    const transform: Matrix = [1, 0, 0, 1, 100, 100];
    const given = new Compositor({
      rasterOf: () => ({ raster: plain(50, 50, [1, 2, 3, 255]), transform }),
    });
    const out = given.composeTile(documentOf(TILE, TILE, [text]), 0, 0);
    expect(pixelAt(out, TILE, 120, 120)).toEqual([1, 2, 3, 255]);
    expect(pixelAt(out, TILE, 99, 120)).toEqual([0, 0, 0, 0]);
  });

  test('are not asked for where something opaque hides them', () => {
    let asked = 0;
    const counting = new Compositor({
      rasterOf: () => {
        asked++;
        return null;
      },
    });
    const above = group([rasterLayer(photo(TILE, TILE))]);
    counting.composeTile(documentOf(2 * TILE, TILE, [text, above]), 0, 0);
    expect(asked).toBe(0);
    counting.composeTile(documentOf(2 * TILE, TILE, [text, above]), 1, 0);
    expect(asked).toBeGreaterThan(0);
  });

  test('are left out until there are any', () => {
    expect(middle([rasterLayer(blue), text])).toEqual([0, 0, 255, 255]);
  });
});
