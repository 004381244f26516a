/**
 * What is kept on disk with a document that is no part of its history: candidates that wait or were put
 * away, runs on their way, and what is asked for.
 */
import { z } from 'zod';
import { runSchema } from '../../preload/contract.js';
import { driftSchema } from '../../preload/jobs.js';
import type { Beside } from '../document/serialise.js';
import { storedMask } from '../document/serialise/format.js';
import { TILE_BYTES } from '../document/pixels/tiles.js';
import type { Mask, Raster } from '../document/types.js';
import type { Reference } from '../state/consistency.svelte.js';
import { asksSchema, strengthsSchema, type Asks } from './asks.js';
import type { CandidateSet, Placement } from './candidates.js';
import type { KeptRun } from './resume.js';

const count = z.int().min(0);
const number = z.number();
const side = z.int().min(1).max(65_535);
const recipe = z.looseObject({
  kind: z.enum(['generate', 'edit']),
  prompt: z.string(),
  seed: number,
  model: z.looseObject({ id: z.string(), hash: z.string() }),
});

const source = z.union([
  z.strictObject({ layer: z.string().max(100) }),
  z.strictObject({ picture: z.string().max(100) }),
]);
const placement = z.strictObject({
  kind: z.enum(['generate', 'edit']),
  transform: z.tuple([number, number, number, number, number, number]),
  mask: storedMask,
  name: z.string().max(1000),
  origin: z
    .strictObject({
      target: z.string().max(100).nullable(),
      references: z.array(source.nullable()).max(8),
    })
    .nullable(),
});
type KeptPlacement = z.output<typeof placement>;

const item = z.strictObject({
  width: side,
  height: side,
  seed: count,
  drift: driftSchema.nullable(),
  recipe: recipe.nullable(),
  raster: count,
});
const set = z.strictObject({ id: count, placement, items: z.array(item).max(64) });
type KeptSet = z.output<typeof set>;

const schema = z.strictObject({
  /** Whether there is a document: without one, the only state stands for its size. */
  begun: z.boolean(),
  /** Whether the state that is shown is in a file of the person's. */
  saved: z.boolean(),
  sets: z.array(set).max(1000),
  chosen: z.int(),
  marked: z.array(count).max(64),
  /** The latest last. */
  shelf: z
    .array(
      z.strictObject({
        set,
        chosen: z.int(),
        made: z.int().nullable(),
        /** Whether nothing was done to the document since. */
        last: z.boolean(),
      }),
    )
    .max(1000),
  runs: z
    .array(
      z.strictObject({
        id: count,
        request: runSchema,
        strengths: z.array(strengthsSchema).max(8),
        placement,
        of: z.int().nullable(),
        waited: z.boolean(),
      }),
    )
    .max(10_000),
  references: z
    .array(z.strictObject({ name: z.string(), source, strengths: strengthsSchema }))
    .max(8),
  asks: asksSchema.nullable(),
});
type Kept = z.output<typeof schema>;

/** Candidates that were done with. */
interface PutAway {
  readonly set: CandidateSet;
  readonly chosen: number;
  readonly made: number | null;
  readonly last: boolean;
}

/** All that is kept of a document beside its history. */
export interface Keepsake {
  readonly begun: boolean;
  readonly saved: boolean;
  readonly sets: readonly CandidateSet[];
  readonly chosen: number;
  readonly marked: ReadonlySet<number>;
  readonly shelf: readonly PutAway[];
  readonly runs: readonly KeptRun[];
  readonly references: readonly Omit<Reference, 'id'>[];
  readonly asks: Asks | null;
}

/** Bytes of pixels that are kept of candidates at most. */
export interface KeepingBounds {
  readonly waiting: number;
  readonly putAway: number;
}

