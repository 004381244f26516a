/** The page's side: heavy work on pixels, done beside the page and ended at once if not wanted. */
import { StudioError } from '../bridge/client.js';
import { pack, unpack, type AnyTile, type Holder } from './parcel.js';
import type { FromWorker, ToWorker } from './serve.js';
import type { TaskArgs, TaskName, TaskResult } from './tasks.js';

/** A worker as this needs it; the browser's own is one. */
export interface WorkerPort {
  postMessage(message: ToWorker, transfer: Transferable[]): void;
  terminate(): void;
  onmessage: ((event: MessageEvent<FromWorker>) => unknown) | null;
  onerror: ((event: ErrorEvent) => unknown) | null;
}

export interface TaskOptions {
  /** Ends the task at once, whatever it is doing. */
  readonly signal?: AbortSignal;
  /** Buffers of the arguments that nobody needs any more: they are moved, not copied. */
  readonly give?: readonly ArrayBufferLike[];
  /** Whether the task reads a tile; it reads all, unless said. Others are neither copied nor sent. */
  readonly reads?: (holder: Holder, key: number) => boolean;
}

/** Bytes of tiles a message: copying them takes a millisecond or two of the page's time. */
const PART = 2 * 1024 * 1024;

export class PixelWorker {
  readonly #start: () => WorkerPort;
  #port: WorkerPort | null = null;
  #last: Promise<unknown> = Promise.resolve();

  /** @param start makes a worker; called again after one was ended */
  constructor(start: () => WorkerPort) {
    this.#start = start;
  }

  /** Starts the worker, so that the first task need not wait for that. */
  warm(): void {
    this.#port ??= this.#start();
  }

  /**
   * Does a task, after those that were asked for before.
   * @returns what its function gives; tiles that it kept are the very same
   * @throws the signal's reason once it is aborted; StudioError if the task fails
   */
  async run<Name extends TaskName>(
    task: Name,
    args: TaskArgs<Name>,
    options: TaskOptions = {},
  ): Promise<TaskResult<Name>> {
    const turn = this.#last.then(() => this.#perform(task, args, options));
    this.#last = turn.catch(() => undefined);
    // The result is of the task that was asked for.
    return (await turn) as TaskResult<Name>;
  }

  async #perform(task: TaskName, args: unknown, options: TaskOptions): Promise<unknown> {
    const { signal, give = [], reads = () => true } = options;
    signal?.throwIfAborted();
    const port = (this.#port ??= this.#start());
    const known = new Map<number, AnyTile>();
    const needed = new Map<number, AnyTile>();
    const { packed } = pack(args, (tile, holder, key) => {
      known.set(tile.id, tile);
      if (reads(holder, key)) needed.set(tile.id, tile);
      return tile.id;
    });
    const answer = this.#answer(port, signal);
    const sending = this.#send(port, [...needed.values()], signal).then(() => {
      port.postMessage({ type: 'run', task, args: packed }, [...give] as Transferable[]);
    });
    const [result] = await Promise.all([answer, sending]);
    return unpack(result, (name) => {
      const tile = known.get(name);
      if (!tile) throw new StudioError('UNEXPECTED', `tile ${name} is not known`);
      return tile;
    });
  }

  /** Sends bytes a little at a time, so that the page goes on. */
  async #send(
    port: WorkerPort,
    tiles: readonly AnyTile[],
    signal: AbortSignal | undefined,
  ): Promise<void> {
    let part: [number, Uint8ClampedArray][] = [];
    let bytes = 0;
    for (const { id, data } of tiles) {
      part.push([id, data]);
      bytes += data.byteLength;
      if (bytes < PART) continue;
      port.postMessage({ type: 'tiles', tiles: part }, []);
      part = [];
      bytes = 0;
      await new Promise((resolve) => setTimeout(resolve, 0));
      signal?.throwIfAborted();
    }
    if (part.length > 0) port.postMessage({ type: 'tiles', tiles: part }, []);
  }

  /** What comes back; whatever goes wrong, the next task gets a new worker. */
  #answer(port: WorkerPort, signal: AbortSignal | undefined): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const end = (): void => {
        port.onmessage = null;
        port.onerror = null;
        signal?.removeEventListener('abort', aborted);
      };
      const fail = (error: Error): void => {
        end();
        port.terminate();
        this.#port = null;
        reject(error);
      };
      const aborted = (): void => {
        fail(signal?.reason instanceof Error ? signal.reason : new Error('aborted'));
      };
      signal?.addEventListener('abort', aborted);
      port.onmessage = ({ data }) => {
        end();
        if (data.type === 'done') resolve(data.result);
        else reject(new StudioError(data.code, data.message));
      };
      port.onerror = ({ message }) => {
        fail(new StudioError('UNEXPECTED', message));
      };
    });
  }
}
