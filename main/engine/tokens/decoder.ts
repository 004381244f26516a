import { Tensor } from '../runtime/session.js';
import type { Network, TensorMap } from '../runtime/session.js';
import { checkpoint } from '../cancel.js';
import { checkFinite } from '../checks.js';
import type { RandomStream } from '../rng.js';
import { sampleToken } from './sampler.js';
import type { SamplingOptions } from './sampler.js';

/** Names of the cache among the graph's inputs begin with this. */
const PAST = 'past_key_values.';

/** Sizes of the autoregressive network. */
export interface ArShape {
  readonly hidden: number;
  /** Token id of image code 0. */
  readonly imageTokenStart: number;
}

/**
 * A prompt and its share. Several prompts are read side by side and continued with the same tokens;
 * their logits and hidden states are mixed by these weights, which add up to 1.
 */
export interface WeightedPrompt {
  readonly ids: readonly number[];
  readonly weight: number;
  /** What stands in the place of some ids, for a network that reads embeddings. */
  readonly inserts?: readonly EmbeddingInsert[];
}

/** Embeddings that replace those of the ids from a position on. */
export interface EmbeddingInsert {
  readonly at: number;
  /** [tokens, hidden] */
  readonly embeds: Float32Array;
}

/** One prompt that has been read: its cache and what the network said after the last token. */
interface ReadPrompt {
  readonly length: number;
  readonly weight: number;
  readonly cache: TensorMap;
  readonly first: StepOutput;
}

/** Prompts read and ready to be continued any number of times; who continues them changes nothing. */
export interface PreparedPrompts {
  readonly prompts: readonly ReadPrompt[];
  /** Image tokens there is room for. */
  readonly tokens: number;
}

/** How image tokens are drawn. */
export interface DecodeOptions {
  readonly sampling: SamplingOptions;
  /** Of each picture, one at least. */
  readonly random: readonly RandomStream[];
  /** Code that a position must get, undefined where it is drawn: the token lock. */
  readonly forced?: readonly (number | undefined)[];
  readonly signal: AbortSignal;
  /** Told how many tokens of each picture there are. */
  readonly onToken?: (done: number) => void;
}

/** A finished sequence of image tokens. */
export interface DecodedTokens {
  /** Codes, [tokens]. */
  readonly codes: readonly number[];
  /** After the final norm, of the scale token and of every image token: [tokens + 1, hidden]. */
  readonly hiddenStates: Float32Array<ArrayBuffer>;
}

/** What a run of the network goes on from. */
interface Sequences {
  /** Of every row, the new ids and the cached ones together. */
  readonly length: number;
  readonly cache: TensorMap;
  readonly batch: number;
}

/** Tokens of all rows as the network reads them, [batch, sequence]. */
interface Tokens {
  readonly ids: readonly number[];
  /** [batch, sequence, hidden], for a network that reads embeddings. */
  readonly embeds?: Float32Array;
}

/** Of the last position. */
interface StepOutput {
  /** [batch, codes] */
  readonly logits: Float32Array;
  /** [batch, hidden] */
  readonly hidden: Float32Array;
}

/** What a run leaves: the cache is the one that it went on from, or another in the device's memory. */
interface Ran {
  readonly output: StepOutput;
  readonly cache: TensorMap;
}

/**
 * Draws image tokens with a key/value cache that the network updates in place, or keeps in the memory
 * of the device that it computes on. The hidden states that condition the diffusion model are collected on the way (the reference implementation runs
 * the whole sequence a second time for them), with one run more for the last token's.
 */
export class TokenDecoder {
  readonly #network: Network;
  readonly #shape: ArShape;
  readonly #embed: Network | undefined;

  /** @param embed token embeddings, where `network` was built to read embeddings */
  constructor(network: Network, shape: ArShape, embed?: Network) {
    this.#network = network;
    this.#shape = shape;
    this.#embed = embed;
  }

  /**
   * Reads prompts, each ending with its scale token.
   * @param tokens image tokens that will follow
   * @throws NativaError CANCELLED
   */
  async prepare(
    prompts: readonly WeightedPrompt[],
    tokens: number,
    signal: AbortSignal,
  ): Promise<PreparedPrompts> {
    const read: ReadPrompt[] = [];
    try {
      for (const prompt of prompts) {
        await checkpoint(signal);
        const { output, cache } = await this.#read(prompt, tokens);
        read.push({ length: prompt.ids.length, weight: prompt.weight, cache, first: output });
      }
    } catch (error) {
      releasePrompts({ prompts: read, tokens });
      throw error;
    }
    return { prompts: read, tokens };
  }

