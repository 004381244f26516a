import { randomInt } from 'node:crypto';
import { fileURLToPath } from 'node:url';

import { firstIssue } from '../../native-models/bundle/index.js';
import { NativaError } from '../../native-models/errors.js';
import { cancelled } from './cancel.js';
import type { EngineEvent, EngineResult } from './events.js';
import { fromWireError, hostMessageSchema } from './protocol.js';
import type { HostMessage } from './protocol.js';
import { engineRequestSchema } from './request.js';
import type { EngineRequest, EngineRequestInput } from './request.js';
import { nodeLauncher } from './supervisor.js';
import type { EngineLauncher, EngineProcess } from './supervisor.js';

/** How the engine is run. */
export interface EngineOptions {
  /** Starts the process; default a child of Node. */
  readonly launch?: EngineLauncher;
  /** Environment of that child; default this process's own. */
  readonly env?: NodeJS.ProcessEnv | undefined;
  /** Threads inside one operator; absent leaves it to onnxruntime. */
  readonly threads?: number | undefined;
  /** Folder that remembers which model files were verified. */
  readonly cacheDir?: string | undefined;
  /** Whether what networks made of a picture or prompt is kept for the next request; default true. */
  readonly remember?: boolean | undefined;
  /** Milliseconds between two pings while a request runs. */
  readonly heartbeat?: number;
  /**
   * Milliseconds without any sign of life after which the process counts as hung. Generous, because
   * one step of a large network blocks the process.
   */
  readonly patience?: number;
  /** Milliseconds a cancelled request may take to stop before the process is replaced. */
  readonly cancelGrace?: number;
  /** Processes that may die in a row before requests are refused. */
  readonly restarts?: number;
}

/** What the process itself is told. */
type Configured = 'threads' | 'cacheDir' | 'remember';

/** How one request is watched and stopped. */
export interface EngineRunOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: ((event: EngineEvent) => void) | undefined;
  /**
   * Asked when the next request is chosen among those that wait: the least comes first, and of equal
   * ones the one that was asked for first. Absent: 0.
   */
  readonly rank?: (() => number) | undefined;
}

/** A request on its way. */
interface Job {
  readonly id: number;
  readonly request: EngineRequest;
  readonly options: EngineRunOptions;
  readonly resolve: (result: EngineResult) => void;
  readonly reject: (error: NativaError) => void;
}

const HEARTBEAT = 2_000;
const PATIENCE = 300_000;
const CANCEL_GRACE = 5_000;
const RESTARTS = 3;
/** A drawn seed is short enough to be typed. */
const SEED_LIMIT = 2 ** 32;

/**
 * Owner of the engine's process. Requests wait in line and run one at a time, because two would
 * fight for the same memory and cores. The process is started by the first request; when it dies the
 * running request fails with ENGINE_CRASHED, those behind it go on in a new one. A cancelled request
 * is let go at once; if its process does not stop soon, it is replaced.
 */
export class Engine {
  readonly #options: Required<Omit<EngineOptions, Configured | 'env'>> & EngineOptions;
  readonly #queue: Job[] = [];
  #process: EngineProcess | undefined;
  #current: Job | undefined;
  /** Id of a cancelled job that the process has not let go of yet. */
  #stopping: number | undefined;
  /** Resolves when the process last started is gone. */
  #ended: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  /**
   * Milliseconds without a sign of life, counted in heartbeats: a clock would also count the time
   * that this process itself stood still, in a suspended machine for instance.
   */
  #silence = 0;
  #nextId = 1;
  #deaths = 0;
  #closed = false;

