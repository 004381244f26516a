import { describe, expect, test } from 'vitest';
import {
  FIRST_LAYOUT,
  heightsOf,
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

describe('heights of the sections', () => {
  const sum = (heights: Readonly<Record<string, number>>): number =>
    Math.round(Object.values(heights).reduce((a, b) => a + b, 0));

  test('are shares where the properties have room enough', () => {
    expect(heightsOf(FIRST_LAYOUT, 840, 150)).toEqual({
      ...{ layers: 240, properties: 200, consistency: 280, history: 120 },
    });
  });

  test('show the properties whole, and the layers as high as before', () => {
    const heights = heightsOf(FIRST_LAYOUT, 620, 300);
    expect(Math.round(heights.properties)).toBe(300);
    expect(Math.round(heights.layers)).toBe(Math.round((620 * 6) / 21));
    expect(Math.min(heights.consistency, heights.history)).toBeGreaterThanOrEqual(LEAST);
    expect(sum(heights)).toBe(620);
  });

  test('leave each section something where all is short', () => {
    const heights = heightsOf(FIRST_LAYOUT, 800, 900);
    expect(heights).toMatchObject({ layers: 150, consistency: LEAST, history: LEAST });
    expect(sum(heights)).toBe(800);
    // In a low window the list of layers keeps its share.
    const low = heightsOf(FIRST_LAYOUT, 420, 900);
    expect(low).toMatchObject({ layers: 120, history: 60 });
    expect(sum(low)).toBe(420);
  });

  test('are as somebody made them', () => {
    const heights = heightsOf({ ...FIRST_LAYOUT, byHand: true }, 420, 900);
    expect(heights.properties).toBe(100);
  });

  test('give nothing to what is closed', () => {
    const heights = heightsOf({ ...FIRST_LAYOUT, closed: ['properties'] }, 320, 900);
    expect(heights).toEqual({ layers: 120, properties: 0, consistency: 140, history: 60 });
  });
});

describe('the layout of the sidebar', () => {
  test('comes back as it was', () => {
    const layout = {
      closed: ['history'] as const,
      shares: { ...FIRST_LAYOUT.shares, layers: 9 },
      byHand: true,
    };
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
