import { expect, test } from 'vitest';
import { Compositor } from '../../../../../renderer/document/pixels/compose.js';
import { histogramBelow, layersBelow } from '../../../../../renderer/document/pixels/histogram.js';
import { adjustmentLayer, documentOf, group, plain, rasterLayer } from './layers.js';

const turn = () => Promise.resolve();
const { signal } = new AbortController();

test('counts what lies below the adjustment, and not what it makes of it', async () => {
  const levels = adjustmentLayer({ kind: 'levels', black: 50, white: 255, gamma: 1 });
  const small = rasterLayer(plain(10, 20, [10, 200, 30, 255]));
  const faint = rasterLayer(plain(40, 40, [1, 2, 3, 20]), { transform: [1, 0, 0, 1, 50, 50] });
  const above = rasterLayer(plain(100, 100, [9, 9, 9, 255]));
  const document = documentOf(100, 100, [small, faint, levels, above]);
  const made = await histogramBelow(new Compositor(), document, levels.id, { signal, turn });
  expect(made.red[10]).toBe(200);
  expect(made.green[200]).toBe(200);
  expect(made.all.reduce((sum, count) => sum + count)).toBe(600);
});

test('what is below a group counts where the group lets it through', () => {
  const [levels, inner, ground] = [
    adjustmentLayer({ kind: 'levels', black: 0, white: 255, gamma: 1 }),
    rasterLayer(plain(10, 10, [1, 1, 1, 255])),
    rasterLayer(plain(10, 10, [2, 2, 2, 255])),
  ];
  const closed = documentOf(10, 10, [ground, group([inner, levels])]);
  expect(layersBelow(closed, levels.id)).toEqual([inner]);
  const open = documentOf(10, 10, [ground, group([inner, levels], { passThrough: true })]);
  expect(layersBelow(open, levels.id)).toEqual([ground, inner]);
});
