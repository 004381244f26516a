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
  return listed.files.find(({ path }) => path === 'model.safetensors.index.json');
}

/**
 * The files of all repositories, the checkpoint's first, in order of their places.
 * @param parameters names of the weights in the checkpoint; undefined where nothing tells them, and
 *   then nothing is left out
 * @throws NativaError DOWNLOAD_NOT_FOUND for a file that is needed, UNSAFE_NAME, DOWNLOAD_SIZE and
 *   DOWNLOAD_CORRUPT where the catalogue knows better
 */
export function planFiles(
  sources: readonly ListedSource[],
  parameters: readonly string[] | undefined,
): PlannedFile[] {
  const planned = sources.flatMap(({ source, listed }, index) => {
    const rules = source.files.filter(
      ({ unless }) =>
        unless === undefined || parameters?.some((name) => name.startsWith(unless)) !== true,
    );
    refuseMissing(source, rules, listed);
    return listed.files.flatMap((file) => {
      const rule = rules.find(({ match }) => matches(match, file.path));
      if (rule === undefined) return [];
      const checked = known(file, rule, source.repository);
      const { repository } = source;
      const target = confined(`${folderOf(source, index === 0)}${file.path}`, repository);
      return [{ target, repository, commit: listed.commit, ...checked }];
    });
  });
  if (!distinct(planned.map(({ target }) => target))) {
    const [first] = sources;
    throw unsafe('two files of one name', first?.source.repository ?? '');
  }
  return planned;
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

/** Whether a path fits a pattern, in which `*` stands for anything but a slash. */
function matches(pattern: string, path: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[.\\]/g, String.raw`\$&`));
  return new RegExp(`^${parts.join('[^/]*')}$`).test(path);
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

/** Names of the parameters in an index of weights; undefined where it cannot be read. */
export function parametersOf(index: Buffer): readonly string[] | undefined {
  try {
    return Object.keys(indexSchema.parse(JSON.parse(index.toString('utf8'))).weight_map);
  } catch {
    return undefined;
  }
}

/** Bytes of all files. */
export function sizeOf(files: readonly PlannedFile[]): number {
  return files.reduce((sum, { size }) => sum + size, 0);
}
