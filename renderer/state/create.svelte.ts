/** Making pictures: the prompt and its settings, runs in line, and candidates to choose from. */
import type { Candidate, JobEnd, RunRequest, StudioEvent } from '../../preload/contract.js';
import type { TokenScale } from '../../preload/models.js';
import { fetchRaster } from '../bridge/pictures.js';
import { StudioError, toStudioError, type Client } from '../bridge/client.js';
import {
  parseRecipe,
  type CandidateSet,
  type Placement,
  type Ready,
} from '../create/candidates.js';
import { withDrift } from '../create/drift.js';
import { withOrigin } from '../create/origin.js';
import type { Paces, RunPace, Stage } from '../create/pace.js';
import { patchOf } from '../create/patch.js';
import { keptRun, type KeptRun } from '../create/resume.js';
import type { NodeId } from '../document/history/tree.js';
import type { Raster } from '../document/types.js';
import { t } from '../i18n/index.svelte.js';
import { Choosing } from './choosing.svelte.js';
import type { EarlyEvents, JobEvent } from './early-events.js';

/** A run, ready to be started. */
interface Prepared {
  readonly request: RunRequest;
  readonly placement: Placement;
  readonly source: Raster | null;
  /** The state that an edit is made of. */
  readonly of: NodeId | null;
}

/** A run that waits or is on its way. */
export interface Job {
  /** The services' number of it. */
  readonly id: number;
  readonly prompt: string;
  readonly placement: Placement;
  /** What an edit was made of; what equals it is not part of the result. */
  readonly source: Raster | null | (() => Promise<Raster | null>);
  /** What of it is kept on disk. */
  readonly kept: KeptRun;
  readonly count: number;
  readonly stage: Stage | null;
  readonly step: number;
  readonly total: number;
  readonly pace: RunPace;
  /** How far all of it is, from 0 to 1. */
  readonly share: number;
  /** When it ends, or its stage, by `performance.now()`; null: that cannot be told yet. */
  readonly ends: number | null;
  /** Whether that is the end of the run. */
  readonly whole: boolean;
  /** What each picture looks like so far. */
  readonly previews: ReadonlyMap<number, ImageBitmap>;
  /** Who waits for its results; null: they are candidates. */
  readonly waiting: Waiting | null;
}

/** Someone who waits for results. */
interface Waiting {
  readonly done: (items: readonly Ready[]) => void;
  readonly failed: (error: StudioError) => void;
}

/** Prompts that were run, whatever the document. */
export class Prompts {
  /** The latest last. */
  past = $state.raw<readonly string[]>([]);

  remember(prompt: string): void {
    this.past = [...this.past.filter((other) => other !== prompt), prompt].slice(-200);
  }
}

/** What runs of all documents have in common. */
export interface RunsShared {
  readonly client: Client;
  readonly failed: (message: string) => void;
  /** What a person should know about a run. */
  readonly noticed: (notices: readonly string[]) => void;
  readonly early: EarlyEvents;
  readonly prompts: Prompts;
  readonly paces: Paces;
}

export class CreateState extends Choosing {
  mode = $state<'generate' | 'edit'>('generate');
  prompt = $state('');
  target = $state<'picture' | 'layer'>('picture');
  count = $state(4);
  /** null: as the model's bundle says. */
  steps = $state<number | null>(null);
  guidanceScale = $state<number | null>(null);
  imageGuidanceScale = $state<number | null>(null);
  tokens = $state<TokenScale | null>(null);
  /** Width by height of a generated picture; null: as the canvas, where there is one. */
  aspect = $state<number | null>(null);
  jobs = $state.raw<readonly Job[]>([]);
  /** The last request, to be repeated. */
  last = $state.raw<{ readonly request: RunRequest; readonly placement: Placement } | null>(null);
  /** Runs that the end of the program stopped, to be run again. */
  stopped = $state.raw<readonly KeptRun[]>([]);
  /** Which runs wait or are on their way: the same as long as none comes or goes. */
  readonly running = $derived(this.jobs.map(({ id }) => id).join(' '));

  readonly #shared: RunsShared;
  /** Told when candidates are there to be looked at. */
  arrived: (set: CandidateSet) => void = () => undefined;
  #recalled = 0;
  #draft = '';
  #ended = false;

