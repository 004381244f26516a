import type { GraphName } from '../../../native-models/graphs/index.js';
import { decodeLatents } from '../autoencoder/autoencoder.js';
import type { Latents, ModelPixels } from '../autoencoder/autoencoder.js';
import { checkpoint } from '../cancel.js';
import type { RunContext } from '../context.js';
import { conditionBranches } from '../diffusion/conditioning.js';
import type { DiffusionReference } from '../diffusion/conditioning.js';
import { Denoiser } from '../diffusion/denoiser.js';
import type { LatentMask } from '../diffusion/denoiser.js';
import { fromModelPixels } from '../images/index.js';
import type { Model } from '../model.js';
import type { Plan } from '../plan.js';
import { RandomStream } from '../rng.js';
import { keyOf } from '../runtime/kept.js';
import type { DecodedTokens } from '../tokens/decoder.js';
import { previewThrottle } from './preview.js';

/** What is painted besides the plan: sizes, references, what is kept. */
export interface PaintInput {
  /** Latent positions. */
  readonly height: number;
  readonly width: number;
  readonly references: readonly DiffusionReference[];
  readonly imageGuidanceScale: number;
  /** Of each picture; undefined where all of it is painted. */
  readonly masks?: readonly (LatentMask | undefined)[];
}

/**
 * Turns drawn tokens into latents, one picture after the other.
 * @throws NativaError CANCELLED, DEGENERATE_OUTPUT and whatever loading the networks throws
 */
export async function denoisePictures(
  model: Model,
  plan: Plan,
  tokens: readonly DecodedTokens[],
  input: PaintInput,
  context: RunContext,
): Promise<Latents[]> {
  const total = plan.steps * plan.seeds.length;
  return context.stage('denoise', total, async () => {
    const { networks, shape } = model;
    const load = (name: GraphName) => context.loading(() => networks.get(name));
    const connector = await load('connector');
    const referenceConnector = () => load('reference_connector');
    const crossAttentionKv = await load('cross_attention_kv');
    const denoiser = new Denoiser({ crossAttentionKv, denoiser: await load('denoiser') }, shape);
    const results: Latents[] = [];
    for (const [index, { hiddenStates }] of tokens.entries()) {
      await checkpoint(context.signal);
      const preview = plan.previews ? previewThrottle(previewer(model, index, context)) : undefined;
      const branches = await conditionBranches({ connector, referenceConnector }, shape, {
        hiddenStates,
        references: input.references,
        guidanceScale: plan.guidanceScale,
        imageGuidanceScale: input.imageGuidanceScale,
      });
      const mask = input.masks?.[index];
      const latents = await denoiser.denoise({
        branches,
        noise: latentNoise(model, plan.seeds[index] ?? 0, input),
        steps: plan.steps,
        scheduler: plan.scheduler,
        guidanceScale: plan.guidanceScale,
        signal: context.signal,
        ...(mask && { mask }),
        onStep: async (done, predicted) => {
          context.progress('denoise', index * plan.steps + done, total);
          if (done < plan.steps) await preview?.(predicted);
        },
      });
      results.push(latents);
    }
    await networks.done('connector', 'reference_connector', 'cross_attention_kv', 'denoiser');
    return results;
  });
}

/** The noise a picture starts from: standard normal numbers of its seed. */
function latentNoise(model: Model, seed: number, { height, width }: PaintInput): Latents {
  const channels = model.shape.latentChannels;
  const data = new RandomStream(seed, 'latents').normals(channels * height * width);
  return { data, channels, height, width };
}

function previewer(
  model: Model,
  index: number,
  context: RunContext,
): (latents: Latents) => Promise<void> {
  return async (latents) => {
    const decoder = await context.loading(() => model.networks.get('vae_decoder'));
    const pixels = await decodeLatents(decoder, model.shape, latents, model.room.decoder);
    const { width, height, data } = fromModelPixels(pixels.data, pixels);
    context.emit({ type: 'preview', index, width, height, data });
  };
}

/**
 * Decodes latents, one picture after the other.
 * @throws NativaError CANCELLED, DEGENERATE_OUTPUT and whatever loading the network throws
 */
export async function decodePictures(
  model: Model,
  latents: readonly Latents[],
  context: RunContext,
): Promise<ModelPixels[]> {
  return context.stage('decode', latents.length, async () => {
    const pictures: ModelPixels[] = [];
    for (const item of latents) {
      pictures.push(await decodePicture(model, item, context));
      context.progress('decode', pictures.length, latents.length);
    }
    await model.networks.done('vae_decoder');
    return pictures;
  });
}

/** A picture through the autoencoder and back, and what was painted, decoded. */
export interface DecodedEdit {
  readonly roundTrip: ModelPixels;
  readonly painted: readonly ModelPixels[];
}

/**
 * Decodes edits, and the latents of the picture that they began with unless that was done lately.
 * @throws NativaError CANCELLED, DEGENERATE_OUTPUT and whatever loading the network throws
 */
export async function decodeEdit(
  model: Model,
  source: Latents,
  latents: readonly Latents[],
  context: RunContext,
): Promise<DecodedEdit> {
  const { data, width, height } = source;
  const roundTrip = await model.kept.roundTrips.get(keyOf(width, height, data), () =>
    context.stage('decode', latents.length, () => decodePicture(model, source, context)),
  );
  return { roundTrip, painted: await decodePictures(model, latents, context) };
}

async function decodePicture(
  { networks, shape, room }: Model,
  latents: Latents,
  context: RunContext,
): Promise<ModelPixels> {
  const decoder = await context.loading(() => networks.get('vae_decoder'));
  return decodeLatents(decoder, shape, latents, room.decoder, () => checkpoint(context.signal));
}
