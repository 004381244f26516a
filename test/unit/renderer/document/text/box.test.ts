/** The box of a text whose sides are moved. */
import { expect, test } from 'vitest';
import { createText } from '../../../../../renderer/document/create.js';
import {
  apply,
  rotation,
  scaling,
  multiply,
} from '../../../../../renderer/document/pixels/matrix.js';
import { resizedBox } from '../../../../../renderer/document/text/box.js';
import type { Matrix, TextLayer } from '../../../../../renderer/document/types.js';

const text = (transform: Matrix, boxWidth: number | null = 200): TextLayer => ({
  ...createText({ name: 'Text', text: 'words', x: 0, y: 0, boxWidth }),
  transform,
});

/** Where the middle of both sides lie in the document. */
function sidesOf({ transform, boxWidth }: Pick<TextLayer, 'transform' | 'boxWidth'>) {
  const [left, right] = [0, boxWidth ?? 0].map((x) => apply(transform, { x, y: 0 }));
  return { left, right };
}

function closeTo(one: { x: number; y: number } | undefined, x: number, y: number): void {
  expect(one?.x).toBeCloseTo(x, 6);
  expect(one?.y).toBeCloseTo(y, 6);
}

test('its right side is moved and its left one stays, and the other way round', () => {
  const layer = text([1, 0, 0, 1, 50, 80]);
  const wider = resizedBox(layer, scaling(1.5, 1, { x: 50, y: 0 }), 'left');
  expect(wider).toEqual({ boxWidth: 300, transform: [1, 0, 0, 1, 50, 80] });
  const narrower = resizedBox(layer, scaling(0.25, 1, { x: 250, y: 0 }), 'right');
  expect(narrower).toEqual({ boxWidth: 50, transform: [1, 0, 0, 1, 200, 80] });
});

test('letters keep their size, however the text is turned and scaled', () => {
  const transform = multiply([2, 0, 0, 2, 100, 40], rotation(Math.PI / 6));
  const layer = text(transform);
  const { left, right } = sidesOf(layer);
  if (!left || !right) throw new Error('no sides');
  // Twice as wide along its own direction, about its left side.
  const along = multiply(
    multiply([1, 0, 0, 1, left.x, left.y], rotation(Math.PI / 6)),
    multiply(scaling(2, 1), multiply(rotation(-Math.PI / 6), [1, 0, 0, 1, -left.x, -left.y])),
  );
  const wider = resizedBox(layer, along, 'left');
  expect(wider?.boxWidth).toBe(400);
  expect(wider?.transform.slice(0, 4)).toEqual(transform.slice(0, 4));
  if (!wider) throw new Error('no box');
  closeTo(sidesOf(wider).left, left.x, left.y);
  closeTo(sidesOf(wider).right, 2 * right.x - left.x, 2 * right.y - left.y);
});

test('a width is whole pixels, about the side that is held, and never nothing', () => {
  const layer = text([1, 0, 0, 1, 0, 0]);
  const half = resizedBox(layer, scaling(1.0026, 1, { x: 200, y: 0 }), 'right');
  expect(half?.boxWidth).toBe(201);
  closeTo(half ? sidesOf(half).right : undefined, 200, 0);
  expect(resizedBox(layer, scaling(0.0001, 1), 'left')?.boxWidth).toBe(1);
  // Dragged beyond its other side, it lies there.
  const beyond = resizedBox(layer, scaling(-0.5, 1), 'left');
  expect(beyond).toMatchObject({ boxWidth: 100 });
  closeTo(beyond ? sidesOf(beyond).left : undefined, -100, 0);
});

test('a text that is wrapped in nothing has no sides, nor has one that is not seen', () => {
  expect(resizedBox(text([1, 0, 0, 1, 0, 0], null), scaling(2, 1), 'left')).toBeNull();
  expect(resizedBox(text([0, 0, 0, 1, 0, 0]), scaling(2, 1), 'left')).toBeNull();
});
