/** How the next token is drawn. */
export interface SamplingOptions {
  /** Divides the logits; 0 takes the most likely token. */
  readonly temperature: number;
  /** Only the k most likely tokens can be drawn; 0 or at least the vocabulary means all. */
  readonly topK: number;
  /** Only the smallest set of most likely tokens whose probability reaches this; 1 means all. */
  readonly topP: number;
}

/**
 * Draws one token, as transformers' temperature, top-k and top-p warpers in that order do, without
 * sorting the vocabulary: the k largest are selected first and only these are sorted. Of equal
 * logits the lower index counts as more likely, so the draw is a function of its arguments.
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
  const limited = topK > 0 && topK < logits.length;
  const order = limited ? selectLargest(logits, topK) : indices(logits.length);
  order.sort((a, b) => byLikelihood(logits, a, b));
  const weights = softmaxWeights(logits, order, temperature);
  return draw(order, weights, nucleusSize(weights, topP), uniform);
}

/** Index of the largest value; the lowest such index. */
export function mostLikely(logits: Float32Array): number {
  let best = 0;
  for (let i = 1; i < logits.length; i++) {
    if ((logits[i] ?? 0) > (logits[best] ?? 0)) best = i;
  }
  return best;
}

/** Negative when token `a` comes before token `b`. */
function byLikelihood(logits: Float32Array, a: number, b: number): number {
  return (logits[b] ?? 0) - (logits[a] ?? 0) || a - b;
}

/**
 * Indices of the `count` most likely tokens, in no order: quickselect (Hoare) over an index array,
 * linear on average, with the middle element as pivot so that it needs no random numbers.
 */
export function selectLargest(logits: Float32Array, count: number): Uint32Array<ArrayBuffer> {
  const order = indices(logits.length);
  let low = 0;
  let high = order.length - 1;
  while (low < high) {
    const pivot = order[(low + high) >>> 1] ?? 0;
    let left = low;
    let right = high;
    while (left <= right) {
      while (byLikelihood(logits, order[left] ?? 0, pivot) < 0) left++;
      while (byLikelihood(logits, order[right] ?? 0, pivot) > 0) right--;
      if (left <= right) swap(order, left++, right--);
    }
    if (count - 1 <= right) high = right;
    else if (count - 1 >= left) low = left;
    else break;
  }
  return order.slice(0, count);
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

/** Softmax numerators of the ordered tokens, the first being 1. */
function softmaxWeights(
  logits: Float32Array,
  order: Uint32Array,
  temperature: number,
): Float64Array {
  const top = logits[order[0] ?? 0] ?? 0;
  const weights = new Float64Array(order.length);
  for (let i = 0; i < order.length; i++) {
    weights[i] = Math.exp(((logits[order[i] ?? 0] ?? 0) - top) / temperature);
  }
  return weights;
}

/** How many of the ordered tokens it takes to reach `topP` of the probability; at least one. */
function nucleusSize(weights: Float64Array, topP: number): number {
  if (topP >= 1) return weights.length;
  const target = topP * sum(weights, weights.length);
  let reached = 0;
  for (let i = 0; i < weights.length; i++) {
    reached += weights[i] ?? 0;
    if (reached >= target) return i + 1;
  }
  return weights.length;
}

function draw(order: Uint32Array, weights: Float64Array, size: number, uniform: number): number {
  const target = uniform * sum(weights, size);
  let reached = 0;
  for (let i = 0; i < size; i++) {
    reached += weights[i] ?? 0;
    if (target < reached) return order[i] ?? 0;
  }
  return order[size - 1] ?? 0;
}

function sum(weights: Float64Array, size: number): number {
  let total = 0;
  for (let i = 0; i < size; i++) total += weights[i] ?? 0;
  return total;
}
