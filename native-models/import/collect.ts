/** Puts what a survey found together: all parameters, the configs, and the files that hold them. */
import { realpath } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { z } from 'zod';

import { firstIssue, isInside, readJson } from '../bundle/index.js';
import { NativaError } from '../errors.js';
import {
  autoencoderConfigSchema,
  isParameterType,
  qwen3ConfigSchema,
  readParameters,
  readSafetensorsHeader,
  sanaTransformerConfigSchema,
  taTokConfigSchema,
} from '../graphs/index.js';
import type { GraphSource, TensorLocation } from '../graphs/index.js';
import { readTorchFile } from '../torch/index.js';
import type { TorchDict } from '../torch/index.js';
import { SANA_TRANSFORMER, SANA_VAE } from './official.js';
import { listShards } from './shards.js';
import { strayNames, strayWeights } from './strays.js';
import { WRITTEN, incomplete, partHasWeights } from './survey.js';
import type { FoundConfig, Json, Survey } from './survey.js';
import { isEditing } from './variant.js';
import { visionConfig } from './vision.js';

/** A checkpoint whose configs are known and whose parameters are found. */
export interface Collected {
  readonly source: GraphSource;
  /** Types that no network reads, by the names of what is stored so. */
  readonly otherTypes: ReadonlyMap<string, string>;
  readonly configs: Record<'ar' | 'vision' | 'transformer' | 'vae' | 'tokenizer', string>;
  /** Weight files by their names in the bundle, in order. */
  readonly weights: readonly string[];
  readonly prefixes: Readonly<Record<string, string>>;
  /** Real path of every file that is used where it lies, by its name in the bundle. */
  readonly files: ReadonlyMap<string, string>;
  /** Names of files outside the checkpoint's folder. */
  readonly elsewhere: Readonly<Record<string, string>>;
  /** Files to write, by their names in the bundle. */
  readonly written: ReadonlyMap<string, Uint8Array>;
}

const NETWORKS = {
  transformer: { prefix: 'model.sana.', official: SANA_TRANSFORMER, name: 'transformer' },
  vae: { prefix: 'model.sana_vae.', official: SANA_VAE, name: 'autoencoder' },
} as const;
const VISION_PREFIX = 'model.vision_tower.';

/**
 * @throws NativaError CHECKPOINT_INCOMPLETE, CHECKPOINT_MISMATCH, BUNDLE_INVALID, BAD_WEIGHTS,
 *   UNSAFE_WEIGHTS
 */
export async function collect(found: Survey): Promise<Collected> {
  const files = new BundleFiles(found.dir);
  for (const path of await listShards(found.dir, 'model')) {
    await files.addWeights(path, files.nameOf(path), '');
  }
  const transformer = await files.addPart('transformer', found.transformer);
  const vae = await files.addPart('vae', found.vae);
  const tokenizer = await files.add(found.tokenizer, 'tokenizer.json');
  const ar = await completeAr(found);
  const parsedAr = parse(qwen3ConfigSchema, ar.json, found.ar.path);
  const args = isEditing(parsedAr) ? await addVision(files, found.taTok, found.dir) : undefined;
  const vision = visionConfig({
    tensors: files.tensors,
    args,
    tower: found.tower?.json,
    preprocessor: found.preprocessor?.json,
    ar: ar.json,
  });
  for (const path of found.papers) await files.add(path, files.nameOf(path));
  const source: GraphSource = {
    ar: parsedAr,
    vision: parse(taTokConfigSchema, vision, 'The vision tokenizer’s config'),
    transformer: parse(sanaTransformerConfigSchema, transformer.json, transformer.path),
    vae: parse(autoencoderConfigSchema, vae.json, vae.path),
    tensors: files.tensors,
  };
  checkFit(source, found.dir);
  return {
    ...files.done(),
    source,
    otherTypes: files.otherTypes,
    configs: {
      ar: ar.filled ? files.write('config.json', ar.json) : await files.add(found.ar.path),
      vision: files.write('vision/config.json', vision),
      transformer: transformer.name,
      vae: vae.name,
      tokenizer,
    },
  };
}

/** The files of a bundle as they are found, and the parameters in them. */
class BundleFiles {
  readonly tensors = new Map<string, TensorLocation>();
  readonly otherTypes = new Map<string, string>();
  readonly #dir: string;
  readonly #files = new Map<string, string>();
  readonly #written = new Map<string, Uint8Array>();
  readonly #weights: string[] = [];
  readonly #prefixes: Record<string, string> = {};
  readonly #elsewhere: Record<string, string> = {};

