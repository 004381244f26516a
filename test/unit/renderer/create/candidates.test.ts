import { describe, expect, test } from 'vitest';
import {
  withCandidate,
  type Placement,
  type Ready,
} from '../../../../renderer/create/candidates.js';
import { walk } from '../../../../renderer/document/layers/tree.js';
import { Compositor } from '../../../../renderer/document/pixels/compose.js';
import { flatten } from '../../../../renderer/document/pixels/flatten.js';
import { IDENTITY } from '../../../../renderer/document/pixels/matrix.js';
import { rasterFrom } from '../../../../renderer/document/pixels/tiles.js';
import type { Layer, LayerId, StudioDocument } from '../../../../renderer/document/types.js';
import { adjustmentLayer, documentOf, group, rasterLayer } from '../document/pixels/layers.js';

const SIDE = 4;

function colour(red: number, green: number, blue: number) {
  const data = new Uint8ClampedArray(SIDE * SIDE * 4);
  for (let i = 0; i < data.length; i += 4) data.set([red, green, blue, 255], i);
  return rasterFrom(data, SIDE, SIDE);
}

const [RED, GREEN, BLUE] = [colour(255, 0, 0), colour(0, 255, 0), colour(0, 0, 255)];

function result(raster = BLUE): Ready {
  const candidate = { pixels: 'p', width: SIDE, height: SIDE, seed: 1, recipe: '{}', drift: null };
  return { candidate, raster, recipe: null };
}

function edit(target: LayerId | null): Placement {
  const origin = { target, references: [] };
  return { kind: 'edit', name: 'night', transform: IDENTITY, mask: null, origin };
}

async function pixel(document: StudioDocument): Promise<number[]> {
  const data = await flatten(new Compositor({ rasterOf: () => null }), document, {
    background: '#ffffff',
  });
  return [...data.subarray(0, 3)];
}

const names = ({ layers }: StudioDocument): string[] =>
  [...walk(layers)].map(({ layer }) => layer.name);

function scene(layers: readonly Layer[], active: LayerId): StudioDocument {
  return { ...documentOf(SIDE, SIDE, layers), active: [active] };
}

describe('an edit of the whole picture', () => {
  test('lies over all layers, whichever is selected, and looks as it was chosen', async () => {
    const below = rasterLayer(RED, { name: 'below' });
    const inner = rasterLayer(RED, { name: 'inner' });
    const above = group([inner], { name: 'above', opacity: 0.5 });
    const inverted = adjustmentLayer({ kind: 'brightness-contrast', brightness: -50, contrast: 0 });
    for (const active of [below.id, inner.id]) {
      const made = withCandidate(scene([below, above, inverted], active), result(), edit(null));
      expect(made.layers.at(-1)?.name).toBe('night');
      expect(await pixel(made)).toEqual([0, 0, 255]);
    }
  });
});

describe('an edit of a layer', () => {
  test('is mixed with what lies below as that layer is', async () => {
    const below = rasterLayer(RED, { name: 'below' });
    const mixed = rasterLayer(GREEN, { name: 'mixed', opacity: 0.5, blendMode: 'multiply' });
    const made = withCandidate(scene([below, mixed], mixed.id), result(), edit(mixed.id));
    const instead = scene([below, { ...mixed, raster: BLUE }], mixed.id);
    expect(await pixel(made)).toEqual(await pixel(instead));
  });

  test('stays below what is clipped to that layer, in its group', async () => {
    const base = rasterLayer(GREEN, { name: 'base' });
    const darker = adjustmentLayer(
      { kind: 'brightness-contrast', brightness: -50, contrast: 0 },
      { name: 'darker', clipped: true },
    );
    const inside = group([base, darker], { name: 'group' });
    const other = rasterLayer(RED, { name: 'other', visible: false });
    const made = withCandidate(scene([inside, other], other.id), result(), edit(base.id));
    expect(names(made)).toEqual(['group', 'base', 'night', 'darker', 'other']);
    const instead = scene([group([{ ...base, raster: BLUE }, darker])], base.id);
    expect(await pixel(made)).toEqual(await pixel(instead));
  });

  test('has the shape of that layer, for around it the model saw nothing', async () => {
    const below = rasterLayer(RED, { name: 'below' });
    const half = new Uint8ClampedArray(SIDE * SIDE * 4);
    half.fill(255, half.length / 2);
    for (const target of [
      rasterLayer(rasterFrom(half, SIDE, SIDE), { name: 'half' }),
      group([rasterLayer(rasterFrom(half, SIDE, SIDE))], { name: 'half' }),
    ]) {
      const made = withCandidate(scene([below, target], target.id), result(), edit(target.id));
      const data = await flatten(new Compositor(), made, { background: '#ffffff' });
      expect([...data.subarray(0, 3)]).toEqual([255, 0, 0]);
      expect([...data.subarray(-4, -1)]).toEqual([0, 0, 255]);
    }
  });

  test('of a clipped layer is clipped as well', async () => {
    const base = rasterLayer(colour(255, 255, 255), { name: 'base' });
    const clipped = rasterLayer(GREEN, { name: 'clipped', clipped: true });
    const made = withCandidate(scene([base, clipped], clipped.id), result(), edit(clipped.id));
    expect(made.layers.map((layer) => layer.clipped)).toEqual([false, true, true]);
    expect(await pixel(made)).toEqual([0, 0, 255]);
  });
});
