/**
 * The autoregressive network: transformers' `Qwen3ForCausalLM` with a key/value cache that is
 * updated in place, as one graph for prefill (the whole prompt) and decode (one token).
 */
import { NativaError } from '../../errors.js';
import { GraphBuilder, MICROSOFT, embedding, float, linear, rmsNormWith } from '../onnx/index.js';
import type { ArithmeticOptions, RowRange, Value } from '../onnx/index.js';
import type { GraphModel, TensorMap } from '../types.js';
import type { Qwen3Config } from './config.js';
import { rotaryCaches, rotateHeads } from './rotary.js';

/** How the autoregressive graph is built. */
export interface ArGraphOptions extends ArithmeticOptions {
  /** `input_ids` (default), or `inputs_embeds` so that continuous features can stand in a prompt. */
  readonly input?: 'ids' | 'embeds';
  /** Rows of `lm_head` that get logits, default all; `false` leaves the output out. */
  readonly logits?: RowRange | false;
  /** Longest sequence, prompt included; default and upper bound `max_position_embeddings`. */
  readonly maxLength?: number;
}

/** GroupQueryAttention takes only head sizes that are a multiple of this. */
const HEAD_MULTIPLE = 8;
/** GroupQueryAttention rotates only heads whose halves are a multiple of this many elements. */
const ROTARY_HALF_MULTIPLE = 8;

/** What all layers share. */
interface Context {
  readonly g: GraphBuilder;
  readonly config: Qwen3Config;
  readonly seqlensK: Value;
  readonly totalLength: Value;
  /** Applied to queries and keys [batch, sequence, heads, head_dim] where the operator cannot. */
  readonly rotate: ((heads: Value) => Value) | undefined;
  /** [maxLength, head_dim / 2] each, for the operator to rotate by itself. */
  readonly caches: { readonly cos: Value; readonly sin: Value } | undefined;
}

/** The residual stream, kept as two addends so that adding can be fused with normalising. */
interface Stream {
  readonly residual: Value;
  readonly update: Value | undefined;
}

/**
 * Builds the graph of the autoregressive model.
 *
 * Inputs: `input_ids` int64 [batch, sequence] or `inputs_embeds` float32 [batch, sequence, hidden];
 * `seqlens_k` int32 [batch], the sequence length after this run less one; `total_sequence_length`
 * int32 scalar, the largest of those lengths; `past_key_values.N.key` and `.value` float32
 * [batch, kv_heads, max_length, head_dim], where a head_dim that is no multiple of 8 is rounded up.
 * Outputs: `logits` float32 [batch, slice] of the last position; `last_hidden_state` float32
 * [batch, sequence, hidden] after the final norm; `present.N.key` and `.value`, which may be the
 * same buffers as the past ones.
 * A run is the start of a sequence, or one more token of it; with batch 1 also several more.
 * @throws NativaError MISSING_PARAMETER, CONFIG_WEIGHTS_MISMATCH
 */
export function buildArGraph(
  config: Qwen3Config,
  tensors: TensorMap,
  options: ArGraphOptions = {},
): GraphModel {
  const { operators, products, input = 'ids' } = options;
  const g = new GraphBuilder({ name: 'ar', tensors, operators, products });
  const hidden = config.hidden_size;
  const tokens = ['batch', 'sequence'];
  const embeds =
    input === 'ids'
      ? embedTokens(g, config, g.input('input_ids', 'int64', tokens))
      : g.input('inputs_embeds', 'float32', [...tokens, hidden]);
  const context = makeContext(g, config, options);
  let stream: Stream = { residual: embeds, update: undefined };
  for (let layer = 0; layer < config.num_hidden_layers; layer++) {
    stream = decoderLayer(context, layer, stream);
  }
  const { normed } = addAndNorm(context, stream, 'model.norm');
  if (options.logits !== false) addLogits(context, normed, options.logits);
  g.output('last_hidden_state', normed, 'float32', [...tokens, hidden]);
  return g.build();
}

