/** Making a step of the history again that a model made, of another state than it was made of. */
import type { RunRequest } from '../../preload/contract.js';
import { StudioError } from '../bridge/client.js';
import { uniqueName } from '../document/create.js';
import { rebase, type Rebased } from '../document/history/rebase.js';
import { same } from '../document/history/same.js';
import { mapLayers } from '../document/layers/change.js';
import { findLayer, walk } from '../document/layers/tree.js';
import type { LayerId, Raster, RasterLayer, Recipe, StudioDocument } from '../document/types.js';
import { t } from '../i18n/index.svelte.js';
import type { CreateState } from '../state/create.svelte.js';
import type { Studio } from '../state/studio.svelte.js';
import { layerNameOf, type Placement } from './candidates.js';
import { editInputs } from './inputs.js';
import { originOf } from './origin.js';
import { isThere } from './pictures.js';
import { changedRecipe, requestOf, strengthsOf, type RecipeChange } from './recipe-run.js';

/** A step: the state it was made of, and the one that it made. */
export interface Step {
  readonly before: StudioDocument;
  readonly after: StudioDocument;
}

/** What a person changed of a step's recipe. */
export interface Changed {
  /** The layer whose recipe it is; null: all that the step made. */
  readonly layer: LayerId | null;
  readonly change: RecipeChange;
}

/** A step made again. */
export interface Redone extends Rebased {
  readonly recipe: Recipe | null;
}

/** Layers that a model made in a step. */
export function madeLayers({ before, after }: Step): readonly RasterLayer[] {
  const made: RasterLayer[] = [];
  for (const { layer } of walk(after.layers)) {
    if (layer.type !== 'raster' || !layer.recipe || findLayer(before, layer.id)) continue;
    made.push(layer);
  }
  return made;
}

/** Who makes pictures: the studio, and the runs of the document that they are for. */
export interface Makers {
  readonly studio: Studio;
  readonly create: CreateState;
}

/**
 * Runs the recipes of a step on another state and puts the results where the step put its own.
 * @returns the same state where a layer that a recipe needs is not there
 * @throws StudioError what the engine says; AbortError
 */
export async function redo(
  makers: Makers,
  step: Step,
  onto: StudioDocument,
  changed: Changed | null,
  signal: AbortSignal,
): Promise<Redone> {
  const remade = new Map<LayerId, RasterLayer>();
  let [whole, recipe]: [boolean, Recipe | null] = [true, null];
  for (const layer of madeLayers(step)) {
    const mine = changed && (changed.layer === null || changed.layer === layer.id);
    const made = await remake(makers, step, onto, layer, mine ? changed.change : null, signal);
    if (!made) return { document: onto, whole: false, recipe: null };
    remade.set(layer.id, made.layer);
    recipe = made.layer.recipe;
    whole &&= made.whole;
  }
  const ids = new Set(remade.keys());
  const layers = mapLayers(step.after.layers, ids, (layer) => remade.get(layer.id) ?? layer);
  const rebased = rebase(step.before, { ...step.after, layers }, onto);
  return { ...rebased, whole: whole && rebased.whole, recipe };
}

/** A layer made again. */
interface Remade {
  readonly layer: RasterLayer;
  /** With all that its recipe referred to. */
  readonly whole: boolean;
}

/** What a layer is made again by. */
interface Again {
  readonly request: RunRequest;
  readonly placement: Placement;
  readonly source: Raster | null;
  /** With all that its recipe referred to. */
  readonly whole: boolean;
}

/**
 * What makes a layer of a step again of another state; null where what it is made of is not there.
 * @throws StudioError
 */
export async function again(
  studio: Studio,
  before: StudioDocument,
  onto: StudioDocument,
  layer: RasterLayer,
  recipe: Recipe,
): Promise<Again | null> {
  const { target, references } = originOf(layer.recipe ?? recipe);
  if (target !== null && !findLayer(onto, target)) return null;
  const strengths = strengthsOf(recipe).slice(1);
  const sources = strengths.flatMap((strength, index) => {
    const source = references[index];
    return source && isThere(studio, onto, source) ? [{ source, strengths: strength }] : [];
  });
  const fields = requestOf(recipe, modelFor(studio, recipe));
  const inputs =
    recipe.kind === 'edit' ? await editInputs(studio, onto, { target, references: sources }) : null;
  const request = { ...fields, ...inputs?.pictures };
  const placement: Placement = {
    kind: recipe.kind,
    transform: layer.transform,
    mask: maskFor(layer, before, onto),
    name: nameFor(layer, recipe, onto),
    origin: { target, references: sources.map(({ source }) => source) },
  };
  return {
    request: { ...request, lockTokens: request.lockTokens && request.mask !== null },
    placement,
    source: inputs?.source ?? null,
    whole: sources.length === strengths.length,
  };
}

/** One layer made again; null where what it is made of is not there. */
async function remake(
  { studio, create }: Makers,
  { before }: Step,
  onto: StudioDocument,
  layer: RasterLayer,
  change: RecipeChange | null,
  signal: AbortSignal,
): Promise<Remade | null> {
  const old = layer.recipe;
  if (!old) return null;
  const recipe = change ? changedRecipe(old, change) : old;
  const made = await again(studio, before, onto, layer, recipe);
  signal.throwIfAborted();
  if (!made) return null;
  const { request, placement, source, whole } = made;
  const { mask, name } = placement;
  const ready = await create.make(request, placement, source, signal);
  return {
    layer: { ...layer, mask, name, raster: ready.raster, recipe: ready.recipe },
    whole,
  };
}

/** The model that a recipe names, or the one in use where that is gone. @throws StudioError */
function modelFor({ models, model }: Studio, recipe: Recipe): string {
  const named = models.find((one) => one.ok && one.id === recipe.model.id);
  const id = named?.ok ? named.id : model?.id;
  if (id === undefined) throw new StudioError('MODEL_NOT_FOUND', t('replay.noModel'));
  return id;
}

/** What was seen through the selection is seen through the one that is there instead. */
function maskFor(
  { mask }: RasterLayer,
  before: StudioDocument,
  onto: StudioDocument,
): RasterLayer['mask'] {
  if (!mask || !onto.selection || !same(mask.mask, before.selection)) return mask;
  return { ...mask, mask: onto.selection };
}

/** Layers are called by their prompts, unless someone called them otherwise. */
function nameFor(layer: RasterLayer, recipe: Recipe, onto: StudioDocument): string {
  const prompt = layer.recipe?.prompt ?? recipe.prompt;
  if (prompt === recipe.prompt || !layer.name.startsWith(layerNameOf(prompt))) return layer.name;
  return uniqueName(onto, layerNameOf(recipe.prompt));
}