  /** @param like settings of runs are taken over from this one */
  constructor(shared: RunsShared, like: CreateState | null = null) {
    super();
    this.#shared = shared;
    if (!like) return;
    this.count = like.count;
    this.steps = like.steps;
    this.guidanceScale = like.guidanceScale;
    this.imageGuidanceScale = like.imageGuidanceScale;
    this.tokens = like.tokens;
    this.aspect = like.aspect;
  }

  /** Prompts that were run, the latest last. */
  get past(): readonly string[] {
    return this.#shared.prompts.past;
  }

  get busy(): boolean {
    return this.jobs.length > 0;
  }

  /** @throws StudioError */
  async run(prepared: Prepared): Promise<void> {
    const { request, placement } = prepared;
    this.last = { request, placement };
    this.#recalled = 0;
    this.#shared.prompts.remember(request.prompt);
    await this.#start(prepared, null);
  }

  /** Runs of before the page was loaded again: those that go on, or have ended meanwhile. */
  takeUp(
    runs: readonly { readonly run: KeptRun; readonly source: () => Promise<Raster | null> }[],
    ended: readonly JobEnd[],
  ): void {
    const jobs = runs.map(({ run, source }) => this.#job(run, source, null));
    this.jobs = [...jobs, ...this.jobs];
    const last = runs.at(-1)?.run;
    if (last) this.last ??= last;
    for (const { id } of jobs) {
      const end = ended.find(({ job }) => job === id);
      const events = this.#shared.early.take(id);
      for (const event of end ? [end] : events) this.receive(event);
    }
  }

  /**
   * Makes one picture that is no candidate but somebody's who waits for it.
   * @throws StudioError; AbortError
   */
  async make(
    request: RunRequest,
    placement: Placement,
    source: Raster | null,
    signal: AbortSignal,
  ): Promise<Ready> {
    let id: number | undefined;
    const abort = (): void => {
      if (id !== undefined) void this.cancel(id).catch(() => undefined);
    };
    signal.addEventListener('abort', abort);
    try {
      const [ready] = await new Promise<readonly Ready[]>((done, failed) => {
        const prepared = { request, placement, source, of: null };
        this.#start(prepared, { done, failed }).then((started) => {
          id = started;
          if (signal.aborted) abort();
        }, failed);
      });
      if (!ready) throw new StudioError('NO_PIXELS', t('error.NO_PIXELS'));
      return ready;
    } catch (error) {
      signal.throwIfAborted();
      throw error;
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  /** @returns the services' number of the run */
  async #start(
    { request, placement, source, of }: Prepared,
    waiting: Waiting | null,
  ): Promise<number> {
    const { client, early } = this.#shared;
    const { job: id } = await early.during(() => client.request('studio.run', request));
    if (this.#ended) {
      waiting?.failed(new StudioError('CANCELLED', t('job.cancelled')));
      await client.request('studio.cancel', { job: id });
      return id;
    }
    const kept = keptRun(id, request, placement, of, waiting !== null);
    this.jobs = [...this.jobs, this.#job(kept, source, waiting)];
    for (const event of early.take(id)) this.receive(event);
    return id;
  }

  #job(kept: KeptRun, source: Job['source'], waiting: Waiting | null): Job {
    const { id, request, placement } = kept;
    return {
      id,
      prompt: request.prompt,
      placement,
      source,
      kept,
      count: request.count,
      stage: null,
      step: 0,
      total: 0,
      pace: this.#shared.paces.of(request),
      share: 0,
      ends: null,
      whole: false,
      previews: new Map(),
      waiting,
    };
  }

  /** Cancels the run on its way, or one that waits. */
  async cancel(id = this.jobs[0]?.id): Promise<void> {
    if (id === undefined) return;
    const waiting = this.jobs.find((job) => job.id === id)?.waiting;
    this.#drop(id);
    waiting?.failed(new StudioError('CANCELLED', t('job.cancelled')));
    await this.#shared.client.request('studio.cancel', { job: id });
  }

  /** Cancels all of them. */
  async cancelAll(): Promise<void> {
    // The last first, so that none begins only to be cancelled.
    await Promise.all(this.jobs.toReversed().map(({ id }) => this.cancel(id)));
  }

  /** Runs that wait in line behind the one on its way. */
  get inLine(): readonly Job[] {
    return this.jobs.slice(1);
  }

