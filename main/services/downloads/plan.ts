/** Which files a download takes, decided without touching network or disk. */
import { z } from 'zod';
import type { FileRule, Source } from '../../../native-models/catalogue/index.js';
import { bundlePathSchema } from '../../../native-models/bundle/index.js';
import { NativaError } from '../../../native-models/errors.js';
import { fileHashSchema } from './hub.js';
import type { HubFile, HubRepository } from './hub.js';

/** Names that Windows keeps for devices, whatever comes after a dot. */
const DEVICE = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i;
/** Endings that a download and an import use for themselves, and what no model has. */
const OWN = /(?:\.part|[. ])$|^nativa$|^bundle\.json$/i;

/** Where a file may go: in the folder, under a name that every system can have. */
const targetSchema = bundlePathSchema.refine(
  (path) =>
    path.split('/').every((part) => !DEVICE.test(part) && !OWN.test(part) && part[0] !== '.') &&
    !/[<>"|?*]/.test(path),
  'must be a plain name',
);

const plannedFileSchema = z.strictObject({
  /** Place in the model's folder. */
  target: targetSchema,
  repository: z.string(),
  commit: z.string().regex(/^[0-9a-f]{40}$/),
  /** Place in the repository. */
  path: z.string().min(1).max(1000),
  /** Bytes. */
  size: z.int().min(0),
  hash: fileHashSchema,
});
export type PlannedFile = z.output<typeof plannedFileSchema>;

const licenceSchema = z.strictObject({
  repository: z.string(),
  /** As its card names it; null without a name. */
  name: z.string().nullable(),
  nonCommercial: z.boolean(),
  /** Its page. */
  url: z.string(),
  /** The licence itself where the repository has it. */
  text: z.string().nullable(),
});
export type LicencePaper = z.output<typeof licenceSchema>;

/** All that is decided once and then kept to. */
export const planSchema = z.strictObject({
  schemaVersion: z.literal(1),
  id: z.string(),
  name: z.string(),
  files: z
    .array(plannedFileSchema)
    .min(1)
    .max(10_000)
    .refine((files) => distinct(files.map(({ target }) => target)), 'must have distinct targets'),
  licences: z.array(licenceSchema),
});
export type DownloadPlan = z.output<typeof planSchema>;

/** Some disks do not tell capital letters from small ones. */
function distinct(targets: readonly string[]): boolean {
  return new Set(targets.map((target) => target.toLowerCase())).size === targets.length;
}

/** A repository of a model, and what it has. */
export interface ListedSource {
  readonly source: Source;
  readonly listed: HubRepository;
}

/** Folder of a base in the model's own: as its repository is called. */
export function folderOf(source: Source, first: boolean): string {
  return first ? '' : `${source.repository.split('/').at(-1) ?? ''}/`;
}

/** What has to be had of the first repository before the rest can be decided. */
export function weightsIndex(listed: HubRepository): HubFile | undefined {
  const find = (name: string): HubFile | undefined =>
    listed.files.find(({ path }) => path === name);
  // A whole file comes first in an import, and then its index says nothing.
  return find('model.safetensors') ? undefined : find('model.safetensors.index.json');
}

/**
 * The files of all repositories, the checkpoint's first, in order of their places.
 * @param index what the checkpoint's index of weights says; undefined where nothing tells, and then
 *   nothing is left out for it
 * @throws NativaError DOWNLOAD_NOT_FOUND for a file that is needed, UNSAFE_NAME, DOWNLOAD_SIZE and
 *   DOWNLOAD_CORRUPT where the catalogue knows better
 */
export function planFiles(
  sources: readonly ListedSource[],
  index: WeightsIndex | undefined,
): PlannedFile[] {
  const planned = sources.flatMap(({ source, listed }, order) => {
    const rules = source.files.filter(
      ({ unless }) =>
        unless === undefined || index?.parameters.some((name) => name.startsWith(unless)) !== true,
    );
    refuseMissing(source, rules, listed);
    if (index !== undefined)
      refuseWithoutWeights(source, rules, listed, order === 0 ? index : undefined);
    const idle = idleWeights(listed, order === 0 ? index : undefined);
    return listed.files.flatMap((file) => {
      if (idle(file.path)) return [];
      const rule = rules.find(({ match }) => matches(match, file.path));
      if (rule === undefined) return [];
      const checked = known(file, rule, source.repository);
      const { repository } = source;
      const target = confined(`${folderOf(source, order === 0)}${file.path}`, repository);
      return [{ target, repository, commit: listed.commit, ...checked }];
    });
  });
  if (!distinct(planned.map(({ target }) => target))) {
    const [first] = sources;
    throw unsafe('two files of one name', first?.source.repository ?? '');
  }
  return planned;
}

/**
 * Weights that an import would not look at: shards beside a whole file of the same, and those of
 * another division than the index has.
 */
function idleWeights(
  listed: HubRepository,
  index: WeightsIndex | undefined,
): (path: string) => boolean {
  const paths = new Set(listed.files.map(({ path }) => path));
  return (path) => {
    const stem = /^(.*?)(?:-\d+-of-\d+\.safetensors|\.safetensors\.index\.json)$/.exec(path)?.[1];
    if (stem === undefined) return false;
    if (paths.has(`${stem}.safetensors`)) return true;
    return stem === 'model' && !path.endsWith('.json') && index?.files.has(path) === false;
  };
}

function refuseMissing(source: Source, rules: readonly FileRule[], listed: HubRepository): void {
  const missing = rules.filter(
    ({ required, match }) => required && !listed.files.some(({ path }) => matches(match, path)),
  );
  const [first] = missing;
  if (first === undefined) return;
  const message = `${source.repository} has no ${first.match} any more, without which the model cannot be used; look for a newer Nativa.`;
  throw new NativaError('DOWNLOAD_NOT_FOUND', message);
}

/** Weights that are needed, as the checkpoint's index tells, and not there: said before hours of work. */
function refuseWithoutWeights(
  { repository }: Source,
  rules: readonly FileRule[],
  { files }: HubRepository,
  index: WeightsIndex | undefined,
): void {
  const paths = new Set(files.map(({ path }) => path));
  const shard = [...(index?.files ?? [])].find((path) => !paths.has(path));
  const parts = new Set(rules.flatMap(({ unless }) => unless ?? []));
  const part = [...parts].find((unless) => {
    const own = rules.filter((rule) => rule.unless === unless);
    return !files.some(({ path }) => own.some(({ match }) => matches(match, path)));
  });
  const what = shard ?? (part === undefined ? undefined : `weights for ${part}*`);
  if (what === undefined) return;
  const message = `${repository} has no ${what.slice(0, 80)}, without which the model cannot be used; look for a newer Nativa.`;
  throw new NativaError('DOWNLOAD_NOT_FOUND', message);
}

/** Whether a path fits a pattern, in which `*` stands for anything but a slash, `#` for a number. */
function matches(pattern: string, path: string): boolean {
  const plain = pattern.replace(/[.\\]/g, String.raw`\$&`);
  return new RegExp(`^${plain.replaceAll('*', '[^/]*').replaceAll('#', String.raw`\d+`)}$`).test(
    path,
  );
}

function known(file: HubFile, rule: FileRule, repository: string): HubFile {
  const { size, sha256 } = rule;
  const other = sha256 !== undefined && file.hash.kind === 'sha256' && file.hash.value !== sha256;
  if (other || (size !== undefined && size !== file.size)) {
    const message = `${file.path} of ${repository} is not the file that Nativa knows; look for a newer Nativa.`;
    throw new NativaError('DOWNLOAD_CORRUPT', message);
  }
  return sha256 === undefined ? file : { ...file, hash: { kind: 'sha256', value: sha256 } };
}

function confined(target: string, repository: string): string {
  const parsed = targetSchema.safeParse(target);
  if (parsed.success) return parsed.data;
  throw unsafe(`a file "${target.slice(0, 80)}"`, repository);
}

function unsafe(what: string, repository: string): NativaError {
  const message = `${repository} lists ${what}, which cannot be kept in a folder; nothing was downloaded, so check the server's address.`;
  return new NativaError('UNSAFE_NAME', message);
}

const indexSchema = z.object({ weight_map: z.record(z.string(), z.string()) });

/** What an index of weights says. */
export interface WeightsIndex {
  /** Names. */
  readonly parameters: readonly string[];
  /** The files that they lie in. */
  readonly files: ReadonlySet<string>;
}

/** Reads an index of weights; undefined where that cannot be done. */
export function readIndex(index: Buffer): WeightsIndex | undefined {
  try {
    const { weight_map: map } = indexSchema.parse(JSON.parse(index.toString('utf8')));
    return { parameters: Object.keys(map), files: new Set(Object.values(map)) };
  } catch {
    return undefined;
  }
}

/** Bytes of all files. */
export function sizeOf(files: readonly PlannedFile[]): number {
  return files.reduce((sum, { size }) => sum + size, 0);
}
