/** Finished pictures that wait to be chosen, and how one of them becomes part of the document. */
import type { Candidate } from '../../preload/contract.js';
import { createDocument, createRasterLayer, uniqueName } from '../document/create.js';
import { addLayer, placeForNew } from '../document/layers/arrange.js';
import { locate } from '../document/layers/tree.js';
import type {
  LayerId,
  LayerMask,
  Matrix,
  Raster,
  Recipe,
  StudioDocument,
} from '../document/types.js';
import type { Origin } from './origin.js';

/** Prompts name layers; longer ones are cut. */
const NAME_LENGTH = 80;

/** Where results go in the document. */
export interface Placement {
  readonly kind: 'generate' | 'edit';
  /** From a result's pixels to the document's. */
  readonly transform: Matrix;
  /** Results are seen through it. */
  readonly mask: LayerMask | null;
  /** Name of the layer. */
  readonly name: string;
  /** What an edit is made of; null: nothing. */
  readonly origin: Origin | null;
}

/** A result with its pixels. */
export interface Ready {
  readonly candidate: Candidate;
  /** What is new of it. */
  readonly raster: Raster;
  readonly recipe: Recipe | null;
}

/** The results of one run. */
export interface CandidateSet {
  readonly id: number;
  readonly placement: Placement;
  readonly items: readonly Ready[];
}

/** What a layer is called that a prompt makes. */
export function layerNameOf(prompt: string): string {
  return prompt.length > NAME_LENGTH ? `${prompt.slice(0, NAME_LENGTH - 1)}…` : prompt;
}

/** A recipe as it stands in files; null where it is no recipe. */
export function parseRecipe(json: string): Recipe | null {
  try {
    const value = JSON.parse(json) as Partial<Recipe> | null;
    return typeof value?.prompt === 'string' && typeof value.seed === 'number'
      ? (value as Recipe)
      : null;
  } catch {
    return null;
  }
}

/**
 * A document with a result in it as a layer of its own; where there is no document, one of the
 * result's size. What was made of the whole picture lies over all of it, for below anything else it
 * would not be what was chosen; what was made of a layer lies on that layer and is seen as it is.
 */
export function withCandidate(
  document: StudioDocument | null,
  { raster, recipe, candidate }: Ready,
  { kind, name, transform, mask, origin }: Placement,
  visible = true,
): StudioDocument {
  const base = document ?? createDocument(candidate.width, candidate.height);
  const { place, look } = kind === 'edit' ? over(base, origin?.target ?? null) : ABOVE_ACTIVE;
  const layer = createRasterLayer({
    name: uniqueName(base, name),
    raster,
    transform,
    recipe,
    mask,
    visible,
    ...look,
  });
  return addLayer(base, layer, place ?? placeForNew(base));
}

const ABOVE_ACTIVE = { place: null, look: {} };

/**
 * Where an edit's result goes, and how it is seen there. Clipped to its layer it is mixed with what
 * lies below exactly as that layer is, has its shape, for where that is transparent the model saw
 * white, and stays below what else is clipped to it.
 */
function over(document: StudioDocument, target: LayerId | null) {
  const located = target === null ? null : locate(document, target);
  if (!located) return { place: { parent: null, index: document.layers.length }, look: {} };
  const { layer, parents, index } = located;
  const { opacity, blendMode, clipped } = layer;
  const look = clipped ? { opacity, blendMode, clipped } : { clipped: true };
  const locked = parents.some((parent) => parent.locked);
  return { place: locked ? null : { parent: parents.at(-1)?.id ?? null, index: index + 1 }, look };
}
