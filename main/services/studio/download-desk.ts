/** Downloads as the studio shows them: begun, paused, gone on with, given up. */
import type { Answer, DownloadState, Settings, StudioEvent } from '../../../preload/contract.js';
import { NativaError } from '../../../native-models/errors.js';
import {
  PATIENT,
  Staging,
  accessNet,
  discardDownload,
  download,
  offer,
  theCatalogue,
} from '../downloads/index.js';
import type { DownloadPlan, DownloadProgress, HubOptions } from '../downloads/index.js';
import type { Messages } from '../i18n/index.js';
import { inDetail, wireError } from './errors.js';

/** What the desk needs of the rest. */
interface DownloadDeskOptions {
  /** With every change that a page has asked for before. */
  readonly settings: () => Promise<Settings>;
  readonly messages: () => Messages;
  readonly emit: (event: StudioEvent) => void;
}

/** A download on its way. */
interface Running {
  readonly controller: AbortController;
  readonly ended: Promise<void>;
  state: DownloadState;
}

/** Milliseconds between two events about the same download. */
const PAUSE = 200;
/** Milliseconds that a speed is the mean of. */
const WINDOW = 4000;

export class DownloadDesk {
  readonly #options: DownloadDeskOptions;
  readonly #running = new Map<string, Running>();
  /** What was shown to the person, to be accepted as it was. */
  readonly #offered = new Map<string, DownloadPlan>();
  /** Why the last try of each failed. */
  readonly #failed = new Map<string, string>();

  constructor(options: DownloadDeskOptions) {
    this.#options = options;
  }

  /** Where a download stands; null where none of it is here. */
  async stateOf(id: string): Promise<DownloadState | null> {
    const running = this.#running.get(id);
    if (running !== undefined) return running.state;
    const staging = new Staging(id);
    const plan = await staging.plan();
    if (plan === undefined) return null;
    return this.#resting(id, plan, await staging.present(plan.files));
  }

  /** Asks the server what a model takes. @throws as {@link offer} */
  async ask(id: string): Promise<Answer<'catalogue.ask'>> {
    const catalogue = await theCatalogue();
    const options = await this.#hub(new AbortController().signal);
    const { plan, bytes, present, free } = await offer(id, catalogue, options);
    this.#offered.set(id, plan);
    const licences = plan.licences.map((licence) => ({ ...licence }));
    return { files: plan.files.length, bytes, present, free, licences };
  }

  /**
   * Begins what was shown and accepted, or goes on with what was begun.
   * @throws NativaError LICENCE_NOT_ACCEPTED, BAD_ENDPOINT
   */
  async start(id: string): Promise<null> {
    if (this.#running.has(id)) return null;
    const staging = new Staging(id);
    const plan = (await staging.plan()) ?? this.#offered.get(id);
    if (plan === undefined) {
      const message = this.#options.messages().errors.licenceNotShown;
      throw new NativaError('LICENCE_NOT_ACCEPTED', message);
    }
    const controller = new AbortController();
    const [options, present] = await Promise.all([
      this.#hub(controller.signal),
      staging.present(plan.files),
    ]);
    // Another page may have been faster.
    if (this.#running.has(id)) return null;
    this.#failed.delete(id);
    const state: DownloadState = { ...this.#resting(id, plan, present), state: 'running' };
    const running: Running = { controller, state, ended: Promise.resolve() };
    this.#running.set(id, running);
    Object.assign(running, { ended: this.#run(id, plan, running, options) });
    return null;
  }

  /** Stops a download; what has arrived is kept. */
  async pause(id: string): Promise<null> {
    const running = this.#running.get(id);
    running?.controller.abort();
    await running?.ended;
    return null;
  }

  /** Stops a download and takes away what has arrived. @throws NativaError DOWNLOAD_RUNNING */
  async cancel(id: string): Promise<null> {
    await this.pause(id);
    await discardDownload(id);
    this.#failed.delete(id);
    this.#options.emit({ type: 'download', id, download: null, finished: false });
    return null;
  }

  /** Stops all. */
  async close(): Promise<void> {
    await Promise.all([...this.#running.keys()].map((id) => this.pause(id)));
  }

  async #hub(signal: AbortSignal): Promise<HubOptions> {
    const settings = await this.#options.settings();
    const { hubEndpoint: endpoint, hubProxy: proxy, hubToken: token } = settings;
    const { endpoint: usual } = await theCatalogue();
    return { net: accessNet({}, { endpoint, proxy, token }, usual), policy: PATIENT, signal };
  }

  async #run(id: string, plan: DownloadPlan, running: Running, options: HubOptions): Promise<void> {
    const { emit, messages } = this.#options;
    const pace = new Pace();
    const tell = (): void => {
      emit({ type: 'download', id, download: running.state, finished: false });
    };
    tell();
    try {
      await download(plan, {
        ...options,
        onProgress: (progress) => {
          const speed = pace.speed(progress);
          if (speed === null) return;
          running.state = moved(running.state, progress, speed);
          tell();
        },
      });
      this.#offered.delete(id);
      this.#running.delete(id);
      emit({ type: 'download', id, download: null, finished: true });
    } catch (error) {
      const { code, message } = wireError(inDetail(error, messages()));
      if (code !== 'CANCELLED') this.#failed.set(id, message);
      const present = await new Staging(id).present(plan.files);
      this.#running.delete(id);
      emit({
        type: 'download',
        id,
        download: this.#resting(id, plan, present),
        finished: false,
      });
    }
  }

  #resting(id: string, plan: DownloadPlan, present: readonly number[]): DownloadState {
    const message = this.#failed.get(id) ?? null;
    const files = plan.files.map(({ target, size }, index) => ({
      name: target,
      size,
      done: present[index] ?? 0,
    }));
    const sum = (sizes: readonly number[]): number => sizes.reduce((all, size) => all + size, 0);
    return {
      state: message === null ? 'paused' : 'failed',
      done: sum(present),
      total: sum(files.map(({ size }) => size)),
      speed: 0,
      files,
      message,
    };
  }
}

function moved(state: DownloadState, progress: DownloadProgress, speed: number): DownloadState {
  const { stage, done, total, files } = progress;
  return {
    ...state,
    state: stage === 'import' ? 'importing' : 'running',
    done: Math.min(done, total),
    total,
    speed,
    files: state.files.map((file, index) => ({ ...file, done: files[index] ?? file.done })),
  };
}

/** Lets an event through now and then, with the mean speed of the last seconds. */
class Pace {
  #told = -Infinity;
  #stage: DownloadProgress['stage'] = 'fetch';
  #points: (readonly [time: number, done: number])[] = [];

  /** @returns bytes a second; null where it is too early for another event */
  speed({ stage, done }: DownloadProgress): number | null {
    const now = performance.now();
    if (stage === this.#stage && now - this.#told < PAUSE) return null;
    if (stage !== this.#stage) this.#points = [];
    this.#stage = stage;
    this.#told = now;
    this.#points = [...this.#points.filter(([time]) => now - time < WINDOW), [now, done]];
    const [then, before] = this.#points[0] ?? [now, done];
    return now === then ? 0 : Math.max(0, ((done - before) * 1000) / (now - then));
  }
}
