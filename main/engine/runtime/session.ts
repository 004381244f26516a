/** The one file that makes, runs and disposes of onnxruntime sessions. */
import { createRequire } from 'node:module';

import { InferenceSession, Tensor, listSupportedBackends } from 'onnxruntime-node';

import { NativaError } from '../../../native-models/errors.js';
import type { GraphModel, IoSpec } from '../../../native-models/graphs/types.js';

export { Tensor };

/** Tensors by the name of the graph's input or output. */
export type TensorMap = Readonly<Record<string, Tensor>>;

/** Outputs wanted from a run: null lets onnxruntime allocate, a tensor is written into. */
export type Fetches = Readonly<Record<string, Tensor | null>>;

/** Something that runs one network: what the stages of the pipeline are written against. */
export interface Network {
  /** Inputs of the graph, with the sizes that do not change. */
  readonly inputs: readonly IoSpec[];
  /** Whether outputs called `present.*` stay in the device's memory, to be fed again and disposed of. */
  readonly cacheOnDevice?: boolean;
  /** Most tokens of a sequence that one run reads rightly; absent: any. */
  readonly longestRun?: number | undefined;
  /**
   * @param fetches outputs to compute; default all
   * @throws NativaError MISSING_INPUT, INFERENCE_FAILED, OUT_OF_MEMORY
   */
  run(feeds: TensorMap, fetches?: Fetches): Promise<Outputs>;
}

/** How a session is made. */
export interface SessionSettings {
  /** onnxruntime execution provider; the CPU one always stands behind it. */
  readonly provider: string;
  /** Threads inside one operator; undefined leaves it to onnxruntime. */
  readonly threads?: number | undefined;
  /**
   * Whether memory of a run is kept for the next one: faster for a network that runs at every step,
   * wasteful for one that runs once a picture and needs a lot.
   */
  readonly keepMemory: boolean;
  /** Whether outputs called `present.*` stay where they are computed; default false. */
  readonly cacheOnDevice?: boolean;
}

/** What begins the names of outputs that a network reads again in its next run. */
const PRESENT = 'present.';

/** Outputs of one run, by name and type. */
export class Outputs {
  readonly #graph: string;
  readonly #tensors: TensorMap;

  constructor(graph: string, tensors: TensorMap) {
    this.#graph = graph;
    this.#tensors = tensors;
  }

