import { describe, expect, test } from 'vitest';
import {
  createAdjustment,
  createDocument,
  createShape,
} from '../../../../../renderer/document/create.js';
import * as layers from '../../../../../renderer/document/layers/index.js';
import { resampleMask } from '../../../../../renderer/document/pixels/resample-mask.js';
import { MaskEditor, evenMask } from '../../../../../renderer/document/pixels/tiles.js';
import type { Rect, StudioDocument } from '../../../../../renderer/document/types.js';
import { boundsOf, leftMask, named, sample } from './support.js';

const box = (x: number, y: number, width: number, height: number, name = 'Box') =>
  createShape({ name, shape: 'rectangle', width, height, x, y });
const boxes = (...rects: Rect[]): StudioDocument =>
  layers.addLayers(
    createDocument(200, 100),
    rects.map(({ x, y, width, height }, index) => box(x, y, width, height, `${index}`)),
  );
const rect = (x: number, y: number, width: number, height: number): Rect => ({
  x,
  y,
  width,
  height,
});
const boundsIn = (document: StudioDocument) => document.layers.map(boundsOf);

describe('layers', () => {
  test('a group moves with all that lies in it, masks included', () => {
    let document = sample();
    const group = named(document, 'Group').id;
    document = layers.setMask(document, group, leftMask(document));
    const moved = layers.transformLayers(document, [group], [1, 0, 0, 1, 20, 5], resampleMask);
    expect(named(moved, 'Picture')).toMatchObject({ transform: [1, 0, 0, 1, 30, 25] });
    expect(named(moved, 'Text')).toMatchObject({ transform: [1, 0, 0, 1, 25, 55] });
    const tile = named(moved, 'Group').mask?.mask.tiles.get(0);
    // Hidden from 20 pixels to the right and 5 down on.
    expect([tile?.data[5 * 256 + 19], tile?.data[5 * 256 + 20], tile?.data[4 * 256 + 20]]).toEqual([
      255, 0, 255,
    ]);
    expect(named(moved, 'Background')).toBe(named(document, 'Background'));
    expect(layers.transformLayers(document, [group], [1, 0, 0, 1, 0, 0], resampleMask)).toBe(
      document,
    );
  });

  test('mirrored twice or turned four times they are where they were', () => {
    const document = boxes(rect(10, 20, 30, 40), rect(50, 10, 21, 30));
    const ids = document.layers.map(({ id }) => id);
    const flip = (of: StudioDocument) =>
      layers.flipLayers(of, ids, 'horizontal', boundsOf, resampleMask);
    const flipped = flip(document);
    expect(boundsIn(flipped)).toEqual([rect(41, 20, 30, 40), rect(10, 10, 21, 30)]);
    expect(flip(flipped)).toEqual(document);
    let turned = document;
    for (let quarter = 0; quarter < 4; quarter++) {
      turned = layers.rotateLayers(turned, ids, 90, boundsOf, resampleMask);
      // 61 by 50 pixels: turned about the middle, they would lie between pixels.
      for (const bounds of boundsIn(turned)) expect(Number.isInteger(bounds?.x)).toBe(true);
    }
    expect(boundsIn(turned)).toEqual(boundsIn(document));
  });

  test('several align with each other, one with the document', () => {
    const document = boxes(rect(10, 20, 30, 40), rect(50, 10, 20, 30));
    const [first, second] = document.layers.map(({ id }) => id);
    if (first === undefined || second === undefined) throw new Error('Two layers were made.');
    const align = (ids: string[], to: layers.Alignment) =>
      boundsIn(layers.alignLayers(document, ids, to, boundsOf, resampleMask));
    expect(align([first, second], 'left').map((bounds) => bounds?.x)).toEqual([10, 10]);
    expect(align([first, second], 'right').map((bounds) => bounds?.x)).toEqual([40, 50]);
    expect(align([first, second], 'center').map((bounds) => bounds?.x)).toEqual([25, 30]);
    expect(align([first, second], 'bottom').map((bounds) => bounds?.y)).toEqual([20, 30]);
    expect(align([first], 'center')[0]).toEqual(rect(85, 20, 30, 40));
    expect(align([second], 'middle')[1]).toEqual(rect(50, 35, 20, 30));
  });

  test('distributed they have the same gaps, and the outer ones stay', () => {
    const document = boxes(rect(0, 0, 10, 10), rect(12, 5, 20, 10), rect(90, 0, 10, 10));
    const ids = document.layers.map(({ id }) => id);
    const spread = layers.distributeLayers(document, ids, 'horizontal', boundsOf, resampleMask);
    expect(boundsIn(spread).map((bounds) => bounds?.x)).toEqual([0, 40, 90]);
    expect(spread.layers[0]).toBe(document.layers[0]);
    const two = ids.slice(1);
    expect(layers.distributeLayers(document, two, 'horizontal', boundsOf, resampleMask)).toBe(
      document,
    );
  });
});

