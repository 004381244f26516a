/** What the studio asks for, as the engine's request. */
import type { RunRequest } from '../../../preload/contract.js';
import { NativaError } from '../../../native-models/errors.js';
import type { Pixels } from '../../engine/images/index.js';
import type { EngineRequestInput } from '../../engine/request.js';
import type { Blobs } from '../blobs.js';
import type { Placing } from '../placing.js';
import { readPixels, toEngineImage } from './pictures.js';

/** What a run takes from the settings. */
export interface RunSetting extends Placing {
  /** Folder of the model. */
  readonly bundle: string;
}

/** The pictures of a run, in memory: its blobs may be dropped. */
export interface RunPictures {
  readonly image: Pixels | null;
  readonly mask: Pixels | null;
  readonly references: readonly Pixels[];
}

/**
 * Reads the pictures that a run names.
 * @throws NativaError IMAGE_NEEDED, BLOB_NOT_FOUND, BAD_PIXELS
 */
export async function readPictures(run: RunRequest, blobs: Blobs): Promise<RunPictures> {
  if (run.kind === 'generate') return { image: null, mask: null, references: [] };
  if (run.image === null) {
    const message = 'An instruction needs a picture to change; select a layer first.';
    throw new NativaError('IMAGE_NEEDED', message);
  }
  const [image, mask, ...references] = await Promise.all([
    readPixels(run.image, blobs),
    run.mask === null ? null : readPixels(run.mask, blobs),
    ...run.references.map((reference) => readPixels(reference.image, blobs)),
  ]);
  return { image, mask, references };
}

/** The engine's request of a run; what is null is left to the model. */
export async function engineRequest(
  run: RunRequest,
  pictures: RunPictures,
  setting: RunSetting,
): Promise<EngineRequestInput> {
  const common = { ...commonFields(run), ...setting, previews: true };
  if (pictures.image === null) {
    const size = given({ width: run.width, height: run.height });
    return { kind: 'generate', prompt: run.prompt, ...common, ...size };
  }
  const { mask } = pictures;
  const references = run.references.map(async ({ image, ...strengths }, index) => {
    const pixels = pictures.references[index];
    // Both lists are made of the same request.
    if (pixels === undefined) throw new Error(`No pixels of the reference ${image.blob}`);
    return { ...strengths, image: await toEngineImage(pixels, `reference ${index + 1}`) };
  });
  return {
    kind: 'edit',
    instruction: run.prompt,
    ...common,
    image: await toEngineImage(pictures.image, 'the picture'),
    ...(mask && { mask: await toEngineImage(mask, 'of the selection') }),
    references: await Promise.all(references),
    lockTokens: run.lockTokens,
    ...given({
      maskFeather: run.maskFeather,
      keep: run.keep,
      strengths: run.strengths,
      imageGuidanceScale: run.imageGuidanceScale,
    }),
  };
}

function commonFields({ count, seed, steps, guidanceScale, tokens }: RunRequest) {
  return { count, ...given({ seed, steps, guidanceScale, tokens }) };
}

type Given<T> = { [Key in keyof T]?: Exclude<T[Key], null> };

/** Without the fields that are null. */
function given<T extends object>(fields: T): Given<T> {
  const entries = Object.entries(fields).filter(([, value]) => value !== null);
  return Object.fromEntries(entries) as Given<T>;
}
