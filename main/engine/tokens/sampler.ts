/** How the next token is drawn. */
export interface SamplingOptions {
  /** Divides the logits; 0 takes the most likely token. */
  readonly temperature: number;
  /** Only the k most likely tokens can be drawn; 0 or at least the vocabulary means all. */
  readonly topK: number;
  /** Only the smallest set of most likely tokens whose probability reaches this; 1 means all. */
  readonly topP: number;
}

/** Up to this many candidates are sorted at once; of more, only as many as are needed. */
const SORTED_AT_ONCE = 2048;
/** By how much the sorted part grows when it was not enough. */
const GROWTH = 4;

/**
 * Draws one token, as transformers' temperature, top-k and top-p warpers in that order do, without
 * sorting the vocabulary: the k largest are selected, and of these only the head of the distribution
 * is sorted. Of equal logits the lower index counts as more likely, so the draw is a function of its
 * arguments.
 * @param logits of the tokens that may be drawn, [vocabulary slice]
 * @param uniform number in [0, 1)
 * @returns index into `logits`
 */
export function sampleToken(
  logits: Float32Array,
  options: SamplingOptions,
  uniform: number,
): number {
  const { temperature, topK, topP } = options;
  if (temperature === 0 || topK === 1) return mostLikely(logits);
  const candidates =
    topK > 0 && topK < logits.length
      ? selectLargest(logits, topK, likely(logits, topK))
      : indices(logits.length);
  const total = sum(softmaxWeights(logits, candidates, highestOf(logits, candidates), temperature));
  for (let size = SORTED_AT_ONCE; ; size *= GROWTH) {
    const isAll = size >= candidates.length;
    const head = isAll ? candidates : selectLargest(logits, size, candidates);
    head.sort((a, b) => byLikelihood(logits, a, b));
    const weights = softmaxWeights(logits, head, head[0] ?? 0, temperature);
    const drawn = draw(weights, total, topP, uniform, isAll);
    if (drawn !== undefined) return head[drawn] ?? 0;
  }
}

/** Index of the largest value; the lowest such index. */
export function mostLikely(logits: Float32Array): number {
  let best = 0;
  for (let i = 1; i < logits.length; i++) {
    if ((logits[i] ?? 0) > (logits[best] ?? 0)) best = i;
  }
  return best;
}

/** The most likely of some tokens. */
function highestOf(logits: Float32Array, tokens: Uint32Array): number {
  let best = tokens[0] ?? 0;
  for (let i = 1; i < tokens.length; i++) {
    const token = tokens[i] ?? 0;
    if ((logits[token] ?? 0) > (logits[best] ?? 0)) best = token;
  }
  return best;
}

/** Negative when token `a` comes before token `b`. */
function byLikelihood(logits: Float32Array, a: number, b: number): number {
  return (logits[b] ?? 0) - (logits[a] ?? 0) || a - b;
}

/**
 * The `count` most likely of some tokens, in no order: quickselect (Hoare), linear on average, with
 * the middle element as pivot so that it needs no random numbers.
 * @param among indices into `logits`; reordered
 */
export function selectLargest(
  logits: Float32Array,
  count: number,
  among: Uint32Array<ArrayBuffer>,
): Uint32Array<ArrayBuffer> {
  let low = 0;
  let high = among.length - 1;
  while (low < high) {
    const pivot = among[(low + high) >>> 1] ?? 0;
    let left = low;
    let right = high;
    while (left <= right) {
      while (byLikelihood(logits, among[left] ?? 0, pivot) < 0) left++;
      while (byLikelihood(logits, among[right] ?? 0, pivot) > 0) right--;
      if (left <= right) swap(among, left++, right--);
    }
    if (count - 1 <= right) high = right;
    else if (count - 1 >= left) low = left;
    else break;
  }
  return among.slice(0, count);
}

/** Bins by sign, exponent and the first three bits of the fraction. */
const BINS = 4096;
const BIN_SHIFT = 20;

/**
 * At least the `count` most likely of all tokens, and not many more: those in the bins that hold
 * them. Two passes without comparisons, where selecting among all would take several with.
 */
function likely(logits: Float32Array, count: number): Uint32Array<ArrayBuffer> {
  const bits = new Int32Array(logits.buffer, logits.byteOffset, logits.length);
  const sizes = new Uint32Array(BINS);
  // By index: an iterator's steps would take longer than the rest.
  for (let i = 0; i < bits.length; i++) {
    const bin = binOf(bits[i] ?? 0);
    sizes[bin] = (sizes[bin] ?? 0) + 1;
  }
  let lowest = BINS - 1;
  let found = sizes[lowest] ?? 0;
  while (found < count && lowest > 0) found += sizes[--lowest] ?? 0;
  const tokens = new Uint32Array(found);
  let next = 0;
  for (let i = 0; i < bits.length; i++) if (binOf(bits[i] ?? 0) >= lowest) tokens[next++] = i;
  return tokens;
}

/** Bins rise with the numbers whose bits these are: negative ones fall as their bits rise. */
function binOf(word: number): number {
  return (word ^ ((word >> 31) | 0x80000000)) >>> BIN_SHIFT;
}

function indices(length: number): Uint32Array<ArrayBuffer> {
  const order = new Uint32Array(length);
  for (let i = 0; i < length; i++) order[i] = i;
  return order;
}

function swap(order: Uint32Array, a: number, b: number): void {
  const held = order[a] ?? 0;
  order[a] = order[b] ?? 0;
  order[b] = held;
}

/** Softmax numerators of some tokens, relative to the token `top`, whose own is 1. */
function softmaxWeights(
  logits: Float32Array,
  tokens: Uint32Array,
  top: number,
  temperature: number,
): Float64Array {
  const highest = logits[top] ?? 0;
  const weights = new Float64Array(tokens.length);
  for (let i = 0; i < tokens.length; i++) {
    weights[i] = Math.exp(((logits[tokens[i] ?? 0] ?? 0) - highest) / temperature);
  }
  return weights;
}

/**
 * Draws among tokens of falling likelihood.
 * @param weights of the head of the distribution
 * @param total weight of all candidates
 * @param isAll whether the head is the whole distribution
 * @returns index into `weights`; undefined where the head is too short to tell
 */
function draw(
  weights: Float64Array,
  total: number,
  topP: number,
  uniform: number,
  isAll: boolean,
): number | undefined {
  // The nucleus: as few tokens as reach topP, at least one; its own weight is what is drawn from.
  let nucleus = total;
  if (topP < 1) {
    let size = 0;
    nucleus = 0;
    while (size < weights.length && nucleus < topP * total) nucleus += weights[size++] ?? 0;
    if (nucleus < topP * total && !isAll) return undefined;
  }
  let reached = 0;
  for (let i = 0; i < weights.length; i++) {
    reached += weights[i] ?? 0;
    if (uniform * nucleus < reached) return i;
  }
  return isAll ? weights.length - 1 : undefined;
}

function sum(weights: Float64Array): number {
  let total = 0;
  for (const weight of weights) total += weight;
  return total;
}
