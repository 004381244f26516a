import type { RunContext } from '../context.js';
import type { Model } from '../model.js';
import type { Plan } from '../plan.js';
import { RandomStream } from '../rng.js';
import { keyOf } from '../runtime/kept.js';
import { availableMemory } from '../runtime/memory.js';
import type { Network } from '../runtime/session.js';
import { NetworkMoved } from '../runtime/fallback.js';
import { TokenDecoder, preparedBytes, releasePrompts } from '../tokens/decoder.js';
import type {
  DecodedTokens,
  EmbeddingInsert,
  PreparedPrompts,
  WeightedPrompt,
} from '../tokens/decoder.js';
import { buildPrompt, checkPromptLength } from '../tokens/prompt.js';
import type { TextTokenizer } from '../tokens/tokenizer.js';

/** A reference as the autoregressive model sees it. */
export interface PromptReference {
  /** Codes at scale S0, which is what the model reads. */
  readonly codes: readonly number[];
  /** What it reads in their place if it was trained so, [codes, hidden]. */
  readonly features?: Float32Array | undefined;
  /** 0 to 1. */
  readonly semantics: number;
}

/** Number of image tokens at a plan's scale. */
export function imageTokenCount(model: Model, plan: Plan): number {
  return model.shape.tokenSides[plan.tokens] ** 2;
}

/**
 * Prompts of a plan with their weights. A reference of full semantics is in every prompt, one of
 * none in no prompt; in between, prompts with and without it are mixed: sorted by strength
 * s1 >= s2 >= ..., the first k references together have the weight s(k) - s(k+1) (the Choquet
 * integral), and what is left to 1 the prompt without any. One prompt does where all are 0 or 1.
 * @throws NativaError PROMPT_TOO_LONG, BAD_TEMPLATE, BAD_TOKENIZER
 */
export function planPrompts(
  model: Model,
  plan: Plan,
  references: readonly PromptReference[],
): WeightedPrompt[] {
  const { tokenizer, shape } = model;
  const scaleTokenId = tokenizer.tokenId(`<${plan.tokens}>`);
  const strengths = references.map(({ semantics }) => semantics);
  const falling = [...new Set([1, ...strengths])]
    .filter((level) => level > 0)
    .sort((a, b) => b - a);
  const prompts = falling.map((level, index) => ({
    weight: level - (falling[index + 1] ?? 0),
    present: references.filter(({ semantics }) => semantics >= level),
  }));
  return prompts.map(({ weight, present }) => {
    const ids = buildPrompt(tokenizer, plan.template, {
      text: plan.text,
      references: present.map(({ codes }) => codes.map((code) => shape.imageTokenStart + code)),
      scaleTokenId,
    });
    checkPromptLength(ids.length, imageTokenCount(model, plan), shape.maxPositions);
    return { ids, weight, inserts: placeFeatures(tokenizer, ids, present) };
  });
}

/** Where the features of references go: behind every `<|vision_start|>`, in order. */
function placeFeatures(
  tokenizer: TextTokenizer,
  ids: readonly number[],
  references: readonly PromptReference[],
): EmbeddingInsert[] {
  if (references.every(({ features }) => features === undefined)) return [];
  const start = tokenizer.tokenId('<|vision_start|>');
  const places = ids.flatMap((id, index) => (id === start ? [index + 1] : []));
  return references.flatMap(({ features }, index) => {
    const at = places[index];
    return features === undefined || at === undefined ? [] : [{ at, embeds: features }];
  });
}

/** Share of the free memory that the caches of pictures drawn side by side may take. */
const CACHES = 0.25;

/**
 * Draws the image tokens of every picture of a plan. The prompt is read once, or not at all if it is
 * the last one again; pictures are drawn side by side where that changes no bit of them.
 * @param forced codes that positions must get
 * @throws NativaError CANCELLED and whatever loading the network throws
 */
export async function drawTokens(
  model: Model,
  plan: Plan,
  prompts: readonly WeightedPrompt[],
  context: RunContext,
  forced?: readonly (number | undefined)[],
): Promise<DecodedTokens[]> {
  const count = imageTokenCount(model, plan);
  const total = count * plan.seeds.length;
  return context.stage('tokens', total, async () => {
    const { networks, shape } = model;
    const network = await context.loading(() => networks.get('ar'));
    const embed = shape.referenceFeatures
      ? await context.loading(() => networks.get('embed'))
      : undefined;
    const decoder = new TokenDecoder(network, shape, embed);
    const draw = async (prepared: PreparedPrompts): Promise<DecodedTokens[]> => {
      const drawn: DecodedTokens[] = [];
      const rows = sideBySide(model, prepared);
      while (drawn.length < plan.seeds.length) {
        const before = drawn.length;
        const seeds = plan.seeds.slice(before, before + rows);
        const more = await decoder.decode(prepared, {
          sampling: plan.sampling,
          random: seeds.map((seed) => new RandomStream(seed, 'tokens')),
          signal: context.signal,
          onToken: (done) => {
            context.progress('tokens', before * count + done * seeds.length, total);
          },
          ...(forced && { forced }),
        });
        drawn.push(...more);
      }
      return drawn;
    };
    const prepare = (): Promise<PreparedPrompts> => decoder.prepare(prompts, count, context.signal);
    const drawn = await withPrompts(model, network, promptKey(prompts, count), prepare, draw);
    await networks.done('ar', 'embed');
    return drawn;
  });
}

/**
 * Reads prompts and draws what follows them. What is in a device's memory is given back when that is
 * done; what is not is kept for the next request. If the network moves to the processor on the way,
 * all begins again there.
 */
async function withPrompts<Drawn>(
  { kept }: Model,
  network: Network,
  key: string,
  prepare: () => Promise<PreparedPrompts>,
  draw: (prepared: PreparedPrompts) => Promise<Drawn>,
): Promise<Drawn> {
  if (network.cacheOnDevice !== true) return draw(await kept.prompts.get(key, prepare));
  try {
    const prepared = await prepare();
    try {
      return await draw(prepared);
    } finally {
      releasePrompts(prepared);
    }
  } catch (error) {
    if (!(error instanceof NetworkMoved)) throw error;
    return draw(await kept.prompts.get(key, prepare));
  }
}

function promptKey(prompts: readonly WeightedPrompt[], tokens: number): string {
  const parts = prompts.flatMap(({ ids, weight, inserts = [] }) => [
    ids,
    weight,
    ...inserts.flatMap(({ at, embeds }) => [at, embeds]),
  ]);
  return keyOf(tokens, ...parts);
}

/**
 * How many pictures are drawn in one batch: as many as there is memory for where every row of a
 * batch is computed as it is alone. Other providers choose their kernels by the size of a batch, and
 * so do quantised products.
 */
function sideBySide({ networks, rowsAlike }: Model, prepared: PreparedPrompts): number {
  if (networks.providerOf('ar') !== 'cpu' || !rowsAlike) return 1;
  return Math.max(1, Math.floor((availableMemory() * CACHES) / preparedBytes(prepared)));
}
