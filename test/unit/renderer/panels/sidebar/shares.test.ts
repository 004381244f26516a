import { describe, expect, test } from 'vitest';
import {
  FIRST_LAYOUT,
  LEAST,
  moveBorder,
  readLayout,
} from '../../../../../renderer/panels/sidebar/shares.js';

describe('the border between two sections', () => {
  test('moves height from one to the other', () => {
    expect(moveBorder(200, 100, 20)).toEqual([220, 80]);
    expect(moveBorder(200, 100, -50)).toEqual([150, 150]);
  });

  test('leaves each as much as is needed to be read', () => {
    expect(moveBorder(200, 100, 500)).toEqual([300 - LEAST, LEAST]);
    expect(moveBorder(200, 100, -500)).toEqual([LEAST, 300 - LEAST]);
    expect(moveBorder(70, 40, 10)).toEqual([70, 40]);
  });
});

describe('the layout of the sidebar', () => {
  test('comes back as it was', () => {
    const layout = { closed: ['history'] as const, shares: { ...FIRST_LAYOUT.shares, layers: 9 } };
    expect(readLayout(JSON.stringify(layout))).toEqual(layout);
  });

  test.each([
    null,
    '',
    'not json',
    '{}',
    'null',
    '{"closed":[],"shares":{"layers":-1}}',
    '{"closed":7,"shares":7}',
  ])('is the first one where %s was kept', (text) => {
    expect(readLayout(text)).toEqual(FIRST_LAYOUT);
  });

  test('forgets sections that there are no more', () => {
    const { shares } = FIRST_LAYOUT;
    expect(readLayout(JSON.stringify({ closed: ['colours', 'layers'], shares })).closed).toEqual([
      'layers',
    ]);
  });
});