/**
 * Builds the token embedding as a graph of its own, for callers that feed `inputs_embeds`:
 * `input_ids` int64 [batch, sequence] -> `inputs_embeds` float32 [batch, sequence, hidden].
 * @throws NativaError MISSING_PARAMETER, CONFIG_WEIGHTS_MISMATCH
 */
export function buildEmbedGraph(config: Qwen3Config, tensors: TensorMap): GraphModel {
  const g = new GraphBuilder({ name: 'embed', tensors });
  const embeds = embedTokens(g, config, g.input('input_ids', 'int64', ['batch', 'sequence']));
  g.output('inputs_embeds', embeds, 'float32', ['batch', 'sequence', config.hidden_size]);
  return g.build();
}

function embedTokens(g: GraphBuilder, config: Qwen3Config, ids: Value): Value {
  return embedding(g, ids, 'model.embed_tokens', config.vocab_size, config.hidden_size);
}

function makeContext(g: GraphBuilder, config: Qwen3Config, options: ArGraphOptions): Context {
  const longest = config.max_position_embeddings;
  const maxLength = options.maxLength ?? longest;
  if (maxLength > longest) {
    throw new NativaError(
      'SEQUENCE_TOO_LONG',
      `The model reads at most ${longest} tokens and ${maxLength} were asked for; shorten the prompt.`,
    );
  }
  const seqlensK = g.input('seqlens_k', 'int32', ['batch']);
  const totalLength = g.input('total_sequence_length', 'int32', []);
  const half = config.head_dim / 2;
  const inOperator = half % ROTARY_HALF_MULTIPLE === 0;
  return {
    g,
    config,
    seqlensK,
    totalLength,
    rotate: inOperator ? undefined : rotateHeads(g, config, seqlensK),
    caches: inOperator ? rotaryCaches(g, config, maxLength) : undefined,
  };
}

/** input_layernorm -> attention -> add -> post_attention_layernorm -> MLP -> add. */
function decoderLayer(context: Context, layer: number, stream: Stream): Stream {
  const prefix = `model.layers.${layer}`;
  const before = addAndNorm(context, stream, `${prefix}.input_layernorm`);
  const attended = selfAttention(context, layer, before.normed);
  const middle = addAndNorm(
    context,
    { residual: before.sum, update: attended },
    `${prefix}.post_attention_layernorm`,
  );
  return { residual: middle.sum, update: mlp(context, `${prefix}.mlp`, middle.normed) };
}

/** Adds the pending update to the residual stream and normalises the sum. */
function addAndNorm(
  { g, config }: Context,
  { residual, update }: Stream,
  prefix: string,
): { readonly sum: Value; readonly normed: Value } {
  const scale = g.parameter(`${prefix}.weight`, [config.hidden_size]);
  const epsilon = config.rms_norm_eps;
  if (update === undefined) {
    return { sum: residual, normed: rmsNormWith(g, residual, scale, epsilon, prefix) };
  }
  if (g.operators === 'portable') {
    const sum = g.add(residual, update);
    return { sum, normed: rmsNormWith(g, sum, scale, epsilon, prefix) };
  }
  const [normed = '', , , sum = ''] = g.node(
    'SkipSimplifiedLayerNormalization',
    [residual, update, scale],
    { epsilon: float(epsilon) },
    { domain: MICROSOFT, name: prefix, outputs: [prefix, '', '', `${prefix}/sum`] },
  );
  return { sum, normed };
}

