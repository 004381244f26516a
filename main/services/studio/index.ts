/** The studio's services put together, the same for every host. */
import { randomUUID } from 'node:crypto';
import type {
  Answer,
  ClosingAnswer,
  HostMenu,
  ReadyFile,
  Settings,
} from '../../../preload/contract.js';
import type { SvgLauncher } from '../../engine/images/svg.js';
import type { EngineLauncher } from '../../engine/supervisor.js';
import { Autosave } from '../autosave/index.js';
import type { BlobStore } from '../blobs.js';
import {
  ORA_MIME,
  PSD_MIME,
  exportPicture,
  writeProject,
  writePsd,
  type Watched,
  type Write,
} from '../documents/index.js';
import { messagesFor } from '../i18n/index.js';
import type { Language, Messages } from '../i18n/index.js';
import { KeptFiles } from '../kept-files.js';
import { resolveModel } from '../models.js';
import { OpenedProjects } from '../opened-projects.js';
import { Packs } from '../packs/index.js';
import { PackPool } from '../packs/pool.js';
import { application, folders } from '../paths.js';
import type { ScriptRunner } from '../providers.js';
import { SettingsStore } from '../settings.js';
import { TileStores } from '../tiles.js';
import { doctorPlan, doctorReport } from './doctor.js';
import { inLanguage } from './errors.js';
import { ModelDesk } from './model-desk.js';
import { OfferedFiles } from './files.js';
import { RecentFiles } from './recent.js';
import { Jobs } from './jobs.js';
import { openingHandlers, type OpeningRequest } from './opening.js';
import { modelGrid, modelInfos } from './models.js';
import { Events, answer } from './router.js';
import type { Handlers, Page, Studio } from './router.js';
import { SavePlaces } from './save-places.js';
import { Tasks } from './tasks.js';

/** What the hosts differ in. */
export interface StudioOptions {
  readonly host: Answer<'app.start'>['host'];
  /** Spoken where the settings name none. */
  readonly language: Language;
  readonly blobs: BlobStore;
  /** Paths to be opened at the start. */
  readonly files?: readonly string[] | undefined;
  /** How processes are started; absent: as children of Node. */
  readonly launchEngine?: EngineLauncher | undefined;
  readonly launchSvg?: SvgLauncher | undefined;
  readonly runScript?: ScriptRunner | undefined;
  /** Asks the person for files. @returns their paths, none where they thought better of it */
  readonly chooseFiles?: (() => Promise<readonly string[]>) | undefined;
  /** Asks the person for a folder. @returns null where they thought better of it */
  readonly chooseFolder?: (() => Promise<string | null>) | undefined;
  /** Puts up the host's own menu. */
  readonly showMenu?: ((menu: HostMenu) => void) | undefined;
  /** What the page says of its window's closing. */
  readonly closing?: ((answer: ClosingAnswer) => void) | undefined;
  /** Gives what is the host's own the look of the page, at the start and when it is changed. */
  readonly showTheme?: ((theme: Settings['theme']) => void) | undefined;
}

interface Parts {
  readonly options: StudioOptions;
  /** Names this run. */
  readonly session: string;
  readonly settings: SettingsStore;
  readonly autosave: Autosave;
  readonly files: OfferedFiles;
  readonly recent: RecentFiles;
  readonly jobs: Jobs;
  readonly tiles: TileStores;
  readonly packs: Packs;
  readonly pool: PackPool;
  readonly projects: OpenedProjects;
  readonly kept: KeptFiles;
  readonly places: SavePlaces;
  readonly events: Events;
  readonly desk: ModelDesk;
  readonly findModel: (id: string | null) => Promise<string>;
  /** What the person's language says. */
  readonly messages: () => Messages;
}

/** Puts the services together. Nothing is computed before something is asked for. */
export async function createStudio(options: StudioOptions): Promise<Studio> {
  const settings = await SettingsStore.open();
  options.showTheme?.(settings.current.theme);
  const events = new Events();
  const emit: Events['emit'] = (event) => {
    events.emit(event);
  };
  const files = new OfferedFiles(options.files ?? []);
  const recent = new RecentFiles(settings, (paths) => {
    emit({ type: 'recent', files: [...paths] });
  });
  const messages = () => messagesFor(settings.current.language ?? options.language);
  const findModel = (id: string | null): Promise<string> =>
    resolveModel(id ?? settings.current.model ?? undefined, messages());
  const { blobs } = options;
  const jobs = new Jobs({
    blobs,
    settings: () => settings.current,
    findModel,
    messages,
    emit,
    cacheDir: folders().cache,
    launch: options.launchEngine,
    runScript: options.runScript,
  });
  const projects = new OpenedProjects();
  const tiles = new TileStores(blobs, projects);
  const pool = new PackPool();
  const packs = new Packs(blobs, pool);
  const autosave = new Autosave();
  const desk = new ModelDesk({
    settings: () => settings.settled(),
    messages,
    emit,
  });
  const session = randomUUID();
  return studioOf({
    options,
    session,
    settings,
    autosave,
    files,
    recent,
    jobs,
    tiles,
    packs,
    pool,
    projects,
    kept: new KeptFiles(),
    places: new SavePlaces((index) => files.at(index)),
    events,
    desk,
    findModel,
    messages,
  });
}

