/** Files that were opened or saved lately, as menus, the palette and the empty studio offer them. */
import type { Studio } from './studio.svelte.js';

/** How many a menu has. */
const IN_MENU = 8;

/** A recent file. */
export interface RecentFile {
  /** By which a menu or the palette names it. */
  readonly id: string;
  readonly path: string;
  readonly name: string;
  /** Where it lies: of two of one name that tells which. */
  readonly folder: string;
}

/** The recent files by their paths, the latest first. */
export function recentFiles(paths: readonly string[]): readonly RecentFile[] {
  return paths.slice(0, IN_MENU).map((path, index) => {
    const at = Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\'));
    return {
      id: `recent-${index}`,
      path,
      name: path.slice(at + 1),
      folder: at > 0 ? path.slice(0, at) : path.slice(0, at + 1),
    };
  });
}

/** Opens one again, as a document of its own. */
export async function openRecent(
  { client, files }: Pick<Studio, 'client' | 'files'>,
  { path }: RecentFile,
): Promise<void> {
  const given = await client.request('files.recent', { path });
  await files.openGiven(given.files, given.first);
}
