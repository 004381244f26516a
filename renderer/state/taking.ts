/** Projects that are opened, from files and from work on disk: how they become documents. */
import type { Opened } from '../../preload/contract.js';
import { toStudioError } from '../bridge/client.js';
import { fetchTiles } from '../bridge/pictures.js';
import { readKeepsake, type Keepsake } from '../create/keeping.js';
import type { HistoryTree } from '../document/history/tree.js';
import { parseText, type TileLength, type UnreadProject } from '../document/serialise.js';
import { t } from '../i18n/index.svelte.js';
import type { OpenDocument } from './open-document.svelte.js';
import { openProject } from './released.svelte.js';
import { restoreKeepsake } from './restoring.js';
import type { Studio } from './studio.svelte.js';

/** The document that a file becomes. */
export interface Becomes {
  /** What the services know it by. */
  readonly id: string;
  /** It was kept on disk and is in no file. */
  readonly recovered?: boolean;
  /** Another one is shown. */
  readonly behind?: boolean;
}

type Project = Extract<Opened, { kind: 'project' }>;

/** Where kept work has pixels that cannot be read, or a text. */
const DAMAGES = ['DAMAGED_TILES', 'BAD_PROJECT', 'TILES_GONE'];

export const stem = (name: string): string => name.replace(/\.[^.]+$/, '') || name;

export function placeFor({ documents }: Studio, { behind = false }: Becomes): OpenDocument {
  return behind ? documents.behind() : documents.fresh();
}

/**
 * Opens work that was kept on disk: the newest state of which what is to be seen is whole.
 * @throws StudioError RECOVERY_NOT_FOUND, RECOVERY_DAMAGED
 */
export async function recoverWork(studio: Studio, becomes: Becomes): Promise<void> {
  const { client, ui } = studio;
  for (let back = 0; ; back++) {
    const opened = await client.request('autosave.open', { id: becomes.id, back });
    if (opened.kind !== 'project') return;
    try {
      await takeProject(studio, opened, { ...becomes, recovered: true });
    } catch (error) {
      client.drop(opened.tiles);
      // In the end the services say that nothing is left.
      if (DAMAGES.includes(toStudioError(error).code)) continue;
      throw error;
    }
    if (back > 0) ui.toast('info', t('app.olderState', { name: opened.name }));
    return;
  }
}

/**
 * Shows the present state of a project; what of others is much more than that is not read yet.
 * @throws StudioError, DocumentError
 */
export async function takeProject(
  studio: Studio,
  opened: Project,
  becomes: Becomes,
): Promise<OpenDocument> {
  const { client, start } = studio;
  const { project, tiles: blob, packedBy } = opened;
  const unread = parseText(project);
  const keepsake = unread.beside && readKeepsake(unread.beside);
  if (!isReadLater(unread, opened, becomes)) {
    const tiles = await fetchTiles(client, blob, unread.layout);
    client.drop(blob);
    return show(
      studio,
      unread.whole((tile) => tiles.get(tile)),
      opened,
      becomes,
      true,
    );
  }
  const { tree, shelf } = await openProject(client, unread, blob);
  // Those who read it have it in hand.
  if (becomes.recovered === true) client.drop(blob);
  const open =
    keepsake?.begun === false
      ? empty(studio, becomes)
      : show(studio, tree, opened, becomes, keepsake?.saved ?? becomes.recovered !== true);
  if (packedBy !== undefined) {
    const { document } = open.editor;
    const tiles = unread.layout.map(({ id }) => id);
    const same = packedBy === start.version;
    if (document) open.packing.opened({ project: blob, tiles, document, same });
  }
  open.released.take(shelf);
  for (const [name, raster] of unread.pictures) open.pictures.add(name, raster);
  if (keepsake) beside(studio, open, keepsake, becomes);
  return open;
}

/** What waits beside a document comes back while that can be worked on. */
function beside(studio: Studio, open: OpenDocument, keepsake: Keepsake, becomes: Becomes): void {
  studio.attempt(() => restoreKeepsake(studio, open, keepsake, becomes.recovered === true));
}

/** Whether pixels of it are read when they are wanted. */
function isReadLater(unread: UnreadProject, { packedBy }: Project, becomes: Becomes): boolean {
  const bytes = (of: readonly TileLength[]): number => of.reduce((sum, one) => sum + one.bytes, 0);
  const { layout, present, beside: more, pictures } = unread;
  const rest = packedBy !== undefined || more !== null || pictures.size > 0;
  const shown = layout.filter((tile) => present.has(tile.id));
  return rest || becomes.recovered === true || bytes(shown) * 2 < bytes(layout);
}

/** @param saved whether the state that is shown is in a file of the person's */
function show(
  studio: Studio,
  tree: HistoryTree,
  { name }: Project,
  becomes: Becomes,
  saved: boolean,
): OpenDocument {
  const { documents, ui } = studio;
  const { id, recovered = false } = becomes;
  const changed = documents.list.find(({ editor }) => editor.dirty && isOf(editor.tree, tree));
  const open = placeFor(studio, becomes);
  open.editor.load(tree, recovered ? name : stem(name), id, saved);
  if (recovered) open.autosave.found();
  else if (changed) ui.toast('info', t('app.openTwice', { name: changed.name }));
  open.fit();
  return open;
}

/** A document that is not begun yet: pictures for it wait, or are on their way. */
function empty(studio: Studio, becomes: Becomes): OpenDocument {
  const open = placeFor(studio, becomes);
  open.editor.id = becomes.id;
  return open;
}

/** Whether two histories are of the same work: it was begun at the same moment. */
function isOf(one: HistoryTree | null, other: HistoryTree): boolean {
  const begun = (tree: HistoryTree): number =>
    Math.min(...[...tree.nodes.values()].map(({ at }) => at));
  return one !== null && begun(one) === begun(other);
}
