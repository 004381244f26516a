/** Requests, answers and events over a WebSocket, as msgpack frames of the contract. */
import { decode, encode } from '@msgpack/msgpack';
import { WebSocketServer } from 'ws';
import type { RawData, WebSocket } from 'ws';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { z } from 'zod';
import { clientFrameSchema } from '../../../preload/contract.js';
import type { StudioEvent } from '../../../preload/contract.js';
import { wireError } from '../../services/studio/errors.js';
import type { WireError } from '../../services/studio/errors.js';
import type { Page, Studio } from '../../services/studio/router.js';

/** Path that sockets are opened on. */
export const SOCKET_PATH = '/socket';

/** A project's text may have 64 million characters, and names in it may need more bytes than one. */
const MAX_FRAME = 128 * 2 ** 20;
/** By RFC 6455: a message that violates the endpoint's policy. */
const VIOLATION = 1008;
const GOING_AWAY = 1001;
const PING = 30_000;
/** Ends of jobs that are kept for a page that comes back. */
const MOST_MISSED = 200;
/** Objects in objects: groups in groups need two levels each. */
const DEPTH = 512;

const numbered = z.looseObject({ id: z.int().min(0) });

type Reply = { id: number; answer: unknown } | { id: number; error: WireError };

/** Connects pages to a studio; every page is told of every event. */
export class Sockets {
  readonly #studio: Studio;
  readonly #server = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_FRAME,
    perMessageDeflate: false,
  });
  readonly #stopListening: () => void;
  readonly #timer: NodeJS.Timeout;
  readonly #silent = new WeakSet<WebSocket>();
  /** What ended while no page was there to be told. */
  #missed: StudioEvent[] = [];

  constructor(studio: Studio) {
    this.#studio = studio;
    this.#stopListening = studio.onEvent((event) => {
      this.#tellAll(event);
    });
    this.#timer = setInterval(() => {
      this.#pingAll();
    }, PING).unref();
  }

  /** Takes a checked upgrade over. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#server.handleUpgrade(request, socket, head, (accepted) => {
      this.#welcome(accepted);
    });
  }

  /** Sends every page away. */
  close(): void {
    clearInterval(this.#timer);
    this.#stopListening();
    for (const socket of this.#server.clients) socket.close(GOING_AWAY);
    this.#server.close();
  }

  #welcome(socket: WebSocket): void {
    const page = this.#studio.openPage();
    // Too large a frame, or none at all: the library closes the connection with the reason.
    socket.on('error', () => undefined);
    socket.on('pong', () => this.#silent.delete(socket));
    socket.on('close', () => void page.close().catch(() => undefined));
    socket.on('message', (data, isBinary) => {
      receive(socket, page, isBinary ? decodeFrame(data) : undefined);
    });
    for (const event of this.#missed.splice(0)) send(socket, { event });
  }

  #tellAll(event: StudioEvent): void {
    const open = [...this.#server.clients].filter((socket) => socket.readyState === socket.OPEN);
    if (open.length === 0) this.#miss(event);
    else for (const socket of open) send(socket, { event });
  }

  /** Progress is stale by the time somebody comes back; how a job ended is not. */
  #miss(event: StudioEvent): void {
    if (['progress', 'preview', 'task'].includes(event.type)) return;
    this.#missed = [...this.#missed, event].slice(-MOST_MISSED);
  }

  /** A page whose machine fell asleep does not say goodbye. */
  #pingAll(): void {
    for (const socket of this.#server.clients) {
      if (this.#silent.has(socket)) socket.terminate();
      else {
        this.#silent.add(socket);
        socket.ping();
      }
    }
  }
}

/** @param value what a frame decoded to, undefined where it is none */
function receive(socket: WebSocket, page: Page, value: unknown): void {
  const frame = clientFrameSchema.safeParse(value);
  if (frame.success) {
    const { id, name, ask } = frame.data;
    void page.handle(name, ask).then(
      (answer) => {
        reply(socket, { id, answer });
      },
      (error: unknown) => {
        reply(socket, { id, error: wireError(error) });
      },
    );
    return;
  }
  const known = numbered.safeParse(value);
  if (known.success) {
    const message = 'The studio sent a message that is not understood; reload the page.';
    reply(socket, { id: known.data.id, error: { code: 'BAD_REQUEST', message } });
  } else socket.close(VIOLATION, 'not a message of the studio');
}

function reply(socket: WebSocket, frame: Reply): void {
  if (socket.readyState === socket.OPEN) send(socket, frame);
}

function send(socket: WebSocket, frame: Reply | { event: StudioEvent }): void {
  // Absent fields stay absent: null is another thing to a schema.
  socket.send(encode(frame, { ignoreUndefined: true, maxDepth: DEPTH }));
}

function decodeFrame(data: RawData): unknown {
  try {
    const parts = Array.isArray(data)
      ? data
      : [data instanceof ArrayBuffer ? Buffer.from(data) : data];
    return decode(parts.length === 1 ? (parts[0] ?? []) : Buffer.concat(parts));
  } catch {
    return undefined;
  }
}
