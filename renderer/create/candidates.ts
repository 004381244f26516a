/** Finished pictures that wait to be chosen, and how one of them becomes part of the document. */
import type { Candidate } from '../../preload/contract.js';
import { createDocument, createRasterLayer, uniqueName } from '../document/create.js';
import { addLayer } from '../document/layers/arrange.js';
import type { LayerMask, Matrix, Raster, Recipe, StudioDocument } from '../document/types.js';
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
 * A document with a result in it as a layer of its own, above the active one; where there is no
 * document, one of the result's size.
 */
export function withCandidate(
  document: StudioDocument | null,
  { raster, recipe, candidate }: Ready,
  { name, transform, mask }: Placement,
  visible = true,
): StudioDocument {
  const base = document ?? createDocument(candidate.width, candidate.height);
  const layer = createRasterLayer({
    name: uniqueName(base, name),
    raster,
    transform,
    recipe,
    mask,
    visible,
  });
  return addLayer(base, layer);
}
