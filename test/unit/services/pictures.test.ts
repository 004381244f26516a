import { expect, it } from 'vitest';

import { outputNames } from '../../../main/services/pictures.js';

it.each([
  ['a.png', 1, ['a.png']],
  ['a.png', 3, ['a.png', 'a-2.png', 'a-3.png']],
  ['out/my.cat.jpg', 2, ['out/my.cat.jpg', 'out/my.cat-2.jpg']],
])('names %s, %s of them', (out, count, names) => {
  expect(outputNames(out, count)).toEqual(names);
});