/** Writes it, as far as there is room: what is newest first. */
export function besideOf(keepsake: Keepsake, bounds: KeepingBounds): Beside {
  const pixels = new Pixels();
  // What is looked at comes first, the last of those that wait is the newest.
  const sets = within(keepsake.sets, (one) => one, bounds.waiting);
  const shelf = within(keepsake.shelf.toReversed(), (one) => one.set, bounds.putAway).toReversed();
  const { begun, saved, chosen, marked, runs, references, asks } = keepsake;
  const value: Kept = {
    ...{ begun, saved, chosen, asks },
    marked: [...marked],
    sets: sets.map((one) => pixels.set(one)),
    shelf: shelf.map((one) => ({ ...one, set: pixels.set(one.set) })),
    runs: runs.map((run) => ({
      ...run,
      request: { ...run.request },
      strengths: run.strengths.map((one) => ({ ...one })),
      placement: pixels.placement(run.placement),
    })),
    references: references.map(({ name, source: from, strengths }) => ({
      name,
      source: from,
      strengths: { ...strengths },
    })),
  };
  const holds = sets.length + shelf.length + runs.length + references.length > 0;
  return { holds, value, rasters: pixels.rasters, masks: pixels.masks };
}

/** What was written; null where it says nothing that can be understood. */
export function readKeepsake({ value, rasters, masks }: Beside): Keepsake | null {
  const read = schema.safeParse(value);
  if (!read.success) return null;
  try {
    const { sets, shelf, runs, marked, ...rest } = read.data;
    const placed = (one: KeptPlacement): Placement => ({
      ...one,
      mask: one.mask && { ...one.mask, mask: at(masks, one.mask.mask) },
    });
    const setOf = (one: KeptSet): CandidateSet => ({
      id: one.id,
      placement: placed(one.placement),
      items: one.items.map(({ raster, recipe: made, ...candidate }) => ({
        candidate: { ...candidate, pixels: '', recipe: '' },
        raster: at(rasters, raster),
        recipe: made,
      })),
    });
    return {
      ...rest,
      marked: new Set(marked),
      sets: sets.map(setOf),
      shelf: shelf.map((one) => ({ ...one, set: setOf(one.set) })),
      runs: runs.map((run) => ({ ...run, placement: placed(run.placement) })),
    };
  } catch {
    return null;
  }
}

/** Pixels of candidates that are written, each once. */
class Pixels {
  readonly rasters: Raster[] = [];
  readonly masks: Mask[] = [];

  set({ id, placement: place, items }: CandidateSet): KeptSet {
    return {
      id,
      placement: this.placement(place),
      items: items.map(({ candidate, raster, recipe: made }) => {
        const { width, height, seed, drift } = candidate;
        const index = indexIn(this.rasters, raster);
        return { width, height, seed, drift, recipe: made && { ...made }, raster: index };
      }),
    };
  }

  placement({ mask, origin, transform, ...rest }: Placement): KeptPlacement {
    return {
      ...rest,
      transform: [...transform],
      mask: mask && { ...mask, mask: indexIn(this.masks, mask.mask) },
      origin: origin && { target: origin.target, references: [...origin.references] },
    };
  }
}

function indexIn<T>(list: T[], value: T): number {
  const known = list.indexOf(value);
  return known < 0 ? list.push(value) - 1 : known;
}

function at<T>(list: readonly T[], index: number): T {
  const value = list[index];
  if (value === undefined) throw new RangeError('It refers to pixels that are not there.');
  return value;
}

/** The first of them, as far as their pixels have room. */
function within<T>(
  all: readonly T[],
  setOf: (one: T) => CandidateSet,
  bytes: number,
): readonly T[] {
  let left = bytes;
  return all.filter((one) => {
    left -= bytesOf(setOf(one));
    return left >= 0;
  });
}

/** Bytes of pixels of candidates. */
export function bytesOf({ items }: CandidateSet): number {
  return items.reduce((sum, { raster }) => sum + raster.tiles.size * TILE_BYTES, 0);
}
