import type { RunContext } from '../context.js';
import type { ResultImage } from '../events.js';
import { encodePng, fromModelPixels } from '../images/index.js';
import type { Pixels } from '../images/index.js';
import type { Model } from '../model.js';
import type { GeneratePlan } from '../plan.js';
import { composeRecipe } from '../recipe.js';
import { decodePictures, denoisePictures } from './paint.js';
import { drawTokens, planPrompts } from './tokens.js';

/**
 * Text to pictures: tokens -> denoise -> decode -> compose.
 * @throws NativaError PROMPT_TOO_LONG, CANCELLED, DEGENERATE_OUTPUT, MODEL_LOAD_FAILED, ...
 */
export async function generate(
  model: Model,
  plan: GeneratePlan,
  context: RunContext,
): Promise<ResultImage[]> {
  const prompts = planPrompts(model, plan, []);
  const tokens = await drawTokens(model, plan, prompts, context);
  const cell = model.shape.compression * model.shape.patchSize;
  const latents = await denoisePictures(
    model,
    plan,
    tokens,
    {
      height: Math.ceil(plan.height / cell) * model.shape.patchSize,
      width: Math.ceil(plan.width / cell) * model.shape.patchSize,
      references: [],
      imageGuidanceScale: 1,
    },
    context,
  );
  const pictures = await decodePictures(model, latents, context);
  return context.stage('compose', pictures.length, async () => {
    const images: ResultImage[] = [];
    for (const [index, picture] of pictures.entries()) {
      const seed = plan.seeds[index] ?? 0;
      const pixels = cropCentre(fromModelPixels(picture.data, picture), plan.width, plan.height);
      const png = await encodePng(pixels, composeRecipe(model, plan, seed, []));
      images.push({ png, width: plan.width, height: plan.height, seed });
      context.progress('compose', images.length, pictures.length);
    }
    return images;
  });
}

/** The middle of a picture: sizes that are no multiple of the model's grid are painted larger. */
export function cropCentre(picture: Pixels, width: number, height: number): Pixels {
  if (picture.width === width && picture.height === height) return picture;
  const { channels } = picture;
  const left = Math.floor((picture.width - width) / 2);
  const top = Math.floor((picture.height - height) / 2);
  const data = new Uint8Array(width * height * channels);
  for (let row = 0; row < height; row++) {
    const from = ((top + row) * picture.width + left) * channels;
    data.set(picture.data.subarray(from, from + width * channels), row * width * channels);
  }
  return { width, height, channels, data };
}
