/** GET with bounded redirects, which carries the token to the person's server and to no other. */
import { request as httpRequest } from 'node:http';
import type { IncomingMessage, RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { NativaError } from '../../../../native-models/errors.js';
import { TransientError } from '../errors.js';
import { parseUrl, proxyFor, proxyHeaders, tunnel, untrusted } from './proxy.js';

/** How a server is reached. */
export interface Net {
  /** Its address, as https://huggingface.co; http only where the person names it so. */
  readonly endpoint: URL;
  /** Told to the endpoint alone; undefined without one. */
  readonly token: string | undefined;
  /** Undefined: as the environment says. */
  readonly proxy: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Other hosts (with port) that the person trusts without encryption. */
  readonly plainHosts: readonly string[];
  /** Milliseconds without a byte until a connection counts as dropped. */
  readonly patience: number;
  readonly agent: string;
}

/** What came, its body still on its way. */
export interface Reply {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: IncomingMessage;
  /** Where it came from in the end. */
  readonly url: URL;
}

const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const MAX_REDIRECTS = 5;

/**
 * Asks for an address, and for those it leads to.
 * @throws TransientError where no answer came
 * @throws NativaError UNSAFE_REDIRECT, BAD_PROXY; AbortError when `signal` aborts
 */
export async function get(
  url: URL,
  headers: Readonly<Record<string, string>>,
  net: Net,
  signal: AbortSignal,
): Promise<Reply> {
  let at = url;
  for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
    refuseUnsafe(at, net);
    const body = await send(at, headers, net, signal);
    const { statusCode: status = 0, headers: answered } = body;
    const { location } = answered;
    if (!REDIRECTS.has(status) || location === undefined) {
      return { status, headers: answered, body, url: at };
    }
    body.destroy();
    const next = parseUrl(location, at);
    if (next === null) break;
    at = next;
  }
  const message = `${url.host} leads from one address to the next without an end; check the server's address.`;
  throw new NativaError('UNSAFE_REDIRECT', message);
}

function refuseUnsafe(url: URL, { endpoint, plainHosts }: Net): void {
  if (url.protocol === 'https:') return;
  if (url.protocol === 'http:') {
    if (url.origin === endpoint.origin || plainHosts.includes(url.host)) return;
  }
  const message = `${endpoint.host} leads to ${url.host || url.protocol} without encryption, which is not followed; check the server's address.`;
  throw new NativaError('UNSAFE_REDIRECT', message);
}

async function send(
  url: URL,
  headers: Readonly<Record<string, string>>,
  net: Net,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const { endpoint, token, patience } = net;
  signal.throwIfAborted();
  const told = {
    'user-agent': net.agent,
    // Ranges and sizes are of the file as it is.
    'accept-encoding': 'identity',
    ...headers,
    ...(token !== undefined &&
      url.origin === endpoint.origin && { authorization: `Bearer ${token}` }),
  };
  const proxy = proxyFor(url, net.proxy, net.env);
  const { address, route } =
    proxy === null
      ? { address: url, route: { headers: told, signal } }
      : await routeThrough(url, proxy, told, net, signal);
  const ask = address.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const request = ask(address, route);
    request.setTimeout(patience, () => request.destroy(new Error('nothing came for too long')));
    request.on('response', resolve);
    request.on('error', (cause) => {
      const stopped = signal.aborted ? new DOMException('Stopped', 'AbortError') : undefined;
      reject(stopped ?? untrusted(cause, url.host) ?? new TransientError(plain(cause), { cause }));
    });
    request.end();
  });
}

/** An https address is reached through a tunnel, an http one by asking the proxy for it. */
async function routeThrough(
  url: URL,
  proxy: URL,
  headers: Readonly<Record<string, string>>,
  net: Net,
  signal: AbortSignal,
): Promise<{ address: URL; route: RequestOptions }> {
  if (url.protocol === 'https:') {
    const socket = await tunnel(url, proxy, net.patience, signal);
    // Without `agent`: any, even false for a new one, would make a connection of its own.
    return { address: url, route: { headers, signal, createConnection: () => socket } };
  }
  const withHeaders = { ...headers, host: url.host, ...proxyHeaders(proxy) };
  return { address: proxy, route: { headers: withHeaders, signal, path: url.href } };
}

/** What Node says of a broken connection; several addresses may each have failed. */
function plain(error: Error): string {
  if (error instanceof AggregateError) {
    const [first] = error.errors as unknown[];
    if (first instanceof Error) return first.message;
  }
  return error.message || error.name;
}

/**
 * Sees that what comes is the file as it is, which was asked for: sizes and ranges are of that.
 * @param what for the message
 * @throws NativaError DOWNLOAD_REFUSED
 */
export function refusePacked({ headers, url, body }: Reply, what: string): void {
  const encoding = headers['content-encoding'] ?? 'identity';
  if (encoding === 'identity') return;
  body.destroy();
  const message = `${url.host} sends ${what} packed (${encoding.slice(0, 20)}), which it was asked not to; check the proxy, or use another server.`;
  throw new NativaError('DOWNLOAD_REFUSED', message);
}

/**
 * All of a small answer.
 * @param limit bytes
 * @throws TransientError where the connection breaks; NativaError DOWNLOAD_REFUSED beyond the limit
 */
export async function readBody(reply: Reply, limit: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let length = 0;
  try {
    for await (const part of reply.body as AsyncIterable<Buffer>) {
      length += part.length;
      if (length > limit) {
        const message = `${reply.url.host} sends more than the ${limit} bytes that such an answer may have; check the server's address.`;
        throw new NativaError('DOWNLOAD_REFUSED', message);
      }
      parts.push(part);
    }
  } catch (cause) {
    if (cause instanceof NativaError) throw cause;
    throw new TransientError('the connection broke', { cause });
  } finally {
    reply.body.destroy();
  }
  return Buffer.concat(parts);
}
