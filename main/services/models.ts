import { existsSync } from 'node:fs';
import { mkdir, readdir, readlink, realpath, rename, rm, symlink } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import {
  MANIFEST_FILE,
  isInside,
  loadBundle,
  modelHash,
  readManifest,
  sweepStaging,
  verifyBundle,
  type Bundle,
  type BundleManifest,
  type Verified,
  type VerifyProgress,
} from '../../native-models/bundle/index.js';
import { NativaError } from '../../native-models/errors.js';
import { importCheckpoint, type Imported } from '../../native-models/import/index.js';
import { BLOCK_SIZE, quantizeBundle, quantizedId } from '../../native-models/quantize/index.js';
import type { CodeBits, Quantized } from '../../native-models/quantize/index.js';
import type { Messages } from './i18n/index.js';
import { measureOutputs } from './output-error.js';
import type { MeasuredOutputs } from './output-error.js';
import { folders, shippedModels } from './paths.js';

/** A model that was found, or a folder that should be one and why it is not. */
export type FoundModel = {
  readonly dir: string;
  /** Where it was found: its folder, or the link to it. */
  readonly place: string;
  readonly origin: ModelOrigin;
} & (
  | { readonly ok: true; readonly manifest: BundleManifest }
  | { readonly ok: false; readonly error: NativaError }
);

/** Came with Nativa; lies among the person's models; or is a link there to where it lies. */
export type ModelOrigin = 'shipped' | 'own' | 'linked';

/** Parts of a model people know by name, in the order data flows. */
export const NETWORK_PARTS = ['ar', 'vision', 'connectors', 'transformer', 'vae', 'other'] as const;
export type NetworkPart = (typeof NETWORK_PARTS)[number];

/** Size of one part of a model. */
export interface PartSize {
  readonly part: NetworkPart;
  readonly parameters: number;
  readonly bytes: number;
  /** Storage types, sorted. */
  readonly types: readonly string[];
}

/** What `models inspect` shows. */
export interface ModelDetails {
  readonly dir: string;
  readonly manifest: BundleManifest;
  readonly hash: string;
  readonly bytes: number;
  readonly parts: readonly PartSize[];
}

/** What the scales and codes of quantised weights are called. */
const CODES = /\.weight\.codes$/;
const SCALES = /\.weight\.scales$/;

const PREFIXES: readonly (readonly [string, NetworkPart])[] = [
  ['model.vision_tower.', 'vision'],
  ['model.diffusion_connector.', 'connectors'],
  ['model.und_image_vae_connector.', 'connectors'],
  ['model.tar_siglip_features_connector.', 'connectors'],
  ['model.sana_vae.', 'vae'],
  ['model.sana.', 'transformer'],
  ['model.embed_tokens.', 'ar'],
  ['model.layers.', 'ar'],
  ['model.norm.', 'ar'],
  ['lm_head.', 'ar'],
];

/** Every model on this machine: the shipped one first, then the person's by folder name. */
export async function listModels(): Promise<FoundModel[]> {
  const own = folders().models;
  const entries = await readdir(own, { withFileTypes: true }).catch(() => []);
  const dirs = entries
    .filter((entry) => (entry.isDirectory() || entry.isSymbolicLink()) && entry.name[0] !== '.')
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((entry) => findModel(join(own, entry.name), entry.isSymbolicLink() ? 'linked' : 'own'));
  const shipped = shippedModels()
    .filter((dir) => existsSync(join(dir, MANIFEST_FILE)))
    .map((dir) => findModel(dir, 'shipped'));
  return Promise.all([...shipped, ...dirs]);
}

async function findModel(place: string, origin: ModelOrigin): Promise<FoundModel> {
  try {
    return { ok: true, place, origin, ...(await readManifest(place)) };
  } catch (error) {
    if (!(error instanceof NativaError)) throw error;
    return { ok: false, dir: place, place, origin, error: (await goneTarget(place)) ?? error };
  }
}

/** What a link says whose folder was moved or deleted, or is on a disk that is not there. */
async function goneTarget(place: string): Promise<NativaError | undefined> {
  const target = await readlink(place).catch(() => undefined);
  if (target === undefined || existsSync(place)) return undefined;
  const message = `This model lay in ${target}, which is gone: put the folder back, import it where it is now, or delete the model.`;
  return new NativaError('BUNDLE_NOT_FOUND', message);
}

