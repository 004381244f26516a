/** Pictures being made for the studio: one engine kept warm, jobs in line behind each other. */
import type { Candidate, JobEnd, RunRequest, StudioEvent } from '../../../preload/contract.js';
import { Engine } from '../../engine/client.js';
import type { EngineEvent, EngineResult } from '../../engine/events.js';
import { toRgba } from '../../engine/images/index.js';
import type { EngineLauncher } from '../../engine/supervisor.js';
import type { BlobStore } from '../blobs.js';
import { engineEnvironment } from '../engine-environment.js';
import { placing } from '../placing.js';
import type { PlacingSettings } from '../placing.js';
import type { ScriptRunner } from '../providers.js';
import type { Messages } from '../i18n/index.js';
import { inLanguage, wireError } from './errors.js';
import { toCandidate } from './pictures.js';
import { engineRequest, readPictures } from './request.js';
import type { RunPictures } from './request.js';

/** What decides how jobs run at the time they are asked for. */
export interface JobSettings extends PlacingSettings {
  /** Null leaves it to onnxruntime. */
  readonly threads: number | null;
}

/** What jobs need of the rest. */
export interface JobsOptions {
  readonly blobs: BlobStore;
  readonly settings: () => JobSettings;
  /** Folder of a model by id, or of the one in the settings. @throws NativaError MODEL_NOT_FOUND */
  readonly findModel: (id: string | null) => Promise<string>;
  /** What the person's language says. */
  readonly messages: () => Messages;
  readonly emit: (event: StudioEvent) => void;
  readonly cacheDir: string;
  /** Starts the engine's process; default a child of Node. */
  readonly launch?: EngineLauncher | undefined;
  /** Tries providers; default a child of Node. */
  readonly runScript?: ScriptRunner | undefined;
}

interface Job {
  readonly id: number;
  readonly controller: AbortController;
  /** Among those that wait the least comes first. */
  rank: number;
  /** Previews that lie in the store, by picture, oldest first. */
  readonly previews: Map<number, string[]>;
}

/** Previews kept of each picture: the newest, and the one that may be on its way. */
const KEPT_PREVIEWS = 2;
/** Ends of jobs that are kept for a page that was loaded again meanwhile, with their pictures. */
const KEPT_ENDS = 24;

