import { describe, expect, test } from 'vitest';
import { Fingers, followed } from '../../../../renderer/canvas/fingers.js';
import { ViewState } from '../../../../renderer/state/view.svelte.js';

function view(): ViewState {
  const made = new ViewState();
  made.resize(1000, 700);
  made.zoomTo(1, { x: 0, y: 0 });
  return made;
}

describe('two fingers on the canvas', () => {
  test('move and scale what is between them', () => {
    const before = [
      { x: 100, y: 100 },
      { x: 200, y: 100 },
    ] as const;
    const after = [
      { x: 100, y: 150 },
      { x: 300, y: 150 },
    ] as const;
    expect(followed(before, after)).toEqual({
      by: { x: 50, y: 50 },
      scale: 2,
      at: { x: 200, y: 150 },
    });
  });

  test('keep what each of them touched under it', () => {
    const shown = view();
    const fingers = new Fingers();
    const [left, right] = [
      { x: 400, y: 300 },
      { x: 600, y: 300 },
    ];
    const touched = [left, right].map((point) => shown.toDocument(point));
    expect(fingers.press(1, left, 0)).toBe(false);
    expect(fingers.press(2, right, 120)).toBe(true);
    expect(fingers.holding).toBe(true);
    fingers.move(1, { x: 300, y: 320 }, shown);
    fingers.move(2, { x: 700, y: 320 }, shown);
    expect(shown.zoom).toBeCloseTo(2, 2);
    const [one, other] = touched.map((point) => shown.toScreen(point));
    expect(one?.x).toBeCloseTo(300, -0.5);
    expect(other?.x).toBeCloseTo(700, -0.5);
    expect(one?.y).toBeCloseTo(320, -0.5);
  });

  test('hold it until the last is lifted, so that no stroke begins with the one that stays', () => {
    const fingers = new Fingers();
    fingers.press(1, { x: 0, y: 0 }, 0);
    fingers.press(2, { x: 9, y: 9 }, 10);
    fingers.lift(1);
    expect(fingers.holding).toBe(true);
    fingers.lift(2);
    expect(fingers.holding).toBe(false);
  });

  test('mean nothing together where the second comes long after the first', () => {
    const shown = view();
    const before = shown.matrix;
    const fingers = new Fingers();
    fingers.press(1, { x: 0, y: 0 }, 0);
    expect(fingers.press(2, { x: 50, y: 50 }, 900)).toBe(false);
    fingers.move(1, { x: 40, y: 0 }, shown);
    fingers.move(2, { x: 90, y: 90 }, shown);
    expect(fingers.holding).toBe(false);
    expect(shown.matrix).toEqual(before);
  });
});
