/** From a recipe back to the request that it was made by. */
import type { RunRequest } from '../../preload/contract.js';
import { tokenScaleSchema, type TokenScale } from '../../preload/models.js';
import type { Recipe } from '../document/types.js';
import type { Strengths } from '../state/consistency.svelte.js';

/** What of a recipe a person changes before it is run again; null: as the model's bundle says. */
export interface RecipeChange {
  readonly prompt: string;
  readonly seed: number;
  readonly steps: number | null;
  readonly guidanceScale: number | null;
  readonly imageGuidanceScale: number | null;
  readonly tokens: TokenScale | null;
}

const AS_TRAINED: Strengths = { semantics: 1, appearance: 1, structure: 1 };

function settingsOf(recipe: Recipe): Readonly<Record<string, unknown>> {
  const { settings } = recipe;
  return typeof settings === 'object' && settings !== null ? { ...settings } : {};
}

const numberOf = (value: unknown): number | null =>
  typeof value === 'number' && Number.isFinite(value) ? value : null;

const scaleOf = (value: unknown): TokenScale | null =>
  tokenScaleSchema.safeParse(value).data ?? null;

/** What a recipe says of what can be changed. */
export function changeOf(recipe: Recipe): RecipeChange {
  const settings = settingsOf(recipe);
  return {
    prompt: recipe.prompt,
    seed: recipe.seed,
    steps: numberOf(settings['steps']),
    guidanceScale: numberOf(settings['guidanceScale']),
    imageGuidanceScale: numberOf(settings['imageGuidanceScale']),
    tokens: scaleOf(settings['tokens']),
  };
}

/** The recipe with changes; where its pictures come from stays. */
export function changedRecipe<Kept extends Recipe>(
  recipe: Kept,
  { prompt, seed, steps, guidanceScale, imageGuidanceScale, tokens }: RecipeChange,
): Kept {
  const settings = { ...settingsOf(recipe), steps, guidanceScale, imageGuidanceScale, tokens };
  return { ...recipe, prompt, seed, settings };
}

/** How strongly the pictures of an edit entered: the one that was edited first, then the others. */
export function strengthsOf(recipe: Recipe): readonly Strengths[] {
  const { references } = settingsOf(recipe);
  if (!Array.isArray(references)) return [];
  return references.map((reference: unknown) => {
    const of = (reference ?? {}) as Partial<Record<keyof Strengths, unknown>>;
    return {
      semantics: numberOf(of.semantics) ?? AS_TRAINED.semantics,
      appearance: numberOf(of.appearance) ?? AS_TRAINED.appearance,
      structure: numberOf(of.structure) ?? AS_TRAINED.structure,
    };
  });
}

/** One picture as a recipe says, yet without the pictures that it is made of. */
export function requestOf(recipe: Recipe, model: string | null): RunRequest {
  const { kind, prompt, seed } = recipe;
  const settings = settingsOf(recipe);
  const editing = kind === 'edit';
  return {
    kind,
    prompt,
    model,
    seed,
    count: 1,
    steps: numberOf(settings['steps']),
    guidanceScale: numberOf(settings['guidanceScale']),
    imageGuidanceScale: editing ? numberOf(settings['imageGuidanceScale']) : null,
    tokens: scaleOf(settings['tokens']),
    width: editing ? null : numberOf(settings['width']),
    height: editing ? null : numberOf(settings['height']),
    image: null,
    mask: null,
    maskFeather: editing ? numberOf(settings['maskFeather']) : null,
    lockTokens: editing && settings['lockTokens'] === true,
    keep: null,
    strengths: editing ? (strengthsOf(recipe)[0] ?? null) : null,
    references: [],
  };
}
