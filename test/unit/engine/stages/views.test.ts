import { describe, expect, it } from 'vitest';

import { tokenMask } from '../../../../main/engine/images/index.js';
import type { Mask } from '../../../../main/engine/images/index.js';
import type { ModelShape } from '../../../../main/engine/model.js';
import { mainViews, otherViews, tokenView } from '../../../../main/engine/stages/views.js';

/** The official sizes: 1024 pixels, 32 latent cells, 27 x 27 patches of 14 pixels in 384. */
const OFFICIAL = {
  resolution: 1024,
  compression: 32,
  patchSize: 1,
  visionSize: 384,
  visionPatch: 14,
} as ModelShape;

function maskWith(width: number, height: number, inside: (x: number, y: number) => boolean): Mask {
  const data = Uint8Array.from({ length: width * height }, (_, i) =>
    inside(i % width, Math.floor(i / width)) ? 255 : 0,
  );
  return { width, height, data };
}

describe('mainViews', () => {
  it('shows the whole picture to every network', () => {
    const { paint, vision } = mainViews({ width: 6000, height: 4000 }, OFFICIAL, 'native');
    expect(paint.content).toEqual({ x: 0, y: 0, ...paint.model });
    expect(paint.model.width % 32).toBe(0);
    expect(paint.model.height % 32).toBe(0);
    const aspect = paint.model.width / paint.model.height;
    expect(Math.abs(Math.log(aspect / 1.5))).toBeLessThan(0.05);
    expect(vision.model).toEqual({ width: 384, height: 384 });
    expect(vision.content).toEqual({ x: 0, y: 0, width: 384, height: 384 });
  });

  it('keeps the padding that was asked for', () => {
    const { paint, vision } = mainViews({ width: 200, height: 100 }, OFFICIAL, 'pad');
    expect(paint.content).toEqual({ x: 0, y: 256, width: 1024, height: 512 });
    expect(vision.content).toEqual({ x: 0, y: 96, width: 384, height: 192 });
  });
});

describe('otherViews', () => {
  it('fits another picture whole and undistorted into the canvas', () => {
    const canvas = { width: 1280, height: 832 };
    const { paint } = otherViews({ width: 100, height: 100 }, OFFICIAL, canvas);
    expect(paint.model).toEqual(canvas);
    expect(paint.content).toEqual({ x: 224, y: 0, width: 832, height: 832 });
    const tall = otherViews({ width: 10, height: 4000 }, OFFICIAL, canvas);
    expect(tall.paint.content).toEqual({ x: 639, y: 0, width: 2, height: 832 });
  });
});

describe('tokenView', () => {
  const touched = (mask: Mask, side: number) => {
    const { vision } = mainViews(mask, OFFICIAL, 'native');
    const view = tokenView(vision, OFFICIAL, side, 27);
    const cells = tokenMask(mask, view, { width: side, height: side });
    return Array.from(cells.entries()).flatMap(([index, cell]) =>
      cell === 0 ? [] : [`${index % side},${Math.floor(index / side)}`],
    );
  };

  it('finds the cells of the scale that a mask touches', () => {
    // One pixel of a 384 pixel picture at (100, 50): patch (7, 3), pooled (3, 1) and (2, 1).
    const mask = maskWith(384, 384, (x, y) => x === 100 && y === 50);
    expect(touched(mask, 27)).toEqual(['7,3']);
    expect(touched(mask, 13)).toEqual(['3,1']);
    expect(touched(mask, 9)).toEqual(['2,1']);
  });

  it('knows that pixels behind the last whole patch or window belong to no token', () => {
    const edge = maskWith(384, 384, (x) => x >= 378);
    expect(touched(edge, 27)).toEqual([]);
    const last = maskWith(384, 384, (x) => x === 370);
    expect(touched(last, 27)).toHaveLength(27);
    // 13 windows of 2 patches cover 364 pixels.
    expect(touched(last, 13)).toEqual([]);
    expect(touched(last, 9)).toHaveLength(9);
  });
});
