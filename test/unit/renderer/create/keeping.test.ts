import { describe, expect, test } from 'vitest';
import { factsOf } from '../../../../main/services/autosave/project.js';
import type { CandidateSet, Placement } from '../../../../renderer/create/candidates.js';
import { besideOf, readKeepsake, type Keepsake } from '../../../../renderer/create/keeping.js';
import { requestOf } from '../../../../renderer/create/recipe-run.js';
import { keptRun } from '../../../../renderer/create/resume.js';
import { createDocument } from '../../../../renderer/document/create.js';
import { createHistory } from '../../../../renderer/document/history/tree.js';
import { parseText, serialise } from '../../../../renderer/document/serialise.js';
import type { Raster } from '../../../../renderer/document/types.js';
import { leftMask, plain, recipe, sample } from '../document/layers/support.js';

const MIB = 2 ** 20;
const ROOM = { waiting: 64 * MIB, putAway: 64 * MIB };
const EMPTY: Keepsake = {
  begun: true,
  saved: false,
  sets: [],
  chosen: 0,
  marked: new Set(),
  shelf: [],
  runs: [],
  references: [],
  asks: null,
};

const document = sample();
const placement: Placement = {
  kind: 'edit',
  transform: [1, 0, 0, 1, 3, 4],
  mask: { mask: leftMask(document), enabled: true },
  name: 'at night',
  origin: { target: 'one', references: [{ layer: 'two' }, { picture: 'seen' }, null] },
};

/** Candidates of one tile each. */
function set(id: number, ...values: readonly number[]): CandidateSet {
  const drift = { region: 'mask' as const, outside: null, inside: null, changed: 0.25 };
  const items = values.map((value) => ({
    candidate: { pixels: 'x', width: 30, height: 20, seed: value, recipe: '{}', drift },
    raster: plain(30, 20, value),
    recipe: { ...recipe, seed: value },
  }));
  return { id, placement, items };
}

/** What comes back of it through the text of a project, with its tiles. */
function throughText(keepsake: Keepsake, room = ROOM, pictures = new Map<string, Raster>()) {
  const tree = createHistory(document, { label: { key: 'new' }, at: 1 });
  const { json, tiles } = serialise(tree, {}, { beside: besideOf(keepsake, room), pictures });
  const read = parseText(json);
  const found = read.beside && readKeepsake(read.beside);
  const ids = new Map(read.layout.map(({ id }, index) => [id, tiles[index]?.data]));
  /** The first byte of a raster that has no bytes yet. */
  const byteOf = (raster: Raster | undefined): number | undefined => {
    const [tile] = raster?.tiles.values() ?? [];
    expect(tile?.data).toHaveLength(0);
    return ids.get(tile?.id ?? -1)?.[0];
  };
  return { json, tiles, read, found, byteOf };
}

