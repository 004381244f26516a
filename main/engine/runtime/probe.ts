/** What an execution provider can do on this machine, found out by computing with it. */
import { GraphBuilder, MICROSOFT } from '../../../native-models/graphs/onnx/index.js';
import type { GraphModel } from '../../../native-models/graphs/types.js';
import type { ProviderLack } from './placement.js';
import { NetworkSession, Tensor } from './session.js';
import type { TensorMap } from './session.js';

/** Queries of the attention that is tried: onnxruntime's kernels for many begin at 32. */
const QUERIES = 40;
const HEAD_SIZE = 64;
/** Side of the matrices whose products are timed, and how many follow one another in a run. */
const SIDE = 256;
const PRODUCTS = 2;
const RUNS = 2;
/**
 * Milliseconds, and times what the processor takes, beyond which a provider is slow: there and back
 * takes a graphics processor longer than such small products, a driver in software much longer.
 */
const SLOW = { milliseconds: 20, times: 10 };

/** Checks in the order in which they are done: a driver that dies at one has passed those before. */
const CHECKS: readonly [ProviderLack, (provider: string) => Promise<boolean>][] = [
  ['float16', hasFloat16],
  ['attention', hasAttention],
  ['speed', hasSpeed],
];

/**
 * Adds two numbers with a provider.
 * @throws NativaError where it cannot be loaded or run; Error where the sum is wrong
 */
export async function checkSum(provider: string): Promise<void> {
  const g = new GraphBuilder({ name: 'sum', tensors: new Map() });
  const x = g.input('x', 'float32', [2]);
  g.output('y', g.add(x, x), 'float32', [2]);
  const [first, second] = await computeOnce(provider, g.build(), { x: floats([1, 2], [2]) });
  if (first !== 2 || second !== 4) {
    throw new Error(`1 + 1 and 2 + 2 came out as ${first}, ${second}`);
  }
}

/** What else a provider that adds rightly can do; told one by one, since asking may end the process. */
export async function* whatItHas(provider: string): AsyncGenerator<ProviderLack> {
  for (const [what, has] of CHECKS) {
    if (provider === 'cpu' || (await has(provider).catch(() => false))) yield what;
  }
}

/** A product in float16 that comes out as it does in float32, but for rounding. */
async function hasFloat16(provider: string): Promise<boolean> {
  const size = 64;
  const g = new GraphBuilder({ name: 'half', tensors: new Map() });
  const [a, b] = [g.input('a', 'float32', [size, size]), g.input('b', 'float32', [size, size])];
  const product = g.matMul(g.cast(a, 'float16'), g.cast(b, 'float16'));
  g.output('y', g.cast(product, 'float32'), 'float32', [size, size]);
  const feeds = { a: waves([size, size], 1), b: waves([size, size], 2) };
  return agrees(provider, g.build(), feeds, 0.05);
}

/** Fused attention over as many queries as a prompt has. */
async function hasAttention(provider: string): Promise<boolean> {
  const g = new GraphBuilder({ name: 'attention', tensors: new Map() });
  const inputs = ['query', 'key', 'value'].map((name) =>
    g.input(name, 'float32', [1, QUERIES, HEAD_SIZE]),
  );
  const cache = [1, 1, QUERIES, HEAD_SIZE];
  const past = ['past_key', 'past_value'].map((name) => g.input(name, 'float32', cache));
  const lengths = [g.constant([QUERIES - 1], 'int32'), g.constant([QUERIES], 'int32', [])];
  const outputs = ['y', 'present_key', 'present_value'];
  g.node(
    'GroupQueryAttention',
    [...inputs, ...past, ...lengths],
    { num_heads: 1, kv_num_heads: 1 },
    { domain: MICROSOFT, outputs },
  );
  for (const [index, name] of outputs.entries()) {
    g.output(name, name, 'float32', index === 0 ? [1, QUERIES, HEAD_SIZE] : cache);
  }
  const feeds = {
    ...Object.fromEntries(
      inputs.map((name, index) => [name, waves([1, QUERIES, HEAD_SIZE], index)]),
    ),
    ...Object.fromEntries(past.map((name) => [name, floats(new Float32Array(size(cache)), cache)])),
  };
  return agrees(provider, g.build(), feeds, 1e-3);
}

/** Whether products do not take much longer than on the processor. */
async function hasSpeed(provider: string): Promise<boolean> {
  const g = new GraphBuilder({ name: 'speed', tensors: new Map() });
  const factor = g.input('b', 'float32', [SIDE, SIDE]);
  let product = g.input('a', 'float32', [SIDE, SIDE]);
  for (let i = 0; i < PRODUCTS; i++) product = g.matMul(product, factor);
  g.output('y', product, 'float32', [SIDE, SIDE]);
  const graph = g.build();
  const feeds = { a: waves([SIDE, SIDE], 1, 1 / SIDE), b: waves([SIDE, SIDE], 2, 1 / SIDE) };
  const here = SLOW.times * (await shortest('cpu', graph, feeds));
  return (await shortest(provider, graph, feeds)) <= Math.max(SLOW.milliseconds, here);
}

/** Whether output `y` is the processor's. */
async function agrees(
  provider: string,
  graph: GraphModel,
  feeds: TensorMap,
  tolerance: number,
): Promise<boolean> {
  const wanted = await computeOnce('cpu', graph, feeds);
  const found = await computeOnce(provider, graph, feeds);
  return wanted.every((value, index) => Math.abs(value - (found[index] ?? NaN)) <= tolerance);
}

async function computeOnce(
  provider: string,
  graph: GraphModel,
  feeds: TensorMap,
): Promise<Float32Array> {
  return withSession(provider, graph, async (session) =>
    (await session.run(feeds)).float32('y').slice(),
  );
}

/** Milliseconds of the shortest run, after one that does not count. */
function shortest(provider: string, graph: GraphModel, feeds: TensorMap): Promise<number> {
  return withSession(provider, graph, async (session) => {
    const times: number[] = [];
    for (let run = 0; run <= RUNS; run++) {
      const before = performance.now();
      await session.run(feeds);
      times.push(performance.now() - before);
    }
    return Math.min(...times.slice(1));
  });
}

async function withSession<Result>(
  provider: string,
  graph: GraphModel,
  use: (session: NetworkSession) => Promise<Result>,
): Promise<Result> {
  const settings = { provider, keepMemory: false };
  const session = await NetworkSession.load('probe', graph, process.cwd(), settings);
  try {
    return await use(session);
  } finally {
    await session.dispose();
  }
}

function size(dims: readonly number[]): number {
  return dims.reduce((product, side) => product * side, 1);
}

function floats(values: ArrayLike<number>, dims: readonly number[]): Tensor {
  return new Tensor('float32', Float32Array.from(values), dims);
}

/** Numbers between -amplitude and amplitude that do not repeat. */
function waves(dims: readonly number[], phase: number, amplitude = 1): Tensor {
  const wave = (index: number): number => amplitude * Math.sin(index * 1.7 + phase);
  return floats(
    Array.from({ length: size(dims) }, (_, index) => wave(index)),
    dims,
  );
}
