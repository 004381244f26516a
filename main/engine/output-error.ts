/** What a quantised copy of a model says otherwise than the model, on one input that never changes. */
import { loadModel } from './model.js';
import type { Model } from './model.js';
import { RandomStream } from './rng.js';
import { Tensor } from './runtime/session.js';
import type { TensorMap } from './runtime/session.js';
import { TokenDecoder } from './tokens/decoder.js';
import { buildPrompt } from './tokens/prompt.js';

/** How far two models' outputs are apart. */
export interface OutputError {
  /** Of the logits of image codes, without what all of a position share. */
  readonly ar: number;
  /** Share of the positions at which both find the same code the likeliest. */
  readonly sameCode: number;
  /** Of what the denoiser predicts. */
  readonly denoiser: number;
}

const PROMPT = 'a red house to the left of a green tree, at night';
const SEED = 20_251;
/** Image tokens behind the prompt where logits are looked at. */
const POSITIONS = Array.from({ length: 16 }, (_, index) => 2 * index);
/** In the middle of the way from noise to picture. */
const TIMESTEP = 500;

/**
 * Runs the networks of both models on the processor, one at a time, so that never two are in memory.
 * Errors are the root of the mean squared difference over that of the original's outputs.
 * @throws NativaError of loading and running them
 */
export async function measureOutputError(
  original: string,
  copy: string,
  signal: AbortSignal,
): Promise<OutputError> {
  const load = (folder: string): Promise<Model> => loadModel(folder, { provider: 'cpu', signal });
  const [whole, small] = [await load(original), await load(copy)];
  try {
    const wanted = await readLogits(whole, signal);
    const found = await readLogits(small, signal);
    // The same context for both, so that what the other networks lost is not counted here.
    const context = await contextOf(whole, wanted.hidden);
    const [exact, coarse] = [await predict(whole, context), await predict(small, context)];
    const same = wanted.logits.filter((one, i) => likeliest(one) === likeliest(found.logits[i]));
    return {
      ar: relativeError(joined(wanted.logits), joined(found.logits)),
      sameCode: same.length / POSITIONS.length,
      denoiser: relativeError(exact, coarse),
    };
  } finally {
    await whole.networks.dispose();
    await small.networks.dispose();
  }
}

interface Logits {
  /** One a position, less its mean. */
  readonly logits: readonly Float32Array[];
  /** Hidden states of all positions, [positions, hidden]. */
  readonly hidden: Float32Array<ArrayBuffer>;
}

/** What the autoregressive model says behind a prompt and more and more tokens that were drawn for it. */
async function readLogits(model: Model, signal: AbortSignal): Promise<Logits> {
  const { codes } = model.shape;
  const { networks, shape, tokenizer, manifest } = model;
  const start = buildPrompt(tokenizer, manifest.promptTemplates.generate, {
    text: PROMPT,
    references: [],
    scaleTokenId: tokenizer.tokenId('<S0>'),
  });
  const random = new RandomStream(SEED, 'tokens');
  const drawn = Array.from(
    { length: Math.max(...POSITIONS) },
    (_, index) => shape.imageTokenStart + Math.floor(random.uniform(index) * codes),
  );
  const embed = shape.referenceFeatures ? await networks.get('embed') : undefined;
  const decoder = new TokenDecoder(await networks.get('ar'), shape, embed);
  const read = await decoder.prepare(
    POSITIONS.map((count) => ({ ids: [...start, ...drawn.slice(0, count)], weight: 1 })),
    1,
    signal,
  );
  await networks.release('ar', 'embed');
  return {
    logits: read.prompts.map(({ first }) => centred(first.logits)),
    hidden: joined(read.prompts.map(({ first }) => first.hidden)),
  };
}

/** Keys and values of cross-attention for these hidden states. */
async function contextOf(model: Model, hidden: Float32Array<ArrayBuffer>): Promise<TensorMap> {
  const { networks, shape } = model;
  const connector = await networks.get('connector');
  const states = new Tensor('float32', hidden, [1, POSITIONS.length, shape.hidden]);
  const connected = await connector.run({ hidden_states: states });
  const kv = await networks.get('cross_attention_kv');
  const context = connected.tensor('encoder_hidden_states');
  const outputs = await kv.run({ encoder_hidden_states: context });
  const { inputs } = await networks.get('denoiser');
  const names = inputs.map(({ name }) => name).filter((name) => /^(key|value)\.\d+$/.test(name));
  return Object.fromEntries(names.map((name) => [name, outputs.tensor(name)]));
}

/** What the denoiser makes of noise without a reference. */
async function predict(model: Model, context: TensorMap): Promise<Float32Array> {
  const { networks, shape } = model;
  const denoiser = await networks.get('denoiser');
  const side = Math.max(shape.patchSize, Math.floor(shape.resolution / shape.compression));
  const plane = side * side;
  const channels = shape.latentChannels * (shape.noiseLayout === 'channels' ? 2 : 1);
  const latents = new Float32Array(channels * plane);
  latents.set(new RandomStream(SEED, 'latents').normals(shape.latentChannels * plane));
  const one = (value: number): Tensor => new Tensor('float32', Float32Array.of(value), [1]);
  const outputs = await denoiser.run({
    latents: new Tensor('float32', latents, [1, channels, side, side]),
    timestep: one(TIMESTEP),
    ...(shape.guidanceEmbeds && { guidance: one(model.manifest.defaults.guidanceScale) }),
    ...context,
  });
  const predicted = outputs.float32('noise_pred').slice();
  await networks.release('connector', 'cross_attention_kv', 'denoiser');
  return predicted;
}

/** Logits say the same where all of them are higher by as much. */
function centred(values: Float32Array): Float32Array {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.map((value) => value - mean);
}

function joined(parts: readonly Float32Array[]): Float32Array<ArrayBuffer> {
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function likeliest(values: Float32Array | undefined): number {
  return values?.reduce((best, value, i) => (value > (values[best] ?? 0) ? i : best), 0) ?? -1;
}

function relativeError(wanted: Float32Array, found: Float32Array): number {
  let [error, size] = [0, 0];
  wanted.forEach((value, index) => {
    error += (value - (found[index] ?? 0)) ** 2;
    size += value ** 2;
  });
  return Math.sqrt(error / size);
}
