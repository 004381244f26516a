import { z } from 'zod';
import { NativaError } from '../errors.js';

/** Version of `bundle.json` this build reads and writes. */
export const BUNDLE_SCHEMA_VERSION = 1;

/** Name of the manifest inside a bundle folder. */
export const MANIFEST_FILE = 'bundle.json';

/** What the released text-to-image inference says to the AR model, up to the scale token. */
export const OFFICIAL_GENERATE_TEMPLATE =
  '<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n' +
  '<|im_start|>user\nPlease generate image based on the following caption: {prompt}<|im_end|>\n' +
  '<|im_start|>assistant\n<im_start>';

/** What the released editing code says to the AR model, up to the scale token. */
export const OFFICIAL_EDIT_TEMPLATE =
  '<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n' +
  '<|im_start|>user\nPlease edit this image according to the following instruction: {prompt}.\n' +
  '<image><|im_end|>\n<|im_start|>assistant\n<im_start>';

/** Scale tokens: S0 is the whole grid, S1 and S2 are pooled by 2 and 3. */
export const TOKEN_SCALES = ['S0', 'S1', 'S2'] as const;
export const tokenScaleSchema = z.enum(TOKEN_SCALES);
export type TokenScale = z.infer<typeof tokenScaleSchema>;

/** `euler` is the released sampler, `dpm-solver++` its second-order sibling for fewer steps. */
export const SCHEDULERS = ['euler', 'dpm-solver++'] as const;
export const schedulerNameSchema = z.enum(SCHEDULERS);
export type SchedulerName = z.infer<typeof schedulerNameSchema>;

/**
 * A path inside a bundle: relative, forward slashes, nothing that leaves the folder on any system
 * (a bundle made on Linux may be opened on Windows).
 */
export const bundlePathSchema = z
  .string()
  .min(1)
  .max(512)
  .refine(isConfined, 'must be a relative path with forward slashes that stays in the bundle');

function isConfined(path: string): boolean {
  const hasControl = Array.from(path).some((character) => character.charCodeAt(0) < 32);
  if (hasControl || path.includes('\\') || path.includes(':')) return false;
  return path.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
}

const promptTemplate = z
  .string()
  .max(20_000)
  .refine((text) => text.split('{prompt}').length === 2, 'must contain {prompt} exactly once');

const promptTemplatesSchema = z.strictObject({
  generate: promptTemplate,
  edit: promptTemplate.refine(
    (text) => text.split('<image>').length === 2,
    'must contain <image> exactly once',
  ),
});

const capabilitiesSchema = z.strictObject({
  generate: z.boolean(),
  edit: z.boolean(),
  /** References the bundle was trained for; more are an extension of the engine. */
  maxReferences: z.int().min(0).max(16),
  tokenScales: z.array(tokenScaleSchema).min(1),
  /** Whether an edit repeats the codes of what it leaves alone, so that they say where it changes. */
  tokensTellChanges: z.boolean().default(false),
});

const defaultsSchema = z.strictObject({
  steps: z.int().min(1).max(1000),
  guidanceScale: z.number().min(0).max(100),
  imageGuidanceScale: z.number().min(0).max(100),
  temperature: z.number().min(0).max(10),
  /** That of edits, of which few drawings are right, instead of `temperature`. */
  editTemperature: z.number().min(0).max(10).optional(),
  topP: z.number().gt(0).max(1),
  /** 0 means no limit. */
  topK: z.int().min(0),
  tokens: tokenScaleSchema,
  scheduler: schedulerNameSchema,
});

const configsSchema = z.strictObject({
  ar: bundlePathSchema,
  vision: bundlePathSchema,
  transformer: bundlePathSchema,
  vae: bundlePathSchema,
  tokenizer: bundlePathSchema,
});

const fileEntrySchema = z.strictObject({
  /** Bytes. */
  size: z.int().min(0),
  sha256: z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 lower-case hexadecimal digits'),
});
export type BundleFileEntry = z.infer<typeof fileEntrySchema>;

