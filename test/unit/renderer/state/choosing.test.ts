import { describe, expect, test } from 'vitest';
import type { CandidateSet } from '../../../../renderer/create/candidates.js';
import { createDocument } from '../../../../renderer/document/create.js';
import { IDENTITY } from '../../../../renderer/document/pixels/matrix.js';
import { Choosing } from '../../../../renderer/state/choosing.svelte.js';
import { plain } from '../document/layers/support.js';

function candidates(id: number, side = 8): CandidateSet {
  const item = (seed: number) => ({
    candidate: { pixels: '', width: side, height: side, seed, recipe: '{}', drift: null },
    raster: plain(side, side, 255),
    recipe: null,
  });
  return {
    id,
    placement: { kind: 'generate', transform: IDENTITY, mask: null, name: `${id}`, origin: null },
    items: [item(1), item(2), item(3)],
  };
}

/** Where candidates of some runs wait, and a document. */
function waiting(...ids: readonly number[]) {
  const choosing = new Choosing();
  for (const id of ids) choosing.offer(candidates(id));
  return { choosing, document: createDocument(8, 8) };
}

const idsOf = ({ sets }: Choosing): number[] => sets.map(({ id }) => id);

describe('candidates put away', () => {
  test('come back as they were looked at, the latest first', () => {
    const { choosing, document } = waiting(1, 2);
    choosing.chosen = 2;
    choosing.putAway(null, document);
    expect([idsOf(choosing), choosing.chosen]).toEqual([[2], 0]);
    choosing.chosen = -1;
    choosing.putAway(7, document);
    expect(idsOf(choosing)).toEqual([]);
    choosing.bringBack();
    expect([idsOf(choosing), choosing.chosen]).toEqual([[2], 0]);
    choosing.bringBack();
    expect([idsOf(choosing), choosing.chosen]).toEqual([[1, 2], 2]);
    choosing.bringBack();
    expect(idsOf(choosing)).toEqual([1, 2]);
  });

  test('are what undo means as long as nothing else was done', () => {
    const { choosing, document } = waiting(1);
    expect(choosing.discarded(document)).toBe(false);
    choosing.putAway(null, document);
    expect(choosing.discarded(createDocument(8, 8))).toBe(false);
    expect(choosing.discarded(document)).toBe(true);
    choosing.bringBack();
    expect(choosing.discarded(document)).toBe(false);
  });

  test('come back where accepting them is undone, and go where it is done again', () => {
    const { choosing, document } = waiting(1, 2);
    choosing.chosen = 1;
    choosing.putAway(5, document);
    choosing.undone(4);
    expect(idsOf(choosing)).toEqual([2]);
    choosing.undone(5);
    expect([idsOf(choosing), choosing.chosen]).toEqual([[1, 2], 1]);
    choosing.redone(6);
    expect(idsOf(choosing)).toEqual([1, 2]);
    choosing.redone(5);
    expect(idsOf(choosing)).toEqual([2]);
    choosing.undone(5);
    expect(idsOf(choosing)).toEqual([1, 2]);
  });

  test('are kept within bounds, the last of them always', () => {
    const { choosing, document } = waiting();
    for (let id = 0; id < 60; id++) {
      choosing.offer(candidates(id));
      choosing.putAway(null, document);
    }
    expect(choosing.shelf.map(({ set }) => set.id)).toEqual(
      Array.from({ length: 40 }, (_, index) => index + 20),
    );
    // 3 pictures of 8192 by 8192 are 768 MB.
    choosing.offer(candidates(99, 8192));
    choosing.putAway(null, document);
    expect(choosing.shelf.map(({ set }) => set.id)).toEqual([99]);
  });
});

describe('candidates of several runs', () => {
  test('are gone through forwards and backwards', () => {
    const { choosing } = waiting(1, 2, 3);
    choosing.chosen = 2;
    choosing.mark(2);
    choosing.turn(1);
    expect([idsOf(choosing), choosing.chosen, choosing.marked.size]).toEqual([[2, 3, 1], 0, 0]);
    choosing.turn(-1);
    choosing.turn(-1);
    expect(idsOf(choosing)).toEqual([3, 1, 2]);
  });

  test('are marked and unmarked', () => {
    const { choosing } = waiting(1);
    choosing.mark(0);
    choosing.mark(2);
    choosing.mark(0);
    expect([...choosing.marked]).toEqual([2]);
  });
});
