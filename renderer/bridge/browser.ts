/** The door of the browser host: requests and events over a WebSocket, pixels under /pixels. */
import { decode, encode } from '@msgpack/msgpack';
import { serverFrameSchema, type NativaBridge, type RequestName } from '../../preload/contract.js';

/** Whether the server can be reached now. */
export type ConnectionState = 'connecting' | 'open' | 'lost';

/** A bridge over a socket, which may be lost and come back. */
export interface BrowserBridge extends NativaBridge {
  /** Told at once and at every change. @returns a function that stops listening */
  onConnection(listener: (state: ConnectionState) => void): () => void;
}

/** An error of the other side, or of the way to it. */
class BridgeError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = 'BridgeError';
    this.code = code;
  }
}

interface Waiting {
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: Error) => void;
}

const PIXEL_ROUTE = '/pixels';
const FIRST_PAUSE = 250;
const LONGEST_PAUSE = 5_000;
/** How long a request waits for a connection before it fails. */
const PATIENCE = 10_000;
const DEPTH = 512;

/** Connects to the server that this page came from. */
export function connectBrowser(): BrowserBridge {
  const socket = new Reconnecting(`ws://${location.host}/socket`);
  return {
    pixelRoute: PIXEL_ROUTE,
    request: (name, ask) => socket.request(name, ask),
    onEvent: (listener) => subscribe(socket.listeners, listener),
    onConnection: (listener) => {
      listener(socket.state);
      return subscribe(socket.watchers, listener);
    },
    saveFile: (name, blob) => {
      download(`${PIXEL_ROUTE}/${blob}?download&name=${encodeURIComponent(name)}`, name);
      return Promise.resolve(name);
    },
  };
}

function subscribe<T>(set: Set<T>, listener: T): () => void {
  set.add(listener);
  return () => {
    set.delete(listener);
  };
}

/** The browser's own download, which asks where to put the file if the person wants that. */
function download(href: string, name: string): void {
  const link = document.createElement('a');
  link.href = href;
  link.download = name;
  link.hidden = true;
  document.body.append(link);
  link.click();
  link.remove();
}

/** One socket after another, as long as the page is open. */
class Reconnecting {
  readonly listeners = new Set<(event: unknown) => void>();
  readonly watchers = new Set<(state: ConnectionState) => void>();
  readonly #address: string;
  readonly #waiting = new Map<number, Waiting>();
  #socket: WebSocket | undefined;
  #state: ConnectionState = 'connecting';
  #pause = FIRST_PAUSE;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #nextId = 0;

  constructor(address: string) {
    this.#address = address;
    // A machine that wakes up, or a network that is back, need not wait for the pause to end.
    addEventListener('online', () => {
      this.#retryNow();
    });
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'visible') this.#retryNow();
    });
    this.#connect();
  }

  get state(): ConnectionState {
    return this.#state;
  }

  async request(name: RequestName, ask: unknown): Promise<unknown> {
    await this.#untilOpen();
    return new Promise((resolve, reject) => {
      const id = this.#nextId++;
      this.#waiting.set(id, { resolve, reject });
      // Absent fields stay absent: null is another thing to a schema.
      const frame = encode({ id, name, ask }, { ignoreUndefined: true, maxDepth: DEPTH });
      this.#socket?.send(frame);
    });
  }

  #connect(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const socket = new WebSocket(this.#address);
    socket.binaryType = 'arraybuffer';
    this.#socket = socket;
    socket.addEventListener('open', () => {
      this.#pause = FIRST_PAUSE;
      this.#become('open');
    });
    socket.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
      if (data instanceof ArrayBuffer) this.#receive(data);
    });
    // An error is always followed by a close.
    socket.addEventListener('close', () => {
      this.#lose();
    });
  }

  #lose(): void {
    this.#become('lost');
    for (const { reject } of this.#waiting.values()) reject(lost());
    this.#waiting.clear();
    // Pages that lost the same server do not all come back in the same moment.
    const pause = this.#pause * (0.75 + Math.random() / 2);
    this.#pause = Math.min(LONGEST_PAUSE, this.#pause * 2);
    this.#timer = setTimeout(() => {
      this.#connect();
    }, pause);
  }

  #retryNow(): void {
    if (this.#timer === undefined) return;
    this.#pause = FIRST_PAUSE;
    this.#connect();
  }

  #receive(data: ArrayBuffer): void {
    const frame = serverFrameSchema.safeParse(decode(data));
    if (!frame.success) return;
    if ('event' in frame.data) {
      for (const listener of this.listeners) listener(frame.data.event);
      return;
    }
    const { id } = frame.data;
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if ('error' in frame.data) {
      const { code, message } = frame.data.error;
      waiting?.reject(new BridgeError(code, message));
    } else waiting?.resolve(frame.data.answer);
  }

  #untilOpen(): Promise<void> {
    if (this.#state === 'open') return Promise.resolve();
    return new Promise((resolve, reject) => {
      const done = (): void => {
        clearTimeout(timer);
        stop();
      };
      const timer = setTimeout(() => {
        done();
        reject(lost());
      }, PATIENCE);
      const stop = subscribe(this.watchers, (state: ConnectionState) => {
        if (state !== 'open') return;
        done();
        resolve();
      });
    });
  }

  #become(state: ConnectionState): void {
    if (state === this.#state) return;
    this.#state = state;
    for (const watcher of [...this.watchers]) watcher(state);
  }
}

function lost(): BridgeError {
  const message =
    'Nativa does not answer: it was stopped or is starting again; your work is kept, start Nativa again.';
  return new BridgeError('SERVER_GONE', message);
}