  /** Reads a prompt, in pieces where the network cannot read it at once. */
  async #read({ ids, inserts = [] }: WeightedPrompt, room: number): Promise<Ran> {
    const { hidden } = this.#shape;
    const { embeds } = await this.#tokens(ids, 1, inserts);
    let [cache, start]: [TensorMap, number] = [this.#allocateCache(ids.length + room), 0];
    for (;;) {
      const end = Math.min(ids.length, start + (this.#network.longestRun ?? ids.length));
      const piece: Tokens = {
        ids: ids.slice(start, end),
        ...(embeds && { embeds: embeds.subarray(start * hidden, end * hidden) }),
      };
      const ran = await this.#run(piece, { length: end, cache, batch: 1 });
      if (ran.cache !== cache) freeCache(cache);
      if (end === ids.length) return ran;
      [cache, start] = [ran.cache, end];
    }
  }

  /**
   * Continues prepared prompts to one picture per random stream, all side by side: on the processor
   * a row of a batch is computed as it is alone, to the last bit, while the weights are read once for
   * all.
   * @throws NativaError CANCELLED, DEGENERATE_OUTPUT
   */
  async decode(prepared: PreparedPrompts, options: DecodeOptions): Promise<DecodedTokens[]> {
    const { tokens } = prepared;
    const { hidden } = this.#shape;
    const batch = options.random.length;
    const drawn = options.random.map(() => ({
      codes: [] as number[],
      hiddenStates: new Float32Array((tokens + 1) * hidden),
    }));
    const prompts = prepared.prompts.map((prompt) => ({ ...prompt, ...repeated(prompt, batch) }));
    let outputs = prompts.map(({ first }) => first);
    const caches = prompts.map(({ cache }) => cache);
    try {
      for (let position = 0; position <= tokens; position++) {
        await checkpoint(options.signal);
        const states = mix(prompts, outputs, 'hidden');
        checkFinite(states, 'image tokens');
        drawn.forEach(({ hiddenStates }, row) => {
          hiddenStates.set(states.subarray(row * hidden, (row + 1) * hidden), position * hidden);
        });
        if (position === tokens) break;
        const codes = this.#draw(mix(prompts, outputs, 'logits'), position, options);
        codes.forEach((code, row) => drawn[row]?.codes.push(code));
        outputs = await this.#step(prompts, caches, position, codes);
        options.onToken?.(position + 1);
      }
    } finally {
      caches.forEach((cache, index) => {
        if (cache !== prompts[index]?.cache) freeCache(cache);
      });
    }
    return drawn;
  }

  /** The code of every row at a position. */
  #draw(
    logits: Float32Array,
    position: number,
    { random, forced, sampling }: DecodeOptions,
  ): number[] {
    const each = logits.length / random.length;
    return random.map(
      (stream, row) =>
        forced?.[position] ??
        sampleToken(
          logits.subarray(row * each, (row + 1) * each),
          sampling,
          stream.uniform(position),
        ),
    );
  }

  /** @param caches of the prompts, replaced by what they become; those of the prompts themselves stay */
  async #step(
    prompts: readonly ReadPrompt[],
    caches: TensorMap[],
    position: number,
    codes: readonly number[],
  ): Promise<StepOutput[]> {
    const batch = codes.length;
    const ids = codes.map((code) => this.#shape.imageTokenStart + code);
    const tokens = await this.#tokens(ids, batch, []);
    const outputs: StepOutput[] = [];
    for (const [index, { length, cache: first }] of prompts.entries()) {
      const cache = caches[index] ?? first;
      const ran = await this.#run(tokens, { length: length + position + 1, cache, batch });
      if (ran.cache !== cache && cache !== first) freeCache(cache);
      caches[index] = ran.cache;
      outputs.push(ran.output);
    }
    return outputs;
  }

  async #run({ ids, embeds }: Tokens, { length, cache, batch }: Sequences): Promise<Ran> {
    const sequence = ids.length / batch;
    const { hidden } = this.#shape;
    const feeds: Record<string, Tensor> = {
      ...(embeds === undefined
        ? { input_ids: new Tensor('int64', BigInt64Array.from(ids, BigInt), [batch, sequence]) }
        : { inputs_embeds: new Tensor('float32', embeds, [batch, sequence, hidden]) }),
      seqlens_k: new Tensor('int32', new Int32Array(batch).fill(length - 1), [batch]),
      total_sequence_length: new Tensor('int32', Int32Array.of(length), []),
    };
    const stays = this.#network.cacheOnDevice === true;
    const fetches: Record<string, Tensor | null> = { logits: null, last_hidden_state: null };
    for (const [name, tensor] of Object.entries(cache)) {
      feeds[`${PAST}${name}`] = tensor;
      fetches[`present.${name}`] = stays ? null : tensor;
    }
    const outputs = await this.#network.run(feeds, fetches);
    const states = outputs.float32('last_hidden_state');
    const output = {
      logits: outputs.float32('logits'),
      // a copy: the states of a whole prompt would be kept alive by a view of their last row
      hidden: states.slice((ids.length - batch) * hidden),
    };
    if (!stays) return { output, cache };
    const names = Object.keys(cache);
    const present = names.map((name) => [name, outputs.tensor(`present.${name}`)]);
    return { output, cache: Object.fromEntries(present) as TensorMap };
  }

