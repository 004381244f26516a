import type { TensorMap } from '../graphs/index.js';
import type { TorchDict, TorchValue } from '../torch/index.js';
import { SIGLIP2, TA_TOK } from './official.js';
import { incomplete } from './survey.js';
import type { Json } from './survey.js';

/** What tells how a vision tokenizer is made. */
export interface VisionClues {
  /** Every parameter under its official name. */
  readonly tensors: TensorMap;
  /** What TA-Tok's class was made with, if its file says so. */
  readonly args: TorchDict | undefined;
  /** `vision_config` of the vision base. */
  readonly tower: Json | undefined;
  readonly preprocessor: Json | undefined;
  /** `config.json` of the checkpoint. */
  readonly ar: Json;
}

const PATCHES = /^model\.vision_tower\.(?:vision_tower\.)?encoder\.(?:vision_model\.)?embeddings\./;
const BOTTLENECK = /^model\.vision_tower\.(?:vision_tower\.)?bottleneck\./;

/**
 * The vision tokenizer's config. Sizes are read off the weights; what they do not tell comes from
 * TA-Tok's own record, the vision base's config, and last from the release. Without weights it
 * tells the token grid and the codebook, which making pictures from text needs too.
 * @throws NativaError CHECKPOINT_INCOMPLETE
 */
export function visionConfig(clues: VisionClues): Json {
  const { args, tower, preprocessor, ar } = clues;
  const shapes = towerShapes(clues.tensors);
  const known: Json = { ...SIGLIP2, ...pick(tower, Object.keys(SIGLIP2)) };
  const size = number(lookUp(args, ['input_size']));
  const encoder: Json = {
    ...known,
    ...(size === undefined ? {} : { image_size: size }),
    ...shapes.encoder,
  };
  if (tower === undefined && encoder.hidden_size !== SIGLIP2.hidden_size) {
    throw incomplete(
      'The vision tower is not the released one, and the config of its base (a folder with ' +
        'config.json of a SigLIP model) is missing',
    );
  }
  const regularizer = ['bottleneck', 'args', 'regularizer', 'args'];
  const normalized = lookUp(args, [...regularizer, 'l2_normalized']);
  const dimension = number(lookUp(args, ['bottleneck', 'args', 'bottleneck_dim']));
  const codes = number(lookUp(args, [...regularizer, 'codebook_size'])) ?? codebookSize(ar);
  return {
    model_type: 'ta_tok',
    encoder,
    select_layer_id:
      number(lookUp(args, ['select_layer_id'])) ??
      number(ar.mm_vision_select_layer) ??
      TA_TOK.select_layer_id,
    bottleneck: {
      token_dim: shapes.tokenDim ?? dimension ?? TA_TOK.token_dim,
      codebook_size: shapes.codes ?? codes,
      l2_normalized: typeof normalized === 'boolean' ? normalized : TA_TOK.l2_normalized,
    },
    ...pick(preprocessor, ['image_mean', 'image_std']),
  };
}

function towerShapes(tensors: TensorMap): {
  readonly encoder: Readonly<Record<string, number>>;
  readonly tokenDim: number | undefined;
  readonly codes: number | undefined;
} {
  const encoder: Record<string, number> = {};
  let [tokenDim, codes]: [number | undefined, number | undefined] = [undefined, undefined];
  let layers = 0;
  for (const [name, { shape }] of tensors) {
    const inTower = PATCHES.test(name);
    if (inTower && name.endsWith('.patch_embedding.weight')) {
      Object.assign(encoder, { hidden_size: shape[0], patch_size: shape[2] });
    }
    const layer = /^model\.vision_tower\..*encoder\.layers\.(\d+)\.mlp\.fc1\.weight$/.exec(name);
    if (layer !== null && !name.includes('.decoder.')) {
      layers = Math.max(layers, Number(layer[1]) + 1);
      encoder.intermediate_size = shape[0] ?? 0;
    }
    if (!BOTTLENECK.test(name)) continue;
    if (name.endsWith('.in_linear.weight')) tokenDim = shape[0];
    if (name.endsWith('.regularizer.embedding.weight')) codes = shape[0];
  }
  if (layers > 0) encoder.num_hidden_layers = layers;
  return { encoder, tokenDim, codes };
}

/** Image tokens of the vocabulary; BLIP3o has one for each code. */
function codebookSize(ar: Json): number {
  const [first, last] = [number(ar.image_start_token_id), number(ar.image_end_token_id)];
  if (first !== undefined && last !== undefined && last >= first) return last - first + 1;
  const count = number(ar.num_image_tokens);
  if (count !== undefined && count > 0) return count;
  throw incomplete('config.json says neither image_start_token_id nor num_image_tokens');
}

function lookUp(args: TorchDict | undefined, path: readonly string[]): TorchValue | undefined {
  let value: TorchValue | undefined = args;
  for (const key of path) {
    if (typeof value !== 'object' || value?.kind !== 'dict') return undefined;
    value = value.entries.get(key);
  }
  return value;
}

function number(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

function pick(json: Json | undefined, names: readonly string[]): Json {
  if (json === undefined) return {};
  return Object.fromEntries(names.flatMap((name) => (name in json ? [[name, json[name]]] : [])));
}
