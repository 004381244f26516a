import { buildGraph } from '../../../native-models/graphs/index.js';
import type { GraphName, GraphOptions, GraphSource } from '../../../native-models/graphs/index.js';
import { NetworkSession } from './session.js';
import type { SessionSettings } from './session.js';

/** What sessions of one bundle are made from. */
export interface NetworksOptions {
  readonly source: GraphSource;
  /** Real folder of the weight files. */
  readonly folder: string;
  readonly graphOptions: GraphOptions;
  readonly provider: string;
  readonly threads?: number | undefined;
  /** Whether all networks fit in memory at once; if not, each is released when its stage ends. */
  readonly keepLoaded: boolean;
}

/** Networks that run many times per picture. */
const REPEATED: ReadonlySet<GraphName> = new Set<GraphName>(['ar', 'denoiser']);

/** The networks of one bundle: loaded when first asked for, kept for the next picture. */
export class Networks {
  readonly #options: NetworksOptions;
  readonly #sessions = new Map<GraphName, NetworkSession>();

  constructor(options: NetworksOptions) {
    this.#options = options;
  }

  /**
   * A network, loaded now if it is not.
   * @throws NativaError MISSING_PARAMETER, CONFIG_WEIGHTS_MISMATCH, MODEL_LOAD_FAILED, OUT_OF_MEMORY
   */
  async get(name: GraphName): Promise<NetworkSession> {
    const loaded = this.#sessions.get(name);
    if (loaded !== undefined) return loaded;
    const { source, folder, graphOptions, provider, threads } = this.#options;
    const settings: SessionSettings = { provider, threads, keepMemory: REPEATED.has(name) };
    const graph = buildGraph(name, source, graphOptions[name]);
    const session = await NetworkSession.load(name, graph, folder, settings);
    this.#sessions.set(name, session);
    return session;
  }

  /** Builds graphs without loading them: whether config and weights agree, in milliseconds. */
  check(names: readonly GraphName[]): void {
    const { source, graphOptions } = this.#options;
    for (const name of names) buildGraph(name, source, graphOptions[name]);
  }

  /** Says that a stage is over: frees its networks where not all fit in memory. */
  async done(...names: readonly GraphName[]): Promise<void> {
    if (this.#options.keepLoaded) return;
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
