/** What every network of a model makes of inputs that never change, to compare where it computes. */
import type { GraphName } from '../../native-models/graphs/index.js';
import { NativaError } from '../../native-models/errors.js';
import type { Model } from '../../main/engine/model.js';
import { RandomStream } from '../../main/engine/rng.js';
import { Tensor } from '../../main/engine/runtime/session.js';
import type { TensorMap } from '../../main/engine/runtime/session.js';
import { TokenDecoder, releasePrompts } from '../../main/engine/tokens/decoder.js';

/** Outputs by `network/name`. */
export type NetworkOutputs = ReadonlyMap<string, Float32Array>;

/** Longer than the runs that onnxruntime computes by its kernels for few queries. */
const PROMPT = 41;
/** Image tokens drawn behind it, the likeliest ones. */
const TOKENS = 4;
/** Sizes of dimensions that are not fixed. */
const SIZES: Readonly<Record<string, number>> = {
  ...{ batch: 1, sequence: PROMPT, tokens: 37, positions: 36, height: 8, width: 8 },
};
/** Networks that are run on random numbers. */
const ONE_BY_ONE: readonly GraphName[] = [
  ...(['vision', 'connector', 'reference_connector', 'cross_attention_kv'] as const),
  ...(['denoiser', 'vae_encoder', 'vae_decoder'] as const),
];

function random(dims: readonly number[], seed: number): Tensor {
  const length = dims.reduce((product, size) => product * size, 1);
  return new Tensor('float32', new RandomStream(seed, 'latents').normals(length), [...dims]);
}

/** Tokens drawn greedily behind a prompt, with their hidden states and the first logits. */
async function drawTokens(model: Model): Promise<[string, Float32Array][]> {
  const { signal } = new AbortController();
  const decoder = new TokenDecoder(await model.networks.get('ar'), model.shape);
  const ids = Array.from({ length: PROMPT }, (_, index) => (index * 37) % 250);
  const prepared = await decoder.prepare([{ ids, weight: 1 }], TOKENS, signal);
  const [drawn] = await decoder.decode(prepared, {
    sampling: { temperature: 0, topP: 1, topK: 0 },
    random: [new RandomStream(0, 'tokens')],
    signal,
  });
  const logits = prepared.prompts[0]?.first.logits;
  releasePrompts(prepared);
  if (drawn === undefined || logits === undefined) throw new Error('nothing was drawn');
  return [
    ['ar/logits', logits],
    ['ar/hidden_states', drawn.hiddenStates],
    ['ar/codes', Float32Array.from(drawn.codes)],
  ];
}

/** Runs every network that a model has; those it has not are left out. */
export async function networkOutputs(
  model: Model,
  names: readonly GraphName[] = ['ar', ...ONE_BY_ONE],
): Promise<NetworkOutputs> {
  const outputs = new Map<string, Float32Array>(
    names.includes('ar') ? await drawTokens(model) : [],
  );
  for (const name of ONE_BY_ONE.filter((one) => names.includes(one))) {
    try {
      const network = await model.networks.get(name);
      const feeds: Record<string, Tensor> = {};
      for (const [index, { name: input, shape }] of network.inputs.entries()) {
        // Pixels of two positions of the latents.
        const side = input === 'sample' ? 2 * model.shape.compression : undefined;
        const dims = shape.map((size) =>
          typeof size === 'number' ? size : size === 'batch' ? 1 : (side ?? SIZES[size] ?? 1),
        );
        feeds[input] =
          input === 'timestep' ? new Tensor('float32', [500], [1]) : random(dims, index);
      }
      for (const [output, data] of await runAll(model, name, feeds)) outputs.set(output, data);
    } catch (error) {
      // A model without references has no connector for them.
      if (!(error instanceof NativaError) || error.code !== 'MISSING_PARAMETER') throw error;
    }
  }
  return outputs;
}

async function runAll(
  model: Model,
  name: GraphName,
  feeds: TensorMap,
): Promise<[string, Float32Array][]> {
  const network = await model.networks.get(name);
  const outputs = await network.run(feeds);
  return outputs.names.map((output) => {
    const { data } = outputs.tensor(output);
    const values = data instanceof BigInt64Array ? Float32Array.from(data, Number) : data;
    if (!(values instanceof Float32Array)) throw new Error(`${name}/${output} is of another type`);
    return [`${name}/${output}`, values.slice()];
  });
}

/** The largest difference of each output, over the largest of what was wanted. */
export function largestErrors(wanted: NetworkOutputs, found: NetworkOutputs): Map<string, number> {
  const errors = [...wanted].map(([name, values]): [string, number] => {
    const other = found.get(name) ?? new Float32Array();
    const size = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const error = values.reduce(
      (most, value, index) => Math.max(most, Math.abs(value - (other[index] ?? NaN))),
      0,
    );
    return [name, size === 0 ? error : error / size];
  });
  return new Map(errors);
}