  /** Puts a run that waits one place nearer to its turn. */
  async hasten(id: number): Promise<void> {
    const at = this.jobs.findIndex((job) => job.id === id);
    const [before, job] = [this.jobs[at - 1], this.jobs[at]];
    if (at < 2 || !before || !job) return;
    this.jobs = this.jobs.toSpliced(at - 1, 2, job, before);
    await this.#shared.client.request('studio.order', { jobs: this.jobs.map((one) => one.id) });
  }

  /** The document is closed: nobody waits for what is on its way. */
  async end(): Promise<void> {
    this.#ended = true;
    this.sets = [];
    this.shelf = [];
    this.stopped = [];
    await this.cancelAll();
  }

  /** @returns whether the run is one of these */
  receive(event: JobEvent): boolean {
    const job = this.jobs.find(({ id }) => id === event.job);
    if (job === undefined) return false;
    if (event.type === 'progress') this.#progress(job, event.stage, event.step, event.total);
    else if (event.type === 'preview') void this.#preview(job.id, event);
    else if (event.type === 'failed') {
      this.#drop(job.id);
      if (job.waiting) job.waiting.failed(new StudioError(event.code, event.message));
      else if (event.code !== 'CANCELLED') this.#shared.failed(event.message);
    } else {
      this.#shared.noticed(event.notices);
      void this.#finish(job, event.candidates);
    }
    return true;
  }

  /** An earlier prompt (-1), or a later one (1), into the bar. */
  recall(direction: -1 | 1): void {
    if (this.#recalled === 0) this.#draft = this.prompt;
    const place = Math.min(this.past.length, Math.max(0, this.#recalled - direction));
    if (place === this.#recalled) return;
    this.#recalled = place;
    this.prompt = place === 0 ? this.#draft : (this.past[this.past.length - place] ?? '');
  }

  #update(id: number, change: Partial<Job>): void {
    this.jobs = this.jobs.map((job) => (job.id === id ? { ...job, ...change } : job));
  }

  #drop(id: number): void {
    for (const bitmap of this.jobs.find((job) => job.id === id)?.previews.values() ?? [])
      bitmap.close();
    this.jobs = this.jobs.filter((job) => job.id !== id);
  }

  #progress(job: Job, stage: Stage, step: number, total: number): void {
    const pace = job.pace.progress(stage, step, total, performance.now());
    this.#update(job.id, { stage, step, total, ...pace });
  }

  async #preview(
    id: number,
    { index, width, height, pixels }: Extract<StudioEvent, { type: 'preview' }>,
  ): Promise<void> {
    const data = await this.#shared.client.bytes(pixels).catch(() => null);
    if (data === null || data.length !== width * height * 4) return;
    const bitmap = await createImageBitmap(new ImageData(data, width, height));
    const job = this.jobs.find((other) => other.id === id);
    if (job === undefined) return;
    job.previews.get(index)?.close();
    this.#update(id, { previews: new Map(job.previews).set(index, bitmap) });
  }

  async #finish(job: Job, candidates: readonly Candidate[]): Promise<void> {
    job.pace.done(performance.now());
    try {
      const items = await this.#received(job, candidates);
      if (job.waiting) job.waiting.done(items);
      else if (!this.#ended) this.#offer({ id: job.id, placement: job.placement, items });
    } catch (error) {
      const failure = toStudioError(error);
      if (job.waiting) job.waiting.failed(failure);
      else this.#shared.failed(failure.message);
    } finally {
      this.#drop(job.id);
      void this.#shared.client
        .request(
          'blobs.drop',
          candidates.map(({ pixels }) => pixels),
        )
        .catch(() => undefined);
    }
  }

  async #received(
    { source, placement: { origin } }: Job,
    candidates: readonly Candidate[],
  ): Promise<readonly Ready[]> {
    const items: Ready[] = [];
    const before = typeof source === 'function' ? await source() : source;
    for (const candidate of candidates) {
      const { pixels, width, height } = candidate;
      const whole = await fetchRaster(this.#shared.client, pixels, width, height);
      const recipe = parseRecipe(candidate.recipe);
      const told = recipe && withDrift(recipe, candidate.drift);
      const full = told && origin ? withOrigin(told, origin) : told;
      items.push({ candidate, raster: patchOf(whole, before), recipe: full });
    }
    return items;
  }

  #offer(set: CandidateSet): void {
    this.offer(set);
    this.arrived(set);
  }
}
