/** Runs the autoregressive graph as the engine does: buffers of the cache are shared in place. */
import * as ort from 'onnxruntime-node';

import type { GraphModel } from '../../../native-models/graphs/index.js';

const PAST = 'past_key_values.';

/** What one run gives. */
export interface StepResult {
  /** [batch, slice] */
  readonly logits: Float32Array;
  /** [batch, sequence, hidden] */
  readonly hidden: Float32Array;
}

/** A sequence that grows run by run. */
export class ArRunner {
  readonly #session: ort.InferenceSession;
  readonly #cache: Record<string, ort.Tensor> = {};
  readonly #batch: number;
  #length = 0;

  constructor(session: ort.InferenceSession, model: GraphModel, batch: number, maxLength: number) {
    this.#session = session;
    this.#batch = batch;
    const sizes = new Map([
      ['batch', batch],
      ['max_length', maxLength],
    ]);
    for (const { name, shape } of model.inputs) {
      if (!name.startsWith(PAST)) continue;
      const dims = shape.map((dim) => (typeof dim === 'number' ? dim : (sizes.get(dim) ?? 0)));
      const data = new Float32Array(dims.reduce((product, dim) => product * dim, 1));
      this.#cache[name.slice(PAST.length)] = new ort.Tensor(data, dims);
    }
  }

  /** Runs the next tokens: `input_ids` [batch, count] or `inputs_embeds` [batch, count, hidden]. */
  async run(name: string, tokens: ort.Tensor): Promise<StepResult> {
    const count = tokens.dims[1] ?? 0;
    this.#length += count;
    const seqlens = new Int32Array(this.#batch).fill(this.#length - 1);
    const feeds: Record<string, ort.Tensor> = {
      [name]: tokens,
      seqlens_k: new ort.Tensor('int32', seqlens, [this.#batch]),
      total_sequence_length: new ort.Tensor('int32', Int32Array.of(this.#length), []),
    };
    const fetches: Record<string, ort.Tensor | null> = { logits: null, last_hidden_state: null };
    for (const [key, buffer] of Object.entries(this.#cache)) {
      feeds[`${PAST}${key}`] = buffer;
      fetches[`present.${key}`] = buffer;
    }
    const outputs = await this.#session.run(feeds, fetches);
    const { logits, last_hidden_state: hidden } = outputs;
    if (!(logits?.data instanceof Float32Array && hidden?.data instanceof Float32Array)) {
      throw new Error('an output is missing');
    }
    return { logits: logits.data, hidden: hidden.data };
  }
}