/** What a host sees of the services. */
function studioOf(parts: Parts): Studio {
  const { events, files, recent, jobs, desk, packs, autosave } = parts;
  return {
    openPage: () => openPage(parts),
    onEvent: (listener) => events.listen(listener),
    openFiles: (paths) => {
      events.emit({ type: 'files', ...files.add(paths) });
    },
    saved: (path) => recent.add(path),
    explain: (error) => inLanguage(error, parts.messages()),
    places: parts.places,
    runCommand: (command) => {
      events.emit({ type: 'command', command });
    },
    askToClose: () => {
      events.emit({ type: 'closing' });
    },
    close: async () => {
      await Promise.all([jobs.close(), desk.close(), packs.close()]);
      await autosave.release();
    },
  };
}

/** A page's own handlers, and the documents it works on. */
function openPage(parts: Parts): Page {
  const documents = new Set<string>();
  const stores = new Set<string>();
  const packed = new Set<string>();
  const opened = { projects: new Set<string>(), documents: new Set<string>() };
  const tasks = new Tasks((event) => {
    parts.events.emit(event);
  });
  const handlers = {
    ...makeHandlers(parts, documents),
    ...pixelHandlers(parts, documents, stores),
    ...packHandlers(parts, packed),
    ...openingHandlers(parts, opened),
    ...taskHandlers(parts, tasks),
  };
  return {
    handle: async (name, ask) => {
      try {
        return await answer(handlers, name, ask);
      } catch (error) {
        throw inLanguage(error, parts.messages());
      }
    },
    close: async () => {
      tasks.close();
      parts.projects.drop(opened.projects);
      parts.kept.release(opened.documents);
      parts.tiles.release(stores);
      parts.packs.release(packed);
      await parts.autosave.release([...documents]);
    },
  };
}

type PixelRequest =
  'autosave.tiles' | 'autosave.put' | 'tiles.store' | 'tiles.fetch' | 'tiles.clear' | 'blobs.join';

/** What takes pixels in and lets them go. */
function pixelHandlers(
  { options: { blobs }, autosave, tiles }: Parts,
  documents: Set<string>,
  stores: Set<string>,
): Pick<Handlers, PixelRequest> {
  return {
    'autosave.tiles': async ({ id, blob, tiles: named }) => {
      documents.add(id);
      await autosave.keepTiles(id, named, await blobs.read(blob));
      blobs.drop([blob]);
      return null;
    },
    'autosave.put': async ({ id, blob, ...state }) => {
      documents.add(id);
      await autosave.put(id, state, blob === null ? null : await blobs.read(blob));
      if (blob !== null) blobs.drop([blob]);
      return null;
    },
    'tiles.store': async ({ store, tiles: named, blob }) => {
      stores.add(store);
      await tiles.of(store).store(named, blob);
      return null;
    },
    'tiles.fetch': async ({ store, ids }) => {
      stores.add(store);
      return { blob: await tiles.of(store).fetch(ids) };
    },
    'tiles.clear': ({ store }) => {
      tiles.of(store).clear();
      return null;
    },
    'blobs.join': (ids) => ({ blob: blobs.join(ids) }),
  };
}

type PackRequest = 'packs.missing' | 'packs.rows' | 'packs.tiles' | 'packs.clear';

/** What is packed before it is saved. */
function packHandlers({ packs }: Parts, packed: Set<string>): Pick<Handlers, PackRequest> {
  const of = (store: string) => {
    packed.add(store);
    return packs.of(store);
  };
  return {
    'packs.missing': ({ store, keys }) => ({ missing: of(store).missing(keys) }),
    'packs.rows': async ({ store, key, width, channels, blob }) => {
      await of(store).addRows(key, width, channels, blob);
      return null;
    },
    'packs.tiles': async ({ store, tiles, blob }) => {
      await of(store).addTiles(tiles, blob);
      return null;
    },
    'packs.clear': ({ store }) => {
      packed.delete(store);
      packs.clear(store);
      return null;
    },
  };
}

