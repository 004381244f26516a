/** What an edit was made of, kept in its recipe so that it can be made again of what that is by then. */
import type { LayerId, Recipe } from '../document/types.js';

/** A layer, or a picture of a file by the name that its document has for it. */
export type PictureSource = { readonly layer: LayerId } | { readonly picture: string };

/** Where the pictures of an edit come from. */
export interface Origin {
  /** The layer that was edited; null: the whole picture. */
  readonly target: LayerId | null;
  /** What was referred to besides, in order; null: pixels of a file that nobody kept. */
  readonly references: readonly (PictureSource | null)[];
}

/** The recipe with where its pictures came from. */
export function withOrigin(recipe: Recipe, { target, references }: Origin): Recipe {
  const sources = references.map((source) => (source && 'layer' in source ? source.layer : source));
  return { ...recipe, origin: { target, references: sources } };
}

const isId = (value: unknown): value is LayerId => typeof value === 'string';

/** What a recipe says of its pictures; one that says nothing was made of the whole picture alone. */
export function originOf(recipe: Recipe): Origin {
  const { origin } = recipe;
  if (typeof origin !== 'object' || origin === null) return { target: null, references: [] };
  const target = 'target' in origin && isId(origin.target) ? origin.target : null;
  const list: unknown = 'references' in origin ? origin.references : [];
  const references = (Array.isArray(list) ? (list as readonly unknown[]) : []).map(sourceOf);
  return { target, references };
}

function sourceOf(said: unknown): PictureSource | null {
  if (isId(said)) return { layer: said };
  if (typeof said !== 'object' || said === null || !('picture' in said)) return null;
  const { picture } = said;
  return typeof picture === 'string' ? { picture } : null;
}
