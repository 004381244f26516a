import { createHash } from 'node:crypto';

import { checkpoint } from '../cancel.js';
import type { RunContext } from '../context.js';
import { decodeImage, decodeMask, featherMask } from '../images/index.js';
import { inputName, readInput } from '../images/decode.js';
import type { DecodedImage, Mask } from '../images/index.js';
import type { EditPlan } from '../plan.js';
import type { RecipeInput } from '../recipe.js';
import type { ImageInput } from '../request.js';

/** Pictures of an edit, read and checked. */
export interface EditInputs {
  /** The picture that is edited. */
  readonly image: DecodedImage;
  /** Feathered mask of its size, 0 where not one byte may change; none: everything may. */
  readonly mask: Mask | undefined;
  /** The other references, in the plan's order. */
  readonly others: readonly DecodedImage[];
  /** All of them by their hashes. */
  readonly recipe: readonly RecipeInput[];
}

/** Share of a picture's longer side that a mask's edge is softened over unless asked otherwise. */
const FEATHER_SHARE = 0.01;

/**
 * Reads the pictures of an edit.
 * @throws NativaError of `decodeImage` and `decodeMask`; CANCELLED
 */
export async function readInputs(plan: EditPlan, context: RunContext): Promise<EditInputs> {
  const [main, ...rest] = plan.references;
  const total = plan.references.length + (plan.mask === undefined ? 0 : 1);
  return context.stage('read', total, async () => {
    let done = 0;
    const count = async <Result>(reading: Promise<Result>): Promise<Result> => {
      const result = await reading;
      context.progress('read', ++done, total);
      await checkpoint(context.signal);
      return result;
    };
    const image = await count(decodeImage(main.image));
    const recipe: RecipeInput[] = [{ role: 'image', sha256: image.sourceHash }];
    const mask = plan.mask && (await count(readMask(plan.mask, plan.maskFeather, image)));
    if (mask !== undefined) recipe.push({ role: 'mask', sha256: mask.sha256 });
    const others: DecodedImage[] = [];
    for (const reference of rest) {
      const other = await count(decodeImage(reference.image));
      others.push(other);
      recipe.push({ role: 'reference', sha256: other.sourceHash });
    }
    return { image, mask: mask?.soft, others, recipe };
  });
}

async function readMask(
  input: ImageInput,
  feather: number | undefined,
  image: DecodedImage,
): Promise<{ readonly soft: Mask; readonly sha256: string }> {
  const data = await readInput(input);
  const mask = await decodeMask({ data, name: inputName(input) }, image);
  const radius = feather ?? FEATHER_SHARE * Math.max(image.width, image.height);
  const sha256 = createHash('sha256').update(data).digest('hex');
  return { soft: featherMask(mask, radius), sha256 };
}
