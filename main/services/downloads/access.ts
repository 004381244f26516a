/** How the server is reached: what the command line says, else the environment, else the settings. */
import { NativaError } from '../../../native-models/errors.js';
import { application } from '../paths.js';
import type { Net } from './net/get.js';
import { parseUrl } from './net/proxy.js';

/** What a person may say about the server; empty or undefined says nothing. */
export interface Access {
  /** Address of a server with Hugging Face's interface. */
  readonly endpoint?: string | undefined;
  readonly proxy?: string | undefined;
  /** Never written anywhere by a download. */
  readonly token?: string | undefined;
}

const PATIENCE = 30_000;

/**
 * Puts together how the server is reached.
 * @param given on the command line
 * @param settings kept by the studio
 * @param usual where nothing names a server
 * @throws NativaError BAD_ENDPOINT, BAD_TOKEN
 */
export function accessNet(
  given: Access,
  settings: Access,
  usual: string,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Net {
  const endpoint = given.endpoint || env.HF_ENDPOINT || settings.endpoint || usual;
  return {
    endpoint: serverAddress(endpoint),
    token: plainToken(given.token || env.HF_TOKEN || settings.token || ''),
    proxy: given.proxy || settings.proxy || undefined,
    env,
    plainHosts: [],
    patience: PATIENCE,
    agent: `nativa/${application().version}`,
  };
}

/**
 * How a server that knows nobody is reached.
 * @throws NativaError BAD_ENDPOINT
 */
export function openNet(
  endpoint: string,
  proxy: string | undefined,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Net {
  return {
    endpoint: serverAddress(endpoint),
    token: undefined,
    proxy: proxy || undefined,
    env,
    plainHosts: [],
    patience: PATIENCE,
    agent: `nativa/${application().version}`,
  };
}

/** Tokens are copied by hand, with a line's end or a space at times. */
function plainToken(text: string): string | undefined {
  const token = text.trim();
  if (/^[\x21-\x7e]*$/.test(token)) return token === '' ? undefined : token;
  const message =
    'The token has characters that no token has: copy it again, without anything around it (HF_TOKEN, or in the settings).';
  throw new NativaError('BAD_TOKEN', message);
}

function serverAddress(text: string): URL {
  const url = parseUrl(text.trim());
  const web = url?.protocol === 'https:' || url?.protocol === 'http:';
  if (web && url.username === '' && url.search === '' && url.hash === '') return url;
  const message = `"${text}" is no address of a server, as https://huggingface.co is; correct it.`;
  throw new NativaError('BAD_ENDPOINT', message);
}
