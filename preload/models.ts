/** The part of the contract that is about models: what there is, what can be had, and their management. */
import { z } from 'zod';

const count = z.int().min(0);
const nothing = z.null();
const request = <Q extends z.ZodType, A extends z.ZodType>(ask: Q, answer: A) => ({ ask, answer });

/** How fine the image tokens are that are drawn: S0 has most, S2 fewest. */
export const tokenScaleSchema = z.enum(['S0', 'S1', 'S2']);
export type TokenScale = z.output<typeof tokenScaleSchema>;

const MODEL_ORIGINS = ['shipped', 'own', 'linked'] as const;
const modelId = z.string().max(64);
const path = z.string().min(1).max(4000);
/** A model of this machine. */
export const modelSchema = z.discriminatedUnion('ok', [
  z.strictObject({
    ok: z.literal(true),
    id: z.string(),
    name: z.string(),
    dir: z.string(),
    place: z.string(),
    origin: z.enum(MODEL_ORIGINS),
    licence: z.string(),
    bytes: count,
    resolution: z.int(),
    /** Image tokens on a side at S0, each of `resolution / grid` pixels. */
    grid: z.int(),
    canEdit: z.boolean(),
    references: count,
    scales: z.array(tokenScaleSchema),
    /** The scale that is drawn at unless another is asked for. */
    tokens: tokenScaleSchema,
    steps: z.int(),
    guidanceScale: z.number(),
    imageGuidanceScale: z.number(),
  }),
  z.strictObject({
    ok: z.literal(false),
    dir: z.string(),
    place: z.string(),
    origin: z.enum(MODEL_ORIGINS),
    message: z.string(),
  }),
]);
export type ModelInfo = z.output<typeof modelSchema>;

/** Where a download stands. */
const downloadSchema = z.strictObject({
  state: z.enum(['running', 'importing', 'paused', 'failed']),
  /** Bytes; of the check, while it is imported. */
  done: count,
  total: count,
  /** Bytes a second. */
  speed: z.number().min(0),
  files: z.array(z.strictObject({ name: z.string(), size: count, done: count })),
  /** Why it failed, one sentence. */
  message: z.string().nullable(),
});
export type DownloadState = z.output<typeof downloadSchema>;

/** A model of the catalogue. */
const offeredSchema = z.strictObject({
  id: modelId,
  name: z.string(),
  summary: z.strictObject({ en: z.string(), es: z.string() }),
  does: z.array(z.enum(['generate', 'edit'])),
  repository: z.string(),
  /** Whether a part of it is known to be so; other terms are on its cards. */
  nonCommercial: z.boolean(),
  installed: z.boolean(),
  /** Null where none of it is here. */
  download: downloadSchema.nullable(),
});
export type OfferedModel = z.output<typeof offeredSchema>;

/** Requests and their replies. */
export const MODEL_REQUESTS = {
  /** Hashes a model's files anew; progress is told by events of its place. */
  'models.verify': request(z.strictObject({ place: path }), z.strictObject({ files: count })),
  /** Makes a folder with a checkpoint a model, where it lies; progress as above, by the folder. */
  'models.import': request(z.strictObject({ folder: path }), z.strictObject({ id: z.string() })),
  /** Ends a check or an import. */
  'models.stop': request(z.strictObject({ place: path }), nothing),
  /** `kept`: the folder of a model of which only the link is gone. */
  'models.delete': request(
    z.strictObject({ place: path }),
    z.strictObject({ kept: z.string().nullable() }),
  ),
  /** Asks for a folder in the host's own dialog; null without one. */
  'models.chooseFolder': request(nothing, z.string().nullable()),
  /** What can be downloaded; asks no server. */
  'catalogue.list': request(nothing, z.array(offeredSchema)),
  /** What a model takes, and under which terms: asks the server. */
  'catalogue.ask': request(
    z.strictObject({ id: modelId }),
    z.strictObject({
      /** Number of files; bytes in all, here already, and free on the disk. */
      files: count,
      bytes: count,
      present: count,
      free: count,
      licences: z.array(
        z.strictObject({
          repository: z.string(),
          name: z.string().nullable(),
          nonCommercial: z.boolean(),
          url: z.string(),
          text: z.string().nullable(),
        }),
      ),
    }),
  ),
  /** Begins a download whose licences were shown and accepted, or goes on with one. */
  'downloads.start': request(z.strictObject({ id: modelId }), nothing),
  'downloads.pause': request(z.strictObject({ id: modelId }), nothing),
  /** Ends it and takes away what has arrived. */
  'downloads.cancel': request(z.strictObject({ id: modelId }), nothing),
} as const;

/** What happens to models without being asked for. */
export const modelEvents = [
  /** Where a download stands; null once it is a model, or nothing of it is here. */
  z.strictObject({
    type: z.literal('download'),
    id: modelId,
    download: downloadSchema.nullable(),
    finished: z.boolean(),
  }),
  /** How far the check or the import of a model is, in bytes. */
  z.strictObject({ type: z.literal('checking'), place: path, done: count, total: count }),
] as const;