/**
 * The folder of a model given by id or folder. Without one: the shipped model, else the first.
 *
 * A name with a separator, and a folder that exists, is a folder; anything else is an id.
 *
 * @throws {NativaError} MODEL_NOT_FOUND naming the ids there are
 */
export async function resolveModel(name: string | undefined, messages: Messages): Promise<string> {
  if (name !== undefined && looksLikeFolder(name)) return resolve(name);
  const found = (await listModels()).filter((model) => model.ok);
  const model = name === undefined ? found[0] : found.find(({ manifest }) => manifest.id === name);
  if (model !== undefined) return model.dir;
  if (name !== undefined && existsSync(name)) return resolve(name);
  const ids = found.map(({ manifest }) => manifest.id).join(', ');
  const { model: words } = messages;
  if (name === undefined) {
    throw new NativaError('MODEL_NOT_FOUND', words.noneKnown(folders().models));
  }
  const message = ids === '' ? words.unknown(name) : words.notFound(name, ids);
  throw new NativaError('MODEL_NOT_FOUND', message);
}

function looksLikeFolder(name: string): boolean {
  return isAbsolute(name) || basename(name) !== name || name === '.' || name === '..';
}

/**
 * Reads what a model is made of, without its weights.
 *
 * @throws {NativaError} as {@link loadBundle}
 */
export async function inspectModel(dir: string): Promise<ModelDetails> {
  const bundle = await loadBundle(dir);
  const { manifest } = bundle;
  return {
    dir: bundle.dir,
    manifest,
    hash: modelHash(manifest),
    bytes: Object.values(manifest.files).reduce((sum, { size }) => sum + size, 0),
    parts: measureParts(bundle),
  };
}

function measureParts(bundle: Bundle): PartSize[] {
  const parts = new Map<NetworkPart, { parameters: number; bytes: number; types: Set<string> }>();
  for (const [name, { shape, length, dtype }] of bundle.tensors) {
    const part = PREFIXES.find(([prefix]) => name.startsWith(prefix))?.[1] ?? 'other';
    const sum = parts.get(part) ?? { parameters: 0, bytes: 0, types: new Set<string>() };
    sum.parameters += parameterCount(name, shape);
    sum.bytes += length;
    sum.types.add(dtype);
    parts.set(part, sum);
  }
  return NETWORK_PARTS.flatMap((part) => {
    const sum = parts.get(part);
    return sum === undefined ? [] : [{ ...sum, part, types: [...sum.types].sort() }];
  });
}

/** Numbers that a tensor stands for: those of its weight for codes, which come in blocks, and none for scales. */
function parameterCount(name: string, shape: readonly number[]): number {
  if (SCALES.test(name)) return 0;
  const sizes = CODES.test(name) ? [...shape.slice(0, 2), BLOCK_SIZE] : shape;
  return sizes.reduce((product, size) => product * size, 1);
}

/**
 * Hashes every file of a model anew, whatever earlier verdicts say.
 *
 * @throws {NativaError} as {@link loadBundle}, and BUNDLE_FILE_ALTERED
 */
export async function verifyModel(
  dir: string,
  onProgress: (progress: VerifyProgress) => void,
  signal: AbortSignal,
): Promise<{ id: string; verified: Verified }> {
  const bundle = await loadBundle(dir);
  const verified = await verifyBundle(bundle, { onProgress, signal });
  return { id: bundle.manifest.id, verified };
}

/** What a person says about an import. */
export interface ImportRequest {
  readonly name?: string | undefined;
  /** Folder of the diffusion base, where it is not in or beside the checkpoint's. */
  readonly diffusion?: string | undefined;
  /** `ta_tok.pth`, or the folder it or the vision base is in; as above. */
  readonly vision?: string | undefined;
}

/**
 * Makes a folder with an official checkpoint a model, where it lies, and puts a link to it among
 * the person's models. What was hashed before a stop is not hashed again.
 *
 * @throws {NativaError} as {@link importCheckpoint}, and MODEL_EXISTS
 */
export async function importModel(
  folder: string,
  request: ImportRequest,
  watch: { readonly onProgress: (progress: VerifyProgress) => void; readonly signal: AbortSignal },
): Promise<Imported> {
  const { models, cache } = folders();
  const dir = await realpath(folder).catch(() => folder);
  const imported = await importCheckpoint(folder, {
    ...request,
    ...watch,
    cacheDir: cache,
    onIdentified: (id) => refuseTaken(id, dir),
  });
  const own = await realpath(models).catch(() => models);
  if (!isInside(own, imported.dir)) await link(imported.dir, join(models, imported.manifest.id));
  return imported;
}

