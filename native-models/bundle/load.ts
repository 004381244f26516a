import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { NativaError } from '../errors.js';
import type { TensorLocation } from '../graphs/types.js';
import { readParameters, weightFormat } from '../graphs/weights.js';
import type { WeightFile } from '../graphs/weights.js';
import { identifyFile, readJson, resolveBundleFile, systemErrorCode } from './files.js';
import type { FileIdentity } from './files.js';
import { MANIFEST_FILE, parseManifest, type BundleManifest } from './schema.js';

/** Parsed JSON of a config file: an object; what its fields must be is its network's business. */
export type ConfigJson = Readonly<Record<string, unknown>>;

/** A bundle whose manifest, configs and weight headers were read and agree on names and sizes. */
export interface Bundle {
  /** Real, absolute folder. */
  readonly dir: string;
  readonly manifest: BundleManifest;
  /** The four networks' configs as their files say, unparsed. */
  readonly configs: {
    readonly ar: ConfigJson;
    readonly vision: ConfigJson;
    readonly transformer: ConfigJson;
    readonly vae: ConfigJson;
  };
  /** Absolute path of `tokenizer.json`. */
  readonly tokenizerPath: string;
  /** Real absolute path of every file in `manifest.files`, by its name there. */
  readonly paths: ReadonlyMap<string, string>;
  /** Every parameter; `file` is the weight file's name in the manifest. */
  readonly tensors: ReadonlyMap<string, TensorLocation>;
  /** What all of its files were when they were read, for {@link isUnchanged}. */
  readonly identities: ReadonlyMap<string, FileIdentity>;
}

/** A manifest lists few files; a config is a page of text. Beyond this it is not ours. */
const JSON_LIMIT = 16 * 2 ** 20;

const configSchema = z.record(z.string(), z.unknown());

/**
 * Reads a bundle's manifest alone: enough to list it.
 *
 * @throws {NativaError} BUNDLE_NOT_FOUND, BUNDLE_INVALID, BUNDLE_VERSION_UNKNOWN
 */
export async function readManifest(
  folder: string,
): Promise<{ dir: string; manifest: BundleManifest; identity: FileIdentity }> {
  let dir: string;
  let identity: FileIdentity;
  try {
    dir = await realpath(folder);
    identity = await identifyFile(join(dir, MANIFEST_FILE));
  } catch (error) {
    const reason =
      systemErrorCode(error) === 'EACCES'
        ? 'cannot be opened: check its permissions'
        : `is not a model: it must be a folder with a ${MANIFEST_FILE} in it`;
    throw new NativaError('BUNDLE_NOT_FOUND', `${folder} ${reason}.`, { cause: error });
  }
  const path = await resolveBundleFile(dir, MANIFEST_FILE);
  return { dir, manifest: parseManifest(await readJson(path, JSON_LIMIT), path), identity };
}

/**
 * Reads a bundle: manifest, configs, and the headers of its weights. Reads no weights and computes
 * no hash (see verify.ts), so it takes milliseconds at any size.
 *
 * @throws {NativaError} BUNDLE_NOT_FOUND, BUNDLE_VERSION_UNKNOWN, BUNDLE_INVALID,
 *   BUNDLE_FILE_MISSING, BUNDLE_FILE_TRUNCATED, BUNDLE_FILE_ALTERED (a file grew), BAD_WEIGHTS,
 *   UNSAFE_WEIGHTS, each naming the file and what to do
 */
export async function loadBundle(folder: string): Promise<Bundle> {
  const { dir, manifest, identity } = await readManifest(folder);
  const paths = new Map<string, string>();
  const identities = new Map([[join(dir, MANIFEST_FILE), identity]]);
  for (const [name, entry] of Object.entries(manifest.files)) {
    const path = await resolveBundleFile(dir, name, manifest.elsewhere[name]);
    // By the name it has here, so that a link that leads elsewhere later is another file.
    const place = manifest.elsewhere[name] ?? join(dir, name);
    const found = await identifyFile(place);
    checkSize(dir, name, entry.size, Number(found.size));
    paths.set(name, path);
    identities.set(place, found);
  }
  const pathOf = (name: string): string => {
    const path = paths.get(name);
    // The schema demands an entry for every config and weight file.
    if (path === undefined) throw new Error(`No entry for ${name}`);
    return path;
  };
  const { configs } = manifest;
  return {
    dir,
    manifest,
    configs: {
      ar: await readConfig(pathOf(configs.ar)),
      vision: await readConfig(pathOf(configs.vision)),
      transformer: await readConfig(pathOf(configs.transformer)),
      vae: await readConfig(pathOf(configs.vae)),
    },
    tokenizerPath: pathOf(configs.tokenizer),
    paths,
    tensors: await readTensors(dir, manifest, pathOf),
    identities,
  };
}

/**
 * Whether every file of a bundle in `folder` still is the one that was read, going by size, time and inode:
 * a fraction of a millisecond, where reading the bundle again takes ten.
 */
export async function isUnchanged({ dir, identities }: Bundle, folder: string): Promise<boolean> {
  try {
    if ((await realpath(folder)) !== dir) return false;
    for (const [path, before] of identities) {
      const now = await identifyFile(path);
      if (now.size !== before.size || now.mtimeNs !== before.mtimeNs) return false;
      if (now.ino !== before.ino) return false;
    }
    return true;
  } catch {
    return false;
  }
}

/** Weight files of a bundle, to open them as a checkpoint. */
export function weightFiles({ manifest, paths }: Bundle): WeightFile[] {
  return manifest.weights.map((name) => ({
    // Files that links stand for may have names without endings.
    path: paths.get(name) ?? name,
    format: weightFormat(name),
    prefix: manifest.prefixes[name],
  }));
}

function checkSize(dir: string, name: string, declared: number, actual: number): void {
  if (actual === declared) return;
  const [code, verb] =
    actual < declared
      ? (['BUNDLE_FILE_TRUNCATED', 'cut short'] as const)
      : (['BUNDLE_FILE_ALTERED', 'changed'] as const);
  throw new NativaError(
    code,
    `${name} of the model in ${dir} was ${verb}: it has ${actual} bytes where ${MANIFEST_FILE} ` +
      `says ${declared}; copy or download the model again.`,
  );
}

async function readConfig(path: string): Promise<ConfigJson> {
  const parsed = configSchema.safeParse(await readJson(path, JSON_LIMIT));
  if (parsed.success) return parsed.data;
  throw new NativaError(
    'BUNDLE_INVALID',
    `${path} must hold a JSON object: copy or download the model again.`,
  );
}

async function readTensors(
  dir: string,
  { weights, prefixes }: BundleManifest,
  pathOf: (name: string) => string,
): Promise<Map<string, TensorLocation>> {
  const tensors = new Map<string, TensorLocation>();
  for (const file of weights) {
    const as = { format: weightFormat(file), prefix: prefixes[file] };
    for (const [name, location] of await readParameters(pathOf(file), file, as)) {
      const earlier = tensors.get(name);
      if (earlier !== undefined) {
        throw new NativaError(
          'BUNDLE_INVALID',
          `${name} is in both ${earlier.file} and ${file} of the model in ${dir}: ` +
            'keep one of them.',
        );
      }
      tensors.set(name, location);
    }
  }
  return tensors;
}
