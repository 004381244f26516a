/** Making pictures: the prompt and its settings, runs in line, and candidates to choose from. */
import type { Candidate, RunRequest, StudioEvent } from '../../preload/contract.js';
import { fetchRaster } from '../bridge/pictures.js';
import { toStudioError, type Client } from '../bridge/client.js';
import {
  parseRecipe,
  withCandidate,
  type CandidateSet,
  type Placement,
  type Ready,
} from '../create/candidates.js';
import { patchOf } from '../create/patch.js';
import type { Raster, StudioDocument } from '../document/types.js';

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
}

/** How long a stage has taken so far says how long the rest of it takes. */
function leftOf(began: number, step: number, total: number): number | null {
  return step < 2 ? null : ((performance.now() - began) / step) * (total - step);
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
  /** Width by height of a generated picture. */
  aspect = $state(1);
  jobs = $state.raw<readonly Job[]>([]);
  sets = $state.raw<readonly CandidateSet[]>([]);
  /** Which candidate of the first set is looked at; -1: the picture before. */
  chosen = $state(0);
  /** Prompts that were run, the latest last. */
  past = $state.raw<readonly string[]>([]);
  /** The last request, to be repeated. */
  last = $state.raw<{ readonly request: RunRequest; readonly placement: Placement } | null>(null);

  readonly #client: Client;
  readonly #failed: (message: string) => void;
  /** Told when candidates are there to be looked at. */
  arrived: (set: CandidateSet) => void = () => undefined;
  #recalled = 0;
  #draft = '';
  /** Events can come before the reply that tells a run's number. */
  readonly #early = new Map<number, StudioEvent[]>();

  constructor(client: Client, failed: (message: string) => void) {
    this.#client = client;
    this.#failed = failed;
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
    this.#remember(request.prompt);
    const { job: id } = await this.#client.request('studio.run', request);
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
    };
    this.jobs = [...this.jobs, job];
    for (const event of this.#early.get(id) ?? []) this.receive(event);
    this.#early.delete(id);
  }

  /** Cancels the run on its way, or one that waits. */
  async cancel(id = this.jobs[0]?.id): Promise<void> {
    if (id === undefined) return;
    this.#drop(id);
    await this.#client.request('studio.cancel', { job: id });
  }

  receive(event: StudioEvent): void {
    if (!('job' in event)) return;
    const job = this.jobs.find(({ id }) => id === event.job);
    if (job === undefined) {
      this.#early.set(event.job, [...(this.#early.get(event.job) ?? []), event].slice(-64));
      return;
    }
    if (event.type === 'progress') this.#progress(job, event.stage, event.step, event.total);
    else if (event.type === 'preview') void this.#preview(job.id, event);
    else if (event.type === 'failed') {
      this.#drop(job.id);
      if (event.code !== 'CANCELLED') this.#failed(event.message);
    } else void this.#finish(job, event.candidates);
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

  #remember(prompt: string): void {
    this.#recalled = 0;
    this.past = [...this.past.filter((other) => other !== prompt), prompt].slice(-200);
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
    const data = await this.#client.bytes(pixels).catch(() => null);
    if (data === null || data.length !== width * height * 4) return;
    const bitmap = await createImageBitmap(new ImageData(data, width, height));
    const job = this.jobs.find((other) => other.id === id);
    if (job === undefined) return;
    job.previews.get(index)?.close();
    this.#update(id, { previews: new Map(job.previews).set(index, bitmap) });
  }

  async #finish(job: Job, candidates: readonly Candidate[]): Promise<void> {
    try {
      const items: Ready[] = [];
      for (const candidate of candidates) {
        const { pixels, width, height } = candidate;
        const whole = await fetchRaster(this.#client, pixels, width, height);
        const recipe = parseRecipe(candidate.recipe);
        items.push({ candidate, raster: patchOf(whole, job.source), recipe });
      }
      if (this.sets.length === 0) this.chosen = 0;
      const set = { id: job.id, placement: job.placement, items };
      this.sets = [...this.sets, set];
      this.arrived(set);
    } catch (error) {
      this.#failed(toStudioError(error).message);
    } finally {
      this.#drop(job.id);
      void this.#client
        .request(
          'blobs.drop',
          candidates.map(({ pixels }) => pixels),
        )
        .catch(() => undefined);
    }
  }
}
