/** Files that a page opens, and projects whose pixels are read when it wants them. */
import type { Opened, PackedPicture } from '../../../preload/contract.js';
import { NativaError } from '../../../native-models/errors.js';
import type { SvgLauncher } from '../../engine/images/svg.js';
import type { BlobStore } from '../blobs.js';
import type { Autosave } from '../autosave/index.js';
import {
  ProjectTiles,
  SharedFile,
  openFile,
  stayingBlob,
  type LazyTiles,
  type PlacedPiece,
} from '../documents/index.js';
import type { KeptFiles } from '../kept-files.js';
import type { OpenedProjects } from '../opened-projects.js';
import { tileName, type NamedPieces, type Packs } from '../packs/index.js';
import type { PackPool } from '../packs/pool.js';
import { sameFile, type OfferedFiles } from './files.js';
import type { RecentFiles } from './recent.js';
import type { Handlers } from './router.js';
import type { SavePlaces } from './save-places.js';

/** Requests that are answered here. */
export type OpeningRequest =
  | 'files.open'
  | 'files.openPath'
  | 'files.recent'
  | 'files.reopen'
  | 'files.same'
  | 'files.keep'
  | 'files.forget'
  | 'autosave.open'
  | 'packs.adopt'
  | 'blobs.drop';

/** What opening files takes. */
interface Opening {
  readonly options: { readonly blobs: BlobStore; readonly launchSvg?: SvgLauncher | undefined };
  readonly files: OfferedFiles;
  readonly places: SavePlaces;
  readonly recent: RecentFiles;
  readonly kept: KeptFiles;
  readonly projects: OpenedProjects;
  readonly pool: PackPool;
  readonly packs: Packs;
  readonly autosave: Autosave;
}

/** What a page has opened, to be let go with it. */
export interface OpenedHere {
  /** Ids of projects. */
  readonly projects: Set<string>;
  /** Documents whose files are kept. */
  readonly documents: Set<string>;
}

/** Keeps a project for a page. @returns what stands for its tiles */
function adder({ projects }: Opening, here: OpenedHere) {
  return (project: LazyTiles): string => {
    const id = projects.add(project);
    here.projects.add(id);
    return id;
  };
}

/** Opens files for a page. */
function opener(
  { options: { blobs, launchSvg }, pool, kept }: Opening,
  here: OpenedHere,
  add: (project: LazyTiles) => string,
) {
  const how = { svg: { launch: launchSvg }, projects: { pool, add } };
  return async (name: string, file: SharedFile, document?: string): Promise<Opened> => {
    try {
      const opened = await openFile(name, file.source(), blobs, how);
      if (document !== undefined) {
        here.documents.add(document);
        kept.keep(document, name, file.hold());
      }
      return opened;
    } finally {
      file.release();
    }
  };
}

/** Files that were given by their paths, and recent ones. */
function givenHandlers(
  { options: { blobs }, files, recent }: Opening,
  openShared: ReturnType<typeof opener>,
): Pick<Handlers, 'files.openPath' | 'files.recent'> {
  return {
    'files.openPath': ({ index, document }) =>
      recent.opening(files.at(index), () =>
        files.open(index, blobs, (name, file) => openShared(name, file, document)),
      ),
    'files.recent': ({ path }) => {
      recent.check(path);
      return files.add([path]);
    },
  };
}

export function openingHandlers(parts: Opening, here: OpenedHere): Pick<Handlers, OpeningRequest> {
  const { options, files, kept, places, projects, packs, autosave } = parts;
  const { blobs } = options;
  const add = adder(parts, here);
  const openShared = opener(parts, here, add);
  const shared = (blob: string): SharedFile =>
    new SharedFile(blobs.sizeOf(blob), stayingBlob(blobs, blob));
  return {
    // Under an id of its own, whoever uploaded it may let it go.
    'files.open': ({ name, blob, document }) =>
      openShared(name, shared(blobs.join([blob])), document),
    ...givenHandlers(parts, openShared),
    'autosave.open': ({ id, back }) => autosave.open(id, back, add),
    'files.reopen': ({ document }) => {
      const { name, file } = kept.find(document);
      return openShared(name, file.hold(), document);
    },
    'files.same': async ({ index, documents }) => {
      const path = files.at(index);
      const open = documents.flatMap((one) => {
        const file = places.fileOf(one);
        return file === undefined ? [] : [{ path: file, document: one.document }];
      });
      const same = path === undefined ? null : await sameFile(path, open);
      return { document: same?.document ?? null };
    },
    'files.keep': ({ document, name, blob }) => {
      here.documents.add(document);
      kept.keep(document, name, shared(blob));
      return null;
    },
    'files.forget': ({ document }) => {
      here.documents.delete(document);
      kept.forget(document);
      return null;
    },
    'packs.adopt': async ({ store, project: id, tiles, pictures, merged }) => {
      const project = projects.find(id);
      if (!(project instanceof ProjectTiles)) {
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
