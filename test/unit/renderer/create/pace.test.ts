import { describe, expect, test } from 'vitest';
import { Paces, type RunPace, type Stage } from '../../../../renderer/create/pace.js';
import { requestOf } from '../../../../renderer/create/recipe-run.js';

const request = requestOf(
  { kind: 'generate', prompt: 'a', seed: 1, model: { id: 'starter', hash: 'h' }, settings: {} },
  'starter',
);

/** Stages in order, how long each takes, and in how many steps it tells of itself. */
type Script = readonly (readonly [Stage, milliseconds: number, steps: number])[];

const FIRST: Script = [
  ['load', 3000, 5],
  ['tokens', 4000, 8],
  ['denoise', 8000, 4],
  ['decode', 1000, 2],
];
const LATER = FIRST.slice(1);

/** Plays a run. @returns what it said at each moment, and when it was there */
function play(pace: RunPace, script: Script) {
  const said: { at: number; share: number; ends: number | null; whole: boolean }[] = [];
  let now = 1000;
  for (const [stage, milliseconds, steps] of script) {
    for (let step = 0; step <= steps; step++) {
      const at = now + (milliseconds * step) / steps;
      said.push({ at, ...pace.progress(stage, step, steps, at) });
    }
    now += milliseconds;
  }
  pace.done(now);
  return { said, end: now };
}

describe('how far a run is', () => {
  test('never goes back, the first time as well as later', () => {
    const paces = new Paces();
    for (const script of [FIRST, LATER, FIRST]) {
      const shares = play(paces.of(request), script).said.map(({ share }) => share);
      expect(shares).toEqual(shares.toSorted((one, other) => one - other));
      expect(shares.every((share) => share >= 0 && share <= 1)).toBe(true);
      expect(shares.at(-1)).toBeGreaterThan(0.9);
    }
  });

  test('is as much as has passed of it, once such a run was seen', () => {
    const paces = new Paces();
    play(paces.of(request), FIRST);
    const { said, end } = play(paces.of(request), LATER);
    for (const { at, share } of said) expect(share).toBeCloseTo((at - 1000) / (end - 1000), 5);
  });
});

describe('when a run ends', () => {
  test('is told for the stage the first time, and not as if it were for all of it', () => {
    const { said } = play(new Paces().of(request), FIRST);
    expect(said.every(({ whole }) => !whole)).toBe(true);
    // The tokens are there 8 seconds in.
    const halfway = said.find(({ at }) => at === 6000);
    expect(halfway?.ends).toBeCloseTo(8000, 5);
  });

  test('is told from the beginning and stays the same where the pace does', () => {
    const paces = new Paces();
    play(paces.of(request), FIRST);
    const { said, end } = play(paces.of(request), LATER);
    for (const { ends, whole } of said) {
      expect(whole).toBe(true);
      expect(ends).toBeCloseTo(end, 5);
    }
  });

  test('follows a slower pace without jumping', () => {
    const paces = new Paces();
    play(paces.of(request), FIRST);
    const slower = LATER.map(([stage, time, steps]) => [stage, time * 2, steps] as const);
    const { said, end } = play(paces.of(request), slower);
    const left = said.map(({ at, ends }) => (ends ?? 0) - at);
    const jumps = left.slice(1).map((one, index) => one - (left[index] ?? 0));
    expect(Math.max(...jumps)).toBeLessThan(2500);
    expect(said.at(-1)?.ends).toBeLessThan(end + 2000);
  });

  test('is not known of a run unlike those that were seen', () => {
    const paces = new Paces();
    play(paces.of(request), FIRST);
    const pace = paces.of({ ...request, steps: 100 });
    expect(pace.progress('tokens', 0, 8, 0)).toMatchObject({ ends: null });
  });
});
