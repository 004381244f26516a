import { expect, it } from 'vitest';

import type { EngineEvent } from '../../../main/engine/events.js';
import { progressFilter } from '../../../main/engine/progress.js';

const progress = (step: number, total = 10): EngineEvent => ({
  type: 'progress',
  stage: 'denoise',
  step,
  total,
});

it('tells the beginning, the first step and the last of a stage however fast they come', () => {
  const passes = progressFilter(() => 0);
  const told = Array.from({ length: 11 }, (_, step) => step).filter((step) =>
    passes(progress(step)),
  );
  expect(told).toEqual([0, 1, 10]);
});

it('tells as much of what lies between as can be seen', () => {
  let time = 0;
  const passes = progressFilter(() => time);
  const told = Array.from({ length: 101 }, (_, step) => step).filter((step) => {
    time += 10;
    return passes(progress(step, 100));
  });
  expect(told.slice(0, 5)).toEqual([0, 1, 5, 9, 13]);
  expect(told.at(-1)).toBe(100);
});

it('lets everything else pass', () => {
  const passes = progressFilter(() => 0);
  const preview: EngineEvent = {
    type: 'preview',
    index: 0,
    width: 1,
    height: 1,
    data: new Uint8Array(3),
  };
  expect([preview, preview, preview].every(passes)).toBe(true);
});
