import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

import { firstIssue, readJson } from '../bundle/index.js';
import { NativaError } from '../errors.js';
import { readSafetensorsHeader } from '../graphs/index.js';

/** File names of weights as Hugging Face's libraries write them, without ending. */
type Stem = 'model' | 'diffusion_pytorch_model';

const INDEX_LIMIT = 64 * 2 ** 20;
const indexSchema = z.object({
  weight_map: z.record(
    z.string(),
    z.string().regex(/^[^/\\:]+\.safetensors$/, 'must name .safetensors files of the same folder'),
  ),
});

/** Whether a folder has weights under a name. */
export function hasWeights(folder: string, stem: Stem): boolean {
  return [`${stem}.safetensors`, `${stem}.safetensors.index.json`].some((name) =>
    existsSync(join(folder, name)),
  );
}

/**
 * The weight files of a folder: one, or those that an index names, each of which has to be there and
 * to hold what the index says it does.
 * @returns absolute paths
 * @throws NativaError CHECKPOINT_INCOMPLETE, BUNDLE_INVALID, BAD_WEIGHTS
 */
export async function listShards(folder: string, stem: Stem): Promise<string[]> {
  const single = join(folder, `${stem}.safetensors`);
  if (existsSync(single)) return [single];
  const index = join(folder, `${stem}.safetensors.index.json`);
  if (!existsSync(index)) throw noWeights(folder, stem);
  const parsed = indexSchema.safeParse(await readJson(index, INDEX_LIMIT));
  if (!parsed.success) {
    const message = `${index} is not an index of weights (${firstIssue(parsed.error)}): get it again.`;
    throw new NativaError('BUNDLE_INVALID', message);
  }
  const shards = new Map<string, string[]>();
  for (const [name, file] of Object.entries(parsed.data.weight_map)) {
    const names = shards.get(file);
    if (names === undefined) shards.set(file, [name]);
    else names.push(name);
  }
  const missing = [...shards.keys()].filter((file) => !existsSync(join(folder, file))).sort();
  if (missing.length > 0) {
    const message = `${folder} lacks ${missing.join(', ')}, which its index of weights names; download the missing files and import again.`;
    throw new NativaError('CHECKPOINT_INCOMPLETE', message);
  }
  for (const [file, names] of shards) await checkShard(join(folder, file), names);
  return [...shards.keys()].sort().map((file) => join(folder, file));
}

async function checkShard(path: string, names: readonly string[]): Promise<void> {
  const { tensors } = await readSafetensorsHeader(path);
  const gone = names.filter((name) => !tensors.has(name));
  if (gone.length === 0) return;
  const message = `${path} has no parameter "${gone[0] ?? ''}", which the index of weights looks for there (${gone.length} in all); download the file and its index again.`;
  throw new NativaError('CHECKPOINT_MISMATCH', message);
}

function noWeights(folder: string, stem: Stem): NativaError {
  const pickled = ['pytorch_model.bin', `${stem}.bin`, `${stem}.bin.index.json`].some((name) =>
    existsSync(join(folder, name)),
  );
  const what = pickled
    ? 'has its weights as .bin files only; get those that end in .safetensors'
    : `has no weights: ${stem}.safetensors or its index is missing; download the rest`;
  return new NativaError('CHECKPOINT_INCOMPLETE', `${folder} ${what}, and import again.`);
}
