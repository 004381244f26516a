/** What a run tells on its way and at its end, as schemas that both sides of the process check. */
import { z } from 'zod';

import { NETWORK_PARTS } from './runtime/placement.js';

/** Stages of a run, in order. */
export const STAGES = ['load', 'read', 'encode', 'tokens', 'denoise', 'decode', 'compose'] as const;

const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array, 'must be bytes');
const count = z.int().min(0);
const seconds = z.number().min(0);
const pixels = z.int().min(1);

/** How far a stage is, over all pictures of the request. */
export const progressEventSchema = z.strictObject({
  type: z.literal('progress'),
  stage: z.enum(STAGES),
  step: count,
  total: count,
});

/** What a picture looks like so far. */
export const previewEventSchema = z.strictObject({
  type: z.literal('preview'),
  /** Which picture of the request. */
  index: count,
  width: pixels,
  height: pixels,
  /** RGB, rows from the top left. */
  data: bytes,
});

/** Anything a run tells before its result. */
export const engineEventSchema = z.discriminatedUnion('type', [
  progressEventSchema,
  previewEventSchema,
]);

/** How far two pictures differ over some pixels, see `RegionDrift` of images/drift.ts. */
const regionSchema = z.strictObject({
  pixels: count,
  identical: z.boolean(),
  maxAbs: z.number().min(0).max(255),
  psnr: z.number().nullable(),
  ssim: z.number().nullable(),
});

/** How far an edit drifted from its picture; a region without pixels is null. */
export const driftSchema = z.strictObject({
  /**
   * What tells outside from inside: the feathered mask, the cells whose tokens are not the
   * picture's own, or where the edit was seen to change.
   */
  region: z.enum(['mask', 'tokens', 'changes']),
  outside: regionSchema.nullable(),
  inside: regionSchema.nullable(),
  /** Without a mask: share of the picture that changed. */
  changed: z.number().min(0).max(1).optional(),
  /** Without a mask: whether the edit had to be moved onto the picture. */
  registered: z.boolean().optional(),
});

/** One finished picture. */
export const resultImageSchema = z.strictObject({
  /** PNG with the recipe in it. */
  png: bytes,
  width: pixels,
  height: pixels,
  seed: count,
  /** Edits only. */
  drift: driftSchema.optional(),
});

/** Seconds each stage took. */
export const timingsSchema = z.strictObject({
  load: seconds,
  read: seconds,
  encode: seconds,
  tokens: seconds,
  denoise: seconds,
  decode: seconds,
  compose: seconds,
  total: seconds,
});

/** What a request ends in. */
export const engineResultSchema = z.strictObject({
  images: z.array(resultImageSchema).min(1),
  timings: timingsSchema,
  model: z.strictObject({ id: z.string(), hash: z.string() }),
  /** Of all networks, joined by `+` where there are several. */
  provider: z.string(),
  /** Where each network computed, and the type of its products. */
  placement: z
    .array(
      z.strictObject({
        network: z.enum(NETWORK_PARTS),
        provider: z.string(),
        precision: z.enum(['float32', 'float16']),
      }),
    )
    .optional(),
  /** What a person should know about this run, one sentence each. */
  notices: z.array(z.string()),
  /** Bytes of the engine's process. */
  memory: z.strictObject({ resident: count, peak: count }),
});

/** Name of a stage. */
export type Stage = (typeof STAGES)[number];
/** See {@link engineEventSchema}. */
export type EngineEvent = z.output<typeof engineEventSchema>;
/** See {@link engineResultSchema}. */
export type EngineResult = z.output<typeof engineResultSchema>;
/** See {@link driftSchema}. */
export type Drift = z.output<typeof driftSchema>;
/** See {@link resultImageSchema}. */
export type ResultImage = z.output<typeof resultImageSchema>;
/** See {@link timingsSchema}. */
export type Timings = z.output<typeof timingsSchema>;
