import { checkpoint } from '../cancel.js';
import type { RunContext } from '../context.js';
import type { LatentMask } from '../diffusion/denoiser.js';
import type { ResultImage } from '../events.js';
import { encodePng, latentMask } from '../images/index.js';
import type { FitPlan, Mask } from '../images/index.js';
import type { Latents } from '../autoencoder/autoencoder.js';
import type { Model } from '../model.js';
import type { EditPlan } from '../plan.js';
import { composeRecipe } from '../recipe.js';
import { composeEdit } from './compose.js';
import type { Bounds } from './compose.js';
import { encodeInputs } from './encode.js';
import type { ViewedReference } from './encode.js';
import { decodeEdit, denoisePictures } from './paint.js';
import type { DecodedEdit } from './paint.js';
import { readInputs } from './read.js';
import type { EditInputs } from './read.js';
import { tokenChanges } from './token-changes.js';
import { drawTokens, planPrompts } from './tokens.js';
import { mainViews, otherViews, tokenView } from './views.js';

/** Pictures of an edit, and what a person should know about them. */
export interface EditedPictures {
  readonly images: ResultImage[];
  readonly notices: string[];
}

const NOTHING_CHANGED =
  'The edit changed nothing that can be seen; word it differently, keep less or try another seed.';

/**
 * A picture and an instruction to pictures of the same size: read -> encode -> tokens -> denoise ->
 * decode -> compose.
 * @throws NativaError of every stage; CANCELLED, DEGENERATE_OUTPUT, PROMPT_TOO_LONG, ...
 */
export async function edit(
  model: Model,
  plan: EditPlan,
  context: RunContext,
): Promise<EditedPictures> {
  const inputs = await readInputs(plan, context);
  const references = viewReferences(model, plan, inputs);
  const fit = references[0].views.paint;
  const encoded = await encodeInputs(model, plan, inputs, references, context);
  const prompts = planPrompts(model, plan, encoded.prompt);
  const tokens = await drawTokens(model, plan, prompts, context, encoded.forced);
  const bounds = tokens.map(({ codes }) =>
    editBounds(model, plan, inputs, references[0], [codes, encoded.own]),
  );
  const latents = await denoisePictures(
    model,
    plan,
    tokens,
    {
      height: encoded.latents.height,
      width: encoded.latents.width,
      references: encoded.references,
      imageGuidanceScale: plan.imageGuidanceScale,
      masks: bounds.map((item) => item && keepLatents(item.mask, fit, encoded.latents)),
    },
    context,
  );
  const decoded = await decodeEdit(model, encoded.latents, latents, context);
  return composePictures(model, plan, inputs, { fit, bounds }, decoded, context);
}

function viewReferences(
  { shape }: Model,
  plan: EditPlan,
  { image, others }: EditInputs,
): readonly [ViewedReference, ...ViewedReference[]] {
  const [strengths, ...rest] = plan.references;
  const views = mainViews(image, shape, plan.fit);
  const canvas = views.paint.model;
  const more = rest.flatMap((reference, index) => {
    const other = others[index];
    if (other === undefined) return [];
    return [{ image: other, views: otherViews(other, shape, canvas), strengths: reference }];
  });
  return [{ image, views, strengths }, ...more];
}

/**
 * Where a picture may change: in its mask; without one, where its tokens do, if the model is one
 * that says so and only what changed is wanted.
 */
function editBounds(
  { manifest, shape }: Model,
  plan: EditPlan,
  { mask }: EditInputs,
  { views }: ViewedReference,
  [drawn, own]: readonly [readonly number[], readonly number[] | undefined],
): Bounds | undefined {
  if (mask !== undefined) return { region: 'mask', mask };
  if (!plan.onlyChanged || !manifest.capabilities.tokensTellChanges) return undefined;
  if (own === undefined) return undefined;
  const side = shape.tokenSides[plan.tokens];
  const cell = tokenView(views.vision, shape, side, shape.tokenSides.S0).model.width / side;
  const changes = tokenChanges(drawn, own, { view: views.vision, cell, side });
  return changes && { region: 'tokens', mask: changes };
}

/** Latent positions that the mask does not reach stay the picture's own while denoising. */
function keepLatents(mask: Mask, fit: FitPlan, source: Latents): LatentMask {
  return { data: latentMask(mask, fit, source), source };
}

async function composePictures(
  model: Model,
  plan: EditPlan,
  { image, recipe }: EditInputs,
  { fit, bounds }: { readonly fit: FitPlan; readonly bounds: readonly (Bounds | undefined)[] },
  { roundTrip, painted }: DecodedEdit,
  context: RunContext,
): Promise<EditedPictures> {
  return context.stage('compose', painted.length, async () => {
    const images: ResultImage[] = [];
    let changedAnything = false;
    for (const [index, picture] of painted.entries()) {
      await checkpoint(context.signal);
      const { onlyChanged } = plan;
      const input = { image, fit, bounds: bounds[index], roundTrip, onlyChanged };
      const done = composeEdit(input, picture);
      changedAnything ||= done.changedAnything;
      const seed = plan.seeds[index] ?? 0;
      const png = await encodePng(done.image, composeRecipe(model, plan, seed, recipe));
      const { width, height } = done.image;
      images.push({ png, width, height, seed, drift: done.drift });
      context.progress('compose', images.length, painted.length);
    }
    return { images, notices: changedAnything ? [] : [NOTHING_CHANGED] };
  });
}
