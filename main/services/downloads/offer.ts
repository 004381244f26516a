/** What a download would take, read from the server once the person asks for it. */
import { sourcesOf } from '../../../native-models/catalogue/index.js';
import type { Catalogue, CatalogueEntry, Source } from '../../../native-models/catalogue/index.js';
import { fileUrl, readRepository, readSmallFile } from './hub.js';
import type { HubFile, HubOptions, HubRepository } from './hub.js';
import { planFiles, readIndex, weightsIndex } from './plan.js';
import type { DownloadPlan, LicencePaper, ListedSource, WeightsIndex } from './plan.js';

const MAX_INDEX = 64 * 2 ** 20;
const MAX_TRIES = 3;
/** Milliseconds. */
const MAX_WAIT = 15_000;
const MAX_LICENCE = 256 * 2 ** 10;

/**
 * Asks the server for everything that decides a download: commits, sizes, hashes, licences.
 * @throws NativaError as {@link readRepository} and {@link planFiles}
 */
export async function makePlan(
  entry: CatalogueEntry,
  catalogue: Catalogue,
  patient: HubOptions,
): Promise<DownloadPlan> {
  // Somebody waits for the answer.
  const attempts = Math.min(MAX_TRIES, patient.policy.attempts);
  const longestAsked = Math.min(MAX_WAIT, patient.policy.longestAsked);
  const options = { ...patient, policy: { ...patient.policy, attempts, longestAsked } };
  const sources = await Promise.all(
    sourcesOf(entry, catalogue).map(async (source): Promise<ListedSource> => {
      const { repository, revision } = source;
      return { source, listed: await readRepository(repository, revision, options) };
    }),
  );
  const files = planFiles(sources, await indexOf(sources[0], options));
  const used = sources.filter(({ source }) =>
    files.some(({ repository }) => repository === source.repository),
  );
  const licences = await Promise.all(used.map((source) => paper(source, options)));
  return { schemaVersion: 1, id: entry.id, name: entry.name, files, licences };
}

/** What the checkpoint's weights are, where an index tells. */
async function indexOf(
  first: ListedSource | undefined,
  options: HubOptions,
): Promise<WeightsIndex | undefined> {
  if (first === undefined) return undefined;
  const index = weightsIndex(first.listed);
  if (index === undefined) return undefined;
  return readIndex(await read(first.source, first.listed, index, MAX_INDEX, options));
}

async function paper({ source, listed }: ListedSource, options: HubOptions): Promise<LicencePaper> {
  const { repository, revision, terms } = source;
  const { endpoint } = options.net;
  const file = listed.files.find(
    ({ path, size }) => /^licen[cs]e(\.(md|txt))?$/i.test(path) && size <= MAX_LICENCE,
  );
  const text =
    file && (await read(source, listed, file, MAX_LICENCE, options)).toString('utf8').trim();
  return {
    repository,
    name: listed.licence,
    nonCommercial: terms === 'non-commercial',
    // The card, where the terms are; of another revision its files.
    url: `${endpoint.href.replace(/\/+$/, '')}/${repository}${revision === 'main' ? '' : `/tree/${revision}`}`,
    text: text ?? null,
  };
}

function read(
  { repository }: Source,
  { commit }: HubRepository,
  { path }: HubFile,
  limit: number,
  options: HubOptions,
): Promise<Buffer> {
  const url = fileUrl(options.net.endpoint, repository, commit, path);
  return readSmallFile(url, `${path} of ${repository}`, limit, options);
}
