import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { evenMask } from '../../../../../renderer/document/pixels/tiles.js';
import { MaskStroke } from '../../../../../renderer/document/paint/mask-stroke.js';
import {
  firstDifference,
  brush,
  brushes,
  HEIGHT,
  maskAt,
  masks,
  paths,
  press,
  valuesOf,
  WIDTH,
} from './scenes.js';

const full = { ...brush, opacity: 1 };

describe('painting a mask', () => {
  test('adds and takes away again', () => {
    const add = new MaskStroke(evenMask(WIDTH, HEIGHT, 0), { ...full, value: 255 });
    expect(add.add([press(100, 100), press(200, 100)])).not.toBeNull();
    const selected = add.finish();
    expect(maskAt(selected, 150, 100)).toBe(255);
    expect(maskAt(selected, 150, 130)).toBe(0);
    const subtract = new MaskStroke(selected, { ...full, size: 200, value: 0 });
    subtract.add([press(100, 100), press(200, 100)]);
    expect(subtract.finish().tiles.size).toBe(0);
  });

  test('takes away from a mask that is full where it has no tiles', () => {
    const stroke = new MaskStroke(evenMask(WIDTH, HEIGHT, 255), { ...full, value: 0 });
    stroke.add([press(100, 100)]);
    expect(maskAt(stroke.mask(), 100, 100)).toBe(0);
    expect(maskAt(stroke.mask(), 100, 150)).toBe(255);
    expect(stroke.finish().tiles.size).toBe(1);
  });

  test('only ever goes one way, and stays within the selection', () => {
    const target = fc.constantFrom(0, 255);
    fc.assert(
      fc.property(masks, masks, brushes, paths, target, (mask, selection, settings, points, to) => {
        const stroke = new MaskStroke(mask, { ...settings, value: to }, selection);
        for (const point of points) {
          stroke.add([point]);
          stroke.mask();
        }
        const after = valuesOf(stroke.finish());
        const allowed = valuesOf(selection);
        valuesOf(mask).forEach((value, i) => {
          const now = after[i] ?? 0;
          const wrong = to === 255 ? now < value : now > value;
          if (wrong || (allowed[i] === 0 && now !== value))
            expect.fail(`pixel ${i}: ${value}, ${now}`);
        });
      }),
      { numRuns: 25 },
    );
  });

  test('is the same however its points arrive', () => {
    fc.assert(
      fc.property(masks, brushes, paths, (mask, settings, points) => {
        const whole = new MaskStroke(mask, { ...settings, value: 255 });
        whole.add(points);
        const single = new MaskStroke(mask, { ...settings, value: 255 });
        for (const point of points) {
          single.add([point]);
          single.mask();
        }
        expect(firstDifference(valuesOf(single.finish()), valuesOf(whole.finish()))).toBe(-1);
      }),
      { numRuns: 25 },
    );
  });
});
