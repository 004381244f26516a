/** What a download takes of repositories as they are, with all that else lies in them. */
import { describe, expect, it } from 'vitest';
import { sourcesOf } from '../../../../native-models/catalogue/index.js';
import { entryOf, theCatalogue } from '../../../../main/services/downloads/index.js';
import { planFiles, readIndex, sizeOf } from '../../../../main/services/downloads/plan.js';
import type { ListedSource, WeightsIndex } from '../../../../main/services/downloads/plan.js';

const catalogue = await theCatalogue();
const GB = 10 ** 9;
type Listing = Readonly<Record<string, number>>;

/** The diffusion base as it is published. */
const SANA: Listing = {
  '.gitattributes': 1580,
  'LICENSE.txt': 5390,
  'README.md': 6150,
  'model_index.json': 401,
  'scheduler/scheduler_config.json': 700,
  'text_encoder/config.json': 890,
  'text_encoder/model-00001-of-00002.safetensors': 4.99 * GB,
  'text_encoder/model-00002-of-00002.safetensors': 0.24 * GB,
  'text_encoder/model.safetensors.index.json': 22_500,
  'tokenizer/tokenizer.json': 34 * 10 ** 6,
  'transformer/config.json': 750,
  'transformer/diffusion_pytorch_model.safetensors': 3.21 * GB,
  'vae/config.json': 1280,
  'vae/diffusion_pytorch_model.safetensors': 1.25 * GB,
};
/** As another of its publisher's repositories is. */
const SANA_IN_SHARDS: Listing = {
  ...SANA,
  'transformer/diffusion_pytorch_model.safetensors': 0,
  'transformer/diffusion_pytorch_model-00001-of-00002.safetensors': 5 * GB,
  'transformer/diffusion_pytorch_model-00002-of-00002.safetensors': 1.42 * GB,
  'transformer/diffusion_pytorch_model-00001-of-00002.fp16.safetensors': 3.21 * GB,
  'transformer/diffusion_pytorch_model.fp16.safetensors': 3.21 * GB,
  'transformer/diffusion_pytorch_model.safetensors.index.json': 40_200,
  'vae/diffusion_pytorch_model.fp16.safetensors': 1.25 * GB,
};
const SIGLIP: Listing = {
  '.gitattributes': 1570,
  'README.md': 2460,
  'config.json': 559,
  'model.safetensors': 4.54 * GB,
  'preprocessor_config.json': 394,
  'tokenizer.json': 34.4 * 10 ** 6,
  'tokenizer.model': 4.24 * 10 ** 6,
  'tokenizer_config.json': 47_200,
};
const TA_TOK: Listing = {
  'README.md': 900,
  'ta_tok.pth': 2.4 * GB,
  'ar_dtok_lp_1024px.pth': 3 * GB,
};
/** What a trainer leaves in a checkpoint's folder. */
const CHECKPOINT: Listing = {
  '.gitattributes': 1519,
  'README.md': 600,
  'added_tokens.json': 2 * 10 ** 6,
  'assets/teaser.png': 9 * 10 ** 6,
  'config.json': 1800,
  'generation_config.json': 200,
  'global_step7000/mp_rank_00_model_states.pt': 9 * GB,
  'merges.txt': 1.67 * 10 ** 6,
  'model-00001-of-00002.safetensors': 5 * GB,
  'model-00002-of-00002.safetensors': 4.5 * GB,
  // Of an earlier division.
  'model-00001-of-00003.safetensors': 4.9 * GB,
  'model.safetensors.index.json': 120_000,
  'optimizer.pt': 18 * GB,
  'pytorch_model-00001-of-00002.bin': 5 * GB,
  'tokenizer.json': 23 * 10 ** 6,
  'tokenizer_config.json': 12 * 10 ** 6,
  'trainer_state.json': 3 * 10 ** 6,
  'training_args.bin': 6000,
  'vocab.json': 2.8 * 10 ** 6,
};
const SHARDS = ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors'];
const WHOLE = ['model.norm.weight', 'model.sana.a', 'model.sana_vae.b', 'model.vision_tower.c'];

function indexOf(names: readonly string[], files = SHARDS): WeightsIndex | undefined {
  const at = (order: number): string => files[order % files.length] ?? '';
  const map = Object.fromEntries(names.map((name, order) => [name, at(order)]));
  return readIndex(Buffer.from(JSON.stringify({ metadata: {}, weight_map: map })));
}

