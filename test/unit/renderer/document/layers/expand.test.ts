import { expect, test } from 'vitest';
import { createDocument, createRasterLayer } from '../../../../../renderer/document/create.js';
import { expandToDocument } from '../../../../../renderer/document/layers/expand.js';
import { Compositor } from '../../../../../renderer/document/pixels/compose.js';
import {
  boundsOf,
  multiply,
  rotation,
  scaling,
} from '../../../../../renderer/document/pixels/matrix.js';
import { documentOf, farthest, photo } from '../pixels/layers.js';

test('a layer that is turned and scaled can be painted on all over the document', () => {
  const transform = multiply(rotation(0.3, { x: 200, y: 100 }), scaling(0.5, 0.4));
  const layer = createRasterLayer({ name: 'Photo', raster: photo(300, 200), transform });
  const { width, height } = createDocument(400, 300);
  const grown = expandToDocument(layer, { width, height });
  // Each corner of the document lies in it.
  const back = { x: 0, y: 0, width: grown.raster.width, height: grown.raster.height };
  const around = boundsOf(grown.transform, back);
  expect(around.x).toBeLessThanOrEqual(0);
  expect(around.y).toBeLessThanOrEqual(0);
  expect(around.x + around.width).toBeGreaterThanOrEqual(width);
  expect(around.y + around.height).toBeGreaterThanOrEqual(height);
  // Within its edges, which come to be as soft as a brush's, it looks as it did; it grows no more.
  const compositor = new Compositor();
  const [before, after] = [layer, grown].map((one) =>
    compositor.composeTile(documentOf(width, height, [one]), 0, 0),
  );
  const inner = [80, 90, 100, 110].map((x) => (10 * 256 + x) * 4);
  for (const i of inner) {
    const [a, b] = [before, after].map((data) => data?.slice(i, i + 4));
    expect(a?.[3]).toBe(255);
    expect(a && b && farthest(a, b)).toBeLessThanOrEqual(1);
  }
  expect(expandToDocument(grown, { width, height })).toBe(grown);
});