/** Grouped-query attention with per-head query and key norms, over cache and new tokens. */
function selfAttention(context: Context, layer: number, x: Value): Value {
  const { g, config, caches } = context;
  const prefix = `model.layers.${layer}.self_attn`;
  const { num_attention_heads: heads, num_key_value_heads: kvHeads, head_dim: headDim } = config;
  const cacheShape = ['batch', kvHeads, 'max_length', cacheHeadDim(config)];
  const project = (name: string, count: number): Value =>
    linear(g, x, `${prefix}.${name}`, {
      inFeatures: config.hidden_size,
      outFeatures: count * headDim,
      bias: config.attention_bias,
    });
  const past = (name: string): Value =>
    g.input(`past_key_values.${layer}.${name}`, 'float32', cacheShape);
  const query = headNorm(context, project('q_proj', heads), heads, `${prefix}.q_norm`);
  const key = headNorm(context, project('k_proj', kvHeads), kvHeads, `${prefix}.k_norm`);
  const value = padHeads(context, project('v_proj', kvHeads), kvHeads);
  const present = [`present.${layer}.key`, `present.${layer}.value`] as const;
  const [attended = ''] = g.node(
    'GroupQueryAttention',
    [
      ...[query, key, value, past('key'), past('value')],
      ...[context.seqlensK, context.totalLength, caches?.cos, caches?.sin],
    ],
    {
      num_heads: heads,
      kv_num_heads: kvHeads,
      do_rotary: caches === undefined ? 0 : 1,
      scale: float(headDim ** -0.5),
    },
    { domain: MICROSOFT, name: prefix, outputs: [prefix, ...present] },
  );
  for (const name of present) g.output(name, name, 'float32', cacheShape);
  return linear(g, unpadHeads(context, attended, heads), `${prefix}.o_proj`, {
    inFeatures: heads * headDim,
    outFeatures: config.hidden_size,
    bias: config.attention_bias,
  });
}

/** RMS norm of every head by itself: [batch, sequence, heads * head_dim] -> heads as in the cache. */
function headNorm(context: Context, x: Value, heads: number, prefix: string): Value {
  const { g, config, rotate } = context;
  const scale = g.parameter(`${prefix}.weight`, [config.head_dim]);
  const split = g.reshape(x, [0, 0, heads, config.head_dim]);
  const normed = rmsNormWith(g, split, scale, config.rms_norm_eps, prefix);
  const flat = g.reshape(rotate?.(normed) ?? normed, [0, 0, heads * config.head_dim]);
  return padHeads(context, flat, heads);
}

/** Size of a head in the cache: the operator takes multiples of 8, others are filled with zeros. */
function cacheHeadDim(config: Qwen3Config): number {
  return Math.ceil(config.head_dim / HEAD_MULTIPLE) * HEAD_MULTIPLE;
}

/** Zeros behind every head, which change no product of a query and a key. */
function padHeads({ g, config }: Context, x: Value, heads: number): Value {
  const padded = cacheHeadDim(config);
  if (padded === config.head_dim) return x;
  const split = g.reshape(x, [0, 0, heads, config.head_dim]);
  const pads = g.constant([0, 0, 0, 0, 0, 0, 0, padded - config.head_dim], 'int64');
  return g.reshape(g.op('Pad', [split, pads]), [0, 0, heads * padded]);
}

function unpadHeads({ g, config }: Context, x: Value, heads: number): Value {
  const padded = cacheHeadDim(config);
  if (padded === config.head_dim) return x;
  const kept = g.slice(g.reshape(x, [0, 0, heads, padded]), -1, 0, config.head_dim);
  return g.reshape(kept, [0, 0, heads * config.head_dim]);
}

/** SwiGLU: down(silu(gate(x)) * up(x)). */
function mlp({ g, config }: Context, prefix: string, x: Value): Value {
  const { hidden_size: hidden, intermediate_size: inner } = config;
  const wide = { inFeatures: hidden, outFeatures: inner, bias: false };
  const gate = g.silu(linear(g, x, `${prefix}.gate_proj`, wide));
  const product = g.mul(gate, linear(g, x, `${prefix}.up_proj`, wide));
  const narrow = { inFeatures: inner, outFeatures: hidden, bias: false };
  return linear(g, product, `${prefix}.down_proj`, narrow);
}

function addLogits({ g, config }: Context, normed: Value, rows: RowRange | undefined): void {
  const { vocab_size: vocabulary, hidden_size: hidden } = config;
  const last = g.reshape(g.slice(normed, 1, -1), [-1, hidden]);
  const prefix = config.tie_word_embeddings ? 'model.embed_tokens' : 'lm_head';
  const logits = linear(g, last, prefix, {
    inFeatures: hidden,
    outFeatures: vocabulary,
    bias: false,
    ...(rows === undefined ? {} : { rows }),
  });
  const width = rows === undefined ? vocabulary : rows.end - rows.start;
  g.output('logits', logits, 'float32', ['batch', width]);
}
