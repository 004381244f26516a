import { expect, test } from 'vitest';
import { EarlyEvents, type JobEvent } from '../../../../renderer/state/early-events.js';

const progress = (job: number, step: number): JobEvent => ({
  type: 'progress',
  job,
  stage: 'tokens',
  step,
  total: 9,
});

test('what is told of a run before its number is known is there when it is', async () => {
  const early = new EarlyEvents();
  const job = await early.during(() => {
    early.keep(progress(7, 1));
    early.keep(progress(8, 1));
    early.keep(progress(7, 2));
    return Promise.resolve(7);
  });
  expect(early.take(job)).toEqual([progress(7, 1), progress(7, 2)]);
  expect(early.take(job)).toEqual([]);
});

test('of runs that nobody asks for nothing is kept', async () => {
  const early = new EarlyEvents();
  early.keep(progress(3, 1));
  await early.during(() => Promise.resolve(4));
  expect(early.take(3)).toEqual([]);
});
