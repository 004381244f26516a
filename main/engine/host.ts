/**
 * Entry of the engine's process. It runs unchanged as a child of Node (`child_process.fork`) and
 * under Electron (`utilityProcess.fork`): only the port differs.
 */
import { Pipeline } from './pipeline.js';
import { progressFilter } from './progress.js';
import { clientMessageSchema, toWireError } from './protocol.js';
import type { ClientMessage, HostMessage, Port } from './protocol.js';

type Run = Extract<ClientMessage, { type: 'run' }>;

/** Answers one owner's messages until it is gone. */
export class EngineHost {
  readonly #port: Port<HostMessage>;
  readonly #running = new Map<number, AbortController>();
  #pipeline = new Pipeline();
  /** Requests run one after the other, in the order they came. */
  #last: Promise<void> = Promise.resolve();

  constructor(port: Port<HostMessage>) {
    this.#port = port;
    port.onMessage((message) => {
      this.#receive(message);
    });
    port.onClose(() => process.exit(0));
    port.send({ type: 'ready' });
  }

  #receive(raw: unknown): void {
    const parsed = clientMessageSchema.safeParse(raw);
    // The owner is this program too: a message it cannot have meant is a bug to be seen at once.
    if (!parsed.success) throw new TypeError(`bad message: ${parsed.error.message}`);
    const message = parsed.data;
    switch (message.type) {
      case 'configure':
        this.#pipeline = new Pipeline(message);
        break;
      case 'run':
        this.#enqueue(message);
        break;
      case 'cancel':
        this.#running.get(message.id)?.abort();
        break;
      case 'ping':
        this.#port.send({ type: 'pong', nonce: message.nonce });
        break;
      case 'unload':
        this.#last = this.#last.then(() => this.#unload());
        break;
      case 'shutdown':
        process.exit(0);
    }
  }

  async #unload(): Promise<void> {
    try {
      await this.#pipeline.dispose();
    } catch {
      // Whatever holds on to its memory is freed with the process; requests behind must go on.
    }
  }

  #enqueue(message: Run): void {
    const controller = new AbortController();
    this.#running.set(message.id, controller);
    this.#last = this.#last.then(() => this.#run(message, controller.signal));
  }

  async #run({ id, request }: Run, signal: AbortSignal): Promise<void> {
    const worthTelling = progressFilter(() => performance.now());
    try {
      const result = await this.#pipeline.run(request, {
        signal,
        onEvent: (event) => {
          if (worthTelling(event)) this.#port.send({ type: 'event', id, event });
        },
      });
      this.#port.send({ type: 'result', id, result });
    } catch (error) {
      this.#port.send({ type: 'error', id, error: toWireError(error) });
    } finally {
      this.#running.delete(id);
    }
  }
}

/** Electron's port to the process that forked this one; Node has none. */
interface ParentPort {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { readonly data: unknown }) => void): void;
}

/** The port of whatever process this is: Electron's utility process, or a child of Node. */
function parentPort(): Port<HostMessage> {
  const electron = (process as unknown as { readonly parentPort?: ParentPort }).parentPort;
  if (electron !== undefined) {
    return {
      send: (message) => {
        electron.postMessage(message);
      },
      onMessage: (listener) => {
        electron.on('message', ({ data }) => {
          listener(data);
        });
      },
      // Electron ends a utility process together with its owner.
      onClose: () => undefined,
    };
  }
  if (process.send === undefined) {
    throw new TypeError('The engine is started by Nativa, not by hand.');
  }
  return {
    send: (message) => void process.send?.(message),
    onMessage: (listener) => void process.on('message', listener),
    onClose: (listener) => void process.on('disconnect', listener),
  };
}

// Ctrl-C goes to every process of a terminal; the owner decides what it means.
process.on('SIGINT', () => undefined);
new EngineHost(parentPort());