type TaskRequest = 'files.exportPsd' | 'files.writeProject' | 'tiles.check' | 'task.cancel';

/** What takes long, tells how far it is, and can be cancelled. */
function taskHandlers(
  { options: { blobs }, packs, tiles }: Parts,
  tasks: Tasks,
): Pick<Handlers, TaskRequest> {
  const write = (
    task: string,
    mime: string,
    use: (write: Write, watched: Watched) => Promise<void>,
  ) =>
    tasks.run(task, async (watched): Promise<ReadyFile> => {
      const blob = await blobs.write((bytes) => use(bytes, watched));
      // Cancelled in the last moment: nobody is told of the file any more.
      if (watched.signal.aborted) blobs.drop([blob]);
      watched.signal.throwIfAborted();
      return { blob, bytes: blobs.sizeOf(blob), mime };
    });
  return {
    'files.exportPsd': ({ task, ...ask }) =>
      write(task, PSD_MIME, (bytes, watched) => writePsd(ask, blobs, bytes, watched)),
    'files.writeProject': ({ task, store, ...ask }) =>
      write(task, ORA_MIME, async (bytes, watched) => {
        const pack = packs.of(store);
        pack.retain(await writeProject(ask, pack, bytes, watched));
      }),
    'tiles.check': async ({ store, task }) => {
      await tasks.run(task, (watched) => tiles.of(store).check(watched));
      return null;
    },
    'task.cancel': ({ task }) => {
      tasks.cancel(task);
      return null;
    },
  };
}

function makeHandlers(
  parts: Parts,
  documents: Set<string>,
): Omit<Handlers, PixelRequest | PackRequest | OpeningRequest | TaskRequest> {
  const { options, settings, autosave, files, findModel } = parts;
  const { blobs } = options;
  const language = (): Language => settings.current.language ?? options.language;
  const ready = (bytes: Uint8Array, mime: string): ReadyFile => ({
    blob: blobs.put(bytes),
    bytes: bytes.length,
    mime,
  });
  return {
    'app.start': async () => ({
      version: application().version,
      host: options.host,
      session: parts.session,
      language: language(),
      settings: settings.current,
      settingsNotice: settings.damaged,
      recoveries: await autosave.list(),
      files: files.waiting.files,
      firstFile: files.waiting.first,
    }),
    'settings.set': async (change) => {
      const changed = await settings.set(change);
      options.showTheme?.(changed.theme);
      return changed;
    },
    'models.list': () => modelInfos(),
    'models.grid': async ({ model }) => modelGrid(await findModel(model)),
    'doctor.report': () => doctorReport(messagesFor(language()), options.runScript),
    'doctor.plan': async () => {
      const dir = await findModel(null);
      const words = messagesFor(language());
      return doctorPlan(dir, await settings.settled(), words, options.runScript);
    },
    'files.export': async (ask) => {
      const { bytes, mime } = await exportPicture(ask, blobs);
      return ready(bytes, mime);
    },
    'autosave.discard': async ({ id }) => {
      documents.delete(id);
      await autosave.discard(id);
      return null;
    },
    ...jobHandlers(parts),
    ...parts.desk.handlers,
    ...hostHandlers(parts),
  };
}

/** Pictures that are made. */
function jobHandlers({
  jobs,
}: Parts): Pick<Handlers, 'studio.run' | 'studio.follow' | 'studio.order' | 'studio.cancel'> {
  return {
    'studio.run': async (run) => ({ job: await jobs.start(run) }),
    'studio.follow': ({ jobs: ids }) => jobs.follow(ids),
    'studio.order': ({ jobs: order }) => {
      jobs.order(order);
      return null;
    },
    'studio.cancel': ({ job }) => {
      jobs.cancel(job);
      return null;
    },
  };
}

/** What a host does that has dialogs and a menu of its own. */
function hostHandlers({
  options,
  files,
}: Parts): Pick<Handlers, 'files.choose' | 'menu.show' | 'models.chooseFolder' | 'window.closing'> {
  return {
    'models.chooseFolder': async () => (await options.chooseFolder?.()) ?? null,
    'files.choose': async () => files.add((await options.chooseFiles?.()) ?? []),
    'menu.show': (menu) => {
      options.showMenu?.(menu);
      return null;
    },
    'window.closing': ({ say }) => {
      options.closing?.(say);
      return null;
    },
  };
}
