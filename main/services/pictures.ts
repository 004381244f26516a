import { randomInt } from 'node:crypto';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import { Engine } from '../engine/client.js';
import type { EngineEvent, EngineResult } from '../engine/events.js';
import {
  checkWritable,
  decodeImage,
  encodeImage,
  outputFormat,
  readRecipe,
  writeFileAtomic,
} from '../engine/images/index.js';
import type { EngineRequestInput } from '../engine/request.js';
import { engineEnvironment } from './engine-environment.js';
import { folders } from './paths.js';

export { MAX_SEED } from '../engine/rng.js';

/** How pictures are made and where they go. */
export interface PictureJob {
  readonly request: EngineRequestInput;
  /** File to write, of which `count` makes name-2, name-3 ...; absent: nativa-SEED.png. */
  readonly out?: string | undefined;
  /** Threads inside one operator; absent: onnxruntime's own choice. */
  readonly threads?: number | undefined;
  readonly signal: AbortSignal;
  readonly onEvent: (event: EngineEvent) => void;
}

/** Pictures that were made and written. */
export interface PictureJobResult {
  /** Absolute paths, in the order of the pictures. */
  readonly files: readonly string[];
  /** Seed of the first picture. */
  readonly seed: number;
  /** Whether the files are stored with loss, so that their pixels are not exactly the result's. */
  readonly lossy: boolean;
  readonly result: EngineResult;
}

const LOSSY: ReadonlySet<ReturnType<typeof outputFormat>> = new Set(['jpeg', 'webp', 'avif']);

/** Seeds drawn by chance stay short enough to be read out and typed. */
const DRAWN_SEEDS = 2 ** 32;

/**
 * Names of `count` files: `a.png`, `a-2.png`, `a-3.png`, so the first is what one alone would be.
 */
export function outputNames(out: string, count: number): string[] {
  const extension = extname(out);
  const stem = out.slice(0, out.length - extension.length);
  return Array.from({ length: count }, (_, index) =>
    index === 0 ? out : `${stem}-${index + 1}${extension}`,
  );
}

/**
 * Runs a request in an engine process of its own and writes its pictures: all of them or, when
 * anything fails or is cancelled, none. That the files can be written is checked first.
 *
 * @throws {NativaError} whatever is wrong with input, model, engine or output
 */
export async function makePictures(job: PictureJob): Promise<PictureJobResult> {
  const seed = job.request.seed ?? randomInt(DRAWN_SEEDS);
  const request = { ...job.request, seed };
  const out = resolve(job.out ?? `nativa-${seed}.png`);
  const files = outputNames(out, request.count ?? 1);
  const format = outputFormat(out);
  for (const file of files) await checkWritable(file);

  const env = engineEnvironment();
  const engine = new Engine({ cacheDir: folders().cache, threads: job.threads, env });
  let result: EngineResult;
  try {
    result = await engine.run(request, { signal: job.signal, onEvent: job.onEvent });
  } finally {
    await engine.close();
  }
  const contents: Uint8Array[] = [];
  for (const { png } of result.images) {
    contents.push(format === 'png' ? png : await convert(png, format));
  }
  // The last moment to stop: from here on all files are written.
  job.signal.throwIfAborted();
  await writeAll(files, contents);
  return { files, seed: result.images[0]?.seed ?? seed, lossy: LOSSY.has(format), result };
}

async function convert(
  png: Uint8Array,
  format: Exclude<ReturnType<typeof outputFormat>, 'png'>,
): Promise<Uint8Array> {
  const image = await decodeImage({ data: png });
  return encodeImage(image, format, { recipe: readRecipe(png) });
}

/** Takes back the files that were new when a later one cannot be written. */
async function writeAll(files: readonly string[], contents: readonly Uint8Array[]): Promise<void> {
  const made: string[] = [];
  try {
    for (const [index, file] of files.entries()) {
      const bytes = contents[index];
      if (bytes === undefined) continue;
      const isNew = !existsSync(file);
      await writeFileAtomic(file, bytes);
      if (isNew) made.push(file);
    }
  } catch (error) {
    for (const file of made) await rm(file, { force: true });
    throw error;
  }
}
