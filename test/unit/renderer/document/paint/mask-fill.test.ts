import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { greyOf } from '../../../../../renderer/document/paint/colour.js';
import { fillMask, gradientMask } from '../../../../../renderer/document/paint/mask-fill.js';
import { evenMask } from '../../../../../renderer/document/pixels/tiles.js';
import { rectangleMask } from '../../../../../renderer/document/selection/shapes.js';
import { firstDifference, HEIGHT, maskAt, masks, valuesOf, WIDTH } from './scenes.js';

const white = evenMask(WIDTH, HEIGHT, 255);
const left = rectangleMask(WIDTH, HEIGHT, { x: 0, y: 0, width: 150, height: HEIGHT });

describe('colours on a mask', () => {
  test.each([
    ['#000000', 0],
    ['#ffffff', 255],
    ['#808080', 128],
    ['#ff0000', 77],
    ['#00ff00', 150],
    ['#0000ff', 28],
  ])('%s is the grey %i', (colour, grey) => {
    expect(greyOf(colour)).toBe(grey);
  });
});

describe('filling a mask', () => {
  test('black hides what is selected, and nothing else', () => {
    const filled = fillMask(white, left, { value: 0, opacity: 1 });
    expect([maskAt(filled, 149, 100), maskAt(filled, 150, 100)]).toEqual([0, 255]);
  });

  test('without a selection all of it is filled, and takes no room', () => {
    const filled = fillMask(left, null, { value: 255, opacity: 1 });
    expect(filled).toEqual(white);
  });

  test('grey at half opacity goes half the way to it', () => {
    const filled = fillMask(white, null, { value: 55, opacity: 0.5 });
    expect(maskAt(filled, 299, 279)).toBe(155);
  });

  test('no value changes where nothing is selected, and filled twice is filled once', () => {
    fc.assert(
      fc.property(masks, masks, fc.integer({ min: 0, max: 255 }), (mask, selection, value) => {
        const once = fillMask(mask, selection, { value, opacity: 1 });
        const [before, after, allowed] = [mask, once, selection].map(valuesOf);
        allowed?.forEach((part, i) => {
          if (part === 0 && before?.[i] !== after?.[i]) expect.fail(`pixel ${i} changed`);
          if (part === 255 && after?.[i] !== value) expect.fail(`pixel ${i} is ${after?.[i]}`);
        });
        const sharp = fillMask(once, null, { value: 255, opacity: 1 });
        expect(sharp.tiles.size).toBe(0);
      }),
      { numRuns: 15 },
    );
  });
});

describe('a gradient on a mask', () => {
  const settings = {
    type: 'linear' as const,
    from: { x: 0, y: 0 },
    to: { x: WIDTH, y: 0 },
    startColour: '#000000',
    endColour: '#ffffff',
    opacity: 1,
  };

  test('goes from hidden to shown, evenly', () => {
    const mask = gradientMask(white, null, settings);
    expect(maskAt(mask, 0, 5)).toBeLessThanOrEqual(1);
    expect(maskAt(mask, WIDTH - 1, 5)).toBeGreaterThanOrEqual(254);
    for (let x = 10; x < WIDTH; x += 10) {
      expect(Math.abs(maskAt(mask, x, 200) - (255 * (x + 0.5)) / WIDTH)).toBeLessThanOrEqual(1);
    }
  });

  test('stays within the selection, and without a length changes nothing', () => {
    const mask = gradientMask(white, left, settings);
    expect(maskAt(mask, 149, 100)).toBeLessThan(140);
    expect(maskAt(mask, 150, 100)).toBe(255);
    expect(gradientMask(left, null, { ...settings, to: settings.from })).toBe(left);
  });

  test('is the same each time', () => {
    const [one, other] = [1, 2].map(() => valuesOf(gradientMask(white, left, settings)));
    expect(firstDifference(one ?? [], other ?? [])).toBe(-1);
  });
});