describe('what is kept beside a history', () => {
  test('are candidates with their pixels, seeds, recipes and drift, and where they go', () => {
    const put = { set: set(2, 30), chosen: 0, made: 5, last: true };
    const kept = {
      ...EMPTY,
      sets: [set(1, 10, 20)],
      chosen: 1,
      marked: new Set([0]),
      shelf: [put],
    };
    const { found, byteOf } = throughText(kept);
    expect(found).toMatchObject({ chosen: 1, marked: new Set([0]), begun: true, saved: false });
    const [first] = found?.sets ?? [];
    const { mask, ...rest } = placement;
    expect(first?.placement).toMatchObject(rest);
    expect(first?.placement.mask?.mask.tiles.size).toBe(mask?.mask.tiles.size);
    expect(first?.items.map(({ raster }) => byteOf(raster))).toEqual([10, 20]);
    expect(first?.items[1]).toMatchObject({
      candidate: { width: 30, height: 20, seed: 20, drift: { region: 'mask', changed: 0.25 } },
      recipe: { ...recipe, seed: 20 },
    });
    expect(found?.shelf).toMatchObject([{ chosen: 0, made: 5, last: true, set: { id: 2 } }]);
    expect(byteOf(found?.shelf[0]?.set.items[0]?.raster)).toBe(30);
  });

  test('are runs without the pixels that they are made of', () => {
    const image = { blob: 'a'.repeat(32), width: 30, height: 20 };
    const way = { semantics: 1, appearance: 0.5, structure: 0 };
    const request = {
      ...requestOf({ ...recipe, kind: 'edit' }, 'starter'),
      image,
      mask: image,
      references: [{ ...way, image }],
    };
    const run = keptRun(9, request, placement, 4, false);
    const { found } = throughText({ ...EMPTY, runs: [run] });
    expect(found?.runs).toMatchObject([
      { id: 9, of: 4, waited: false, strengths: [way], placement: { name: 'at night' } },
    ]);
    const said = { ...request, image: null, mask: null, references: [] };
    expect(found?.runs[0]?.request).toEqual(said);
  });

  test('has a bound: what is looked at, and what was put away last, goes first', () => {
    const tile = 256 * 256 * 4;
    const away = (id: number) => ({ set: set(id, id), chosen: 0, made: null, last: false });
    const kept = {
      ...EMPTY,
      sets: [set(1, 1), set(2, 2), set(3, 3)],
      shelf: [away(4), away(5), away(6)],
    };
    const { found, tiles } = throughText(kept, { waiting: 2 * tile, putAway: tile });
    expect(found?.sets.map(({ id }) => id)).toEqual([1, 2]);
    expect(found?.shelf.map((one) => one.set.id)).toEqual([6]);
    const bare = throughText(EMPTY);
    // Three pictures; the mask is one that all of them have.
    expect(tiles.length - bare.tiles.length).toBe(4);
  });

  test('is what makes an empty canvas worth to be kept', () => {
    const tree = createHistory(createDocument(30, 20), { label: { key: 'new' }, at: 1 });
    const blank = (keepsake: Keepsake) => {
      const besides = { beside: besideOf(keepsake, ROOM), pictures: new Map() };
      return factsOf(serialise(tree, {}, besides).json)?.blank;
    };
    expect(blank(EMPTY)).toBe(true);
    expect(blank({ ...EMPTY, sets: [set(1, 1)] })).toBe(false);
    expect(
      blank({ ...EMPTY, runs: [keptRun(1, requestOf(recipe, null), placement, null, false)] }),
    ).toBe(false);
  });

  test('that cannot be understood takes nothing else with it', () => {
    const { beside } = throughText({ ...EMPTY, sets: [set(1, 1)] }).read;
    if (!beside) throw new Error('nothing is beside it');
    for (const value of [null, 3, {}, { ...(beside.value as object), sets: 'x' }]) {
      expect(readKeepsake({ ...beside, value })).toBeNull();
    }
    expect(readKeepsake({ ...beside, rasters: [] })).toBeNull();
  });
});

describe('pictures that recipes name', () => {
  const named = (picture: string) => ({
    ...recipe,
    origin: { target: null, references: [{ picture }] },
  });

  test('are written once, and only those that something names', () => {
    const pictures = new Map([
      ['seen', plain(300, 20, 1)],
      ['waits', plain(30, 20, 2)],
      ['unknown', plain(30, 20, 3)],
    ]);
    const tree = createHistory(document, { label: { key: 'new' }, at: 1, recipe: named('seen') });
    const item = { ...set(1, 9).items[0], recipe: named('waits') } as CandidateSet['items'][number];
    const waiting: CandidateSet = {
      ...set(1),
      placement: { ...placement, origin: null },
      items: [item],
    };
    const beside = besideOf({ ...EMPTY, sets: [waiting] }, ROOM);
    const { json, tiles } = serialise(tree, {}, { beside, pictures });
    const bare = serialise(tree).tiles.length;
    // Two tiles of one, one of the other, the candidate, and its mask.
    expect(tiles.length - bare).toBe(5);
    const read = parseText(json);
    expect([...read.pictures.keys()]).toEqual(['seen', 'waits']);
    const { width, height, tiles: own } = read.pictures.get('seen') ?? plain(1, 1, 0);
    expect([width, height, own.size]).toEqual([300, 20, 2]);
  });

  test('and nothing beside the history leave a project as earlier versions write it', () => {
    const tree = createHistory(document, { label: { key: 'new' }, at: 1 });
    const besides = { beside: null, pictures: new Map([['x', plain(3, 2, 1)]]) };
    const { json } = serialise(tree, {}, besides);
    expect(json).toBe(serialise(tree).json);
    expect(JSON.parse(json)).toMatchObject({ version: 1 });
    expect(parseText(json)).toMatchObject({ beside: null, pictures: new Map() });
  });
});
