import { describe, expect, test } from 'vitest';
import { scaling, translation } from '../../../../renderer/document/pixels/matrix.js';
import { ViewState } from '../../../../renderer/state/view.svelte.js';

const all = { x: 0, y: 0, width: 800, height: 600 };
const small = { x: 0, y: 0, width: 400, height: 300 };

function view(): ViewState {
  const made = new ViewState();
  made.resize(1000, 700);
  made.fit(all);
  return made;
}

describe('a document that gets another frame', () => {
  test('is fitted again where it was', () => {
    const before = view();
    before.reframe(translation(-200, -150), small);
    const fresh = view();
    fresh.fit(small);
    expect(before.matrix).toEqual(fresh.matrix);
    expect(before.zoom).toBeCloseTo(2);
  });

  test('stays where it is on the screen where somebody had zoomed', () => {
    const one = view();
    one.zoomTo(1.5, { x: 500, y: 350 });
    const before = one.toScreen({ x: 300, y: 250 });
    one.reframe(translation(-200, -150), small);
    expect(one.zoom).toBe(1.5);
    expect(one.toScreen({ x: 100, y: 100 })).toEqual(before);
  });

  test('that is scaled keeps the zoom, and the middle of the window its place in the picture', () => {
    const one = view();
    one.zoomTo(1, { x: 0, y: 0 });
    const middle = one.toDocument({ x: 500, y: 350 });
    one.reframe(scaling(0.5, 0.5), small);
    const now = one.toDocument({ x: 500, y: 350 });
    expect(one.zoom).toBe(1);
    expect(Math.abs(now.x - middle.x / 2)).toBeLessThan(1);
  });

  test('is fitted where nothing of it would be seen', () => {
    const one = view();
    one.zoomTo(8, { x: 0, y: 0 });
    one.reframe(translation(-700, -500), { x: 0, y: 0, width: 100, height: 100 });
    const corner = one.toScreen({ x: 50, y: 50 });
    expect(corner.x).toBeCloseTo(500, -1);
  });

  test('is no longer fitted once it was panned', () => {
    const one = view();
    one.pan(30, 0);
    const { zoom } = one;
    one.reframe(translation(-200, -150), small);
    expect(one.zoom).toBe(zoom);
  });
});

describe('a screen with two pixels of its own a pixel of the page', () => {
  function fine(): ViewState {
    const made = new ViewState();
    made.ratio = 2;
    made.resize(1000, 700);
    return made;
  }

  test('shows each pixel of the document as one of its own at 100 %', () => {
    const one = fine();
    one.actual();
    expect(one.scale).toBe(1);
    expect(one.toScreen({ x: 2, y: 0 }).x - one.toScreen({ x: 0, y: 0 }).x).toBe(1);
  });

  test('stops at whole scales, and lies on its whole pixels', () => {
    const one = fine();
    one.actual();
    one.step(1);
    expect(one.scale).toBe(1.5);
    one.pan(0.3, 0.7);
    const { x, y } = one.toScreen({ x: 0, y: 0 });
    expect([x * 2, y * 2].map((place) => place % 1)).toEqual([0, 0]);
  });
});

test('a document of a few pixels is shown large enough to be seen', () => {
  const one = view();
  one.fit({ x: 0, y: 0, width: 1, height: 1 });
  expect(one.zoom).toBe(64);
  one.fit({ x: 0, y: 0, width: 100, height: 100 });
  expect(one.zoom).toBe(2);
});
