import type { Latents, ModelPixels } from './autoencoder/autoencoder.js';
import { Kept } from './runtime/kept.js';
import type { PreparedPrompts } from './tokens/decoder.js';
import { preparedBytes } from './tokens/decoder.js';
import type { ImageCodes } from './vision/encoder.js';

/** A picture as the vision tokenizer reads it. */
export interface SeenPicture {
  readonly codes: ImageCodes;
  /** [tokens, hidden], of a model that takes them in the place of codes. */
  readonly features?: Float32Array;
}

/**
 * What the networks made of pictures and prompts lately. It all follows from the weights and the
 * input alone, so that a picture is the same to the last bit whether it was kept or computed.
 */
export interface KeptResults {
  readonly seen: Kept<SeenPicture>;
  /** Latents of references. */
  readonly latents: Kept<Latents>;
  /** Pixels of those latents, to tell what the autoencoder alone changes. */
  readonly roundTrips: Kept<ModelPixels>;
  /** The last prompt, read. */
  readonly prompts: Kept<PreparedPrompts>;
}

/** References that are worked on by turns. */
const PICTURES = 8;
/** Share of the weights' bytes that what is kept may take, and what it may take in any case. */
const SHARE = 0.05;
const LEAST = 32 * 2 ** 20;

/**
 * Room for results of one model.
 * @param weights bytes of the loaded weights
 * @param remember whether anything is kept at all
 */
export function keptResults(weights: number, remember: boolean): KeptResults {
  const bytes = weights * SHARE + LEAST;
  const limits = { entries: remember ? PICTURES : 0, bytes: bytes / 4 };
  const last = { entries: remember ? 1 : 0, bytes };
  return {
    seen: new Kept(limits, ({ codes, features }) =>
      Object.values(codes).reduce((sum, list) => sum + 8 * list.length, features?.byteLength ?? 0),
    ),
    latents: new Kept(limits, ({ data }) => data.byteLength),
    roundTrips: new Kept(limits, ({ data }) => data.byteLength),
    prompts: new Kept(last, preparedBytes),
  };
}
