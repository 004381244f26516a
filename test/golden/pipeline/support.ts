/** Whole-picture golden cases, and the engine's own stages run over their tokens and noise. */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Tensor } from 'onnxruntime-node';
import { expect } from 'vitest';
import { z } from 'zod';

import { decodeLatents, encodeLatents } from '../../../main/engine/autoencoder/autoencoder.js';
import type { Latents } from '../../../main/engine/autoencoder/autoencoder.js';
import { conditionBranches } from '../../../main/engine/diffusion/conditioning.js';
import type { DiffusionReference } from '../../../main/engine/diffusion/conditioning.js';
import { Denoiser } from '../../../main/engine/diffusion/denoiser.js';
import { loadModel } from '../../../main/engine/model.js';
import type { Model } from '../../../main/engine/model.js';
import { RandomStream } from '../../../main/engine/rng.js';
import { TokenDecoder } from '../../../main/engine/tokens/decoder.js';
import { buildPrompt } from '../../../main/engine/tokens/prompt.js';
import { encodeCodes } from '../../../main/engine/vision/encoder.js';
import {
  schedulerNameSchema,
  tokenScaleSchema,
  writeManifest,
} from '../../../native-models/bundle/index.js';
import { floats, maxAbsError, readTensors, tensorOf } from '../support/cases.js';

const FOLDER = join(import.meta.dirname, '..', 'data', 'pipeline');

const caseSchema = z.strictObject({
  name: z.string(),
  bundle: z.string(),
  kind: z.enum(['generate', 'edit']),
  scale: tokenScaleSchema,
  steps: z.int(),
  scheduler: schedulerNameSchema,
  /** Fields that replace those of the bundle's `config.json`. */
  flags: z.record(z.string(), z.boolean()),
  guidanceScale: z.number(),
  imageGuidanceScale: z.number(),
});
const listSchema = z.strictObject({
  prompt: z.string(),
  instruction: z.string(),
  cases: z.array(caseSchema),
});

/** One picture the reference made. */
export type PipelineCase = z.output<typeof caseSchema>;

/** What a run of the engine's stages came to. */
export interface PaintedCase {
  readonly promptIds: readonly number[];
  readonly hiddenStates: Float32Array;
  readonly latents: Float32Array;
  /** [3, height, width] in [0, 1]. */
  readonly image: Float32Array;
}

/** All cases with the texts they share. */
export async function pipelineCases(folder = FOLDER): Promise<z.output<typeof listSchema>> {
  return listSchema.parse(JSON.parse(await readFile(join(folder, 'cases.json'), 'utf8')));
}

/** The golden tensors of all cases. */
export function pipelineGolden(folder = FOLDER): Promise<ReadonlyMap<string, Tensor>> {
  return readTensors(join(folder, 'golden.safetensors'));
}

/** Integers of a golden tensor. */
function integers(tensor: Tensor): number[] {
  if (!(tensor.data instanceof BigInt64Array)) throw new Error('not an int64 tensor');
  return Array.from(tensor.data, Number);
}

/**
 * Runs `use` with the case's bundle loaded. A bundle whose flags the case changes is copied first.
 */