  /** Names of all outputs that were computed. */
  get names(): readonly string[] {
    return Object.keys(this.#tensors);
  }

  /** @throws NativaError INFERENCE_FAILED where there is no such output */
  tensor(name: string): Tensor {
    const tensor = this.#tensors[name];
    if (tensor === undefined) throw failed(this.#graph, `it has no output "${name}"`);
    return tensor;
  }

  /** Data of a float32 output. */
  float32(name: string): Float32Array<ArrayBuffer> {
    const { data } = this.tensor(name);
    if (!(data instanceof Float32Array) || !(data.buffer instanceof ArrayBuffer)) {
      throw failed(this.#graph, `output "${name}" is not float32`);
    }
    return data as Float32Array<ArrayBuffer>;
  }

  /** Data of an int64 output as numbers. */
  integers(name: string): number[] {
    const { data } = this.tensor(name);
    if (!(data instanceof BigInt64Array)) {
      throw failed(this.#graph, `output "${name}" is not int64`);
    }
    return Array.from(data, Number);
  }
}

/** A session of one graph. */
export class NetworkSession implements Network {
  readonly inputs: readonly IoSpec[];
  readonly cacheOnDevice: boolean;
  readonly #name: string;
  #session: InferenceSession | undefined;

  private constructor(
    name: string,
    { inputs }: GraphModel,
    { cacheOnDevice = false }: SessionSettings,
    session: InferenceSession,
  ) {
    this.#name = name;
    this.inputs = inputs;
    this.cacheOnDevice = cacheOnDevice;
    this.#session = session;
  }

  /**
   * Loads a graph.
   * @param name of the network, for messages
   * @param folder that the weight files' names in the graph are relative to
   * @throws NativaError MODEL_LOAD_FAILED, OUT_OF_MEMORY
   */
  static async load(
    name: string,
    graph: GraphModel,
    folder: string,
    settings: SessionSettings,
  ): Promise<NetworkSession> {
    const session = await createSession(name, graph, folder, settings);
    return new NetworkSession(name, graph, settings, session);
  }

  async run(feeds: TensorMap, fetches?: Fetches): Promise<Outputs> {
    const session = this.#session;
    if (session === undefined) throw failed(this.#name, 'it was released');
    const missing = session.inputNames.filter((name) => feeds[name] === undefined);
    if (missing.length > 0) {
      const message = `A run of ${this.#name} lacks the inputs ${missing.join(', ')}.`;
      throw new NativaError('MISSING_INPUT', message);
    }
    try {
      const outputs = await (fetches ? session.run(feeds, fetches) : session.run(feeds));
      return new Outputs(this.#name, outputs);
    } catch (cause) {
      throw isOutOfMemory(cause) ? outOfMemory(this.#name, cause) : failed(this.#name, cause);
    }
  }

  /** Gives the session's memory back; a second call does nothing. */
  async dispose(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    await session?.release();
  }
}

/** Execution providers the installed onnxruntime was built with, `cpu` first. */
export function supportedProviders(): string[] {
  const names = listSupportedBackends().map((backend) => backend.name);
  return ['cpu', ...names.filter((name) => name !== 'cpu')];
}

/** Version of onnxruntime that runs here. */
export function onnxruntimeVersion(): string {
  const { version } = createRequire(import.meta.url)('onnxruntime-node/package.json') as {
    version: string;
  };
  return version;
}

async function createSession(
  name: string,
  graph: GraphModel,
  folder: string,
  settings: SessionSettings,
): Promise<InferenceSession> {
  const { provider, threads, keepMemory } = settings;
  try {
    return await InferenceSession.create(graph.bytes, {
      executionProviders: executionProviders(provider, graph),
      ...(settings.cacheOnDevice === true && { preferredOutputLocation: cacheLocations(graph) }),
      graphOptimizationLevel: 'all',
      enableCpuMemArena: keepMemory,
      enableMemPattern: keepMemory,
      extra: {
        session: {
          model_external_initializers_file_folder_path: folder,
          // Threads of a network that has run would go on looking for work, and take processors from
          // the network that runs next.
          force_spinning_stop: '1',
        },
      },
      ...(threads === undefined ? {} : { intraOpNumThreads: threads }),
      // Errors are thrown as well; printed, they would stand beside the one line for people.
      logSeverityLevel: 4,
    });
  } catch (cause) {
    if (isOutOfMemory(cause)) throw outOfMemory(name, cause);
    const message = `The ${name} network could not be loaded on ${provider}: ${reason(cause)}`;
    throw new NativaError('MODEL_LOAD_FAILED', message, { cause });
  }
}

/** The provider, and the processor behind it. */
function executionProviders(
  provider: string,
  { onProcessor }: GraphModel,
): InferenceSession.ExecutionProviderConfig[] {
  if (provider === 'cpu') return ['cpu'];
  // An empty list is an error of its own.
  if (provider !== 'webgpu' || onProcessor.length === 0) return [provider, 'cpu'];
  return [{ name: 'webgpu', forceCpuNodeNames: onProcessor }, 'cpu'];
}

function cacheLocations({ outputs }: GraphModel): Record<string, 'cpu' | 'gpu-buffer'> {
  return Object.fromEntries(
    outputs.map(({ name }) => [name, name.startsWith(PRESENT) ? 'gpu-buffer' : 'cpu']),
  );
}

function isOutOfMemory(cause: unknown): boolean {
  return /bad_alloc|bad allocation|out of memory|failed to allocate|E_OUTOFMEMORY|8007000E/i.test(
    String(cause),
  );
}

function outOfMemory(name: string, cause: unknown): NativaError {
  const message =
    `There is not enough memory for the ${name} network; close other programs, make a smaller ` +
    `picture or choose a smaller model.`;
  return new NativaError('OUT_OF_MEMORY', message, { cause });
}

function failed(name: string, cause: unknown): NativaError {
  const message = `The ${name} network failed: ${reason(cause)}`;
  return new NativaError('INFERENCE_FAILED', message, { cause });
}

function reason(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
