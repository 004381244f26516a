/** The models of this machine and those to be had, and what is being done with them. */
import { SvelteMap, SvelteSet } from 'svelte/reactivity';

import type { DownloadState, OfferedModel, StudioEvent } from '../../preload/contract.js';
import { toStudioError } from '../bridge/client.js';
import { t } from '../i18n/index.svelte.js';
import type { Studio } from './studio.svelte.js';

/** What is told of models without being asked for. */
type ModelEvent = Extract<StudioEvent, { type: 'download' | 'checking' }>;

/** Bytes of a check or an import. */
export interface Checking {
  readonly done: number;
  readonly total: number;
}

export class ModelManager {
  readonly #studio: Studio;
  /** Models of the catalogue. */
  offered = $state.raw<readonly OfferedModel[]>([]);
  /** Checks and imports on their way, by place. */
  readonly checking = new SvelteMap<string, Checking>();
  /** Places that were checked and are as published. */
  readonly verified = new SvelteSet<string>();

  constructor(studio: Studio) {
    this.#studio = studio;
  }

  /** Reads both lists anew: models may have come or gone. */
  async load(): Promise<void> {
    await Promise.all([this.#studio.loadModels(), this.#loadOffered()]);
  }

  async #loadOffered(): Promise<void> {
    this.offered = await this.#studio.client.request('catalogue.list', null);
  }

  receive(event: ModelEvent): void {
    if (event.type === 'checking') {
      const { place, done, total } = event;
      // What is told after the end is of no interest.
      if (this.checking.has(place)) this.checking.set(place, { done, total });
      return;
    }
    const { id, download, finished } = event;
    this.#show(id, download);
    if (!finished) return;
    const name = this.offered.find((model) => model.id === id)?.name ?? id;
    this.#studio.ui.toast('info', t('models.ready', { name }));
    this.#studio.attempt(() => this.load());
  }

  #show(id: string, download: DownloadState | null): void {
    this.offered = this.offered.map((model) => (model.id === id ? { ...model, download } : model));
  }

  /** Begins or goes on with a download. */
  async start(id: string): Promise<void> {
    await this.#studio.client.request('downloads.start', { id });
  }

  async pause(id: string): Promise<void> {
    await this.#studio.client.request('downloads.pause', { id });
  }

  async cancel(id: string): Promise<void> {
    await this.#studio.client.request('downloads.cancel', { id });
  }

  /** Hashes a model's files anew. */
  async verify(place: string): Promise<void> {
    this.verified.delete(place);
    await this.#work(place, async () => {
      await this.#studio.client.request('models.verify', { place });
      this.verified.add(place);
    });
  }

  /** Makes a folder a model. @returns whether it is one now; false where it was stopped */
  async import(folder: string): Promise<boolean> {
    return this.#work(folder, async () => {
      const { id } = await this.#studio.client.request('models.import', { folder });
      await this.load();
      const made = this.#studio.models.find((model) => model.ok && model.id === id);
      const name = made?.ok === true ? made.name : id;
      this.#studio.ui.toast('info', t('models.ready', { name }));
    });
  }

  stop(place: string): void {
    this.#studio.attempt(async () => {
      await this.#studio.client.request('models.stop', { place });
    });
  }

  /** Takes a model away. */
  async delete(place: string): Promise<void> {
    const { client, settings } = this.#studio;
    const gone = this.#studio.models.find((model) => model.place === place);
    await client.request('models.delete', { place });
    if (gone?.ok === true && settings.model === gone.id) await this.#studio.set({ model: null });
    await this.load();
  }

  async #work(place: string, action: () => Promise<void>): Promise<boolean> {
    this.checking.set(place, { done: 0, total: 0 });
    try {
      await action();
      return true;
    } catch (error) {
      // Stopped because the person said so.
      if (toStudioError(error).code === 'CANCELLED') return false;
      throw error;
    } finally {
      this.checking.delete(place);
    }
  }
}
