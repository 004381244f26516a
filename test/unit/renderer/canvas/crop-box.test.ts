import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  CROP_HANDLES,
  cursorOf,
  enterBox,
  fitRatio,
  handlePlace,
  holdAt,
  moveBox,
  newBox,
  resizeBox,
} from '../../../../renderer/canvas/crop-box.js';

const BOX = { x: 100, y: 50, width: 300, height: 200 };
const FREE = { ratio: null, fromCentre: false };
const end = ({ x, y, width, height }: typeof BOX) => [x + width, y + height];

describe('what a press takes hold of', () => {
  test.each(CROP_HANDLES)('%s where it is drawn', (handle) => {
    expect(holdAt(BOX, handlePlace(BOX, handle), 8)).toBe(handle);
  });

  test('a side along all its length, the inside, and nothing beside the box', () => {
    expect(holdAt(BOX, { x: 101, y: 90 }, 8)).toBe('w');
    expect(holdAt(BOX, { x: 250, y: 254 }, 8)).toBe('s');
    expect(holdAt(BOX, { x: 250, y: 150 }, 8)).toBe('inside');
    expect(holdAt(BOX, { x: 250, y: 262 }, 8)).toBe('outside');
  });

  test('of a box smaller than a handle the nearer corner', () => {
    expect(holdAt({ x: 0, y: 0, width: 4, height: 4 }, { x: 4, y: 4 }, 8)).toBe('se');
  });
});

describe('dragging a handle', () => {
  test('moves its own sides only', () => {
    expect(resizeBox(BOX, 'e', { x: 450.4, y: 999 }, FREE)).toEqual({ ...BOX, width: 350 });
    expect(resizeBox(BOX, 'nw', { x: 90, y: 40 }, FREE)).toEqual({
      ...{ x: 90, y: 40, width: 310, height: 210 },
    });
  });

  test('may leave the canvas, so that it grows', () => {
    expect(resizeBox(BOX, 'nw', { x: -60, y: -20 }, FREE)).toMatchObject({ x: -60, y: -20 });
  });

  test('past the other side turns the box over', () => {
    expect(resizeBox(BOX, 'w', { x: 430, y: 0 }, FREE)).toEqual({ ...BOX, x: 400, width: 30 });
  });

  test('from the middle moves the opposite side as well', () => {
    const rules = { ratio: null, fromCentre: true };
    expect(resizeBox(BOX, 'e', { x: 420, y: 0 }, rules)).toEqual({ ...BOX, x: 80, width: 340 });
  });

  test('keeps a ratio: corners against the opposite one, sides about the middle', () => {
    const rules = { ratio: 1.5, fromCentre: false };
    expect(resizeBox(BOX, 'se', { x: 550, y: 250 }, rules)).toEqual({
      ...{ x: 100, y: 50, width: 450, height: 300 },
    });
    expect(resizeBox(BOX, 'e', { x: 250, y: 0 }, rules)).toEqual({
      ...{ x: 100, y: 100, width: 150, height: 100 },
    });
  });

  const place = fc.record({
    x: fc.double({ min: -900, max: 900, noNaN: true }),
    y: fc.double({ min: -900, max: 900, noNaN: true }),
  });
  const rules = fc.record({
    ratio: fc.constantFrom(null, 1, 1.5, 0.25),
    fromCentre: fc.boolean(),
  });

  test('ends in whole pixels with something in them, and what stays stays', () => {
    fc.assert(
      fc.property(fc.constantFrom(...CROP_HANDLES), place, rules, (handle, to, rule) => {
        const box = resizeBox(BOX, handle, to, rule);
        expect(Object.values(box).every(Number.isInteger)).toBe(true);
        expect(Math.min(box.width, box.height)).toBeGreaterThan(0);
        const fixed = handle.includes('e') ? BOX.x : BOX.x + BOX.width;
        if (/[ew]/.test(handle) && !rule.fromCentre) {
          expect([box.x, box.x + box.width]).toContain(fixed);
        }
        if (rule.ratio && Math.min(box.width, box.height) > 40) {
          expect(Math.abs(box.width / box.height / rule.ratio - 1)).toBeLessThan(0.05);
        }
      }),
    );
  });
});

test('a new box lies between two points, in any direction', () => {
  expect(newBox({ x: 10.2, y: 20 }, { x: 60, y: 90 }, FREE)).toEqual({
    ...{ x: 10, y: 20, width: 50, height: 70 },
  });
  expect(newBox({ x: 60, y: 90 }, { x: 10, y: 20 }, FREE)).toEqual({
    ...{ x: 10, y: 20, width: 50, height: 70 },
  });
  const square = newBox({ x: 0, y: 0 }, { x: -30, y: 50 }, { ratio: 1, fromCentre: false });
  expect(square).toEqual({ x: -50, y: 0, width: 50, height: 50 });
});

test('moving keeps the size', () => {
  expect(moveBox(BOX, { x: -120.4, y: 3.6 })).toEqual({ ...BOX, x: -20, y: 54 });
});

test('a ratio that is chosen fits into the box about its middle', () => {
  expect(fitRatio(BOX, 1)).toEqual({ x: 150, y: 50, width: 200, height: 200 });
  expect(fitRatio(BOX, 3)).toEqual({ x: 100, y: 100, width: 300, height: 100 });
});

test('a number that is typed counts, and the other side follows a ratio', () => {
  expect(enterBox(BOX, 'x', -7.4, null)).toEqual({ ...BOX, x: -7 });
  expect(enterBox(BOX, 'width', 64, null)).toEqual({ ...BOX, width: 64 });
  expect(enterBox(BOX, 'width', 64, 2)).toEqual({ ...BOX, width: 64, height: 32 });
  expect(enterBox(BOX, 'height', 0, 2)).toEqual({ ...BOX, width: 2, height: 1 });
  expect(end(enterBox(BOX, 'y', 0, 2))).toEqual([400, 200]);
});

test('cursors turn with the view', () => {
  expect(cursorOf('e', 0)).toBe('ew-resize');
  expect(cursorOf('nw', 0)).toBe('nwse-resize');
  expect(cursorOf('e', 90)).toBe('ns-resize');
  expect(cursorOf('n', 315)).toBe('nwse-resize');
  expect(cursorOf('inside', 0)).toBe('move');
});