  /** Tokens as the network reads them: ids, or their embeddings with what is inserted. */
  async #tokens(
    ids: readonly number[],
    batch: number,
    inserts: readonly EmbeddingInsert[],
  ): Promise<Tokens> {
    if (this.#embed === undefined) return { ids };
    const dims = [batch, ids.length / batch];
    const tensor = new Tensor('int64', BigInt64Array.from(ids, BigInt), dims);
    const outputs = await this.#embed.run({ input_ids: tensor });
    const embeds = outputs.float32('inputs_embeds');
    for (const insert of inserts) embeds.set(insert.embeds, insert.at * this.#shape.hidden);
    return { ids, embeds };
  }

  /** Keys and values of every layer, by the names the graph gives them, for one sequence. */
  #allocateCache(maxLength: number): TensorMap {
    const cache: Record<string, Tensor> = {};
    for (const { name, shape } of this.#network.inputs) {
      if (!name.startsWith(PAST)) continue;
      const sizes: Record<string, number> = { batch: 1, max_length: maxLength };
      const dims = shape.map((size) => (typeof size === 'number' ? size : (sizes[size] ?? 0)));
      const length = dims.reduce((product, size) => product * size, 1);
      cache[name.slice(PAST.length)] = new Tensor('float32', new Float32Array(length), dims);
    }
    return cache;
  }
}

/** Weighted sum over prompts; the only prompt's own values where there is one. */
function mix(
  prompts: readonly ReadPrompt[],
  outputs: readonly StepOutput[],
  part: keyof StepOutput,
): Float32Array {
  const [only] = outputs;
  if (outputs.length === 1 && only !== undefined) return only[part];
  const sum = new Float32Array(only?.[part].length ?? 0);
  prompts.forEach(({ weight }, index) => {
    const values = outputs[index]?.[part] ?? sum;
    for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] ?? 0) + weight * (values[i] ?? 0);
  });
  return sum;
}

/** Gives back what prepared prompts hold in the memory of a device; they cannot be continued then. */
export function releasePrompts({ prompts }: PreparedPrompts): void {
  for (const { cache } of prompts) freeCache(cache);
}

/** Keys and values in a device's memory are nobody's to collect; others are. */
function freeCache(cache: TensorMap): void {
  for (const tensor of Object.values(cache)) {
    if (tensor.location === 'gpu-buffer') tensor.dispose();
  }
}

/** Bytes that prepared prompts take, which is their caches. */
export function preparedBytes({ prompts }: PreparedPrompts): number {
  let bytes = 0;
  for (const { cache } of prompts) {
    for (const { size } of Object.values(cache)) bytes += size * Float32Array.BYTES_PER_ELEMENT;
  }
  return bytes;
}

/**
 * A prompt that was read once, for every row of a batch. One row needs no copy: positions after the
 * prompt are written before they are read.
 */
function repeated(
  { cache, first }: ReadPrompt,
  batch: number,
): Pick<ReadPrompt, 'cache' | 'first'> {
  if (batch === 1) return { cache, first };
  const caches = Object.entries(cache).map(([name, { data, dims }]): [string, Tensor] => {
    if (!(data instanceof Float32Array)) throw new TypeError('the cache is not float32');
    return [name, new Tensor('float32', times(data, batch), [batch, ...dims.slice(1)])];
  });
  return {
    cache: Object.fromEntries(caches),
    first: { logits: times(first.logits, batch), hidden: times(first.hidden, batch) },
  };
}

function times(values: Float32Array, count: number): Float32Array {
  const all = new Float32Array(count * values.length);
  for (let index = 0; index < count; index++) all.set(values, index * values.length);
  return all;
}
