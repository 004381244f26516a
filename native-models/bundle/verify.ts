import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { NativaError } from '../errors.js';
import { identifyFile } from './files.js';
import type { FileIdentity } from './files.js';
import type { Bundle } from './load.js';
import type { BundleFileEntry, BundleManifest } from './schema.js';

/** Progress of a verification, in bytes over all files. */
export interface VerifyProgress {
  readonly file: string;
  readonly done: number;
  readonly total: number;
}

export interface VerifyOptions {
  /** Folder for verdicts of earlier runs, outside the bundle; absent: everything is read again. */
  readonly cacheDir?: string | undefined;
  readonly onProgress?: ((progress: VerifyProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What a verification found; it throws when anything differs. */
export interface Verified {
  /** See {@link modelHash}. */
  readonly hash: string;
  /** Files read now; the others had a verdict from an earlier run. */
  readonly read: number;
  readonly files: number;
}

const READ_SIZE = 2 ** 20;

/** A file's identity and what its content was found to be. */
const verdictSchema = z.strictObject({
  size: z.string(),
  mtimeNs: z.string(),
  ino: z.string(),
  sha256: z.string(),
});
type Verdict = z.infer<typeof verdictSchema>;
const verdictsSchema = z.record(z.string(), verdictSchema);
type Verdicts = Record<string, Verdict>;

/**
 * Names a model by what its pixels depend on: SHA-256 over the sorted hashes of weights, configs
 * and tokenizer, and over the prompt templates. The model card may change without changing it.
 *
 * @returns 64 hexadecimal digits
 */
export function modelHash(manifest: BundleManifest): string {
  const names = new Set([...manifest.weights, ...Object.values(manifest.configs)]);
  const lines = [...names].map((name) => `${manifest.files[name]?.sha256 ?? ''}  ${name}`).sort();
  const { resolution, promptTemplates, prefixes } = manifest;
  const named = Object.keys(prefixes).length > 0 ? [prefixes] : [];
  const templates = [resolution, promptTemplates.generate, promptTemplates.edit, ...named];
  return createHash('sha256')
    .update([...lines, JSON.stringify(templates)].join('\n'))
    .digest('hex');
}

/**
 * SHA-256 of a file, read in pieces.
 *
 * @param onBytes told the size of each piece
 * @returns 64 hexadecimal digits
 * @throws AbortError when `signal` aborts
 */
export async function hashFile(
  path: string,
  options: { onBytes?: (bytes: number) => void; signal?: AbortSignal | undefined } = {},
): Promise<string> {
  const hash = createHash('sha256');
  const stream = createReadStream(path, {
    highWaterMark: READ_SIZE,
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    hash.update(chunk);
    options.onBytes?.(chunk.length);
  }
  return hash.digest('hex');
}

/** Files to hash: their names in the manifest and where they are. */
export type NamedFiles = ReadonlyMap<string, string>;

/**
 * Hashes files that are to become a bundle. With `cacheDir` what was hashed is remembered file by
 * file, so that a second try goes on where the first was stopped, and a first use reads nothing.
 *
 * @param dir real folder of the bundle
 * @throws AbortError when `signal` aborts
 */
export async function hashFiles(
  dir: string,
  files: NamedFiles,
  options: VerifyOptions = {},
): Promise<Record<string, BundleFileEntry>> {
  const store = options.cacheDir === undefined ? undefined : verdictFile(options.cacheDir, dir);
  const verdicts = store === undefined ? {} : await readVerdicts(store);
  const sizes = await Promise.all([...files.values()].map(async (path) => (await stat(path)).size));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const entries: Record<string, BundleFileEntry> = {};
  let done = 0;
  for (const [file, path] of files) {
    options.signal?.throwIfAborted();
    const identity = await identifyFile(path);
    const known = verdicts[file];
    const before = done;
    const sha256 =
      known !== undefined && sameContent(known, identity)
        ? known.sha256
        : await hashFile(path, {
            signal: options.signal,
            onBytes: (bytes) => {
              done += bytes;
              options.onProgress?.({ file, done, total });
            },
          });
    done = before + Number(identity.size);
    entries[file] = { size: Number(identity.size), sha256 };
    verdicts[file] = { ...identity, sha256 };
    if (store !== undefined) await writeVerdicts(store, verdicts);
  }
  return entries;
}

/**
 * Checks every file of a bundle against its SHA-256. With `cacheDir`, a file whose path, size,
 * modification time and inode are those of an earlier good verdict is not read again.
 *
 * @throws {NativaError} BUNDLE_FILE_ALTERED naming the first file that differs
 * @throws AbortError when `signal` aborts
 */
export async function verifyBundle(bundle: Bundle, options: VerifyOptions = {}): Promise<Verified> {
  const store =
    options.cacheDir === undefined ? undefined : verdictFile(options.cacheDir, bundle.dir);
  const verdicts = store === undefined ? {} : await readVerdicts(store);
  const total = Object.values(bundle.manifest.files).reduce((sum, { size }) => sum + size, 0);
  let done = 0;
  let read = 0;
  const fresh: Verdicts = {};
  for (const [file, path] of bundle.paths) {
    const declared = bundle.manifest.files[file]?.sha256;
    const identity = await identifyFile(path);
    const known = verdicts[file];
    let sha256: string;
    if (known !== undefined && sameContent(known, identity)) {
      sha256 = known.sha256;
      done += Number(identity.size);
    } else {
      sha256 = await hashFile(path, {
        signal: options.signal,
        onBytes: (bytes) => {
          done += bytes;
          options.onProgress?.({ file, done, total });
        },
      });
      read += 1;
    }
    if (sha256 !== declared) throw altered(bundle.dir, file);
    fresh[file] = { ...identity, sha256 };
  }
  if (store !== undefined && read > 0) await writeVerdicts(store, fresh);
  return { hash: modelHash(bundle.manifest), read, files: bundle.paths.size };
}

function altered(dir: string, file: string): NativaError {
  return new NativaError(
    'BUNDLE_FILE_ALTERED',
    `${file} of the model in ${dir} is not the file it was published with (its SHA-256 differs): ` +
      'copy or download the model again.',
  );
}

function sameContent(known: Verdict, now: FileIdentity): boolean {
  return known.size === now.size && known.mtimeNs === now.mtimeNs && known.ino === now.ino;
}

function verdictFile(cacheDir: string, dir: string): string {
  const key = createHash('sha256').update(dir).digest('hex').slice(0, 32);
  return join(cacheDir, 'verified', `${key}.json`);
}

/** Verdicts of a bundle whose folder was renamed; what cannot be moved only costs time. */
export async function moveVerdicts(cacheDir: string, from: string, to: string): Promise<void> {
  await rename(verdictFile(cacheDir, from), verdictFile(cacheDir, to)).catch(() => undefined);
}

/** A cache that cannot be read only costs time: the files are hashed again. */
async function readVerdicts(path: string): Promise<Verdicts> {
  try {
    const parsed = verdictsSchema.safeParse(JSON.parse(await readFile(path, 'utf8')));
    return parsed.success ? parsed.data : {};
  } catch {
    return {};
  }
}

/** A cache that cannot be written (full disk, read-only home) must not stop the work either. */
async function writeVerdicts(path: string, verdicts: Verdicts): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    await mkdir(join(path, '..'), { recursive: true });
    await writeFile(temporary, JSON.stringify(verdicts));
    await rename(temporary, path);
  } catch {
    await rm(temporary, { force: true }).catch(() => undefined);
  }
}