function plan(
  id: string,
  index: WeightsIndex | undefined,
  checkpoint: Listing = CHECKPOINT,
  diffusion: Listing = SANA,
): { targets: string[]; bytes: number } {
  const listings: Readonly<Record<string, Listing>> = {
    'Efficient-Large-Model/SANA1.5_1.6B_1024px_diffusers': diffusion,
    'google/siglip2-so400m-patch14-384': SIGLIP,
    'csuhan/TA-Tok': TA_TOK,
  };
  const listed = sourcesOf(entryOf(catalogue, id), catalogue).map((source): ListedSource => {
    const listing = listings[source.repository] ?? checkpoint;
    const files = Object.entries(listing)
      .filter(([, size]) => size > 0)
      .map(([path, size]) => {
        return { path, size, hash: { kind: 'sha256' as const, value: 'a'.repeat(64) } };
      });
    return { source, listed: { commit: 'c'.repeat(40), licence: null, files } };
  });
  const files = planFiles(listed, index);
  return { targets: files.map(({ target }) => target), bytes: sizeOf(files) };
}

const BASE = 'SANA1.5_1.6B_1024px_diffusers';

describe('a download of a whole checkpoint', () => {
  it('takes its weights and configs, of the bases what describes them, and nothing besides', () => {
    const { targets, bytes } = plan('blip3o-next-edit-vae', indexOf(WHOLE));
    expect(targets).toEqual([
      ...['README.md', 'config.json', ...SHARDS, 'model.safetensors.index.json', 'tokenizer.json'],
      ...['LICENSE.txt', 'README.md', 'transformer/config.json', 'vae/config.json'].map(
        (path) => `${BASE}/${path}`,
      ),
      ...['README.md', 'config.json', 'preprocessor_config.json'].map(
        (path) => `siglip2-so400m-patch14-384/${path}`,
      ),
      'TA-Tok/README.md',
    ]);
    // What the disk is asked for is what comes.
    expect(bytes / GB).toBeCloseTo(9.52, 1);
  });

  it('takes one whole file rather than the shards beside it', () => {
    const both = { ...CHECKPOINT, 'model.safetensors': 9.5 * GB };
    const { targets } = plan('blip3o-next-sft-3b', undefined, both);
    expect(targets.filter((path) => path.startsWith('model'))).toEqual(['model.safetensors']);
  });

  it('is refused before a byte where the index names a shard that is not there', () => {
    const { [SHARDS[1] ?? '']: _, ...less } = CHECKPOINT;
    expect(() => plan('blip3o-next-sft-3b', indexOf(WHOLE), less)).toThrow(SHARDS[1]);
  });
});

describe('a download of a checkpoint without the networks of its bases', () => {
  const index = indexOf(['model.norm.weight', 'lm_head.weight']);

  it('takes those, and never what reads text for the diffusion base', () => {
    const { targets, bytes } = plan('blip3o-next-edit-vae', index);
    expect(targets.filter((path) => /\.(safetensors|pth)$/.test(path))).toEqual([
      ...SHARDS,
      `${BASE}/transformer/diffusion_pytorch_model.safetensors`,
      `${BASE}/vae/diffusion_pytorch_model.safetensors`,
      'TA-Tok/ta_tok.pth',
    ]);
    expect(targets.filter((path) => /text_encoder|\/tokenizer/.test(path))).toEqual([]);
    expect(bytes / GB).toBeCloseTo(9.52 + 3.21 + 1.25 + 2.4, 1);
  });

  it('takes shards, and no copies of another precision', () => {
    const { targets } = plan('blip3o-next-sft-3b', index, CHECKPOINT, SANA_IN_SHARDS);
    expect(
      targets.filter((path) => path.startsWith(`${BASE}/`) && /safetensors/.test(path)).sort(),
    ).toEqual(
      [
        'transformer/diffusion_pytorch_model-00001-of-00002.safetensors',
        'transformer/diffusion_pytorch_model-00002-of-00002.safetensors',
        'transformer/diffusion_pytorch_model.safetensors.index.json',
        'vae/diffusion_pytorch_model.safetensors',
      ]
        .map((path) => `${BASE}/${path}`)
        .sort(),
    );
  });

  it('is refused before a byte where a base has them no more', () => {
    const { 'vae/diffusion_pytorch_model.safetensors': _, ...less } = SANA;
    expect(() => plan('blip3o-next-sft-3b', index, CHECKPOINT, less)).toThrow('model.sana_vae.*');
  });
});