async function refuseTaken(id: string, dir: string): Promise<void> {
  const found = await listModels();
  const other = found.find((model) => model.ok && model.manifest.id === id && model.dir !== dir);
  if (other === undefined) return;
  const message = `There is a model "${id}" already, in ${other.dir}: choose another name with --name.`;
  throw new NativaError('MODEL_EXISTS', message);
}

/** What was taken away. */
export interface Deleted {
  /** The model's folder, where only the link to it is gone, and that is there. */
  readonly kept: string | null;
}

/**
 * Takes one of the person's models away: its folder, or, of one that lies elsewhere, the link to
 * it. It is gone from the list at once, and never half there.
 * @param name its id, or the place it was found at
 * @throws NativaError MODEL_NOT_FOUND, MODEL_SHIPPED, FOLDER_UNWRITABLE
 */
export async function deleteModel(name: string, messages: Messages): Promise<Deleted> {
  const found = await listModels();
  const isIt = (model: FoundModel): boolean =>
    model.place === name ||
    (model.ok ? model.manifest.id === name : basename(model.place) === name);
  const model = found.find((one) => one.origin !== 'shipped' && isIt(one)) ?? found.find(isIt);
  if (model === undefined) {
    const ids = found.flatMap((one) => (one.ok ? [one.manifest.id] : [])).join(', ');
    throw new NativaError('MODEL_NOT_FOUND', messages.model.notFound(name, ids));
  }
  const { place, origin } = model;
  const target = origin === 'linked' ? await realpath(place).catch(() => null) : null;
  if (origin === 'shipped') {
    const message = 'This model comes with Nativa and stays with it; delete one of your own.';
    throw new NativaError('MODEL_SHIPPED', message);
  }
  try {
    if (origin === 'linked') await rm(place);
    else await removeWhole(place);
  } catch (error) {
    const message = `${place} cannot be deleted: close what uses it, look at its permissions, and try again.`;
    throw new NativaError('FOLDER_UNWRITABLE', message, { cause: error });
  }
  return { kept: target };
}

const DELETED = '.deleted-';

/** Under a hidden name first, which no list shows. Takes along what an end in the middle has left. */
async function removeWhole(folder: string): Promise<void> {
  await sweepStaging(dirname(folder), DELETED);
  const aside = join(dirname(folder), `${DELETED}${process.pid}`);
  await rename(folder, aside);
  await rm(aside, { recursive: true, force: true });
}

/** A junction on Windows, which needs no rights; elsewhere a symbolic link. */
async function link(target: string, path: string): Promise<void> {
  await mkdir(join(path, '..'), { recursive: true });
  const there = await realpath(path).catch(() => undefined);
  if (there === target) return;
  // A link to a folder that is gone; a folder of the person's own is never taken away.
  if (there === undefined) await rm(path, { force: true });
  await symlink(target, path, 'junction').catch((error: unknown) => {
    const message = `The model was imported, but no link to it could be made at ${path}: use it by its folder, ${target}.`;
    throw new NativaError('OUTPUT_UNWRITABLE', message, { cause: error });
  });
}

/** A quantised copy among the person's models. */
export interface QuantizedModel extends Quantized {
  readonly dir: string;
  /** What it says otherwise than the original. */
  readonly outputs: MeasuredOutputs;
}

/**
 * Writes a smaller copy of a model to the person's models, its large linear layers as codes.
 *
 * @throws {NativaError} as {@link quantizeBundle}
 */
export async function quantizeModel(
  dir: string,
  bits: CodeBits,
  watch: {
    readonly onProgress: (share: number) => void;
    /** The copy is there, and is compared with the original. */
    readonly onMeasure: () => void;
    readonly signal: AbortSignal;
  },
): Promise<QuantizedModel> {
  const { models, cache } = folders();
  const { manifest } = await readManifest(dir);
  const target = join(models, quantizedId(manifest.id, bits));
  const quantized = await quantizeBundle(dir, target, { bits, cacheDir: cache, ...watch });
  watch.onMeasure();
  return { ...quantized, dir: target, outputs: await measureOutputs(dir, target, watch.signal) };
}