/** Runs the studio's requests and tells of each by events. */
export class Jobs {
  readonly #options: JobsOptions;
  readonly #jobs = new Map<number, Job>();
  /** How the last jobs ended. */
  readonly #ended = new Map<number, JobEnd>();
  /** Ids go on where an earlier server cannot have been: its pages may come back to this one. */
  #nextId = Date.now();
  #engine: Engine | undefined;
  #threads: number | null = null;
  /** Pictures are encoded in the order they were asked for, so that jobs reach the engine in it. */
  #preparing: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(options: JobsOptions) {
    this.#options = options;
  }

  /** Process id of the engine, for diagnostics. */
  get enginePid(): number | undefined {
    return this.#engine?.pid;
  }

  /**
   * Puts a request in line. Its blobs are read before this resolves and may then be dropped; all
   * that comes after is told by events of the job.
   * @returns the job's number
   * @throws NativaError IMAGE_NEEDED, BLOB_NOT_FOUND, BAD_PIXELS, MODEL_NOT_FOUND
   */
  async start(run: RunRequest): Promise<number> {
    const [pictures, bundle] = await Promise.all([
      readPictures(run, this.#options.blobs),
      this.#options.findModel(run.model),
    ]);
    const controller = new AbortController();
    const id = this.#nextId++;
    const job: Job = { id, controller, rank: id, previews: new Map() };
    this.#jobs.set(job.id, job);
    // Not before the answer with the job's number is on its way.
    setImmediate(() => void this.#run(job, run, pictures, bundle));
    return job.id;
  }

  /** Stops a job; one that is not there any more has ended already. */
  cancel(id: number): void {
    this.#jobs.get(id)?.controller.abort();
  }

  /** Lets jobs that wait change places with each other, so that they come in this order. */
  order(ids: readonly number[]): void {
    const jobs = ids.flatMap((id) => this.#jobs.get(id) ?? []);
    const ranks = jobs.map(({ rank }) => rank).sort((one, other) => one - other);
    for (const [index, job] of jobs.entries()) job.rank = ranks[index] ?? job.rank;
  }

  /** What became of jobs: those that wait or are on their way, and how others ended. */
  follow(ids: readonly number[]): { readonly going: number[]; readonly ended: JobEnd[] } {
    return {
      going: ids.filter((id) => this.#jobs.has(id)),
      ended: ids.flatMap((id) => this.#ended.get(id) ?? []),
    };
  }

  /** Ends everything. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const { controller } of this.#jobs.values()) controller.abort();
    await this.#engine?.close();
  }

  async #run(job: Job, run: RunRequest, pictures: RunPictures, bundle: string): Promise<void> {
    const { settings } = this.#options;
    const { signal } = job.controller;
    try {
      const where = placing(settings(), this.#options.runScript);
      const prepared = this.#preparing.then(async () => {
        signal.throwIfAborted();
        return engineRequest(run, pictures, { bundle, ...(await where) });
      });
      this.#preparing = prepared.catch(() => undefined);
      const request = await unlessAborted(prepared, signal);
      const result = await this.#warmEngine().run(request, {
        signal,
        rank: () => job.rank,
        onEvent: (event) => {
          this.#tell(job, event);
        },
      });
      const candidates = await unlessAborted(this.#candidates(result), signal);
      const { notices, timings } = result;
      this.#end({ type: 'done', job: job.id, candidates, notices, seconds: timings.total });
    } catch (error) {
      const failure = wireError(inLanguage(error, this.#options.messages()));
      this.#end({ type: 'failed', job: job.id, ...failure });
    }
  }

  /** A job is over: whoever is there is told, and whoever comes back can ask. */
  #end(end: JobEnd): void {
    const { blobs, emit } = this.#options;
    const pixelsOf = (one: JobEnd | undefined): string[] =>
      one?.type === 'done' ? one.candidates.map(({ pixels }) => pixels) : [];
    this.#jobs.delete(end.job);
    this.#ended.set(end.job, end);
    const [oldest] = this.#ended;
    if (oldest && this.#ended.size > KEPT_ENDS) {
      this.#ended.delete(oldest[0]);
      blobs.drop(pixelsOf(oldest[1]));
    }
    emit(end);
    // However long nobody asks for them; where the disk has no room, for as long as other pixels.
    for (const pixels of pixelsOf(end)) void blobs.keep(pixels).catch(() => undefined);
  }

  async #candidates({ images }: EngineResult): Promise<Candidate[]> {
    const candidates: Candidate[] = [];
    for (const image of images) candidates.push(await toCandidate(image, this.#options.blobs));
    return candidates;
  }

  /** The engine; a new one where the number of threads has changed and nothing runs. */
  #warmEngine(): Engine {
    const { threads } = this.#options.settings();
    const { launch, cacheDir } = this.#options;
    if (this.#engine !== undefined && threads !== this.#threads && this.#jobs.size === 1) {
      void this.#engine.close();
      this.#engine = undefined;
    }
    if (this.#engine === undefined) {
      this.#threads = threads;
      this.#engine = new Engine({
        cacheDir,
        env: engineEnvironment(),
        ...(threads !== null && { threads }),
        ...(launch !== undefined && { launch }),
      });
      if (this.#closed) void this.#engine.close();
    }
    return this.#engine;
  }

  #tell(job: Job, event: EngineEvent): void {
    const { blobs, emit } = this.#options;
    if (event.type === 'progress') {
      emit({ ...event, job: job.id });
      return;
    }
    const { index, width, height, data } = event;
    const pixels = blobs.put(toRgba({ width, height, channels: 3, data }));
    const kept = [...(job.previews.get(index) ?? []), pixels];
    blobs.drop(kept.splice(0, kept.length - KEPT_PREVIEWS));
    job.previews.set(index, kept);
    emit({ type: 'preview', job: job.id, index, width, height, pixels });
  }
}

/** A promise that is not waited for any longer once the signal aborts. @throws AbortError */
async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  let onAbort = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => {
      reject(new DOMException('Cancelled', 'AbortError'));
    };
    signal.addEventListener('abort', onAbort);
  });
  if (signal.aborted) onAbort();
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
