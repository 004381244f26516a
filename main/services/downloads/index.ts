/**
 * Models from a server: nothing is asked of the network before a person wants a model. What a
 * download takes is read from the server once and then kept to; files come in parallel, each goes
 * on where it stopped; the model appears among the others whole or not at all.
 */
import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { readCatalogue } from '../../../native-models/catalogue/index.js';
import type { Catalogue, CatalogueEntry } from '../../../native-models/catalogue/index.js';
import { moveVerdicts } from '../../../native-models/bundle/index.js';
import { NativaError } from '../../../native-models/errors.js';
import { importCheckpoint } from '../../../native-models/import/index.js';
import { listModels } from '../models.js';
import { application, folders } from '../paths.js';
import { makePlan } from './offer.js';
import { fileUrl } from './hub.js';
import type { HubOptions } from './hub.js';
import { sizeOf } from './plan.js';
import type { DownloadPlan } from './plan.js';
import { Staging, checkRoom, freeBytes } from './staging.js';
import { fetchFile } from './transfer.js';

export { accessNet, openNet } from './access.js';
export type { Access } from './access.js';
export { explainDisk, noRoom } from './errors.js';
export { readSmallFile } from './hub.js';
export type { HubOptions } from './hub.js';
export { PATIENT } from './net/retry.js';
export type { DownloadPlan } from './plan.js';
export { Staging } from './staging.js';
export { fetchFile } from './transfer.js';
export type { RemoteFile } from './transfer.js';

/** Files that come at once. */
const PARALLEL = 4;

/** The models that can be downloaded. @throws NativaError CATALOGUE_INVALID */
export function theCatalogue(): Promise<Catalogue> {
  return readCatalogue(join(application().root, 'native-models', 'catalogue', 'catalogue.json'));
}

/**
 * A model of the catalogue.
 * @throws NativaError MODEL_NOT_FOUND
 */
export function entryOf(catalogue: Catalogue, id: string): CatalogueEntry {
  const wanted = id.toLowerCase();
  const entry = catalogue.models.find((model) => model.id === wanted);
  if (entry !== undefined) return entry;
  const ids = catalogue.models.map((model) => model.id).join(', ');
  const message = `There is no model "${id}" to download: choose one of ${ids}.`;
  throw new NativaError('MODEL_NOT_FOUND', message);
}

/** What a download takes, before it begins. */
export interface Offer {
  readonly plan: DownloadPlan;
  /** Whether it began earlier, its licences accepted. */
  readonly begun: boolean;
  /** Bytes in all, here already, and free on the disk. */
  readonly bytes: number;
  readonly present: number;
  readonly free: number;
}

/**
 * Finds out what a model takes: from an earlier beginning, else from the server.
 * @throws NativaError MODEL_NOT_FOUND, MODEL_EXISTS, and as {@link makePlan}
 */
export async function offer(id: string, catalogue: Catalogue, options: HubOptions): Promise<Offer> {
  const entry = entryOf(catalogue, id);
  await refuseInstalled(entry.id);
  const staging = new Staging(entry.id);
  const kept = await staging.plan();
  const plan = kept ?? (await makePlan(entry, catalogue, options));
  const present = (await staging.present(plan.files)).reduce((sum, size) => sum + size, 0);
  const free = await freeBytes();
  return { plan, begun: kept !== undefined, bytes: sizeOf(plan.files), present, free };
}

async function refuseInstalled(id: string): Promise<void> {
  const found = await listModels();
  const there = found.find((model) => model.ok && model.manifest.id === id);
  if (there === undefined) return;
  const message = `The model "${id}" is here already, in ${there.dir}: use it, or delete it first.`;
  throw new NativaError('MODEL_EXISTS', message);
}

/** Where a download stands. */
export interface DownloadProgress {
  /** `import`: all is here, and is made a model. */
  readonly stage: 'fetch' | 'import';
  /** Bytes over all files; of the hashing, in an import. */
  readonly done: number;
  readonly total: number;
  /** Bytes of each file that are here, in the plan's order. */
  readonly files: readonly number[];
}

/** What a download is told by. */
export interface DownloadOptions extends HubOptions {
  readonly onProgress?: ((progress: DownloadProgress) => void) | undefined;
}

/**
 * Brings a model and makes it one of the person's. What an `AbortError` or a failure leaves goes on
 * with the next call.
 * @param plan whose licences the person has accepted
 * @returns its folder
 * @throws NativaError DOWNLOAD_*, MODEL_EXISTS, DISK_FULL, FOLDER_UNWRITABLE, UNSAFE_REDIRECT, and
 *   as {@link importCheckpoint}; AbortError
 */
export async function download(plan: DownloadPlan, options: DownloadOptions): Promise<string> {
  const staging = new Staging(plan.id);
  const release = await staging.claim();
  try {
    await refuseInstalled(plan.id);
    await staging.keepPlan(plan);
    await fetchAll(plan, staging, options);
    return await makeModel(plan, staging, options);
  } finally {
    await release();
  }
}

/**
 * Takes away what has arrived of a model that is no longer wanted.
 * @throws NativaError DOWNLOAD_RUNNING where another process is at it
 */
export async function discardDownload(id: string): Promise<void> {
  const staging = new Staging(id);
  const release = await staging.claim();
  try {
    await staging.discard();
  } finally {
    await release();
  }
}

async function fetchAll(
  { files }: DownloadPlan,
  staging: Staging,
  { net, policy, signal, onProgress }: DownloadOptions,
): Promise<void> {
  const here = await staging.present(files);
  const total = sizeOf(files);
  const tell = (): void => {
    const done = here.reduce((sum, size) => sum + size, 0);
    onProgress?.({ stage: 'fetch', done, total, files: [...here] });
  };
  tell();
  await checkRoom(
    files,
    here.reduce((sum, size) => sum + size, 0),
  );
  const failed = new AbortController();
  const stopping = AbortSignal.any([signal, failed.signal]);
  const options = { net, policy, signal: stopping };
  // The large ones first, so that none of them is left alone at the end.
  const waiting = files
    .map((file, index) => ({ file, index }))
    .sort((a, b) => b.file.size - a.file.size);
  const failures: unknown[] = [];
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const { file, index } = next;
      const places = { path: staging.pathOf(file), part: staging.partOf(file) };
      const { repository, commit, path } = file;
      const url = fileUrl(net.endpoint, repository, commit, path);
      await fetchFile({ ...file, url }, places, options, (bytes) => {
        here[index] = bytes;
        tell();
      });
    }
  };
  const guarded = (): Promise<void> =>
    work().catch((error: unknown) => {
      // The first says what is wrong; the others only hear that they are to stop.
      failures.push(error);
      failed.abort();
    });
  await Promise.all(Array.from({ length: PARALLEL }, guarded));
  signal.throwIfAborted();
  const [first] = failures;
  if (failures.length > 0) throw first;
}

async function makeModel(
  { name, files }: DownloadPlan,
  staging: Staging,
  { signal, onProgress }: DownloadOptions,
): Promise<string> {
  const { cache } = folders();
  const sizes = files.map(({ size }) => size);
  const { dir } = await importCheckpoint(staging.folder, {
    name,
    cacheDir: cache,
    signal,
    onProgress: ({ done, total }) => onProgress?.({ stage: 'import', done, total, files: sizes }),
  });
  const place = await staging.install();
  await moveVerdicts(cache, dir, await realpath(place));
  return place;
}
