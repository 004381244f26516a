import { buildGraph } from '../../../native-models/graphs/index.js';
import type {
  ArithmeticOptions,
  GraphName,
  GraphOptions,
  GraphSource,
  StoredBytes,
} from '../../../native-models/graphs/index.js';
import { NativaError } from '../../../native-models/errors.js';
import { PART_OF, onProcessor } from './placement.js';
import type { NetworkPart, PlacedNetwork, Placement } from './placement.js';
import { FallbackNetwork } from './fallback.js';
import { NetworkSession } from './session.js';
import type { Network, SessionSettings } from './session.js';

/** What sessions of one bundle are made from. */
export interface NetworksOptions {
  readonly source: GraphSource;
  /** Real folder of the weight files. */
  readonly folder: string;
  readonly graphOptions: GraphOptions;
  /** Where each network computes, and whether all stay loaded. */
  readonly placement: Placement;
  readonly threads?: number | undefined;
}

/** Networks that run many times per picture. */
const REPEATED: ReadonlySet<GraphName> = new Set<GraphName>(['ar', 'denoiser']);

/** Providers that lack onnxruntime's fused operators and would hand those to the processor. */
const WITHOUT_FUSED: ReadonlySet<string> = new Set(['webgpu', 'dml', 'coreml']);

/** Providers whose memory holds outputs from one run to the next, as far as onnxruntime's binding goes. */
const KEEPS_CACHE: ReadonlySet<string> = new Set(['webgpu']);

/**
 * Tokens of one run where fused attention is wrong for more: onnxruntime computes up to 31 queries by
 * other kernels.
 */
const SHORT_RUN = 16;

/** What a provider may fail at when a network is loaded. */
const LOADING: ReadonlySet<string> = new Set(['MODEL_LOAD_FAILED', 'OUT_OF_MEMORY']);

const ON_PROCESSOR: ArithmeticOptions = { operators: 'fused', products: 'float32' };

function arithmeticOf({ provider, precision }: PlacedNetwork): ArithmeticOptions {
  const operators = WITHOUT_FUSED.has(provider) ? 'portable' : 'fused';
  return { operators, products: precision };
}

/** The networks of one bundle: loaded when first asked for, kept for the next picture. */
export class Networks {
  readonly #options: NetworksOptions;
  readonly #sessions = new Map<GraphName, Network & { dispose(): Promise<void> }>();
  /** Where each part computes; one that a provider could not load or run has moved to the processor. */
  readonly #placed: Map<NetworkPart, PlacedNetwork>;

  constructor(options: NetworksOptions) {
    this.#options = options;
    const { networks } = options.placement;
    this.#placed = new Map(networks.map((placed) => [placed.network, placed]));
  }

  /** Where each network computes, as far as is known. */
  get placed(): readonly PlacedNetwork[] {
    return [...this.#placed.values()];
  }

  /** Where a part computes. */
  providerOf(part: NetworkPart): string {
    return this.#placed.get(part)?.provider ?? 'cpu';
  }

  /** Names of all providers that compute something, joined by `+`. */
  get provider(): string {
    return [...new Set(this.placed.map(({ provider }) => provider))].sort().join('+') || 'cpu';
  }

  /**
   * A network, loaded now if it is not. One that its provider cannot load, or fails to run, computes
   * on the processor, as what is loaded of its part does from then on.
   * @throws NativaError MISSING_PARAMETER, CONFIG_WEIGHTS_MISMATCH, MODEL_LOAD_FAILED, OUT_OF_MEMORY
   */
  async get(name: GraphName): Promise<Network> {
    const loaded = this.#sessions.get(name);
    if (loaded !== undefined) return loaded;
    const session = await this.#load(name);
    this.#sessions.set(name, session);
    return session;
  }

  async #load(name: GraphName): Promise<Network & { dispose(): Promise<void> }> {
    const part = PART_OF[name];
    const placed = this.#placed.get(part);
    if (placed === undefined || placed.provider === 'cpu') {
      return this.#start(name, 'cpu', ON_PROCESSOR);
    }
    const { provider } = placed;
    const instead = (kind: 'failed' | 'broke', error: NativaError): Promise<NetworkSession> => {
      const detail = shortReason(error);
      this.#placed.set(part, onProcessor(placed, { kind, provider, detail }));
      return this.#start(name, 'cpu', ON_PROCESSOR);
    };
    try {
      const session = await this.#start(name, provider, arithmeticOf(placed));
      return new FallbackNetwork(session, {
        longestRun: placed.shortRuns === true ? SHORT_RUN : undefined,
        instead: (error) => instead('broke', error),
      });
    } catch (error) {
      // What is wrong with the model is no fault of the provider's.
      if (!(error instanceof NativaError) || !LOADING.has(error.code)) throw error;
      return instead('failed', error);
    }
  }

  #start(
    name: GraphName,
    provider: string,
    arithmetic: ArithmeticOptions,
  ): Promise<NetworkSession> {
    const { source, folder, graphOptions, threads } = this.#options;
    const settings: SessionSettings = {
      provider,
      threads,
      keepMemory: REPEATED.has(name),
      cacheOnDevice: name === 'ar' && KEEPS_CACHE.has(provider),
    };
    const graph = buildGraph(name, source, { ...graphOptions[name], ...arithmetic });
    return NetworkSession.load(name, graph, folder, settings);
  }

  /** Says that a stage is over: frees its networks where not all fit in memory. */
  async done(...names: readonly GraphName[]): Promise<void> {
    if (!this.#options.placement.together) await this.release(...names);
  }

  /** Frees networks, whatever room there is. */
  async release(...names: readonly GraphName[]): Promise<void> {
    for (const name of names) {
      await this.#sessions.get(name)?.dispose();
      this.#sessions.delete(name);
    }
  }

  /** Gives all memory back. */
  async dispose(): Promise<void> {
    const sessions = [...this.#sessions.values()];
    this.#sessions.clear();
    for (const session of sessions) await session.dispose();
  }
}

/** What a provider said, without what is of no use to people. */
function shortReason(error: NativaError): string {
  const cause = error.cause instanceof Error ? error.cause.message : error.message;
  const [line = ''] = cause.trim().split('\n', 1);
  return line.length > 200 ? `${line.slice(0, 200)}…` : line;
}

/**
 * Builds graphs without loading them, in milliseconds: whether config and weights agree, and how
 * many bytes of parameters each part holds.
 * @throws NativaError MISSING_PARAMETER, CONFIG_WEIGHTS_MISMATCH
 */
export function measureParts(
  source: GraphSource,
  graphOptions: GraphOptions,
  names: readonly GraphName[],
): ReadonlyMap<NetworkPart, StoredBytes> {
  const parts = new Map<NetworkPart, StoredBytes>();
  for (const name of names) {
    const { loaded } = buildGraph(name, source, graphOptions[name]);
    parts.set(PART_OF[name], addBytes(parts.get(PART_OF[name]) ?? {}, loaded));
  }
  return parts;
}

function addBytes(sum: StoredBytes, added: StoredBytes): StoredBytes {
  const bytes: Partial<Record<keyof StoredBytes, number>> = { ...sum };
  for (const [type, length] of Object.entries(added) as [keyof StoredBytes, number][]) {
    bytes[type] = (bytes[type] ?? 0) + length;
  }
  return bytes;
}