describe('the whole document', () => {
  const framed = (): StudioDocument => {
    const document = boxes(rect(10, 20, 30, 40));
    const editor = new MaskEditor(evenMask(200, 100, 0));
    editor.write(0, 0)[20 * 256 + 10] = 255;
    const selected = layers.setSelection(document, editor.finish());
    const guided = layers.addGuide(selected, { axis: 'vertical', position: 10 });
    return layers.addGuide(guided, { axis: 'horizontal', position: 90 });
  };
  const selectedAt = ({ selection }: StudioDocument): [number, number][] => {
    const data = selection?.tiles.get(0)?.data ?? new Uint8ClampedArray();
    return [...data.entries()]
      .filter(([, value]) => value === 255)
      .map(([index]) => [index % 256, Math.floor(index / 256)]);
  };

  test('cropped, its layers, selection and guides move with the frame', () => {
    const cropped = layers.cropDocument(framed(), rect(5, 10, 50, 60), resampleMask);
    expect(cropped).toMatchObject({ width: 50, height: 60 });
    expect(boundsIn(cropped)).toEqual([rect(5, 10, 30, 40)]);
    expect(cropped.selection).toMatchObject({ width: 50, height: 60 });
    expect(selectedAt(cropped)).toEqual([[5, 10]]);
    expect(cropped.guides).toEqual([{ axis: 'vertical', position: 5 }]);
    const document = framed();
    expect(layers.cropDocument(document, rect(0, 0, 200, 100), resampleMask)).toBe(document);
    expect(() => layers.cropDocument(document, rect(0, 0, 0, 9), resampleMask)).toThrow(
      expect.objectContaining({ code: 'BAD_SIZE' }),
    );
  });

  test('on a larger canvas the anchor says where it lies', () => {
    const right = layers.resizeCanvas(framed(), 300, 120, { x: 1, y: 0.5 }, resampleMask);
    expect(boundsIn(right)).toEqual([rect(110, 30, 30, 40)]);
    const left = layers.resizeCanvas(framed(), 300, 120, { x: 0, y: 0 }, resampleMask);
    expect(boundsIn(left)).toEqual([rect(10, 20, 30, 40)]);
  });

  test('turned and mirrored, pixels stay on pixels, locked layers included', () => {
    const document = framed();
    const locked = layers.setLocked(
      document,
      document.layers.map(({ id }) => id),
      true,
    );
    const turned = layers.rotateDocument(locked, 90, resampleMask);
    expect(turned).toMatchObject({ width: 100, height: 200 });
    expect(boundsIn(turned)).toEqual([rect(40, 10, 40, 30)]);
    expect(selectedAt(turned)).toEqual([[79, 10]]);
    expect(turned.guides).toEqual([
      { axis: 'horizontal', position: 10 },
      { axis: 'vertical', position: 10 },
    ]);
    const back = layers.rotateDocument(turned, 270, resampleMask);
    expect(boundsIn(back)).toEqual(boundsIn(document));
    expect(back.guides).toEqual(document.guides);
    const over = layers.flipDocument(document, 'vertical', resampleMask);
    expect(layers.rotateDocument(document, 180, resampleMask).layers).toEqual(
      layers.flipDocument(over, 'horizontal', resampleMask).layers,
    );
    expect(boundsIn(over)).toEqual([rect(10, 40, 30, 40)]);
  });

  test('scaled, blurs scale with it', () => {
    const blur = createAdjustment({ name: 'Blur', adjustment: { kind: 'blur', radius: 4 } });
    const document = layers.addLayer(framed(), blur);
    const half = layers.resizeImage(document, 100, 50, resampleMask);
    expect(boundsOf(named(half, '0'))).toEqual(rect(5, 10, 15, 20));
    expect(named(half, 'Blur')).toMatchObject({ adjustment: { kind: 'blur', radius: 2 } });
    expect(half.guides).toEqual([
      { axis: 'vertical', position: 5 },
      { axis: 'horizontal', position: 45 },
    ]);
  });

  test('guides are moved and taken away', () => {
    const document = framed();
    expect(layers.moveGuide(document, 0, 33).guides[0]).toEqual({ axis: 'vertical', position: 33 });
    expect(layers.removeGuide(document, 0).guides).toHaveLength(1);
    expect(layers.clearGuides(document).guides).toEqual([]);
    expect(() => layers.removeGuide(document, 2)).toThrow(
      expect.objectContaining({ code: 'NO_SUCH_GUIDE' }),
    );
  });
});
