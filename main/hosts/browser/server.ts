/** The studio for a browser on this machine: its page, its pixels and its socket. */
import { createReadStream } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { NativaError } from '../../../native-models/errors.js';
import type { BlobStore } from '../../services/blobs.js';
import { wireError } from '../../services/studio/errors.js';
import type { Studio } from '../../services/studio/router.js';
import { findAssets } from './assets.js';
import type { Asset } from './assets.js';
import { Guard } from './guard.js';
import { PIXEL_ROUTE, servePixels } from './pixels.js';
import { securityHeaders } from './policy.js';
import { SOCKET_PATH, Sockets } from './socket.js';

/** What is served, and where. */
export interface BrowserHostOptions {
  readonly studio: Studio;
  readonly blobs: BlobStore;
  /** Folder of the built renderer. */
  readonly renderer: string;
  /** 0 or absent: one that is free. */
  readonly port?: number | undefined;
}

/** A server that runs. */
export interface BrowserHost {
  /** With the token: good for one browser. */
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

/** Nothing outside this machine reaches it. */
const ADDRESS = '127.0.0.1';

const REFUSED = {
  host: 'This address is not the one that Nativa printed when it started; open that one.',
  session: 'Open the address that Nativa printed when it started; it is good for one browser.',
  origin: 'Only the studio itself may ask for this.',
} as const;

/**
 * Starts the server.
 * @throws NativaError STUDIO_NOT_BUILT, PORT_IN_USE, PORT_UNUSABLE
 */
export async function startBrowserHost(options: BrowserHostOptions): Promise<BrowserHost> {
  // Before a port is taken, in case there is nothing to serve.
  findAssets(options.renderer);
  const server = createServer();
  const port = await listen(server, options.port ?? 0);
  const guard = new Guard(port);
  const sockets = new Sockets(options.studio);
  const site = new Site(guard, options.renderer, options.blobs);
  server.on('request', (request, response) => void site.answer(request, response));
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => undefined);
    if (site.mayConnect(request)) sockets.accept(request, socket, head);
    else socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
  });
  return {
    url: `http://${ADDRESS}:${port}/?token=${guard.token}`,
    port,
    close: async () => {
      sockets.close();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => {
      reject(portError(port, error));
    });
    server.listen(port, ADDRESS, resolve);
  });
  // A TCP server's address is never a path.
  return (server.address() as AddressInfo).port;
}

function portError(port: number, error: NodeJS.ErrnoException): NativaError {
  if (error.code === 'EADDRINUSE') {
    const message = `Port ${port} is in use: choose another with --port, or none for any.`;
    return new NativaError('PORT_IN_USE', message, { cause: error });
  }
  const message = `Port ${port} cannot be used (${error.code ?? error.message}): choose another with --port.`;
  return new NativaError('PORT_UNUSABLE', message, { cause: error });
}

/** Answers HTTP requests. */
class Site {
  readonly #guard: Guard;
  readonly #renderer: string;
  readonly #blobs: BlobStore;
  #assets: ReadonlyMap<string, Asset>;

  constructor(guard: Guard, renderer: string, blobs: BlobStore) {
    this.#guard = guard;
    this.#renderer = renderer;
    this.#assets = findAssets(renderer);
    this.#blobs = blobs;
  }

  /** Whether an upgrade to a WebSocket is the studio's own. */
  mayConnect(request: IncomingMessage): boolean {
    const guard = this.#guard;
    if (urlOf(request)?.pathname !== SOCKET_PATH) return false;
    return guard.knowsHost(request) && guard.knowsOrigin(request) && guard.knowsSession(request);
  }

  /** Answers a request; whatever it asks for, nobody unknown gets more than a sentence. */
  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = urlOf(request);
    if (!this.#guard.knowsHost(request)) {
      refuse(response, 403, REFUSED.host);
      return;
    }
    const headers = securityHeaders([`ws://${request.headers.host ?? ''}`]);
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    if (url === undefined) refuse(response, 400, 'This is not an address.');
    else if (this.#admits(request, response, url)) return;
    else if (!this.#guard.knowsSession(request)) refuse(response, 403, REFUSED.session);
    else
      await this.#serve(request, response, url).catch((error: unknown) => {
        refuse(response, 503, wireError(error).message);
      });
  }

  /** Trades the token for a session. @returns whether the request is answered with that */
  #admits(request: IncomingMessage, response: ServerResponse, url: URL): boolean {
    const token = url.searchParams.get('token');
    if (request.method !== 'GET' || url.pathname !== '/' || token === null) return false;
    const cookie = this.#guard.knowsSession(request) ? undefined : this.#guard.admit(token);
    if (cookie === undefined && !this.#guard.knowsSession(request)) return false;
    if (cookie !== undefined) response.setHeader('Set-Cookie', cookie);
    response.setHeader('Cache-Control', 'no-store');
    if (request.headers['sec-fetch-site'] === 'cross-site') {
      // A link in another site's page: a redirect would still count as that site's, and a strict
      // cookie would not be sent with it.
      response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' });
      response.end('<!doctype html><meta http-equiv="refresh" content="0;url=/">');
    } else {
      response.writeHead(303, { Location: '/' });
      response.end();
    }
    return true;
  }

  async #serve(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    const { method } = request;
    const { pathname } = url;
    if (method === 'POST' && pathname === PIXEL_ROUTE) {
      if (this.#guard.knowsOrigin(request)) await servePixels(request, response, url, this.#blobs);
      else refuse(response, 403, REFUSED.origin);
    } else if (method !== 'GET') {
      refuse(response, 405, 'This can only be read.');
    } else if (pathname.startsWith(`${PIXEL_ROUTE}/`)) {
      await servePixels(request, response, url, this.#blobs);
    } else {
      // Files get other names when the studio is built anew beside a server that runs.
      if (pathname === '/') this.#assets = findAssets(this.#renderer);
      const asset = this.#assets.get(pathname);
      if (asset === undefined) refuse(response, 404, 'There is nothing at this address.');
      else await sendAsset(response, asset);
    }
  }
}

/** Paths only: two slashes or a scheme at its start would name another host. */
function urlOf({ url = '' }: IncomingMessage): URL | undefined {
  if (!/^\/(?!\/)/.test(url)) return undefined;
  try {
    return new URL(`http://${ADDRESS}${url}`);
  } catch {
    return undefined;
  }
}

function refuse(response: ServerResponse, status: number, sentence: string): void {
  response.writeHead(status, {
    'Content-Type': 'text/plain; charset=utf-8',
    'X-Content-Type-Options': 'nosniff',
    Connection: 'close',
  });
  response.end(`${sentence}\n`);
}

async function sendAsset(response: ServerResponse, { path, type, hashed }: Asset): Promise<void> {
  const caching = hashed ? 'private, max-age=31536000, immutable' : 'no-cache';
  response.writeHead(200, { 'Content-Type': type, 'Cache-Control': caching });
  // A page that goes away in the middle is nobody's error.
  await pipeline(createReadStream(path), response).catch(() => undefined);
}
