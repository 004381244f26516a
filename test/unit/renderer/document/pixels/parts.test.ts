import { expect, test } from 'vitest';
import { Compositor } from '../../../../../renderer/document/pixels/compose.js';
import { composeInParts } from '../../../../../renderer/document/pixels/parts.js';
import { rasterFrom } from '../../../../../renderer/document/pixels/tiles.js';
import { documentOf, farthest, noise, rasterLayer } from './layers.js';

test.each([0, 3, 4])('a tile of level %i in parts is the tile at once', (level) => {
  const [width, height] = [2500, 1300];
  const pixels = rasterFrom(noise(width * height * 4), width, height);
  const document = documentOf(width, height, [rasterLayer(pixels)]);
  const parts = composeInParts(new Compositor(), document, 0, 0, level);
  let count = 0;
  let part = parts.next();
  for (; part.done !== true; part = parts.next()) count++;
  const whole = new Compositor().composeTile(document, 0, 0, level);
  expect(farthest(part.value, whole)).toBe(0);
  expect(count).toBe(level < 3 ? 0 : 4);
});
