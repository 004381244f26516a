/** Making pictures: the prompt and its settings, runs in line, and candidates to choose from. */
import type { Candidate, RunRequest, StudioEvent } from '../../preload/contract.js';
import type { TokenScale } from '../../preload/models.js';
import { fetchRaster } from '../bridge/pictures.js';
import { StudioError, toStudioError, type Client } from '../bridge/client.js';
import {
  parseRecipe,
  withCandidate,
  type CandidateSet,
  type Placement,
  type Ready,
} from '../create/candidates.js';
import { withOrigin } from '../create/origin.js';
import { patchOf } from '../create/patch.js';
import type { Raster, StudioDocument } from '../document/types.js';
import { t } from '../i18n/index.svelte.js';
import type { EarlyEvents, JobEvent } from './early-events.js';

export type Stage = Extract<StudioEvent, { type: 'progress' }>['stage'];

/** A run that waits or is on its way. */
export interface Job {
  /** The services' number of it. */
  readonly id: number;
  readonly prompt: string;
  readonly placement: Placement;
  /** What an edit was made of; what equals it is not part of the result. */
  readonly source: Raster | null;
  readonly count: number;
  readonly stage: Stage | null;
  readonly step: number;
  readonly total: number;
  readonly began: number | null;
  /** Milliseconds that are left of the stage, if that can be told. */
  readonly left: number | null;
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

/** How long a stage has taken so far says how long the rest of it takes. */
function leftOf(began: number, step: number, total: number): number | null {
  return step < 2 ? null : ((performance.now() - began) / step) * (total - step);
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
  readonly early: EarlyEvents;
  readonly prompts: Prompts;
}

export class CreateState {
  mode = $state<'generate' | 'edit'>('generate');
  prompt = $state('');
  target = $state<'picture' | 'layer'>('picture');
  count = $state(4);
  /** null: as the model's bundle says. */
  steps = $state<number | null>(null);
  guidanceScale = $state<number | null>(null);
  imageGuidanceScale = $state<number | null>(null);
  tokens = $state<TokenScale | null>(null);
  /** Width by height of a generated picture. */
  aspect = $state(1);
  jobs = $state.raw<readonly Job[]>([]);
  sets = $state.raw<readonly CandidateSet[]>([]);
  /** Which candidate of the first set is looked at; -1: the picture before. */
  chosen = $state(0);
  /** The last request, to be repeated. */
  last = $state.raw<{ readonly request: RunRequest; readonly placement: Placement } | null>(null);

  readonly #shared: RunsShared;
  /** Told when candidates are there to be looked at. */
  arrived: (set: CandidateSet) => void = () => undefined;
  #recalled = 0;
  #draft = '';
  #ended = false;

  /** @param like settings of runs are taken over from this one */
  constructor(shared: RunsShared, like: CreateState | null = null) {
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

  /** The candidates that are to be chosen from now. */
  get current(): CandidateSet | null {
    return this.sets[0] ?? null;
  }

  get busy(): boolean {
    return this.jobs.length > 0;
  }

  /** A document as it would be with the candidate that is looked at. */
  preview(document: StudioDocument | null): StudioDocument | null {
    const set = this.current;
    const ready = set?.items[this.chosen];
    return set && ready ? withCandidate(document, ready, set.placement) : null;
  }

  /** @throws StudioError */
  async run(request: RunRequest, placement: Placement, source: Raster | null): Promise<void> {
    this.last = { request, placement };
    this.#recalled = 0;
    this.#shared.prompts.remember(request.prompt);
    await this.#start(request, placement, source, null);
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
        this.#start(request, placement, source, { done, failed }).then((started) => {
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
    request: RunRequest,
    placement: Placement,
    source: Raster | null,
    waiting: Waiting | null,
  ): Promise<number> {
    const { client, early } = this.#shared;
    const { job: id } = await early.during(() => client.request('studio.run', request));
    if (this.#ended) {
      waiting?.failed(new StudioError('CANCELLED', t('job.cancelled')));
      await client.request('studio.cancel', { job: id });
      return id;
    }
    const job: Job = {
      id,
      prompt: request.prompt,
      placement,
      source,
      count: request.count,
      stage: null,
      step: 0,
      total: 0,
      began: null,
      left: null,
      previews: new Map(),
      waiting,
    };
    this.jobs = [...this.jobs, job];
    for (const event of early.take(id)) this.receive(event);
    return id;
  }

  /** Cancels the run on its way, or one that waits. */
  async cancel(id = this.jobs[0]?.id): Promise<void> {
    if (id === undefined) return;
    const waiting = this.jobs.find((job) => job.id === id)?.waiting;
    this.#drop(id);
    waiting?.failed(new StudioError('CANCELLED', t('job.cancelled')));
    await this.#shared.client.request('studio.cancel', { job: id });
  }

  /** The document is closed: nobody waits for what is on its way. */
  async end(): Promise<void> {
    this.#ended = true;
    this.sets = [];
    await Promise.all(this.jobs.map(({ id }) => this.cancel(id)));
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
    } else void this.#finish(job, event.candidates);
    return true;
  }

  /** The set that is chosen from is done with. */
  next(): void {
    this.sets = this.sets.slice(1);
    this.chosen = 0;
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
    const began = job.stage === stage && job.began !== null ? job.began : performance.now();
    this.#update(job.id, { stage, step, total, began, left: leftOf(began, step, total) });
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
    for (const candidate of candidates) {
      const { pixels, width, height } = candidate;
      const whole = await fetchRaster(this.#shared.client, pixels, width, height);
      const recipe = parseRecipe(candidate.recipe);
      const full = recipe && origin ? withOrigin(recipe, origin) : recipe;
      items.push({ candidate, raster: patchOf(whole, source), recipe: full });
    }
    return items;
  }

  #offer(set: CandidateSet): void {
    if (this.sets.length === 0) this.chosen = 0;
    this.sets = [...this.sets, set];
    this.arrived(set);
  }
}
