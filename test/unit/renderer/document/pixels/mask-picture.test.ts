import { describe, expect, test } from 'vitest';
import { createDocument, createRasterLayer } from '../../../../../renderer/document/create.js';
import { addLayer } from '../../../../../renderer/document/layers/arrange.js';
import { MaskStroke } from '../../../../../renderer/document/paint/mask-stroke.js';
import { changedTiles } from '../../../../../renderer/document/pixels/changes.js';
import { Compositor } from '../../../../../renderer/document/pixels/compose.js';
import {
  maskAlone,
  maskColours,
  maskOver,
} from '../../../../../renderer/document/pixels/mask-picture.js';
import { evenMask } from '../../../../../renderer/document/pixels/tiles.js';
import { rectangleMask } from '../../../../../renderer/document/selection/shapes.js';
import type { StudioDocument } from '../../../../../renderer/document/types.js';
import { brush, even, HEIGHT, press, WIDTH } from '../paint/scenes.js';

const blue = addLayer(
  createDocument(WIDTH, HEIGHT),
  createRasterLayer({ name: 'blue', raster: even([0, 0, 255, 255]) }),
);
const left = rectangleMask(WIDTH, HEIGHT, { x: 0, y: 0, width: 150, height: HEIGHT });

function seen(document: StudioDocument, x: number, y: number): number[] {
  const tile = new Compositor().composeTile(document, Math.floor(x / 256), Math.floor(y / 256));
  const at = ((y % 256) * 256 + (x % 256)) * 4;
  return [...tile.subarray(at, at + 4)];
}

describe('looking at a mask', () => {
  test('alone it is white where it shows and black where it hides', () => {
    const picture = maskAlone(blue, left);
    expect(seen(picture, 149, 270)).toEqual([255, 255, 255, 255]);
    expect(seen(picture, 290, 10)).toEqual([0, 0, 0, 255]);
  });

  test('over the picture what shows is as it was, and what is hidden is reddish', () => {
    const picture = maskOver(blue, left);
    expect(seen(picture, 10, 10)).toEqual([0, 0, 255, 255]);
    const [red = 0, , bluish = 0] = seen(picture, 290, 10);
    expect(red).toBeGreaterThan(100);
    expect(bluish).toBeLessThan(200);
  });

  test('of a stroke only its own tiles are drawn anew', () => {
    const mask = evenMask(600, 600, 255);
    const document = { ...blue, width: 600, height: 600 };
    const stroke = new MaskStroke(mask, { ...brush, value: 0 });
    stroke.add([press(100, 100)]);
    const after = stroke.finish();
    for (const look of [maskAlone, maskOver]) {
      expect(changedTiles(look(document, mask), look(document, after))).toEqual(new Set([0]));
    }
  });

  test('its colours are greys of its values', () => {
    const { data, width } = maskColours(left);
    expect([...data.subarray(0, 4)]).toEqual([255, 255, 255, 255]);
    expect([...data.subarray((width - 1) * 4, width * 4)]).toEqual([0, 0, 0, 255]);
  });
});
