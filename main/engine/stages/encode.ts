import { encodeLatents } from '../autoencoder/autoencoder.js';
import type { Latents } from '../autoencoder/autoencoder.js';
import { checkpoint } from '../cancel.js';
import type { RunContext } from '../context.js';
import type { DiffusionReference } from '../diffusion/conditioning.js';
import { toModelPixels, tokenMask } from '../images/index.js';
import type { Pixels } from '../images/index.js';
import type { Model } from '../model.js';
import type { EditPlan, PlannedReference } from '../plan.js';
import { encodeCodes, encodeFeatures } from '../vision/encoder.js';
import type { ImageCodes } from '../vision/encoder.js';
import { keyOf } from '../runtime/kept.js';
import type { SeenPicture } from '../results.js';
import type { EditInputs } from './read.js';
import type { PromptReference } from './tokens.js';
import { tokenView } from './views.js';
import type { Views } from './views.js';

/** A picture with its views and strengths. */
export interface ViewedReference {
  readonly image: Pixels;
  readonly views: Views;
  readonly strengths: PlannedReference;
}

/** What the networks make of the pictures of an edit. */
export interface EncodedInputs {
  /** For the prompt. */
  readonly prompt: readonly PromptReference[];
  /** For the diffusion model. */
  readonly references: readonly DiffusionReference[];
  /** Clean latents of the picture that is edited. */
  readonly latents: Latents;
  /** Codes that positions must get; undefined where a token is drawn, or tokens are not locked. */
  readonly forced: readonly (number | undefined)[] | undefined;
  /** The edited picture's own codes at the scale that is drawn; undefined where nothing asks. */
  readonly own: readonly number[] | undefined;
}

/**
 * Reads references as tokens, then as latents: one network after the other, so that not both need
 * be in memory. What no strength asks for is not computed.
 * @param references the picture that is edited first
 * @throws NativaError CANCELLED, DEGENERATE_OUTPUT and whatever loading the networks throws
 */
export async function encodeInputs(
  model: Model,
  plan: EditPlan,
  inputs: EditInputs,
  references: readonly [ViewedReference, ...ViewedReference[]],
  context: RunContext,
): Promise<EncodedInputs> {
  const total = 2 * references.length;
  return context.stage('encode', total, async () => {
    let done = 0;
    const step = async (): Promise<void> => {
      context.progress('encode', done++, total);
      await checkpoint(context.signal);
    };
    const prompt: PromptReference[] = [];
    let forced: EncodedInputs['forced'];
    let own: EncodedInputs['own'];
    for (const reference of references) {
      await step();
      const isMain = reference === references[0];
      const locked = isMain && plan.lockTokens && inputs.mask !== undefined;
      const { semantics } = reference.strengths;
      if (semantics === 0 && !locked) continue;
      const seen = await readTokens(model, plan, reference, context);
      if (isMain) own = seen.codes[plan.tokens];
      if (semantics > 0) prompt.push({ ...seen, codes: seen.codes.S0 ?? [], semantics });
      if (locked) forced = lockedCodes(model, plan, inputs, reference.views, seen.codes);
    }
    await model.networks.done('vision', 'features_connector');
    const all: (DiffusionReference | undefined)[] = [];
    for (const reference of references) {
      await step();
      all.push(await readLatents(model, reference, reference === references[0], context));
    }
    await model.networks.done('vae_encoder');
    context.progress('encode', total, total);
    const [main] = all;
    if (main === undefined) throw new RangeError('the edited picture has no latents');
    const present = all.filter((item) => item !== undefined);
    return { prompt, references: present, latents: main.latents, forced, own };
  });
}

async function readTokens(
  model: Model,
  plan: EditPlan,
  { image, views }: ViewedReference,
  context: RunContext,
): Promise<SeenPicture> {
  const { networks, shape, kept } = model;
  const pixels = toModelPixels(image, views.vision);
  const scales = [...new Set(['S0', plan.tokens] as const)];
  return kept.seen.get(keyOf(scales.join(), pixels), async () => {
    const vision = await context.loading(() => networks.get('vision'));
    const codes = await encodeCodes(vision, shape, pixels, scales);
    if (!shape.referenceFeatures) return { codes };
    const connector = await context.loading(() => networks.get('features_connector'));
    return { codes, features: await encodeFeatures({ vision, connector }, shape, pixels) };
  });
}

/** The picture's own codes where the mask does not touch their cells: the token lock. */
function lockedCodes(
  { shape }: Model,
  plan: EditPlan,
  { mask }: EditInputs,
  { vision }: Views,
  codes: ImageCodes,
): readonly (number | undefined)[] | undefined {
  if (mask === undefined) return undefined;
  const side = shape.tokenSides[plan.tokens];
  const grid = { width: side, height: side };
  const touched = tokenMask(mask, tokenView(vision, shape, side, shape.tokenSides.S0), grid);
  return codes[plan.tokens]?.map((code, index) => (touched[index] === 0 ? code : undefined));
}

/** Latents of a reference, of those that are used at all; the edited picture's always are. */
async function readLatents(
  { networks, shape, kept, room }: Model,
  { image, views, strengths }: ViewedReference,
  always: boolean,
  context: RunContext,
): Promise<DiffusionReference | undefined> {
  const { appearance, structure } = strengths;
  if (!always && appearance === 0 && structure === 0) return undefined;
  const data = toModelPixels(image, views.paint);
  const { width, height } = views.paint.model;
  const latents = await kept.latents.get(keyOf(width, height, data), async () => {
    const encoder = await context.loading(() => networks.get('vae_encoder'));
    const pixels = { data, width, height };
    return encodeLatents(encoder, shape, pixels, room.encoder, () => checkpoint(context.signal));
  });
  return { latents, appearance, structure };
}
