/** Pictures that are made: what comes of a run, and how a page takes runs up again. */
import { z } from 'zod';
import { blobId, count, side } from './values.js';

const regionDriftSchema = z.strictObject({
  pixels: count,
  identical: z.boolean(),
  maxAbs: z.number(),
  psnr: z.number().nullable(),
  ssim: z.number().nullable(),
});
/** See `Drift` of main/engine/events.ts. */
export const driftSchema = z.strictObject({
  region: z.enum(['mask', 'tokens', 'changes']),
  outside: regionDriftSchema.nullable(),
  inside: regionDriftSchema.nullable(),
  changed: z.number().optional(),
  registered: z.boolean().optional(),
});
export type Drift = z.output<typeof driftSchema>;

/** A finished picture; raw RGBA under `pixels`. */
const candidateSchema = z.strictObject({
  pixels: blobId,
  width: side,
  height: side,
  seed: count,
  recipe: z.string().max(100_000),
  drift: driftSchema.nullable(),
});
export type Candidate = z.output<typeof candidateSchema>;

/** How a run ends. */
export const endEvents = [
  z.strictObject({
    type: z.literal('done'),
    job: count,
    candidates: z.array(candidateSchema),
    notices: z.array(z.string()),
    seconds: z.number(),
  }),
  z.strictObject({
    type: z.literal('failed'),
    job: count,
    code: z.string(),
    message: z.string(),
  }),
] as const;
const endSchema = z.discriminatedUnion('type', endEvents);
export type JobEnd = z.output<typeof endSchema>;

const jobs = z.array(count).max(10_000);

/** Requests about runs that were begun. */
export const JOB_REQUESTS = {
  'studio.cancel': { ask: z.strictObject({ job: count }), answer: z.null() },
  /** Jobs that wait are made in this order; where others stand in line is not changed. */
  'studio.order': { ask: z.strictObject({ jobs }), answer: z.null() },
  /** What became of runs that a page had begun before it was loaded again; others are not known. */
  'studio.follow': {
    ask: z.strictObject({ jobs }),
    answer: z.strictObject({ going: jobs, ended: z.array(endSchema) }),
  },
} as const;
