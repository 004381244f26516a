/**
 * The models that can be downloaded, as `catalogue.json` names them: where they lie, what each
 * takes, and on which terms. Sizes and hashes are the server's to tell, and are pinned once it has
 * told them; an entry that gives them itself is held to them.
 */
import { readFile } from 'node:fs/promises';
import { z } from 'zod';

import { NativaError } from '../errors.js';

/** A file's path, `*` standing for anything but a slash and `#` for a number. */
const pattern = z
  .string()
  .regex(/^[\w.*#-]+(?:\/[\w.*#-]+)*$/, 'must be a path, with * and # as wildcards');

const ruleSchema = z.strictObject({
  match: pattern,
  /** Without it the model cannot be imported. */
  required: z.boolean().default(false),
  /** Left out where the checkpoint has weights whose names begin so. */
  unless: z.string().min(1).optional(),
  /** Bytes, where they are known. */
  size: z.int().min(0).optional(),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
});
/** Which files of a repository are taken. */
export type FileRule = z.output<typeof ruleSchema>;

const sourceSchema = z.strictObject({
  /** `owner/name`. */
  repository: z.string().regex(/^[\w.-]+\/[\w.-]+$/),
  /** Branch, tag or commit. */
  revision: z.string().regex(/^[\w.-]+$/),
  /** What is known of its licence; the rest is on its card, which is shown before a download. */
  terms: z.enum(['non-commercial', 'see-card']),
  files: z.array(ruleSchema).min(1),
});
export type Source = z.output<typeof sourceSchema>;

const BASES = ['diffusion', 'vision', 'tokenizer'] as const;
const text = z.string().min(1).max(200);

const entrySchema = z.strictObject({
  /** Also the folder's name, which tells what training the checkpoint has had. */
  id: z.string().regex(/^[a-z0-9][a-z0-9._-]{0,63}$/),
  name: text,
  does: z.array(z.enum(['generate', 'edit'])).min(1),
  summary: z.strictObject({ en: text, es: text }),
  source: sourceSchema,
  needs: z.array(z.enum(BASES)),
});
export type CatalogueEntry = z.output<typeof entrySchema>;

const catalogueSchema = z
  .strictObject({
    schemaVersion: z.literal(1),
    /** Server of all repositories. */
    endpoint: z.url({ protocol: /^https$/ }),
    bases: z.strictObject({
      diffusion: sourceSchema,
      vision: sourceSchema,
      tokenizer: sourceSchema,
    }),
    models: z.array(entrySchema).min(1),
  })
  .refine(({ models }) => new Set(models.map(({ id }) => id)).size === models.length, {
    message: 'must name each id once',
  });
export type Catalogue = z.output<typeof catalogueSchema>;

/**
 * Reads the catalogue.
 * @throws NativaError CATALOGUE_INVALID
 */
export async function readCatalogue(path: string): Promise<Catalogue> {
  try {
    return catalogueSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    const message = `The catalogue of models ${path} cannot be read; get Nativa again.`;
    throw new NativaError('CATALOGUE_INVALID', message, { cause: error });
  }
}

/** The repositories of a model: its own first, then the bases it needs. */
export function sourcesOf(entry: CatalogueEntry, { bases }: Catalogue): readonly Source[] {
  return [entry.source, ...entry.needs.map((name) => bases[name])];
}
