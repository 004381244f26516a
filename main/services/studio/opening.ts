/** Files that a page opens, and projects whose pixels are read when it wants them. */
import type { PackedPicture } from '../../../preload/contract.js';
import { NativaError } from '../../../native-models/errors.js';
import type { SvgLauncher } from '../../engine/images/svg.js';
import type { BlobStore } from '../blobs.js';
import { blobSource, openFile, type PlacedPiece, type ProjectTiles } from '../documents/index.js';
import type { OpenedProjects } from '../opened-projects.js';
import { tileName, type NamedPieces, type Packs } from '../packs/index.js';
import type { PackPool } from '../packs/pool.js';
import type { OfferedFiles } from './files.js';
import type { Handlers } from './router.js';

/** Requests that are answered here. */
export type OpeningRequest = 'files.open' | 'files.openPath' | 'packs.adopt' | 'blobs.drop';

/** What opening files takes. */
interface Opening {
  readonly options: { readonly blobs: BlobStore; readonly launchSvg?: SvgLauncher | undefined };
  readonly files: OfferedFiles;
  readonly projects: OpenedProjects;
  readonly pool: PackPool;
  readonly packs: Packs;
}

/** @param opened ids of projects that the page has opened, to be dropped with it */
export function openingHandlers(
  { options: { blobs, launchSvg }, files, projects, pool, packs }: Opening,
  opened: Set<string>,
): Pick<Handlers, OpeningRequest> {
  const add = (project: ProjectTiles): string => {
    const id = projects.add(project);
    opened.add(id);
    return id;
  };
  const how = { svg: { launch: launchSvg }, projects: { pool, add } };
  return {
    'files.open': ({ name, blob }) => openFile(name, blobSource(blobs, blob), blobs, how),
    'files.openPath': ({ index }) => files.open(index, blobs, how),
    'packs.adopt': async ({ store, project: id, tiles, pictures, merged }) => {
      const project = projects.find(id);
      if (project === undefined) {
        throw new NativaError('BLOB_NOT_FOUND', 'The project is not open any more; save again.');
      }
      // Saving it where it was opened from must not meet a file that is being read.
      await project.settle();
      const pack = packs.of(store);
      const { pieces } = project;
      for (const [index, picture] of [...pictures, merged].entries()) {
        const strips = index < pictures.length ? pieces.pictures[index] : pieces.merged;
        const named = picture && strips && namedStrips(picture, strips);
        if (named) pack.adopt(project, named);
      }
      pack.adopt(project, namedTiles(project, tiles));
      return null;
    },
    'blobs.drop': (ids) => {
      blobs.drop(ids);
      projects.drop(ids);
      return null;
    },
  };
}

/** Strips by the page's keys; null where they are not those of its picture. */
function namedStrips(
  { width, height, channels, strips: keys }: PackedPicture,
  pieces: readonly PlacedPiece[],
): NamedPieces | null {
  const rows = pieces.reduce((sum, piece) => sum + piece.rows, 0);
  const same = pieces.every((piece) => piece.width === width && piece.channels === channels);
  return same && rows === height && keys.length === pieces.length ? { keys, pieces } : null;
}

/** Tiles that lie by themselves, by the page's ids. */
function namedTiles(project: ProjectTiles, ids: readonly number[]): NamedPieces {
  const found = ids.flatMap((id, index) => {
    const piece = project.looseAt(index);
    return piece ? [{ key: tileName(id), piece }] : [];
  });
  return { keys: found.map(({ key }) => key), pieces: found.map(({ piece }) => piece) };
}
