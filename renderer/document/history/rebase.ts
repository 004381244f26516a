/**
 * Doing a step again on another state than the one it was done on. States are values, so a step is
 * what makes one differ from the next: layers added, taken away or moved among each other, values
 * changed, pixels painted. That is made of any other state, too; what it cannot be made of, for its
 * layer is not there, is left out.
 */
import { checkLayers } from '../layers/limits.js';
import type { Layer, LayerId, StudioDocument } from '../types.js';
import { Outline } from './outline.js';
import { rebaseLayer } from './rebase-layer.js';
import { same } from './same.js';

/** A state with a step done on it. */
export interface Rebased {
  readonly document: StudioDocument;
  /** All of the step could be done. */
  readonly whole: boolean;
}

/** A step: the state it was done on, what came of it, and the state it is done on now. */
interface Step {
  readonly before: Outline;
  readonly after: Outline;
  readonly onto: Outline;
}

/**
 * Does the step from `before` to `after` on another state. Nothing given is changed.
 * @throws DocumentError TOO_MANY_LAYERS, TOO_DEEP
 */
export function rebase(
  before: StudioDocument,
  after: StudioDocument,
  onto: StudioDocument,
): Rebased {
  const step = {
    before: new Outline(before.layers),
    after: new Outline(after.layers),
    onto: new Outline(onto.layers),
  };
  const now = new Outline(onto.layers);
  const changed = changeLayers(step, now);
  const placed = placeLayers(step, now);
  for (const id of step.before.ids().toReversed()) {
    if (!step.after.has(id) && now.has(id)) now.dissolve(id);
  }
  const layers = now.layers(onto.layers);
  if (layers !== onto.layers) checkLayers(layers);
  const document = { ...onto, ...valuesAfter(before, after, onto), layers };
  const active = document.active.filter((id) => now.has(id));
  const made = { ...document, ...(active.length < document.active.length && { active }) };
  return { document: isSame(made, onto) ? onto : made, whole: changed && placed };
}

function isSame(one: StudioDocument, other: StudioDocument): boolean {
  const keys = [
    'width',
    'height',
    'layers',
    'selection',
    'protection',
    'active',
    'guides',
  ] as const;
  return keys.every((key) => one[key] === other[key]);
}

/** Changes values and pixels of layers. @returns whether all could be changed */
function changeLayers({ before, after }: Step, now: Outline): boolean {
  let whole = true;
  for (const id of after.ids()) {
    const [old, made, there] = [before.get(id), after.get(id), now.get(id)];
    if (!old || !made) continue;
    if (!there) {
      if (rebaseLayer(old, made, old).layer !== old) whole = false;
      continue;
    }
    const rebased = rebaseLayer(old, made, there);
    now.set(rebased.layer);
    whole &&= rebased.whole;
  }
  return whole;
}

/** Adds layers, and moves those that were moved. @returns whether all could be put in place */
function placeLayers(step: Step, now: Outline): boolean {
  const { before, after } = step;
  const parents = [null, ...after.ids().filter((id) => after.isOpen(id))];
  let whole = true;
  for (const parent of parents) {
    const list = after.list(parent);
    const resting = restingIn(before.list(parent), list);
    for (const [index, id] of list.entries()) {
      if (resting.has(id)) continue;
      const layer = now.get(id) ?? (before.has(id) ? undefined : added(step, id));
      if (!layer || !now.isOpen(parent) || now.isWithin(parent, id)) {
        whole = false;
        continue;
      }
      put(layer, parent, { list, index, resting }, now);
    }
  }
  return whole;
}

/** Where a layer lies after the step. */
interface Place {
  readonly list: readonly LayerId[];
  readonly index: number;
  /** Those of the list that are not moved themselves. */
  readonly resting: ReadonlySet<LayerId>;
}

/** Puts a layer above those that it lies above after the step, or else below the others. */
function put(
  layer: Layer,
  parent: LayerId | null,
  { list, index, resting }: Place,
  now: Outline,
): void {
  const siblings = now.list(parent).filter((id) => id !== layer.id);
  const placeOf = (ids: readonly LayerId[]): number =>
    siblings.indexOf(ids.find((id) => siblings.includes(id)) ?? '');
  const below = placeOf(list.slice(0, index).toReversed());
  // Of those above, others may be on their way still.
  const above = placeOf(list.slice(index + 1).filter((id) => resting.has(id)));
  const end = index === 0 ? 0 : siblings.length;
  now.put(layer, parent, below >= 0 ? below + 1 : above >= 0 ? above : end);
}

/** Ids of a list that keep their order: as many as can, the others were moved among them. */
function restingIn(before: readonly LayerId[], after: readonly LayerId[]): ReadonlySet<LayerId> {
  if (same(before, after)) return new Set(after);
  const places = new Map(before.map((id, index) => [id, index]));
  const common = after.filter((id) => places.has(id));
  const place = (id: LayerId): number => places.get(id) ?? 0;
  // The longest run of growing places that ends in each.
  const runs: LayerId[][] = [];
  for (const id of common) {
    const shorter = runs.filter((run) => place(run.at(-1) ?? id) < place(id));
    const longest = shorter.reduce<LayerId[]>(
      (best, run) => (run.length > best.length ? run : best),
      [],
    );
    runs.push([...longest, id]);
  }
  return new Set(runs.reduce((best, run) => (run.length > best.length ? run : best), []));
}

/** A layer that the step added; a copy of one that has become another is a copy of that. */
function added({ before, after, onto }: Step, id: LayerId): Layer | undefined {
  const layer = after.get(id);
  if (layer?.type === 'group') return { ...layer, children: [] };
  if (layer?.type !== 'raster') return layer;
  for (const from of before.ids()) {
    const [old, there] = [before.get(from), onto.get(from)];
    if (old?.type !== 'raster' || there?.type !== 'raster' || old.raster.tiles.size === 0) continue;
    if (!same(old.raster, layer.raster)) continue;
    const recipe = same(old.recipe, layer.recipe) ? there.recipe : layer.recipe;
    return { ...layer, raster: there.raster, recipe };
  }
  return layer;
}

/** What the step changed of the document itself. */
function valuesAfter(
  before: StudioDocument,
  after: StudioDocument,
  onto: StudioDocument,
): Partial<StudioDocument> {
  const changed = (key: keyof StudioDocument): boolean => !same(before[key], after[key]);
  const width = changed('width') ? after.width : onto.width;
  const height = changed('height') ? after.height : onto.height;
  const fits = width === after.width && height === after.height;
  return {
    width,
    height,
    ...(fits && changed('selection') && { selection: after.selection }),
    ...(fits && changed('protection') && { protection: after.protection }),
    ...(changed('active') && { active: after.active }),
    ...(changed('guides') && { guides: guidesAfter(before, after, onto) }),
  };
}

function guidesAfter(
  { guides: before }: StudioDocument,
  { guides: after }: StudioDocument,
  { guides: onto }: StudioDocument,
): StudioDocument['guides'] {
  if (same(before, onto)) return after;
  const isIn = (list: StudioDocument['guides'], guide: StudioDocument['guides'][number]): boolean =>
    list.some((other) => same(other, guide));
  const kept = onto.filter((guide) => isIn(after, guide) || !isIn(before, guide));
  return [...kept, ...after.filter((guide) => !isIn(before, guide) && !isIn(onto, guide))];
}