export async function withModel<Result>(
  { bundle, flags }: PipelineCase,
  use: (model: Model) => Promise<Result>,
): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'nativa-golden-'));
  try {
    await cp(join(FOLDER, bundle), folder, { recursive: true });
    const path = join(folder, 'config.json');
    const config = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
    await writeFile(path, JSON.stringify({ ...config, ...flags }));
    await writeManifest(folder);
    const signal = new AbortController().signal;
    const model = await loadModel(folder, { provider: 'cpu', threads: 1, signal });
    try {
      return await use(model);
    } finally {
      await model.networks.dispose();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Paints a case with the tokens and the noise the reference had. */
export async function paintCase(
  model: Model,
  item: PipelineCase,
  text: string,
  golden: ReadonlyMap<string, Tensor>,
): Promise<PaintedCase> {
  const signal = new AbortController().signal;
  const picture = item.kind === 'edit' ? readPicture(golden) : undefined;
  const promptIds = await buildIds(model, item, text, picture);
  const forced = integers(tensorOf(golden, `${item.name}/tokens`));
  const decoder = new TokenDecoder(await model.networks.get('ar'), model.shape);
  const prepared = await decoder.prepare([{ ids: promptIds, weight: 1 }], forced.length, signal);
  const [drawn] = await decoder.decode(prepared, {
    sampling: { temperature: 1, topP: 1, topK: 0 },
    random: [new RandomStream(0, 'tokens')],
    forced,
    signal,
  });
  if (drawn === undefined) throw new Error('nothing was drawn');
  const { hiddenStates } = drawn;
  const references = picture === undefined ? [] : [await encodeReference(model, picture)];
  const latents = await denoise(model, item, {
    hiddenStates,
    references,
    noise: floats(tensorOf(golden, `${item.name}/noise`)).slice(),
  });
  const decoded = await decodeLatents(
    await model.networks.get('vae_decoder'),
    model.shape,
    latents,
  );
  const image = decoded.data.map((value) => Math.min(1, Math.max(0, value / 2 + 0.5)));
  return { promptIds, hiddenStates, latents: latents.data, image };
}

interface Picture {
  readonly data: Float32Array<ArrayBuffer>;
  readonly height: number;
  readonly width: number;
}

/** The reference picture: bytes to [-1, 1]. */
function readPicture(golden: ReadonlyMap<string, Tensor>): Picture {
  const bytes = tensorOf(golden, 'picture');
  const [, height = 0, width = 0] = bytes.dims;
  const data = Float32Array.from(integers(bytes), (value) => value / 127.5 - 1);
  return { data, height, width };
}

async function buildIds(
  model: Model,
  item: PipelineCase,
  text: string,
  picture: Picture | undefined,
): Promise<number[]> {
  const { tokenizer, shape, networks, manifest } = model;
  const references: number[][] = [];
  if (picture !== undefined) {
    const codes = await encodeCodes(await networks.get('vision'), shape, picture.data, ['S0']);
    references.push((codes.S0 ?? []).map((code) => shape.imageTokenStart + code));
  }
  const scaleTokenId = tokenizer.tokenId(`<${item.scale}>`);
  return buildPrompt(tokenizer, manifest.promptTemplates[item.kind], {
    text,
    references,
    scaleTokenId,
  });
}

async function encodeReference(model: Model, picture: Picture): Promise<DiffusionReference> {
  const encoder = await model.networks.get('vae_encoder');
  const latents = await encodeLatents(encoder, model.shape, picture);
  return { latents, appearance: 1, structure: 1 };
}

async function denoise(
  model: Model,
  item: PipelineCase,
  given: {
    readonly hiddenStates: Float32Array<ArrayBuffer>;
    readonly references: readonly DiffusionReference[];
    readonly noise: Float32Array<ArrayBuffer>;
  },
): Promise<Latents> {
  const { networks, shape, manifest } = model;
  const { guidanceScale, imageGuidanceScale, steps, scheduler } = item;
  const connectors = {
    connector: await networks.get('connector'),
    referenceConnector: () => networks.get('reference_connector'),
  };
  const { hiddenStates, references } = given;
  const branches = await conditionBranches(connectors, shape, {
    hiddenStates,
    references,
    guidanceScale,
    imageGuidanceScale,
  });
  const side = manifest.resolution / shape.compression;
  const size = { channels: shape.latentChannels, height: side, width: side };
  const crossAttentionKv = await networks.get('cross_attention_kv');
  const denoiser = new Denoiser(
    { crossAttentionKv, denoiser: await networks.get('denoiser') },
    shape,
  );
  return denoiser.denoise({
    branches,
    noise: { data: given.noise, ...size },
    steps,
    scheduler,
    guidanceScale,
    signal: new AbortController().signal,
  });
}

/** A network by itself. */
const NETWORK_TOLERANCE = 1e-4;
/** Up to thirty steps, each of which carries on the error of those before. */
const PICTURE_TOLERANCE = 1e-3;

/** Checks that a picture was painted as the reference paints it, at every stage. */
export function expectAsReference(
  painted: PaintedCase,
  golden: ReadonlyMap<string, Tensor>,
  name: string,
): void {
  const expected = (part: string) => tensorOf(golden, `${name}/${part}`);
  expect(painted.promptIds).toEqual(integers(expected('prompt_ids')));
  const hidden = maxAbsError(painted.hiddenStates, floats(expected('hidden_states')));
  expect(hidden).toBeLessThan(NETWORK_TOLERANCE);
  const latents = maxAbsError(painted.latents, floats(expected('latents')));
  expect(latents).toBeLessThan(PICTURE_TOLERANCE);
  const image = maxAbsError(painted.image, floats(expected('image')));
  expect(image).toBeLessThan(PICTURE_TOLERANCE);
}
