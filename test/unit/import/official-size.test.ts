/** The release at its own size, from headers alone: no weights are needed or made. */
import { createHash } from 'node:crypto';
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';

import { measureParts } from '../../../main/engine/runtime/networks.js';
import { placeNetworks } from '../../../main/engine/runtime/placement.js';
import {
  autoencoderConfigSchema,
  buildGraph,
  openCheckpoint,
  qwen3ConfigSchema,
  sanaTransformerConfigSchema,
  taTokConfigSchema,
  usedGraphs,
} from '../../../native-models/graphs/index.js';
import type { GraphName, GraphOptions, GraphSource } from '../../../native-models/graphs/index.js';
import {
  SANA_TRANSFORMER,
  SANA_VAE,
  SIGLIP2,
  TA_TOK,
  expectedParameters,
} from '../../../native-models/import/index.js';

const CODES = 65_536;
const VOCABULARY = 151_669;
const AR = {
  vocab_size: VOCABULARY + 5 + CODES,
  hidden_size: 2048,
  intermediate_size: 6144,
  num_hidden_layers: 28,
  num_attention_heads: 16,
  num_key_value_heads: 8,
  head_dim: 128,
  max_position_embeddings: 40_960,
  image_start_token_id: VOCABULARY + 5,
  use_und_image_vae: true,
  use_tar_siglip_features: true,
};
const { select_layer_id, ...bottleneck } = TA_TOK;
const EMPTY: GraphSource = {
  ar: qwen3ConfigSchema.parse(AR),
  vision: taTokConfigSchema.parse({
    model_type: 'ta_tok',
    encoder: SIGLIP2,
    select_layer_id,
    bottleneck: { ...bottleneck, codebook_size: CODES },
  }),
  transformer: sanaTransformerConfigSchema.parse(SANA_TRANSFORMER),
  vae: autoencoderConfigSchema.parse(SANA_VAE),
  tensors: new Map(),
};
const GRAPHS = usedGraphs({ edit: true, referenceContext: true, referenceFeatures: true });

/** What the reference's own classes have at this size; written by the recipe. */
const describedSchema = z.record(
  z.string(),
  z.strictObject({ parameters: z.int(), tensors: z.int(), sha256: z.string() }),
);
const reference = describedSchema.parse(
  JSON.parse(
    await readFile(join(import.meta.dirname, '../../golden/data/official/full-size.json'), 'utf8'),
  ),
);

function count(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

function wantedParameters(): Map<string, readonly number[]> {
  return new Map([...expectedParameters(EMPTY, GRAPHS).values()].flatMap((graph) => [...graph]));
}

/** The parameters of a network by the prefix of its names; those of the AR model have none. */
function ofNetwork(prefix: string): [string, readonly number[]][] {
  const others = Object.keys(reference).filter((name) => name !== 'ar');
  return [...wantedParameters()].filter(([name]) =>
    prefix === 'ar' ? !others.some((other) => name.startsWith(other)) : name.startsWith(prefix),
  );
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nativa-size-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** A bfloat16 checkpoint with a header and a hole where its data would be. */
async function writeHeader(path: string): Promise<void> {
  const header: Record<string, unknown> = {};
  let end = 0;
  for (const [name, shape] of wantedParameters()) {
    const offsets = [end, end + 2 * count(shape)];
    header[name] = { dtype: 'BF16', shape, data_offsets: offsets };
    [, end = 0] = offsets;
  }
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  const handle = await open(path, 'w');
  await handle.writeFile(Buffer.concat([length, json]));
  await handle.truncate(8 + json.length + end);
  await handle.close();
}

describe('the release', () => {
  it.each(Object.keys(reference))('has the names and shapes of the reference: %s', (prefix) => {
    const parameters = ofNetwork(prefix);
    const lines = parameters
      .map(([name, shape]) => `${name} [${shape.join(', ')}]`)
      .sort()
      .join('\n');
    const shapes = parameters.map(([, shape]) => shape);
    expect({
      parameters: shapes.reduce((sum, shape) => sum + count(shape), 0),
      tensors: shapes.length,
      sha256: createHash('sha256').update(lines).digest('hex'),
    }).toEqual(reference[prefix]);
  });

  it('builds every graph from the header, and needs some 19 GB as float32', async () => {
    await writeHeader(join(folder, 'model.safetensors'));
    const { tensors } = await openCheckpoint(folder, ['model.safetensors']);
    const start = AR.image_start_token_id;
    const options: GraphOptions = {
      ar: { logits: { start, end: start + CODES } },
      embed: {},
      vision: { features: true },
      features_connector: {},
      connector: {},
      reference_connector: {},
      cross_attention_kv: {},
      denoiser: {},
      vae_encoder: {},
      vae_decoder: {},
    };
    const gigabytes = new Map<GraphName, number>();
    for (const name of GRAPHS) {
      const graph = buildGraph(name, { ...EMPTY, tensors }, options[name]);
      expect(graph.bytes.length).toBeLessThan(2 ** 22);
      const used = graph.parameters.map((parameter) => count(tensors.get(parameter)?.shape ?? []));
      gigabytes.set(name, (4 * used.reduce((sum, size) => sum + size, 0)) / 1e9);
    }
    expect(gigabytes.get('ar')).toBeCloseTo(9.2, 1);
    expect(gigabytes.get('denoiser')).toBeLessThan(6.5);
    expect(gigabytes.get('vision')).toBeCloseTo(2, 1);
    // All at once on a machine with room; network by network where one fits and all do not.
    const parts = measureParts({ ...EMPTY, tensors }, options, GRAPHS);
    // Words are looked up in the file, and of the rows for logits only those of image codes are held.
    const unused = AR.vocab_size + (AR.vocab_size - CODES);
    const float32 = (4 * (Object.values(parts.get('ar') ?? {})[0] ?? 0)) / 2;
    expect(float32 / 1e9).toBeCloseTo(
      (gigabytes.get('ar') ?? 0) - (4 * unused * AR.hidden_size) / 1e9,
      2,
    );
    const together = (memory: number): boolean =>
      placeNetworks({ probed: [], provider: 'cpu', overrides: {}, parts, memory }).together;
    expect(together(22e9)).toBe(true);
    expect(together(11e9)).toBe(false);
  });
});
