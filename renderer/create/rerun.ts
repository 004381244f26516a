/** A picture of the history made once more, as candidates, of what it was made of. */
import type { RunRequest } from '../../preload/contract.js';
import { StudioError } from '../bridge/client.js';
import { createDocument } from '../document/create.js';
import { same } from '../document/history/same.js';
import type { NodeId } from '../document/history/tree.js';
import type { Raster } from '../document/types.js';
import { t } from '../i18n/index.svelte.js';
import type { ReplayTarget } from '../state/replay.svelte.js';
import type { Studio } from '../state/studio.svelte.js';
import type { Placement } from './candidates.js';
import { again, madeLayers } from './redo.js';
import { drawSeed } from './seed.js';

/** A run, ready to be started. */
interface Prepared {
  readonly request: RunRequest;
  readonly placement: Placement;
  readonly source: Raster | null;
  /** The state that it is made of; null: of none. */
  readonly of: NodeId | null;
}

/**
 * Prepares a step's recipe to be run with all of its settings. With the same seed the very same
 * pixels come. An edit is one of the state that it was made of, so the person goes back there first:
 * what they accept is a branch beside all that followed.
 * @throws StudioError
 */
export async function prepareStep(
  studio: Studio,
  { node: id, recipe }: ReplayTarget,
  seed: 'same' | 'new',
): Promise<Prepared | null> {
  const { create, editor, released } = studio.current;
  const node = editor.tree?.nodes.get(id);
  if (!node) return null;
  const after = await released.read(id);
  const { parent } = node;
  const before =
    parent === null ? createDocument(after.width, after.height) : await released.read(parent);
  const made = madeLayers({ before, after });
  const layer = made.find((one) => one.recipe && same(one.recipe, recipe)) ?? made[0];
  if (!layer) throw new StudioError('NO_PIXELS', t('error.NO_PIXELS'));
  if (recipe.kind === 'edit' && parent !== null && editor.tree?.current !== parent) {
    studio.goTo(parent);
    studio.ui.toast('info', t('history.wentBack'));
  }
  const onto = recipe.kind === 'edit' ? before : (editor.document ?? before);
  const prepared = await again(studio, before, onto, layer, recipe);
  if (!prepared) throw new StudioError('NO_PIXELS', t('error.NO_PIXELS'));
  const { request, placement, source, whole } = prepared;
  if (!whole) studio.ui.toast('info', t('history.withoutReferences'));
  const run =
    seed === 'same' ? { seed: recipe.seed, count: 1 } : { seed: drawSeed(), count: create.count };
  return { request: { ...request, ...run }, placement, source, of: parent };
}
