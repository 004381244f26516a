/** What an edit was made of, kept in its recipe so that it can be made again of what that is by then. */
import type { LayerId, Raster, Recipe } from '../document/types.js';

/** A layer, or the pixels of a file. */
export type PictureSource = { readonly layer: LayerId } | { readonly raster: Raster };

/** Where the pictures of an edit come from. */
export interface Origin {
  /** The layer that was edited; null: the whole picture. */
  readonly target: LayerId | null;
  /** What was referred to besides, in order; null: pixels of a file that are not at hand any more. */
  readonly references: readonly (PictureSource | null)[];
}

/** Pixels of files, which are no part of the recipe: they are there as long as the page is. */
const files = new WeakMap<Recipe, readonly (Raster | null)[]>();

/** The recipe with where its pictures came from. */
export function withOrigin(recipe: Recipe, { target, references }: Origin): Recipe {
  const layers = references.map((source) => (source && 'layer' in source ? source.layer : null));
  const made: Recipe = { ...recipe, origin: { target, references: layers } };
  files.set(
    made,
    references.map((source) => (source && 'raster' in source ? source.raster : null)),
  );
  return made;
}

const isId = (value: unknown): value is LayerId => typeof value === 'string';

/** What a recipe says of its pictures; one that says nothing was made of the whole picture alone. */
export function originOf(recipe: Recipe): Origin {
  const { origin } = recipe;
  if (typeof origin !== 'object' || origin === null) return { target: null, references: [] };
  const target = 'target' in origin && isId(origin.target) ? origin.target : null;
  const list: unknown = 'references' in origin ? origin.references : [];
  const references = (Array.isArray(list) ? (list as readonly unknown[]) : []).map(
    (layer, index): PictureSource | null => {
      if (isId(layer)) return { layer };
      const raster = files.get(recipe)?.[index];
      return raster ? { raster } : null;
    },
  );
  return { target, references };
}
