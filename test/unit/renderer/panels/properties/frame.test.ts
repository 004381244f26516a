import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  IDENTITY,
  multiply,
  rotation,
  scaling,
  translation,
} from '../../../../../renderer/document/pixels/matrix.js';
import type { Matrix, Rect } from '../../../../../renderer/document/types.js';
import { frameOf, reframe, type Frame } from '../../../../../renderer/panels/properties/frame.js';

const CONTENT: Rect = { x: 10, y: 20, width: 100, height: 50 };
const turned = (degrees: number): Matrix => rotation((degrees * Math.PI) / 180);

/** Where the layer lies once a number was typed. */
function typed(transform: Matrix, change: Partial<Frame>, linked = false): Frame {
  const matrix = reframe(CONTENT, transform, change, linked);
  if (!matrix) throw new Error('nothing was changed');
  return frameOf(CONTENT, multiply(matrix, transform));
}

function expectFrame(frame: Frame, expected: Partial<Frame>): void {
  for (const [name, value] of Object.entries(expected)) {
    expect(frame[name as keyof Frame], name).toBeCloseTo(value, 6);
  }
}

describe('place and size of a layer as numbers', () => {
  test('are those of what it shows', () => {
    expect(frameOf(CONTENT, IDENTITY)).toEqual({ ...CONTENT, rotation: 0 });
    const doubled = multiply(translation(5, 0), scaling(2, 3));
    expect(frameOf(CONTENT, doubled)).toEqual({
      x: 25,
      y: 60,
      width: 200,
      height: 150,
      rotation: 0,
    });
  });

  test('a turned layer keeps its own width and height', () => {
    expectFrame(frameOf(CONTENT, turned(90)), {
      width: 100,
      height: 50,
      rotation: 90,
      x: -70,
      y: 10,
    });
  });

  test('a mirrored layer counts as turned as little as it can be', () => {
    expect(frameOf(CONTENT, [-1, 0, 0, 1, 0, 0]).rotation).toBe(0);
    expect(frameOf(CONTENT, [1, 0, 0, -1, 0, 0]).rotation).toBe(0);
    expect(frameOf(CONTENT, [-1, 0, 0, -1, 0, 0]).rotation).toBe(180);
  });
});

describe('typing a number', () => {
  test('moves the layer there', () => {
    expectFrame(typed(IDENTITY, { x: -7 }), { x: -7, y: 20, width: 100, height: 50 });
    expectFrame(typed(turned(30), { y: 3 }), { y: 3, rotation: 30 });
  });

  test('changes one side, or both if they are linked; the corner stays', () => {
    expectFrame(typed(IDENTITY, { width: 50 }), { x: 10, y: 20, width: 50, height: 50 });
    expectFrame(typed(IDENTITY, { width: 50 }, true), { x: 10, y: 20, width: 50, height: 25 });
    expectFrame(typed(IDENTITY, { height: 100 }, true), { width: 200, height: 100 });
  });

  test('turns the layer about its middle', () => {
    expectFrame(typed(IDENTITY, { rotation: 90 }), { rotation: 90, x: 35, y: -5, width: 100 });
    expectFrame(typed(turned(40), { rotation: 0 }), { rotation: 0, width: 100, height: 50 });
  });

  test('is obeyed exactly, however the layer lies', () => {
    const number = fc.double({ min: -500, max: 500, noNaN: true });
    const factor = fc.double({ min: 0.2, max: 5, noNaN: true });
    fc.assert(
      fc.property(
        number,
        number,
        factor,
        factor,
        fc.boolean(),
        (degrees, at, across, down, linked) => {
          const lies = multiply(
            translation(at, -at),
            multiply(turned(degrees), scaling(across, down)),
          );
          const before = frameOf(CONTENT, lies);
          expectFrame(typed(lies, { x: at }), { ...before, x: at });
          expectFrame(typed(lies, { width: 77 }, linked), {
            x: before.x,
            y: before.y,
            width: 77,
            height: linked ? (before.height * 77) / before.width : before.height,
          });
          expectFrame(typed(lies, { rotation: 12 }), {
            rotation: 12,
            width: before.width,
            height: before.height,
          });
        },
      ),
    );
  });

  test('does nothing where a side of no length would have to grow', () => {
    expect(reframe({ ...CONTENT, height: 0 }, IDENTITY, { height: 10 }, false)).toBeNull();
    expect(reframe(CONTENT, [0, 0, 0, 0, 0, 0], { width: 10 }, false)).toBeNull();
  });
});
