/** Which proxy stands before an address, and the way through it. */
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { systemErrorCode } from '../../../../native-models/bundle/index.js';
import { NativaError } from '../../../../native-models/errors.js';
import { TransientError } from '../errors.js';

/** An address, or null where it is none. */
export function parseUrl(text: string, base?: URL): URL | null {
  return URL.canParse(text, base?.href) ? new URL(text, base) : null;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The proxy for an address: the given one, else the environment's (HTTPS_PROXY, HTTP_PROXY,
 * ALL_PROXY, in either case). NO_PROXY holds for both.
 * @throws NativaError BAD_PROXY
 */
export function proxyFor(url: URL, given: string | undefined, env: Environment): URL | null {
  const read = (name: string): string | undefined => env[name.toLowerCase()] || env[name];
  if (isExcepted(url, read('NO_PROXY') ?? '')) return null;
  const scheme = url.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY';
  const address = given || read(scheme) || read('ALL_PROXY');
  if (!address) return null;
  const proxy = parseUrl(/^[a-z\d+.-]+:\/\//i.test(address) ? address : `http://${address}`);
  if (proxy?.protocol === 'http:' || proxy?.protocol === 'https:') return proxy;
  const message =
    'The proxy must be an address as http://proxy.example:3128; correct it in the settings or in HTTPS_PROXY.';
  throw new NativaError('BAD_PROXY', message);
}

/** NO_PROXY: hosts with all below them, with or without a port, or `*`. */
function isExcepted(url: URL, list: string): boolean {
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  return list
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .some((entry) => {
      if (entry === '*') return true;
      const [, host = '', only] = /^\*?\.?(.*?)(?::(\d+))?$/.exec(entry.toLowerCase()) ?? [];
      if (only !== undefined && only !== port) return false;
      return url.hostname === host || url.hostname.endsWith(`.${host}`);
    });
}

/** What a proxy with a name and password in its address wants to be told. */
export function proxyHeaders(proxy: URL): Record<string, string> {
  if (proxy.username === '') return {};
  const pair = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
  return { 'proxy-authorization': `Basic ${Buffer.from(pair).toString('base64')}` };
}

/**
 * A connection to an https address through a proxy, encrypted from here to there.
 * @param patience milliseconds
 * @throws TransientError
 */
export async function tunnel(
  url: URL,
  proxy: URL,
  patience: number,
  signal: AbortSignal,
): Promise<Socket> {
  const target = `${url.hostname}:${url.port || '443'}`;
  const socket = await new Promise<Socket>((resolve, reject) => {
    const send = proxy.protocol === 'https:' ? httpsRequest : httpRequest;
    const request = send(proxy, {
      method: 'CONNECT',
      path: target,
      headers: { host: target, ...proxyHeaders(proxy) },
      agent: false,
      signal,
    });
    request.setTimeout(patience, () => request.destroy(new Error('the proxy does not answer')));
    request.on('connect', ({ statusCode }, connection: Socket) => {
      request.setTimeout(0);
      if (statusCode === 200) resolve(connection);
      else {
        connection.destroy();
        reject(new TransientError(`the proxy ${proxy.host} answers ${statusCode ?? 'nothing'}`));
      }
    });
    request.on('response', ({ statusCode }) => {
      request.destroy();
      reject(new TransientError(`the proxy ${proxy.host} answers ${statusCode ?? 'nothing'}`));
    });
    request.on('error', (cause) => {
      reject(new TransientError(`the proxy ${proxy.host}: ${cause.message}`, { cause }));
    });
    request.end();
  });
  const secure = connectTls({ socket, servername: url.hostname, ALPNProtocols: ['http/1.1'] });
  return new Promise((resolve, reject) => {
    secure.setTimeout(patience, () => secure.destroy(new Error('the tunnel stands still')));
    // Stays: an error may come before the request has taken the connection over.
    secure.on('error', (cause: Error) => {
      const broken = new TransientError(`through the proxy ${proxy.host}: ${cause.message}`, {
        cause,
      });
      reject(untrusted(cause, url.host) ?? broken);
    });
    secure.on('secureConnect', () => {
      secure.setTimeout(0);
      resolve(secure);
    });
  });
}

const BAD_CERTIFICATE =
  /^(?:CERT_\w+|UNABLE_TO_\w+|SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT|ERR_TLS_CERT_ALTNAME_INVALID)$/;

/** What to do about a certificate that is not trusted, which no other try helps; else undefined. */
export function untrusted(error: Error, host: string): NativaError | undefined {
  const code = systemErrorCode(error) ?? '';
  if (!BAD_CERTIFICATE.test(code)) return undefined;
  const message = `The certificate of ${host} is not trusted (${code}): set the clock right, or, where a proxy looks into connections, name the file of its certificate in NODE_EXTRA_CA_CERTS.`;
  return new NativaError('DOWNLOAD_UNTRUSTED', message, { cause: error });
}
