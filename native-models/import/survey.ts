import { existsSync, statSync } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';

import { MANIFEST_FILE, readJson } from '../bundle/index.js';
import { NativaError } from '../errors.js';
import { REPOSITORIES } from './official.js';
import { hasWeights } from './shards.js';

/** A JSON object. */
export type Json = Readonly<Record<string, unknown>>;

/** A config that was found. */
export interface FoundConfig {
  readonly path: string;
  readonly json: Json;
}

/** Where the parts of a checkpoint lie. Paths are absolute. */
export interface Survey {
  /** Real folder of the checkpoint. */
  readonly dir: string;
  readonly ar: FoundConfig;
  readonly tokenizer: string;
  /** Folders `transformer` and `vae` of the diffusion base. */
  readonly transformer: FoundConfig | undefined;
  readonly vae: FoundConfig | undefined;
  /** The vision base's config, and how it reads pixels. */
  readonly tower: FoundConfig | undefined;
  readonly preprocessor: FoundConfig | undefined;
  /** `ta_tok.pth`. */
  readonly taTok: string | undefined;
  /** Model card and licence. */
  readonly papers: readonly string[];
}

/** Folders a person names for what is not in the checkpoint's own. */
export interface Bases {
  readonly diffusion?: string | undefined;
  readonly vision?: string | undefined;
}

/** Folder for what an import writes beside the weights. */
export const WRITTEN = 'nativa';

const JSON_LIMIT = 16 * 2 ** 20;
const PAPERS = ['README.md', 'LICENSE', 'LICENSE.md', 'LICENSE.txt', 'NOTICE'];
const objectSchema = z.record(z.string(), z.unknown());
const arSchema = z.looseObject({
  model_type: z.string().optional(),
  architectures: z.array(z.string()).nullish(),
});

/**
 * Looks for the parts of a checkpoint: in its folder, in the folders below, and, by the names of
 * their repositories, beside it, as people and download caches keep them.
 * @throws NativaError NOT_A_CHECKPOINT, CHECKPOINT_INCOMPLETE, ALREADY_A_MODEL, BUNDLE_INVALID
 */
export async function survey(folder: string, bases: Bases): Promise<Survey> {
  const dir = await openFolder(folder);
  await refuseBundle(dir);
  const ar = await readAr(dir);
  const tokenizer = join(dir, 'tokenizer.json');
  if (!existsSync(tokenizer)) throw incomplete(`${dir} lacks tokenizer.json`);
  const places = [dir, ...(await foldersBelow(dir))];
  const diffusion = await findDiffusion(places, dir, ar.json, bases.diffusion);
  const vision = await findVision(places, dir, bases.vision);
  return {
    dir,
    ar,
    tokenizer,
    transformer: await configIn(diffusion, 'transformer'),
    vae: await configIn(diffusion, 'vae'),
    ...vision,
    papers: PAPERS.map((name) => join(dir, name)).filter((path) => isFile(path)),
  };
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

/** An error that says what is missing, and to try again. */
export function incomplete(what: string): NativaError {
  return new NativaError('CHECKPOINT_INCOMPLETE', `${what}; add it and import again.`);
}

async function openFolder(folder: string): Promise<string> {
  const real = await realpath(folder).catch(() => undefined);
  if (real !== undefined && (await stat(real)).isDirectory()) return real;
  throw new NativaError('NOT_A_CHECKPOINT', `There is no folder ${folder}; check its name.`);
}

/** What an import wrote may be written again; a bundle that came as one has nothing to import. */
async function refuseBundle(dir: string): Promise<void> {
  const path = join(dir, MANIFEST_FILE);
  if (!existsSync(path)) return;
  const json = await readJson(path, JSON_LIMIT);
  const imported = z.looseObject({ configs: z.looseObject({ vision: z.string() }) });
  const parsed = imported.safeParse(json);
  if (parsed.success && parsed.data.configs.vision.startsWith(`${WRITTEN}/`)) return;
  const message = `${dir} already is a model; use it as it is, by its folder.`;
  throw new NativaError('ALREADY_A_MODEL', message);
}

async function readAr(dir: string): Promise<FoundConfig> {
  const found = await readConfig(join(dir, 'config.json'));
  if (found === undefined) {
    const what = existsSync(join(dir, 'model_index.json'))
      ? 'is a diffusion base alone; name the folder of a BLIP3o-NEXT checkpoint'
      : 'is no checkpoint: it has no config.json; name a folder as Hugging Face has it';
    throw new NativaError('NOT_A_CHECKPOINT', `${dir} ${what}.`);
  }
  const parsed = arSchema.safeParse(found.json);
  const names = parsed.success
    ? [parsed.data.model_type ?? '', ...(parsed.data.architectures ?? [])].join(' ')
    : '';
  if (/blip3o|qwen3/i.test(names)) return found;
  const message = `${dir} is another kind of model (${names.trim() || 'without a name'}); Nativa imports BLIP3o-NEXT checkpoints.`;
  throw new NativaError('NOT_A_CHECKPOINT', message);
}

async function foldersBelow(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory() || entry.isSymbolicLink())
    .filter(({ name }) => !name.startsWith('.') && name !== WRITTEN)
    .map(({ name }) => join(dir, name))
    .sort();
}