  constructor(options: EngineOptions = {}) {
    this.#options = {
      launch: nodeLauncher(fileURLToPath(new URL('./host.js', import.meta.url)), options.env),
      heartbeat: HEARTBEAT,
      patience: PATIENCE,
      cancelGrace: CANCEL_GRACE,
      restarts: RESTARTS,
      ...options,
    };
  }

  /** Process id of the running engine, for diagnostics. */
  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** Requests waiting behind the running one. */
  get waiting(): number {
    return this.#queue.length;
  }

  /**
   * Runs a request; one without a seed gets one. Resolves with its result.
   * @throws NativaError INVALID_REQUEST, CANCELLED (within 100 ms of the abort), ENGINE_CRASHED,
   *   ENGINE_HUNG, ENGINE_UNSTABLE, ENGINE_CLOSED, and every error of the pipeline
   */
  run(input: EngineRequestInput, options: EngineRunOptions = {}): Promise<EngineResult> {
    return new Promise((resolve, reject) => {
      const parsed = engineRequestSchema.safeParse(input);
      if (!parsed.success) {
        const message = `The request is not valid: ${firstIssue(parsed.error)}.`;
        reject(new NativaError('INVALID_REQUEST', message));
        return;
      }
      const { signal } = options;
      if (this.#closed) reject(closed());
      else if (signal?.aborted === true) reject(cancelled());
      else {
        const request = { ...parsed.data, seed: parsed.data.seed ?? randomInt(SEED_LIMIT) };
        const onAbort = (): void => {
          this.#cancel(job);
        };
        // Signals may outlive many requests, so a settled one lets go of its own.
        const settled = (): void => signal?.removeEventListener('abort', onAbort);
        const job: Job = {
          id: this.#nextId++,
          request,
          options,
          resolve: (result) => {
            settled();
            resolve(result);
          },
          reject: (error) => {
            settled();
            reject(error);
          },
        };
        signal?.addEventListener('abort', onAbort);
        this.#queue.push(job);
        this.#advance();
      }
    });
  }

  /** Gives the loaded model's memory back once nothing runs; the next request loads it again. */
  unload(): void {
    this.#process?.send({ type: 'unload' });
  }

  /**
   * Ends the process; requests not finished fail with ENGINE_CLOSED.
   * @returns when the process is gone
   */
  async close(): Promise<void> {
    this.#closed = true;
    const open = [...(this.#current ? [this.#current] : []), ...this.#queue.splice(0)];
    this.#current = undefined;
    this.#discardProcess();
    for (const job of open) job.reject(closed());
    await this.#ended;
  }

  #advance(): void {
    if (this.#current !== undefined || this.#stopping !== undefined) return;
    const job = this.#takeNext();
    if (job === undefined) return;
    if (this.#deaths > this.#options.restarts) {
      this.#deaths = 0;
      job.reject(unstable());
      this.#advance();
      return;
    }
    this.#current = job;
    this.#process ??= this.#start();
    this.#process.send({ type: 'run', id: job.id, request: job.request });
    this.#watch();
  }

  #takeNext(): Job | undefined {
    const rankOf = ({ options }: Job): number => options.rank?.() ?? 0;
    const least = Math.min(...this.#queue.map(rankOf));
    const at = this.#queue.findIndex((job) => rankOf(job) === least);
    return at === -1 ? undefined : this.#queue.splice(at, 1)[0];
  }

  #start(): EngineProcess {
    const started = this.#options.launch();
    const { threads, cacheDir, remember } = this.#options;
    const { promise, resolve: ended } = withResolvers();
    this.#ended = promise;
    started.onMessage((message) => {
      if (started === this.#process) this.#receive(message);
    });
    started.onExit((reason) => {
      ended();
      if (started === this.#process) this.#died(reason);
    });
    started.send({
      type: 'configure',
      ...(threads !== undefined && { threads }),
      ...(cacheDir !== undefined && { cacheDir }),
      ...(remember !== undefined && { remember }),
    });
    return started;
  }

  #receive(raw: unknown): void {
    this.#silence = 0;
    const parsed = hostMessageSchema.safeParse(raw);
    if (!parsed.success) {
      this.#fail(new NativaError('ENGINE_CRASHED', 'The engine sent nonsense; try again.'));
      return;
    }
    const message = parsed.data;
    if (message.type === 'ready' || message.type === 'pong') return;
    if (message.type === 'event') {
      if (message.id === this.#current?.id) this.#current.options.onEvent?.(message.event);
      return;
    }
    this.#finish(message);
  }

  #finish(message: Extract<HostMessage, { type: 'result' | 'error' }>): void {
    this.#deaths = 0;
    if (message.id === this.#stopping) {
      this.#stopping = undefined;
    } else if (message.id === this.#current?.id) {
      const job = this.#current;
      this.#current = undefined;
      if (message.type === 'result') job.resolve(message.result);
      else job.reject(fromWireError(message.error));
    }
    this.#unwatch();
    this.#advance();
  }

  /** Lets go of a job at once; a running one must then stop within the grace. */
  #cancel(job: Job): void {
    const waiting = this.#queue.indexOf(job);
    if (waiting !== -1) {
      this.#queue.splice(waiting, 1);
      job.reject(cancelled());
      return;
    }
    if (this.#current !== job) return;
    this.#current = undefined;
    this.#stopping = job.id;
    this.#process?.send({ type: 'cancel', id: job.id });
    job.reject(cancelled());
    this.#unwatch();
    this.#timer = setTimeout(() => {
      this.#discardProcess();
      this.#advance();
    }, this.#options.cancelGrace);
  }

  /** Pings a busy process, and gives up on one that shows no sign of life. */
  #watch(): void {
    this.#unwatch();
    const { heartbeat, patience } = this.#options;
    this.#silence = 0;
    let nonce = 0;
    this.#timer = setInterval(() => {
      this.#silence += heartbeat;
      if (this.#silence > patience) this.#fail(hung());
      else this.#process?.send({ type: 'ping', nonce: nonce++ });
    }, heartbeat);
  }

  #unwatch(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #died(reason: string): void {
    this.#fail(
      new NativaError(
        'ENGINE_CRASHED',
        `The engine stopped unexpectedly (${reason}); it starts again with the next request. ` +
          `If this repeats, the model may need more memory than there is.`,
      ),
    );
  }

  /** Replaces the process and fails the job it was running. */
  #fail(error: NativaError): void {
    const job = this.#current;
    this.#current = undefined;
    this.#discardProcess();
    if (job !== undefined) this.#deaths++;
    job?.reject(error);
    this.#advance();
  }

  #discardProcess(): void {
    this.#unwatch();
    const old = this.#process;
    this.#process = undefined;
    this.#stopping = undefined;
    old?.kill();
  }
}

function withResolvers(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((settle) => (resolve = settle));
  return { promise, resolve };
}

function closed(): NativaError {
  return new NativaError('ENGINE_CLOSED', 'The engine was shut down; start Nativa again.');
}

function hung(): NativaError {
  const message = 'The engine did not answer any more and was replaced; try again.';
  return new NativaError('ENGINE_HUNG', message);
}

function unstable(): NativaError {
  const message =
    'The engine stopped several times in a row; close other programs or choose a smaller model.';
  return new NativaError('ENGINE_UNSTABLE', message);
}
