/**
 * Makes a folder with an official BLIP3o-NEXT checkpoint a bundle, without copying its weights: see
 * README.md.
 */
import { createHash } from 'node:crypto';

import { hashFiles } from '../bundle/index.js';
import type { BundleManifest, VerifyOptions } from '../bundle/index.js';
import { collect } from './collect.js';
import { compareParameters, refuseDifferences } from './check.js';
import { describe } from './manifest.js';
import { survey } from './survey.js';
import type { Bases } from './survey.js';
import { checkpointName, recogniseVariant } from './variant.js';
import type { Variant } from './variant.js';
import { publish, rehearse } from './write.js';

export { expectedParameters } from './check.js';
export { SANA_TRANSFORMER, SANA_VAE, SIGLIP2, TA_TOK } from './official.js';
export type { Variant } from './variant.js';

/** How a checkpoint is imported. */
export interface ImportOptions extends Bases, VerifyOptions {
  /** What to call the model; default as its folder or repository. */
  readonly name?: string | undefined;
  /** Told the manifest's id before the long part: throws where the model must not be made. */
  readonly onIdentified?: ((id: string) => Promise<void>) | undefined;
}

/** A checkpoint that is a bundle now. */
export interface Imported {
  /** Real folder. */
  readonly dir: string;
  readonly manifest: BundleManifest;
  readonly variant: Variant;
  /** Parameters that belong to no network of BLIP3o-NEXT and are left alone. */
  readonly unexpected: readonly string[];
}

/**
 * Recognises a checkpoint, checks the name and shape of every parameter against what the networks
 * read, hashes its files, and writes `bundle.json` beside them.
 *
 * @param folder as Hugging Face has it
 * @throws NativaError NOT_A_CHECKPOINT, ALREADY_A_MODEL, CHECKPOINT_INCOMPLETE,
 *   CHECKPOINT_MISMATCH, BAD_WEIGHTS, UNSAFE_WEIGHTS, BAD_TOKENIZER, BUNDLE_INVALID, DISK_FULL,
 *   FOLDER_UNWRITABLE
 * @throws AbortError when `signal` aborts
 */
export async function importCheckpoint(folder: string, options: ImportOptions): Promise<Imported> {
  const found = await survey(folder, options);
  const collected = await collect(found);
  const differences = compareParameters(collected.source);
  refuseDifferences(found.dir, differences, collected.otherTypes);
  const folderName = checkpointName(found.dir);
  const variant = recogniseVariant(collected.source.ar, folderName);
  const name = plainName(options.name) ?? plainName(folderName) ?? 'model';
  const written = writtenEntries(collected.written);
  const draft = await describe(found, collected, {
    name,
    variant,
    files: { ...placeholders(collected.files.keys()), ...written },
  });
  await options.onIdentified?.(draft.id);
  await rehearse(found.dir, collected.written, text(draft).length);
  const hashed = await hashFiles(found.dir, collected.files, options);
  options.signal?.throwIfAborted();
  const files = { ...hashed, ...written };
  const manifest = await describe(found, collected, { name, variant, files });
  await publish(found.dir, collected.written, text(manifest));
  return { dir: found.dir, manifest, variant, unexpected: differences.unexpected };
}

const MAX_NAME = 200;

/** A name that fits into a manifest and on a line; undefined where there is none. */
function plainName(name: string | undefined): string | undefined {
  const plain = name?.replace(/\p{Cc}/gu, ' ').trim() ?? '';
  return plain === '' ? undefined : plain.slice(0, MAX_NAME).trimEnd();
}

function text(manifest: BundleManifest): string {
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

function writtenEntries(written: ReadonlyMap<string, Uint8Array>): BundleManifest['files'] {
  return Object.fromEntries(
    [...written].map(([name, bytes]) => {
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      return [name, { size: bytes.length, sha256 }];
    }),
  );
}

/** Entries as long as real ones, for what is not hashed yet. */
function placeholders(names: Iterable<string>): BundleManifest['files'] {
  const entry = { size: Number.MAX_SAFE_INTEGER, sha256: '0'.repeat(64) };
  return Object.fromEntries([...names].map((name) => [name, entry]));
}
