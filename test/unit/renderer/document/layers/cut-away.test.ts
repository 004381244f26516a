import { describe, expect, test } from 'vitest';
import { createDocument, createRasterLayer } from '../../../../../renderer/document/create.js';
import { addLayer } from '../../../../../renderer/document/layers/arrange.js';
import { cropDocument } from '../../../../../renderer/document/layers/canvas.js';
import { cutToCanvas } from '../../../../../renderer/document/layers/cut-away.js';
import { Compositor } from '../../../../../renderer/document/pixels/compose.js';
import { rotation } from '../../../../../renderer/document/pixels/matrix.js';
import { resampleMask } from '../../../../../renderer/document/pixels/resample-mask.js';
import { pixelsOf, rasterFrom } from '../../../../../renderer/document/pixels/tiles.js';
import type { Matrix, StudioDocument } from '../../../../../renderer/document/types.js';

const [WIDTH, HEIGHT] = [700, 300];

/** A canvas under one layer of opaque pixels. */
function filled(transform: Matrix): StudioDocument {
  const data = new Uint8ClampedArray(WIDTH * HEIGHT * 4).fill(255);
  const layer = createRasterLayer({ name: 'A', raster: rasterFrom(data, WIDTH, HEIGHT) });
  return addLayer(createDocument(WIDTH, HEIGHT), { ...layer, transform });
}

const crop = (document: StudioDocument) =>
  cropDocument(document, { x: 300, y: 20, width: 100, height: 200 }, resampleMask);

function opaque(document: StudioDocument): number {
  const [layer] = document.layers;
  if (layer?.type !== 'raster') throw new Error('there is no layer of pixels');
  return pixelsOf(layer.raster).filter((value, index) => index % 4 === 3 && value > 0).length;
}

describe('deleting what a crop leaves outside', () => {
  test('leaves the canvas’ own pixels, and they come back nowhere', () => {
    const cropped = crop(filled([1, 0, 0, 1, 0, 0]));
    const cut = cutToCanvas(cropped);
    expect(opaque(cropped)).toBe(WIDTH * HEIGHT);
    expect(opaque(cut)).toBe(100 * 200);
    const back = cropDocument(cut, { x: -300, y: -20, width: WIDTH, height: HEIGHT }, resampleMask);
    expect(opaque(back)).toBe(100 * 200);
  });

  test('changes nothing seen, of a turned layer neither', () => {
    const cropped = crop(filled(rotation(0.3, { x: 350, y: 120 })));
    const cut = cutToCanvas(cropped);
    expect(opaque(cut)).toBeLessThan(opaque(cropped) / 4);
    const tile = (document: StudioDocument) => new Compositor().composeTile(document, 0, 0, 0);
    expect(Buffer.from(tile(cut)).equals(Buffer.from(tile(cropped)))).toBe(true);
  });

  test('is no change where nothing is outside', () => {
    const document = filled([1, 0, 0, 1, 0, 0]);
    expect(cutToCanvas(document)).toBe(document);
  });
});
