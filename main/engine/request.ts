/** Everything that decides a picture, as one object that survives being sent or saved. */
import { z } from 'zod';

import { schedulerNameSchema, tokenScaleSchema } from '../../native-models/bundle/index.js';
import { MAX_SEED } from './rng.js';
import { NETWORK_PARTS, probedSchema } from './runtime/placement.js';

const strength = z.number().min(0).max(1);
const scale = z.number().min(0).max(100);
const side = z.int().min(16).max(8192);

/** Where a picture comes from: a file, or its bytes as they would stand in one. */
export const imageInputSchema = z.union([
  z.strictObject({ path: z.string().min(1) }),
  z.strictObject({
    data: z.custom<Uint8Array>((value) => value instanceof Uint8Array, 'must be bytes'),
    /** What messages call it. */
    name: z.string().min(1).optional(),
  }),
]);

/** How strongly a reference enters, on each of its three ways; 1 is how the model was trained. */
export const strengthsSchema = z.strictObject({
  /** As discrete tokens in the prompt: what is in the picture. 0 leaves it out. */
  semantics: strength.default(1),
  /** As latents in cross-attention: what it looks like. */
  appearance: strength.default(1),
  /** As latents in noise space: where everything is. */
  structure: strength.default(1),
});

/** Settings of every kind of request; what is absent comes from the bundle. */
const commonFields = {
  /** Folder of the bundle. */
  bundle: z.string().min(1),
  /** Seed of the first picture; picture k has seed + k. Absent: drawn by the client. */
  seed: z.int().min(0).max(MAX_SEED).optional(),
  count: z.int().min(1).max(16).default(1),
  steps: z.int().min(1).max(1000).optional(),
  guidanceScale: scale.optional(),
  tokens: tokenScaleSchema.optional(),
  temperature: z.number().min(0).max(10).optional(),
  topP: z.number().gt(0).max(1).optional(),
  topK: z.int().min(0).optional(),
  scheduler: schedulerNameSchema.optional(),
  /** onnxruntime execution provider; `auto` takes the best of `probed`. */
  provider: z.string().min(1).default('cpu'),
  /** Networks that compute elsewhere than `provider` says. */
  networkProviders: z.partialRecord(z.enum(NETWORK_PARTS), z.string().min(1)).optional(),
  /** Providers that were tried on this machine. */
  probed: z.array(probedSchema).max(20).optional(),
  /** Bytes that networks and what they compute may take; absent: what there is. */
  memory: z.number().min(0).optional(),
  /** Whether pictures of the state of things are sent while denoising. */
  previews: z.boolean().default(false),
};

/** Text to image. */
export const generateRequestSchema = z.strictObject({
  kind: z.literal('generate'),
  prompt: z.string(),
  ...commonFields,
  /** Pixels; absent: the bundle's resolution. */
  width: side.optional(),
  height: side.optional(),
});

/** A picture and an instruction to a picture of the same size. */
export const editRequestSchema = z.strictObject({
  kind: z.literal('edit'),
  instruction: z.string(),
  ...commonFields,
  image: imageInputSchema,
  /** White where the picture may change; of the picture's size. */
  mask: imageInputSchema.optional(),
  /** Width of the mask's soft edge in pixels; absent: a hundredth of the picture's longer side. */
  maskFeather: z.number().min(0).max(1000).optional(),
  /** More pictures to take from, after the one that is edited. */
  references: z
    .array(strengthsSchema.extend({ image: imageInputSchema }))
    .max(8)
    .default([]),
  /** Of the picture that is edited; absent ones come from `keep`. */
  strengths: z
    .strictObject({
      semantics: strength.optional(),
      appearance: strength.optional(),
      structure: strength.optional(),
    })
    .optional(),
  /** How much of the picture is kept, from 0 (hardly guided by it) over 0.5 (as trained) to 1. */
  keep: strength.optional(),
  imageGuidanceScale: scale.optional(),
  /** With a mask: keep the picture's own discrete tokens outside it. */
  lockTokens: z.boolean().default(false),
  /** Without a mask: take what did not change from the picture's own pixels. */
  onlyChanged: z.boolean().default(true),
  /** How a picture that is not square meets the model, see `images/fit.ts`. */
  fit: z.enum(['native', 'pad', 'stretch']).default('native'),
});

/** Any request of the engine. */
export const engineRequestSchema = z.discriminatedUnion('kind', [
  generateRequestSchema,
  editRequestSchema,
]);

/** A request as it is written: fields with defaults may be absent. */
export type EngineRequestInput = z.input<typeof engineRequestSchema>;
/** A checked request. */
export type EngineRequest = z.output<typeof engineRequestSchema>;
/** A checked text-to-image request. */
export type GenerateRequest = z.output<typeof generateRequestSchema>;
/** A checked edit request. */
export type EditRequest = z.output<typeof editRequestSchema>;
/** Where a picture comes from. */
export type ImageInput = z.output<typeof imageInputSchema>;
/** The three strengths of a reference. */
export type Strengths = z.output<typeof strengthsSchema>;
