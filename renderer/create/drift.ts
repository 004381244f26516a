/** How far edits drifted from their pictures, kept in their recipes and so in the history. */
import { driftSchema, type Drift } from '../../preload/jobs.js';
import { pathTo } from '../document/history/tree.js';
import type { HistoryTree } from '../document/history/tree.js';
import type { Layer, Recipe } from '../document/types.js';

/** The recipe of an edit with how far that drifted. */
export function withDrift(recipe: Recipe, drift: Drift | null): Recipe {
  return drift === null ? recipe : { ...recipe, drift };
}

function driftIn(recipe: Recipe | null): Drift | null {
  return driftSchema.safeParse(recipe?.['drift']).data ?? null;
}

/** Of the layer that is looked at, if an edit made it, else of the last edit up to now. */
export function driftOf(tree: HistoryTree | null, active: Layer | null): Drift | null {
  const own = active?.type === 'raster' ? driftIn(active.recipe) : null;
  if (own || !tree) return own;
  const last = pathTo(tree, tree.current).findLast(({ recipe }) => recipe?.kind === 'edit');
  return driftIn(last?.recipe ?? null);
}