  constructor(dir: string) {
    this.#dir = dir;
  }

  /** The name of a file in the folder; files of other folders are given one by `label`. */
  nameOf(path: string, label = 'elsewhere', root = dirname(path)): string {
    const inside = isInside(this.#dir, path);
    const way = relative(inside ? this.#dir : root, path)
      .split(sep)
      .join('/');
    return inside ? way : `${WRITTEN}/${label}/${way}`;
  }

  async add(path: string, name = this.nameOf(path)): Promise<string> {
    const real = await realpath(path);
    this.#files.set(name, real);
    // Links of a download cache lead out of the folder as well.
    if (!isInside(this.#dir, real)) this.#elsewhere[name] = real;
    return name;
  }

  async addWeights(path: string, name: string, prefix: string, torch = false): Promise<void> {
    await this.add(path, name);
    this.#weights.push(name);
    if (prefix !== '') this.#prefixes[name] = prefix;
    const format = torch ? 'torch' : 'safetensors';
    if (!torch) await this.#noteTypes(path, prefix);
    this.#addTensors(name, await readParameters(path, name, { format, prefix }));
  }

  /** A network of the diffusion base: its config, and its weights where the checkpoint has none. */
  async addPart(
    part: keyof typeof NETWORKS,
    config: FoundConfig | undefined,
  ): Promise<{ readonly json: Json; readonly path: string; readonly name: string }> {
    const { prefix, official, name: words } = NETWORKS[part];
    const has = [...this.tensors.keys()].some((name) => name.startsWith(prefix));
    if (!has && !partHasWeights(config)) {
      throw incomplete(
        `${this.#dir} has no weights of the ${words} (${prefix}*), nor is there a diffusion base ` +
          'with them, in or beside it or named with --diffusion',
      );
    }
    if (config === undefined) {
      const name = this.write(`${part}/config.json`, official);
      return { json: official, path: `The released ${words}’s config`, name };
    }
    const folder = dirname(config.path);
    const nameIn = (path: string): string => this.nameOf(path, 'diffusion', dirname(folder));
    if (!has) {
      for (const path of await listShards(folder, 'diffusion_pytorch_model')) {
        await this.addWeights(path, nameIn(path), prefix);
      }
    }
    return { ...config, name: await this.add(config.path, nameIn(config.path)) };
  }

  /** A file to write beside the weights. */
  write(name: string, content: Json | Uint8Array): string {
    const bytes =
      content instanceof Uint8Array
        ? content
        : Buffer.from(`${JSON.stringify(content, null, 2)}\n`);
    this.#written.set(`${WRITTEN}/${name}`, bytes);
    return `${WRITTEN}/${name}`;
  }

  /** Weights that are written out: shapes and types are those of `path`, read already. */
  writeWeights(
    name: string,
    bytes: Uint8Array,
    prefix: string,
    tensors: ReadonlyMap<string, TensorLocation>,
  ): void {
    const file = this.write(name, bytes);
    this.#weights.push(file);
    this.#prefixes[file] = prefix;
    this.#addTensors(file, tensors);
  }

  done(): Pick<Collected, 'weights' | 'prefixes' | 'files' | 'elsewhere' | 'written'> {
    return {
      weights: this.#weights,
      prefixes: this.#prefixes,
      files: this.#files,
      elsewhere: this.#elsewhere,
      written: this.#written,
    };
  }

  async #noteTypes(path: string, prefix: string): Promise<void> {
    for (const [name, { dtype }] of (await readSafetensorsHeader(path)).tensors) {
      if (!isParameterType(dtype)) this.otherTypes.set(prefix + name, dtype);
    }
  }

  #addTensors(file: string, tensors: ReadonlyMap<string, TensorLocation>): void {
    for (const [name, location] of tensors) {
      const earlier = this.tensors.get(name);
      if (earlier !== undefined) {
        const message = `${name} is in both ${earlier.file} and ${file} of ${this.#dir}; keep the one that is part of this model and import again.`;
        throw new NativaError('CHECKPOINT_MISMATCH', message);
      }
      this.tensors.set(name, location);
    }
  }
}

/** The vision tokenizer's weights from `ta_tok.pth`, where the checkpoint has none. */
async function addVision(
  files: BundleFiles,
  path: string | undefined,
  dir: string,
): Promise<TorchDict | undefined> {
  const has = [...files.tensors.keys()].some((name) => name.startsWith(VISION_PREFIX));
  if (has) return undefined;
  if (path === undefined) {
    throw incomplete(
      `${dir} has no weights of the vision tokenizer (${VISION_PREFIX}*), nor is there a ` +
        'ta_tok.pth in or beside it or named with --vision',
    );
  }
  const torch = await readTorchFile(path);
  await files.addWeights(path, files.nameOf(path, 'vision'), VISION_PREFIX, true);
  const strays = strayNames(torch);
  if (strays.length > 0) {
    const found = new Map<string, TensorLocation>();
    for (const name of strays) {
      const tensor = torch.tensors.get(name);
      if (tensor === undefined) continue;
      const { shape, length } = tensor;
      found.set(VISION_PREFIX + name, { file: path, dtype: 'F32', shape, offset: 0, length });
    }
    const bytes = await strayWeights(path, torch, strays);
    files.writeWeights('vision/ta_tok.safetensors', bytes, VISION_PREFIX, found);
  }
  return torch.args;
}

const tokenizerSchema = z.looseObject({
  model: z.looseObject({
    type: z.literal('BPE'),
    vocab: z.record(z.string(), z.int().min(0)).refine((vocab) => Object.keys(vocab).length > 0),
    merges: z.array(z.unknown()),
  }),
  added_tokens: z.array(z.looseObject({ id: z.int().min(0), content: z.string() })),
});

/** The released one has 65,541 added tokens, and some 25 MB. */
const MAX_TOKENIZER_BYTES = 256 * 2 ** 20;

/** Token ids that a config should record, and the tokens they belong to. */
const TOKEN_IDS = {
  image_start_tag_id: '<im_start>',
  image_end_tag_id: '<im_end>',
  scale_start_token_id: '<S0>',
  image_start_token_id: '<I0>',
} as const;

/** `config.json` with the ids of image tokens, taken from the tokenizer where it has none. */
async function completeAr({
  ar,
  tokenizer,
}: Survey): Promise<{ readonly json: Json; readonly filled: boolean }> {
  const parsed = tokenizerSchema.safeParse(await readJson(tokenizer, MAX_TOKENIZER_BYTES));
  if (!parsed.success) {
    const message = `${tokenizer} is not the tokenizer of a BLIP3o-NEXT model (${firstIssue(parsed.error)}); download it again.`;
    throw new NativaError('BAD_TOKENIZER', message);
  }
  const ids = new Map(parsed.data.added_tokens.map(({ id, content }) => [content, id]));
  const json: Record<string, unknown> = { ...ar.json };
  let filled = false;
  for (const [field, token] of Object.entries(TOKEN_IDS)) {
    const id = ids.get(token);
    if (id === undefined) {
      const message = `${tokenizer} has no token ${token}, so it is not that of a BLIP3o-NEXT model; download it again.`;
      throw new NativaError('BAD_TOKENIZER', message);
    }
    if (json[field] === id) continue;
    if (json[field] !== undefined && json[field] !== null) {
      const message = `${ar.path} has ${field} ${JSON.stringify(json[field])}, and ${tokenizer} gives ${token} the id ${id}; download both again.`;
      throw new NativaError('CHECKPOINT_MISMATCH', message);
    }
    json[field] = id;
    filled = true;
  }
  return { json, filled };
}

function parse<Output>(schema: z.ZodType<Output>, json: unknown, where: string): Output {
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const message = `${where} is not one that Nativa can run: ${firstIssue(parsed.error)}.`;
  throw new NativaError('BUNDLE_INVALID', message);
}

/** Whether autoencoder and transformer speak of the same latents. */
function checkFit({ transformer, vae }: GraphSource, dir: string): void {
  const { in_channels: takes, out_channels: makes } = transformer;
  if (takes === vae.latent_channels && makes === vae.latent_channels) return;
  const message = `The transformer of ${dir} takes ${takes} channels and makes ${makes}, and the autoencoder's latents have ${vae.latent_channels}; check that both are of one release.`;
  throw new NativaError('CHECKPOINT_MISMATCH', message);
}

/** Path of a file that {@link Collected.written} has, in the folder it will be in. */
export function placeOf(folder: string, name: string): string {
  return join(folder, ...name.split('/').slice(1));
}