/** `bundle.json`, schema version 1. */
export const bundleManifestSchema = z
  .strictObject({
    schemaVersion: z.literal(BUNDLE_SCHEMA_VERSION),
    id: z
      .string()
      .regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, 'must be lower-case letters, digits, ".", "_" or "-"'),
    name: z.string().min(1).max(200),
    version: z.string().min(1).max(64),
    license: z.string().min(1).max(200),
    description: z.string().max(4000),
    modelType: z.literal('blip3o-next'),
    /** Side of the square the model was trained at, in pixels. */
    resolution: z.int().min(16).max(8192),
    languages: z.array(z.string().min(2).max(35)),
    capabilities: capabilitiesSchema,
    /** Each ends right before the scale token. Absent: the official ones. */
    promptTemplates: promptTemplatesSchema.default({
      generate: OFFICIAL_GENERATE_TEMPLATE,
      edit: OFFICIAL_EDIT_TEMPLATE,
    }),
    defaults: defaultsSchema,
    configs: configsSchema,
    weights: z.array(bundlePathSchema).min(1),
    /** Every file of the bundle but `bundle.json` itself. */
    files: z.record(bundlePathSchema, fileEntrySchema),
    /** What goes before a weight file's names to make the official ones, with the dot. */
    prefixes: z.record(bundlePathSchema, z.string().max(200)).default({}),
    /** Absolute paths of files outside the folder, in bundles made where the weights lie. */
    elsewhere: z.record(bundlePathSchema, z.string().min(1).max(4096)).default({}),
  })
  .superRefine((manifest, context) => {
    const { configs, weights, prefixes, elsewhere } = manifest;
    const named = [...Object.values(configs), ...weights];
    for (const path of [...named, ...Object.keys(prefixes), ...Object.keys(elsewhere)]) {
      if (!Object.hasOwn(manifest.files, path)) {
        context.addIssue({
          code: 'custom',
          path: ['files'],
          message: `has no entry for ${path}, which another field names`,
        });
      }
    }
    if (!manifest.capabilities.tokenScales.includes(manifest.defaults.tokens)) {
      context.addIssue({
        code: 'custom',
        path: ['defaults', 'tokens'],
        message: 'is not one of capabilities.tokenScales',
      });
    }
  });

/** A checked `bundle.json`, with absent templates filled in. */
export type BundleManifest = z.infer<typeof bundleManifestSchema>;

/**
 * Checks the parsed JSON of a manifest.
 *
 * @param where what to call the file in messages
 * @throws {NativaError} BUNDLE_VERSION_UNKNOWN for a version this build does not know,
 *   BUNDLE_INVALID naming the field and what it must be
 */
export function parseManifest(json: unknown, where: string): BundleManifest {
  const version = z.looseObject({ schemaVersion: z.unknown() }).safeParse(json);
  if (!version.success) {
    throw new NativaError('BUNDLE_INVALID', `${where} must hold a JSON object.`);
  }
  const found = version.data.schemaVersion;
  if (found !== BUNDLE_SCHEMA_VERSION) {
    const said =
      found === undefined ? 'no schemaVersion' : `schemaVersion ${JSON.stringify(found)}`;
    throw new NativaError(
      'BUNDLE_VERSION_UNKNOWN',
      `${where} has ${said}, and this version of Nativa reads ${BUNDLE_SCHEMA_VERSION}: ` +
        'update Nativa, or get the model again in the format it reads.',
    );
  }
  const parsed = bundleManifestSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new NativaError('BUNDLE_INVALID', `${where} is not valid: ${firstIssue(parsed.error)}.`);
}

/** The first problem of a schema error, as `field.path: what is wrong`. */
export function firstIssue(error: z.ZodError): string {
  const issue = error.issues[0];
  if (issue === undefined) return 'it does not match its schema';
  const path = issue.path.map(String).join('.');
  const message = issue.message.replace(/\.$/, '');
  return path === '' ? message : `${path}: ${message}`;
}
