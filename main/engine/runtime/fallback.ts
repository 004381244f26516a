import { NativaError } from '../../../native-models/errors.js';
import type { IoSpec } from '../../../native-models/graphs/types.js';
import type { Fetches, Network, NetworkSession, Outputs, TensorMap } from './session.js';

/** What a provider may fail at and the processor need not. */
const PROVIDERS_OWN: ReadonlySet<string> = new Set(['INFERENCE_FAILED', 'OUT_OF_MEMORY']);

/** A network moved in the middle of work whose state was in the device's memory: begin that again. */
export class NetworkMoved extends NativaError {
  constructor(cause: NativaError) {
    super(cause.code, cause.message, { cause });
  }
}

/** How a network runs on a provider that may fail. */
export interface FallbackOptions {
  /** Most tokens of a sequence that one run reads rightly there; undefined: any. */
  readonly longestRun: number | undefined;
  /** Told why it failed, once; loads the network on the processor. */
  readonly instead: (error: NativaError) => Promise<NetworkSession>;
}

/**
 * A network on a provider that may fail while it computes, as where memory or driver are not what they
 * were said to be: it is run again on the processor, and is there from then on.
 */
export class FallbackNetwork implements Network {
  readonly #options: FallbackOptions;
  #session: NetworkSession;
  #moved = false;

  constructor(session: NetworkSession, options: FallbackOptions) {
    this.#session = session;
    this.#options = options;
  }

  get inputs(): readonly IoSpec[] {
    return this.#session.inputs;
  }

  get cacheOnDevice(): boolean {
    return this.#session.cacheOnDevice;
  }

  get longestRun(): number | undefined {
    return this.#moved ? undefined : this.#options.longestRun;
  }

  async run(feeds: TensorMap, fetches?: Fetches): Promise<Outputs> {
    try {
      return await this.#session.run(feeds, fetches);
    } catch (error) {
      if (this.#moved || !(error instanceof NativaError) || !PROVIDERS_OWN.has(error.code)) {
        throw error;
      }
      this.#moved = true;
      await this.#session.dispose().catch(() => undefined);
      this.#session = await this.#options.instead(error);
      if (Object.values(feeds).some(({ location }) => location === 'gpu-buffer')) {
        throw new NetworkMoved(error);
      }
      return this.#session.run(feeds, fetches);
    }
  }

  /** Gives the session's memory back; a second call does nothing. */
  dispose(): Promise<void> {
    return this.#session.dispose();
  }
}