/** Folders that a repository's copy may have beside a checkpoint. */
async function copiesOf(repository: string, dir: string): Promise<string[]> {
  const name = repository.split('/').at(-1) ?? repository;
  const beside = join(dirname(dir), name);
  const cache = join(dir, '..', '..', '..', `models--${repository.replaceAll('/', '--')}`);
  const snapshots = join(cache, 'snapshots');
  const inCache =
    basename(dirname(dir)) === 'snapshots' ? await readdir(snapshots).catch(() => []) : [];
  return [beside, ...inCache.sort().map((snapshot) => join(snapshots, snapshot))];
}

async function findDiffusion(
  places: readonly string[],
  dir: string,
  config: Json,
  named: string | undefined,
): Promise<string | undefined> {
  if (named !== undefined) {
    const folder = await openFolder(named);
    if (isDiffusion(folder)) return folder;
    throw incomplete(`${folder} has no folders transformer and vae with a config.json each`);
  }
  const said = config.diffusion_name_or_path;
  const repositories = [...(typeof said === 'string' ? [said] : []), REPOSITORIES.diffusion];
  const beside = await Promise.all(repositories.map((name) => copiesOf(name, dir)));
  return [...places, ...beside.flat()].find(isDiffusion);
}

function isDiffusion(folder: string): boolean {
  return ['transformer', 'vae'].every((part) => existsSync(join(folder, part, 'config.json')));
}

async function configIn(
  folder: string | undefined,
  part: string,
): Promise<FoundConfig | undefined> {
  return folder === undefined ? undefined : readConfig(join(folder, part, 'config.json'));
}

async function findVision(
  places: readonly string[],
  dir: string,
  named: string | undefined,
): Promise<Pick<Survey, 'tower' | 'preprocessor' | 'taTok'>> {
  const own = named === undefined ? undefined : await realpath(named).catch(() => undefined);
  if (named !== undefined && own === undefined) {
    throw new NativaError('NOT_A_CHECKPOINT', `There is no ${named}; check its name.`);
  }
  const isFile = own !== undefined && (await stat(own)).isFile();
  const first = own === undefined || isFile ? [] : [own, ...(await foldersBelow(own))];
  const beside = [
    ...(await copiesOf(REPOSITORIES.tokenizer, dir)),
    ...(await copiesOf(REPOSITORIES.tower, dir)),
  ];
  const all = [...first, ...places, ...beside];
  const files = all.map((folder) => join(folder, 'ta_tok.pth'));
  const towers = await Promise.all(
    [...first, ...places.slice(1), ...beside].map((folder) => readTower(folder)),
  );
  const tower = towers.find((found) => found !== undefined);
  return {
    tower,
    preprocessor:
      tower && (await readConfig(join(dirname(tower.path), 'preprocessor_config.json'))),
    taTok: isFile ? own : files.find((path) => existsSync(path)),
  };
}

/** The config of a SigLIP model, or of its vision tower alone. */
async function readTower(folder: string): Promise<FoundConfig | undefined> {
  const found = await readConfig(join(folder, 'config.json'));
  if (found === undefined || !/siglip/i.test(String(found.json.model_type))) return undefined;
  const inner = objectSchema.safeParse(found.json.vision_config);
  return { path: found.path, json: inner.success ? inner.data : found.json };
}

async function readConfig(path: string): Promise<FoundConfig | undefined> {
  if (!existsSync(path)) return undefined;
  const parsed = objectSchema.safeParse(await readJson(path, JSON_LIMIT));
  if (parsed.success) return { path, json: parsed.data };
  throw new NativaError('BUNDLE_INVALID', `${path} must hold a JSON object: get it again.`);
}

/** Whether a part of the diffusion base has weights of its own. */
export function partHasWeights(config: FoundConfig | undefined): config is FoundConfig {
  return config !== undefined && hasWeights(dirname(config.path), 'diffusion_pytorch_model');
}
