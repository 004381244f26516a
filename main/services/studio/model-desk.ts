/** The models of this machine as a person manages them: check, import, delete, download. */
import type { OfferedModel, Settings, StudioEvent } from '../../../preload/contract.js';
import { NativaError } from '../../../native-models/errors.js';
import type { VerifyProgress } from '../../../native-models/bundle/index.js';
import type { Messages } from '../i18n/index.js';
import { deleteModel, importModel, listModels, verifyModel } from '../models.js';
import { theCatalogue } from '../downloads/index.js';
import { DownloadDesk } from './download-desk.js';
import { inDetail } from './errors.js';
import { modelInfos } from './models.js';
import type { Handlers } from './router.js';

/** What the desk needs of the rest. */
export interface ModelDeskOptions {
  /** With every change that a page has asked for before. */
  readonly settings: () => Promise<Settings>;
  readonly messages: () => Messages;
  readonly emit: (event: StudioEvent) => void;
}

/** Requests that are answered here. */
type DeskRequest =
  | `models.${'verify' | 'import' | 'stop' | 'delete'}`
  | `catalogue.${'list' | 'ask'}`
  | `downloads.${'start' | 'pause' | 'cancel'}`;

/** Milliseconds between two events about the same work. */
const PAUSE = 150;

export class ModelDesk {
  readonly #options: ModelDeskOptions;
  readonly #downloads: DownloadDesk;
  /** Checks and imports on their way, by place. */
  readonly #work = new Map<string, AbortController>();

  constructor(options: ModelDeskOptions) {
    this.#options = options;
    this.#downloads = new DownloadDesk(options);
  }

  /** Answers of the contract; what goes wrong is said in the person's language. */
  get handlers(): Pick<Handlers, DeskRequest> {
    const downloads = this.#downloads;
    const told = <T>(action: () => Promise<T>): Promise<T> =>
      action().catch((error: unknown) => {
        throw inDetail(error, this.#options.messages());
      });
    return {
      'models.verify': ({ place }) => told(() => this.#verify(place)),
      'models.import': ({ folder }) => told(() => this.#import(folder)),
      'models.stop': ({ place }) => {
        this.#work.get(place)?.abort();
        return null;
      },
      'models.delete': ({ place }) => told(() => this.#delete(place)),
      'catalogue.list': () => told(() => this.#offered()),
      'catalogue.ask': ({ id }) => told(() => downloads.ask(id)),
      'downloads.start': ({ id }) => told(() => downloads.start(id)),
      'downloads.pause': ({ id }) => told(() => downloads.pause(id)),
      'downloads.cancel': ({ id }) => told(() => downloads.cancel(id)),
    };
  }

  /** Stops everything; downloads can be gone on with. */
  async close(): Promise<void> {
    for (const controller of this.#work.values()) controller.abort();
    await this.#downloads.close();
  }

  async #verify(place: string): Promise<{ files: number }> {
    const model = (await listModels()).find((one) => one.place === place);
    if (model === undefined) throw gone();
    return this.#working(place, async (signal, onProgress) => {
      const { verified } = await verifyModel(model.dir, onProgress, signal);
      return { files: verified.files };
    });
  }

  #import(folder: string): Promise<{ id: string }> {
    return this.#working(folder, async (signal, onProgress) => {
      const { manifest } = await importModel(folder, {}, { signal, onProgress });
      return { id: manifest.id };
    });
  }

  async #delete(place: string): Promise<{ kept: string | null }> {
    const known = await modelInfos();
    // Only what the list shows, whatever else lies under that name.
    if (!known.some((model) => model.place === place)) throw gone();
    this.#work.get(place)?.abort();
    return deleteModel(place, this.#options.messages());
  }

  async #working<T>(
    place: string,
    action: (signal: AbortSignal, onProgress: (progress: VerifyProgress) => void) => Promise<T>,
  ): Promise<T> {
    if (this.#work.has(place)) {
      throw new NativaError('MODEL_BUSY', 'This model is being worked on; wait for the end of it.');
    }
    const controller = new AbortController();
    this.#work.set(place, controller);
    let told = 0;
    try {
      return await action(controller.signal, ({ done, total }) => {
        const now = performance.now();
        if (now - told < PAUSE && done < total) return;
        told = now;
        this.#options.emit({ type: 'checking', place, done: Math.min(done, total), total });
      });
    } finally {
      this.#work.delete(place);
    }
  }

  async #offered(): Promise<OfferedModel[]> {
    const [{ models, bases }, found] = await Promise.all([theCatalogue(), listModels()]);
    const installed = new Set(found.flatMap((model) => (model.ok ? [model.manifest.id] : [])));
    return Promise.all(
      models.map(async ({ id, name, summary, does, source, needs }) => ({
        ...{ id, name, summary, does },
        repository: source.repository,
        nonCommercial: [source, ...needs.map((base) => bases[base])].some(
          ({ terms }) => terms === 'non-commercial',
        ),
        installed: installed.has(id),
        download: await this.#downloads.stateOf(id),
      })),
    );
  }
}

function gone(): NativaError {
  return new NativaError('MODEL_NOT_FOUND', 'This model is gone already; open the list anew.');
}
