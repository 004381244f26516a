/** Talks to the browser host as its page does: token, cookie, pixels, socket. */
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import { decode, encode } from '@msgpack/msgpack';
import { WebSocket } from 'ws';
import { REQUESTS, serverFrameSchema } from '../../preload/contract.js';
import type { Answer, Ask, RequestName, StudioEvent } from '../../preload/contract.js';

/** A response with all of its body. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** One plain request; nothing is added to the headers that are given. */
export function http(
  url: string,
  options: {
    method?: string;
    headers?: OutgoingHttpHeaders;
    body?: Uint8Array;
    path?: string;
  } = {},
): Promise<HttpAnswer> {
  const { method = 'GET', headers = {}, body, path } = options;
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, { method, headers, ...(path !== undefined && { path }) });
    request.on('response', (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () => {
        const { statusCode: status = 0, headers: answered } = response;
        resolve({ status, headers: answered, body: Buffer.concat(parts) });
      });
    });
    request.on('error', reject);
    request.end(body);
  });
}

/** Trades the printed address for a session. @returns the cookie to send */
export async function openSession(url: string): Promise<string> {
  const { headers } = await http(url);
  const [cookie = ''] = headers['set-cookie'] ?? [];
  return cookie.split(';', 1)[0] ?? '';
}

/** An error that the server told. */
export class ToldError extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** A page of the studio without a browser around it. */
export class StudioPage {
  readonly events: StudioEvent[] = [];
  readonly origin: string;
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, (frame: unknown) => void>();
  readonly #watchers = new Set<() => void>();
  #nextId = 0;

  private constructor(
    origin: string,
    readonly cookie: string,
    socket: WebSocket,
  ) {
    this.origin = origin;
    this.#socket = socket;
    socket.on('message', (data: Buffer) => {
      this.#receive(data);
    });
  }

  /** Opens the printed address, or a session that there is already. */
  static async open(url: string, session?: string): Promise<StudioPage> {
    const { origin, host } = new URL(url);
    const cookie = session ?? (await openSession(url));
    const socket = new WebSocket(`ws://${host}/socket`, { headers: { cookie, origin } });
    const page = new StudioPage(origin, cookie, socket);
    await once(socket, 'open');
    return page;
  }

  async request<N extends RequestName>(name: N, ask: Ask<N>): Promise<Answer<N>> {
    const id = this.#nextId++;
    const told = new Promise((resolve) => this.#waiting.set(id, resolve));
    this.#socket.send(encode({ id, name, ask }, { ignoreUndefined: true }));
    const frame = serverFrameSchema.parse(await told);
    if ('error' in frame) throw new ToldError(frame.error.code, frame.error.message);
    return REQUESTS[name].answer.parse('answer' in frame ? frame.answer : undefined) as Answer<N>;
  }

  /** Resolves with the first event, of the past or to come, that fits. */
  async event<T extends StudioEvent>(fits: (event: StudioEvent) => event is T): Promise<T> {
    for (;;) {
      const found = this.events.find(fits);
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => this.#watchers.add(resolve));
    }
  }

  /** How a job ended. */
  ended(job: number) {
    return this.event(
      (event): event is Extract<StudioEvent, { type: 'done' | 'failed' }> =>
        (event.type === 'done' || event.type === 'failed') && event.job === job,
    );
  }

  /** Resolves once a job has reached a step of a stage. */
  reaches(job: number, stage: string) {
    return this.event(
      (event): event is Extract<StudioEvent, { type: 'progress' }> =>
        event.type === 'progress' && event.job === job && event.stage === stage && event.step > 0,
    );
  }

  /** @returns the id of the bytes */
  async upload(body: Uint8Array): Promise<string> {
    const { cookie, origin } = this;
    const headers = { cookie, origin, 'content-length': body.length };
    const answer = await http(`${origin}/pixels`, { method: 'POST', headers, body });
    return (JSON.parse(answer.body.toString()) as { id: string }).id;
  }

  async download(id: string, query = ''): Promise<HttpAnswer> {
    return http(`${this.origin}/pixels/${id}${query}`, { headers: { cookie: this.cookie } });
  }

  /** Sends whatever it is given. @returns the reply, or the code that the socket is closed with */
  async raw(data: Uint8Array | string): Promise<unknown> {
    const reply = once(this.#socket, 'message').then(([message]: unknown[]) =>
      decode(message as Buffer),
    );
    const closed = once(this.#socket, 'close').then(([code]: unknown[]) => code);
    this.#socket.send(data);
    return Promise.race([reply, closed]);
  }

  close(): Promise<unknown> {
    const closed = once(this.#socket, 'close');
    this.#socket.close();
    return closed;
  }

  #receive(data: Buffer): void {
    const frame = serverFrameSchema.safeParse(decode(data));
    if (!frame.success) return;
    if ('event' in frame.data) this.events.push(frame.data.event);
    else this.#waiting.get(frame.data.id)?.(frame.data);
    const watchers = [...this.#watchers];
    this.#watchers.clear();
    for (const watcher of watchers) watcher();
  }
}
