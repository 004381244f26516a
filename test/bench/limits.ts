/** What the machine can do at most, and how much of it a model's loops ask for. */
import { Worker } from 'node:worker_threads';

import * as ort from 'onnxruntime-node';

import { GraphBuilder } from '../../native-models/graphs/onnx/index.js';
import type { Qwen3Config, SanaTransformerConfig } from '../../native-models/graphs/configs.js';
import type { TensorMap } from '../../native-models/graphs/index.js';

/** Best of this many, since everything else only takes away. */
const TRIES = 5;
const SIDE = 1024;
const COPIED = 64 * 2 ** 20;

/**
 * Floating-point operations per second of a product of 1024 x 1024 matrices by onnxruntime's own
 * kernels, at best.
 */
export async function gemmPeak(threads: number): Promise<number> {
  const g = new GraphBuilder({ name: 'peak', tensors: new Map() });
  const ones = new Array<number>(SIDE * SIDE).fill(1 / SIDE);
  const x = g.input('x', 'float32', [SIDE, SIDE]);
  g.output('y', g.matMul(x, g.constant(ones, 'float32', [SIDE, SIDE])), 'float32', [SIDE, SIDE]);
  const session = await ort.InferenceSession.create(g.build().bytes, {
    intraOpNumThreads: threads,
  });
  const data = new Float32Array(SIDE * SIDE).fill(1);
  const feeds = { x: new ort.Tensor('float32', data, [SIDE, SIDE]) };
  let best = Number.POSITIVE_INFINITY;
  for (let run = 0; run <= TRIES; run++) {
    const began = performance.now();
    await session.run(feeds);
    best = Math.min(best, (performance.now() - began) / 1000);
  }
  await session.release();
  return (2 * SIDE ** 3) / best;
}

/** Copies its own buffer, and says how long that took. */
const COPIER = `
const { parentPort, workerData } = require('node:worker_threads');
const from = new Uint8Array(workerData).fill(1);
const to = new Uint8Array(workerData).fill(2);
parentPort.on('message', () => {
  const began = performance.now();
  to.set(from);
  parentPort.postMessage((performance.now() - began) / 1000);
});
parentPort.postMessage(0);
`;

/**
 * Bytes per second that go through memory while all threads copy buffers larger than any cache,
 * those read and those written, at best.
 */
export async function copyBandwidth(threads: number): Promise<number> {
  const workers = Array.from(
    { length: threads },
    () => new Worker(COPIER, { eval: true, workerData: COPIED }),
  );
  const next = (worker: Worker): Promise<number> =>
    new Promise((resolve) => worker.once('message', resolve));
  await Promise.all(workers.map(next));
  let best = 0;
  for (let run = 0; run < TRIES; run++) {
    const times = workers.map(next);
    for (const worker of workers) worker.postMessage('copy');
    const slowest = Math.max(...(await Promise.all(times)));
    best = Math.max(best, (2 * COPIED * threads) / slowest);
  }
  await Promise.all(workers.map((worker) => worker.terminate()));
  return best;
}

/** Parameters that one image token reads; of the last layer only the rows of image codes. */
const READ_PER_TOKEN = /^(model\.layers\.|model\.norm\.)/;
const LAST = /^(lm_head|model\.embed_tokens)\.weight/;

/** Bytes of weights, as they are in memory, that drawing one image token reads. */
export function bytesPerToken(ar: Qwen3Config, tensors: TensorMap, codes: number): number {
  const inMemory = ({ dtype, length }: { dtype: string; length: number }): number =>
    dtype === 'F16' || dtype === 'BF16' ? 2 * length : length;
  const last = ar.tie_word_embeddings ? 'model.embed_tokens' : 'lm_head';
  let bytes = 0;
  for (const [name, tensor] of tensors) {
    if (READ_PER_TOKEN.test(name)) bytes += inMemory(tensor);
    else if (LAST.test(name) && name.startsWith(last)) {
      bytes += (inMemory(tensor) * codes) / ar.vocab_size;
    }
  }
  return bytes;
}

/** What one denoising step is given. */
export interface StepSize {
  /** Tokens of the picture. */
  readonly tokens: number;
  /** Tokens of the context. */
  readonly context: number;
  /** Branches of guidance. */
  readonly branches: number;
}

/**
 * Floating-point operations of one denoising step's products: two for each multiplication. What
 * comes before the first cross-attention is computed once for all branches.
 */
export function stepFlops(config: SanaTransformerConfig, size: StepSize): number {
  const { inner_dim: inner, patch_size: patch, num_layers: layers } = config;
  const cross = config.num_cross_attention_heads * config.cross_attention_head_dim;
  const hidden = Math.floor(config.mlp_ratio * inner);
  const own = 4 * inner ** 2 + 2 * inner * (config.attention_head_dim + 1) + inner * cross;
  const attended = 2 * size.context * cross + cross * inner;
  const fed = 3 * inner * hidden + 9 * 2 * hidden;
  const shared = own + patch ** 2 * config.in_channels * inner;
  const perBranch =
    (layers - 1) * own + layers * (attended + fed) + patch ** 2 * config.out_channels * inner;
  return 2 * size.tokens * (shared + size.branches * perBranch);
}
