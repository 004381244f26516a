/** What a server with Hugging Face's interface says of a repository. */
import { z } from 'zod';
import { NativaError } from '../../../native-models/errors.js';
import { get, readBody, refusePacked } from './net/get.js';
import type { Net } from './net/get.js';
import { parseUrl } from './net/proxy.js';
import { refusal } from './net/refusal.js';
import { Patience, persist } from './net/retry.js';
import type { RetryPolicy } from './net/retry.js';

/** A file of a repository, as its listing has it. */
export interface HubFile {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  readonly hash: FileHash;
}

/** What a file's contents must hash to; Git hashes small files together with their length. */
export const fileHashSchema = z.strictObject({
  kind: z.enum(['sha256', 'sha512', 'git-sha1']),
  value: z.string().regex(/^[0-9a-f]{40}([0-9a-f]{24}|[0-9a-f]{88})?$/),
});
export type FileHash = z.output<typeof fileHashSchema>;

/** A repository at one commit. */
export interface HubRepository {
  readonly commit: string;
  /** The licence its card names; null without one. */
  readonly licence: string | null;
  readonly files: readonly HubFile[];
}

/** How the server is spoken to. */
export interface HubOptions {
  readonly net: Net;
  readonly policy: RetryPolicy;
  readonly signal: AbortSignal;
}

const MAX_LISTING = 16 * 2 ** 20;
const MAX_PAGES = 100;

const commitSchema = z.object({
  sha: z.string().regex(/^[0-9a-f]{40}$/),
  cardData: z
    .object({
      license: z
        .union([z.string(), z.array(z.string())])
        .nullish()
        .catch(null),
      license_name: z.string().nullish().catch(null),
    })
    .nullish()
    // Its publisher writes the card by hand; what is not understood is no name of a licence.
    .catch(null),
});

const sha256 = z
  .string()
  .regex(/^(?:sha256:)?[0-9a-f]{64}$/)
  .transform((value) => value.replace('sha256:', ''));
const listingSchema = z.array(
  z.object({
    type: z.string(),
    path: z.string().min(1).max(1000),
    oid: z.string().max(100),
    size: z.int().min(0),
    lfs: z.object({ oid: sha256, size: z.int().min(0) }).nullish(),
  }),
);

/** Address of a file at a commit. */
export function fileUrl(endpoint: URL, repository: string, commit: string, path: string): URL {
  const escaped = path.split('/').map(encodeURIComponent).join('/');
  return under(endpoint, `${repository}/resolve/${commit}/${escaped}`);
}

/** A mirror's address may have a path of its own. */
function under(endpoint: URL, path: string): URL {
  return new URL(`${endpoint.href.replace(/\/+$/, '')}/${path}`);
}

/**
 * Finds out which commit a revision is now, and what that has.
 * @throws NativaError DOWNLOAD_FAILED, DOWNLOAD_FORBIDDEN, DOWNLOAD_NOT_FOUND, DOWNLOAD_REFUSED,
 *   DOWNLOAD_BUSY, UNSAFE_REDIRECT, BAD_PROXY; AbortError
 */
export async function readRepository(
  repository: string,
  revision: string,
  options: HubOptions,
): Promise<HubRepository> {
  const { endpoint } = options.net;
  const about = under(endpoint, `api/models/${repository}/revision/${revision}`);
  const { json } = await askJson(about, repository, options);
  const { sha: commit, cardData } = understood(commitSchema, json, repository, endpoint);
  const files: HubFile[] = [];
  const listing = under(endpoint, `api/models/${repository}/tree/${commit}?recursive=true`);
  let page: URL | null = listing;
  for (let count = 0; page !== null; count++) {
    if (count === MAX_PAGES) throw strange(repository, endpoint);
    const answer: JsonAnswer = await askJson(page, repository, options);
    for (const entry of understood(listingSchema, answer.json, repository, endpoint)) {
      if (entry.type === 'file') files.push(toFile(entry, repository, endpoint));
    }
    page = answer.next === null ? null : pageAfter(listing, answer.next);
  }
  const named = cardData?.license_name ?? cardData?.license;
  const licence = Array.isArray(named) ? named.join(', ') : (named ?? null);
  return { commit, licence: licence === '' ? null : licence, files };
}

/** The same listing further on: a mirror hands on addresses of the server that it is a mirror of. */
function pageAfter(listing: URL, { search }: URL): URL {
  const next = new URL(listing);
  next.search = search;
  return next;
}

function toFile(
  { path, oid, size, lfs }: z.output<typeof listingSchema>[number],
  repository: string,
  endpoint: URL,
): HubFile {
  if (lfs) return { path, size: lfs.size, hash: { kind: 'sha256', value: lfs.oid } };
  const hash = fileHashSchema.safeParse({ kind: 'git-sha1', value: oid });
  if (!hash.success) throw strange(repository, endpoint);
  return { path, size, hash: hash.data };
}

/**
 * All of a small file.
 * @throws as {@link readRepository}
 */
export async function readSmallFile(
  url: URL,
  what: string,
  limit: number,
  options: HubOptions,
  headers: Readonly<Record<string, string>> = {},
): Promise<Buffer> {
  return (await ask(url, what, limit, options, headers)).bytes;
}

interface JsonAnswer {
  readonly json: unknown;
  /** Where the listing goes on. */
  readonly next: URL | null;
}

async function askJson(url: URL, repository: string, options: HubOptions): Promise<JsonAnswer> {
  const { bytes, link } = await ask(url, repository, MAX_LISTING, options);
  try {
    const next = /<([^>]+)>\s*;\s*rel="?next"?/.exec(link)?.[1];
    return {
      json: JSON.parse(bytes.toString('utf8')),
      next: next === undefined ? null : parseUrl(next, url),
    };
  } catch {
    throw strange(repository, options.net.endpoint);
  }
}

async function ask(
  url: URL,
  what: string,
  limit: number,
  { net, policy, signal }: HubOptions,
  asked: Readonly<Record<string, string>> = {},
): Promise<{ bytes: Buffer; link: string }> {
  return persist(new Patience(what, policy, signal), async () => {
    const reply = await get(url, asked, net, signal);
    const { status, headers } = reply;
    if (status === 200) {
      refusePacked(reply, what);
      const link = headers.link ?? '';
      return {
        bytes: await readBody(reply, limit),
        link: Array.isArray(link) ? link.join() : link,
      };
    }
    reply.body.destroy();
    throw refusal(reply, what, net);
  });
}

function understood<T extends z.ZodType>(
  schema: T,
  json: unknown,
  repository: string,
  endpoint: URL,
): z.output<T> {
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw strange(repository, endpoint);
}

function strange(repository: string, endpoint: URL): NativaError {
  const message = `${endpoint.host} describes ${repository} in a way that is not understood; check the server's address, or look for a newer Nativa.`;
  return new NativaError('DOWNLOAD_REFUSED', message);
}
