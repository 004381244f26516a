/** A model of some 300 million random parameters, to measure what a small one does not show. */
import { copyFile, mkdir, open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { RandomStream } from '../../main/engine/rng.js';
import { MANIFEST_FILE, loadBundle, writeManifest } from '../../native-models/bundle/index.js';
import {
  DEFAULT_GRAPH_OPTIONS,
  ParameterAudit,
  autoencoderConfigSchema,
  buildGraph,
  qwen3ConfigSchema,
  sanaTransformerConfigSchema,
  taTokConfigSchema,
} from '../../native-models/graphs/index.js';
import type { GraphName } from '../../native-models/graphs/index.js';
import { encodeSafetensorsHeader } from '../../native-models/graphs/safetensors.js';
import { toHalf } from '../../native-models/quantize/numbers.js';

/** What is larger than the starter's; the rest is as the starter has it. */
const AR = {
  hidden_size: 896,
  intermediate_size: 2688,
  num_hidden_layers: 16,
  num_attention_heads: 14,
  num_key_value_heads: 2,
  head_dim: 64,
};
const TRANSFORMER = {
  num_attention_heads: 32,
  attention_head_dim: 32,
  num_layers: 8,
  num_cross_attention_heads: 16,
  cross_attention_head_dim: 64,
  cross_attention_dim: 1024,
  caption_channels: 1024,
  mlp_ratio: 2.5,
};
const GRAPHS: readonly GraphName[] = [
  ...(['ar', 'vision', 'connector', 'cross_attention_kv', 'denoiser'] as const),
  ...(['vae_encoder', 'vae_decoder'] as const),
];
/** Numbers that are drawn; larger weights repeat them. */
const DRAWN = 2 ** 20;

/**
 * Writes the model.
 * @param starter the model whose tokenizer and other sizes it has
 */
export async function writeMidSize(folder: string, starter: string): Promise<void> {
  const { manifest, configs, paths } = await loadBundle(starter);
  const ar = { ...configs.ar, ...AR };
  const transformer = { ...configs.transformer, ...TRANSFORMER };
  const audit = new ParameterAudit();
  const source = {
    ar: qwen3ConfigSchema.parse(ar),
    vision: taTokConfigSchema.parse(configs.vision),
    transformer: sanaTransformerConfigSchema.parse(transformer),
    vae: autoencoderConfigSchema.parse(configs.vae),
    tensors: audit,
  };
  for (const name of GRAPHS) buildGraph(name, source, DEFAULT_GRAPH_OPTIONS[name]);
  const names = manifest.configs;
  const written = { [names.ar]: ar, [names.transformer]: transformer };
  for (const [name, path] of paths) {
    if (manifest.weights.includes(name)) continue;
    await mkdir(join(folder, name, '..'), { recursive: true });
    const own = written[name];
    if (own === undefined) await copyFile(path, join(folder, name));
    else await writeFile(join(folder, name), JSON.stringify(own));
  }
  await writeWeights(join(folder, 'model.safetensors'), audit.wanted);
  const draft: unknown = JSON.parse(await readFile(join(starter, MANIFEST_FILE), 'utf8'));
  const own = { id: 'mid-size', name: 'Mid-size', weights: ['model.safetensors'], files: {} };
  await writeFile(join(folder, MANIFEST_FILE), JSON.stringify({ ...(draft as object), ...own }));
  await writeManifest(folder);
}

/** float16 numbers as large as those of layers that were just made. */
async function writeWeights(
  path: string,
  wanted: ReadonlyMap<string, readonly number[]>,
): Promise<void> {
  const normals = new RandomStream(1, 'latents').normals(DRAWN);
  const tensors = [...wanted].map(([name, shape]) => {
    const count = shape.reduce((product, size) => product * size, 1);
    return { name, dtype: 'F16' as const, shape, length: 2 * count };
  });
  const handle = await open(path, 'w');
  try {
    await handle.write(encodeSafetensorsHeader(tensors));
    for (const { name, shape, length } of tensors) {
      const inputs = shape.slice(1).reduce((product, size) => product * size, 1);
      const isScale = shape.length === 1 && name.endsWith('weight');
      const block = isScale
        ? new Uint16Array(length / 2).fill(toHalf(1))
        : Uint16Array.from(normals.subarray(0, length / 2), (v) => toHalf(v / Math.sqrt(inputs)));
      for (let done = 0; done < length; done += block.byteLength) {
        await handle.write(
          new Uint8Array(block.buffer, 0, Math.min(block.byteLength, length - done)),
        );
      }
    }
  } finally {
    await handle.close();
  }
}
