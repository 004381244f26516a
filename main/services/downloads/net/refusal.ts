/** What an answer that is no success means. */
import { NativaError } from '../../../../native-models/errors.js';
import { TransientError } from '../errors.js';
import type { Net, Reply } from './get.js';
import { passes, retryPause } from './retry.js';

/**
 * The error for an answer with another status than was hoped for: one that passes, or what to do.
 * @param what the file or repository
 */
export function refusal(reply: Reply, what: string, net: Net): Error {
  const { status, headers, url } = reply;
  const code = oneLine(headers['x-error-code']);
  const elsewhere = url.origin !== net.endpoint.origin && code === '';
  // An address that the server has signed is good for a while: asking it again gives a fresh one.
  if (passes(status) || elsewhere) {
    const retryAfter = retryPause(status, headers);
    return new TransientError(`${url.host} answers ${status}`, { retryAfter });
  }
  const host = net.endpoint.host;
  if (code === 'RepoNotFound') {
    const message = `${host} has no ${what}, or shows it only to people it knows (${status}); check the server's address and the token, or look for a newer Nativa.`;
    return new NativaError('DOWNLOAD_NOT_FOUND', message);
  }
  if (status === 401 || status === 403) return forbidden(reply, what, net);
  if (status === 404 || status === 410) {
    const message = `${host} has no ${what} (${status}); check the server's address, or look for a newer Nativa.`;
    return new NativaError('DOWNLOAD_NOT_FOUND', message);
  }
  const message = `${host} answers ${status} for ${what}, which is not understood; check the server's address.`;
  return new NativaError('DOWNLOAD_REFUSED', message);
}

function forbidden({ status, headers, url }: Reply, what: string, net: Net): NativaError {
  const { host } = net.endpoint;
  const said = oneLine(headers['x-error-message']);
  const page = pageOf(url, net.endpoint);
  if (net.token === undefined) {
    const message = `${host} gives ${what} only to people it knows (${status}): accept the model's terms on ${page}, and set a token (HF_TOKEN, or in the settings).`;
    return new NativaError('DOWNLOAD_FORBIDDEN', message);
  }
  if (/^invalid (?:credentials|username)/i.test(said)) {
    const message = `${host} does not know this token (${status}): copy it again from your account there, or take it away.`;
    return new NativaError('DOWNLOAD_FORBIDDEN', message);
  }
  const words = said === '' ? '' : `, saying "${said}"`;
  const message = `${host} refuses ${what} with this token (${status}${words}): accept the model's terms on ${page} with the account that the token is of, or use another token.`;
  return new NativaError('DOWNLOAD_FORBIDDEN', message);
}

const MAX_WORDS = 160;

/** A server's words, without what a terminal would obey. */
function oneLine(header: string | string[] | undefined): string {
  const text = Array.isArray(header) ? header.join(' ') : (header ?? '');
  return text
    .replace(/[\p{Cc}"]/gu, ' ')
    .trim()
    .slice(0, MAX_WORDS);
}

/** The page of a repository that an address is of, where people accept its terms. */
function pageOf({ pathname }: URL, endpoint: URL): string {
  const base = endpoint.href.replace(/\/+$/, '');
  const way = pathname.slice(new URL(`${base}/`).pathname.length - 1);
  const name = /^\/(?:api\/models\/)?([\w.-]+\/[\w.-]+)\/(?:resolve|revision|tree)\//.exec(
    way,
  )?.[1];
  return name === undefined ? base : `${base}/${name}`;
}
