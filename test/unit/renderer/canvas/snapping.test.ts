import { describe, expect, test } from 'vitest';
import { caughtBy, catchMove, catchPoint, linesOf } from '../../../../renderer/canvas/snapping.js';
import {
  createDocument,
  createGroup,
  createRasterLayer,
} from '../../../../renderer/document/create.js';
import { addGuide } from '../../../../renderer/document/layers/guides.js';
import { rasterFrom } from '../../../../renderer/document/pixels/tiles.js';
import type { Layer, StudioDocument } from '../../../../renderer/document/types.js';

const box = (id: string, x: number, y: number, side: number): Layer => ({
  ...createRasterLayer({
    name: id,
    raster: rasterFrom(new Uint8ClampedArray(side * side * 4).fill(255), side, side),
    x,
    y,
  }),
  id,
});
/** Of 300 by 200 pixels, with a layer, and a group of two. */
function scene(): StudioDocument {
  const group: Layer = {
    ...createGroup({ name: 'group', children: [box('in', 200, 40, 20), box('out', 240, 90, 30)] }),
    id: 'group',
  };
  const document = {
    ...createDocument(300, 200),
    layers: [box('alone', 20, 30, 50), group, { ...box('hidden', 111, 111, 9), visible: false }],
  };
  return addGuide(document, { axis: 'vertical', position: 133 });
}
const places = (lines: readonly { readonly at: number }[]): number[] =>
  lines.map(({ at }) => at).toSorted((a, b) => a - b);

describe('what things catch on', () => {
  test.each<[string, readonly string[], boolean, number[]]>([
    ['the canvas, layers, groups as a whole', [], false, [0, 20, 45, 70, 150, 200, 235, 270, 300]],
    ['guides, while they are seen', ['alone', 'group'], true, [0, 133, 150, 300]],
    [
      'what lies beside a layer in its group',
      ['in'],
      false,
      [0, 20, 45, 70, 150, 240, 255, 270, 300],
    ],
  ])('%s', (_, except, withGuides, across) => {
    expect(places(linesOf(scene(), except, withGuides).across)).toEqual(across);
  });

  test('a move catches with edges and middles, on the nearest line, by whole pixels', () => {
    const lines = linesOf(scene(), ['alone'], true);
    const alone = { x: 20, y: 30, width: 50, height: 50 };
    // The right edge on the guide, the middle on that of the canvas.
    expect(catchMove(alone, lines, { x: 61, y: 43 }, 6)).toEqual({ x: 63, y: 45 });
    expect(catchMove(alone, lines, { x: 61.4, y: 20.4 }, 1)).toEqual({ x: 61, y: 20 });
  });

  test('a point catches on each axis by itself', () => {
    const lines = linesOf(scene(), [], true);
    expect(catchPoint({ x: 131, y: 18.5 }, lines, 6)).toEqual({ x: 133, y: 18.5 });
    expect(catchPoint({ x: 100, y: 203 }, lines, 6)).toEqual({ x: 100, y: 200 });
  });
});

describe('the lines that are shown', () => {
  const lines = linesOf(scene(), ['alone'], true);

  test('reach from what is dragged to what it has caught on', () => {
    // Its right edge lies on the left one of the group, which is at 40 to 120.
    const rect = { x: 160, y: 150, width: 40, height: 30 };
    expect(caughtBy(rect, lines, false)).toEqual([{ axis: 'across', at: 200, from: 40, to: 180 }]);
    const guided = { x: 133, y: 10, width: 7, height: 7 };
    expect(caughtBy(guided, lines, false)).toEqual([{ axis: 'across', at: 133, from: 0, to: 200 }]);
  });

  test('are those of middles only where middles catch', () => {
    const rect = { x: 140, y: 10, width: 20, height: 9 };
    expect(caughtBy(rect, lines, false)).toEqual([]);
    expect(caughtBy(rect, lines, true)).toEqual([{ axis: 'across', at: 150, from: 0, to: 200 }]);
    // Odd in an even canvas: half a pixel off is as near as it gets.
    const odd = { x: 140, y: 10, width: 21, height: 9 };
    expect(caughtBy(odd, lines, true)).toMatchObject([{ at: 150 }]);
  });
});
