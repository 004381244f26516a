import { describe, expect, test } from 'vitest';
import { layersAt } from '../../../../renderer/canvas/layers-at.js';
import {
  createAdjustment,
  createDocument,
  createGroup,
  createRasterLayer,
} from '../../../../renderer/document/create.js';
import { Compositor } from '../../../../renderer/document/pixels/compose.js';
import { maskFromRect } from '../../../../renderer/document/pixels/mask-operations.js';
import { rasterFrom } from '../../../../renderer/document/pixels/tiles.js';
import type { Layer, StudioDocument } from '../../../../renderer/document/types.js';

const compositor = new Compositor();
const SIDE = 100;

/** Opaque from (x, y) on. */
const square = (id: string, x: number, y: number, side: number, more: Partial<Layer> = {}): Layer =>
  ({
    ...createRasterLayer({
      name: id,
      raster: rasterFrom(new Uint8ClampedArray(side * side * 4).fill(255), side, side),
      x,
      y,
    }),
    ...more,
    id,
  }) as Layer;
const group = (children: readonly Layer[], more: Partial<Layer> = {}): Layer =>
  ({ ...createGroup({ name: 'group', children }), ...more, id: 'group' }) as Layer;
const of = (...layers: readonly Layer[]): StudioDocument => ({
  ...createDocument(SIDE, SIDE),
  layers,
});
const at = (document: StudioDocument, x: number, y: number): string[] =>
  layersAt(compositor, document, { x, y }).map(({ layer }) => layer.id);

describe('the layers under a point', () => {
  const ground = square('ground', 0, 0, SIDE);

  test('are listed from the top, those in groups as well, and groups and adjustments not', () => {
    const curves = createAdjustment({ name: 'Curves', adjustment: 'curves' });
    const document = of(
      ground,
      group([square('in', 10, 10, 20)]),
      square('top', 20, 20, 20),
      curves,
    );
    expect(at(document, 25.9, 25.9)).toEqual(['top', 'in', 'ground']);
    expect(at(document, 12, 12)).toEqual(['in', 'ground']);
    expect(at(document, 40, 40)).toEqual(['ground']);
    expect(at(document, -1, 5)).toEqual([]);
    expect(at(document, SIDE, 5)).toEqual([]);
  });

  test.each<[string, Layer]>([
    ['hidden', square('top', 10, 10, 20, { visible: false })],
    ['in a hidden group', group([square('top', 10, 10, 20)], { visible: false })],
    [
      'masked there',
      square('top', 10, 10, 20, {
        mask: {
          mask: maskFromRect(SIDE, SIDE, { x: 20, y: 0, width: 80, height: 80 }),
          enabled: true,
        },
      }),
    ],
    [
      'in a group that is masked there',
      group([square('top', 10, 10, 20)], {
        mask: {
          mask: maskFromRect(SIDE, SIDE, { x: 20, y: 0, width: 80, height: 80 }),
          enabled: true,
        },
      }),
    ],
  ])('are not those that are %s', (_, layer) => {
    expect(at(of(ground, layer), 15, 15)).toEqual(['ground']);
  });

  test('what is clipped lies only where it is clipped to something', () => {
    const clipped = square('clipped', 0, 0, SIDE, { clipped: true });
    const document = of(ground, square('base', 40, 40, 20), clipped);
    expect(at(document, 50, 50)).toEqual(['clipped', 'base', 'ground']);
    expect(at(document, 10, 10)).toEqual(['ground']);
  });

  test('how faint a layer is as a whole does not matter', () => {
    expect(
      at(of(ground, square('faint', 0, 0, 50, { opacity: 0.01, locked: true })), 9, 9),
    ).toEqual(['faint', 'ground']);
  });
});
