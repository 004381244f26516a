/** A server with Hugging Face's interface on this machine, which can be told to misbehave. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFile, readdir } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, relative, sep } from 'node:path';
import { ROOT } from './cli.js';

/** The checkpoint in the official layout that the golden values are of. */
export const CHECKPOINT = join(ROOT, 'test/golden/data/official/BLIP3o-NEXT-edit-VAE');

/** Files of a repository. */
type Files = ReadonlyMap<string, Buffer>;

/** What came in. */
export interface Seen {
  readonly path: string;
  readonly range: string | undefined;
  readonly authorization: string | undefined;
}

/** Answers a request for a file in its own way. @returns false to leave it to the server */
export type Misbehaviour = (
  request: IncomingMessage,
  response: ServerResponse,
  file: { readonly name: string; readonly bytes: Buffer; readonly from: number },
) => boolean;

const COMMIT = 'c0ffee'.padEnd(40, '0');
/** What the real server keeps in a store of its own, to which it leads. */
const LARGE = /\.(safetensors|pth)$/;
/** Where it is: on this server, but for {@link Hub.store}. */
const STORE = '/xet-bridge/';

export class Hub {
  readonly seen: Seen[] = [];
  readonly repositories = new Map<string, Files>();
  misbehave: Misbehaviour = () => false;
  /** Changes what a listing says of a file. */
  list: (entry: Record<string, unknown>) => Record<string, unknown> = (entry) => entry;
  /** Entries on a page of a listing. */
  pageSize = 1000;
  /** Repositories that only people with one of these tokens get files of. */
  readonly gated = new Map<string, readonly string[]>();
  /** Tokens that the server knows; undefined: any. */
  tokens: readonly string[] | undefined;
  /** Another server, which has the large files. */
  store: Hub | undefined;
  /** Answers a request to the store in its own way. @returns false to leave it to the store */
  misbehaveStore: (request: IncomingMessage, response: ServerResponse) => boolean = () => false;
  /** Pieces and the pause between them, for what has to be caught on its way. */
  slow: { readonly piece: number; readonly pause: number } | undefined;
  readonly #server: Server;
  /** What the store has, by SHA-256. */
  readonly #held = new Map<string, Buffer>();

  private constructor() {
    this.#server = createServer((request, response) => {
      this.#answer(request, response);
    });
  }

  static async start(): Promise<Hub> {
    const hub = new Hub();
    hub.#server.listen(0, '127.0.0.1');
    await once(hub.#server, 'listening');
    return hub;
  }

  /** With the repositories of the editing model and its bases, at a tiny size. */
  static async withCheckpoint(): Promise<Hub> {
    const hub = await Hub.start();
    const part = (folder: string): Promise<Files> => filesOf(join(CHECKPOINT, folder));
    const own = new Map([...(await part('.'))].filter(([name]) => !name.includes('/')));
    hub.repositories.set('BLIP3o/BLIP3o-NEXT-edit-VAE', own);
    const sana = new Map(await part('SANA')).set('LICENSE', Buffer.from('For research only.\n'));
    hub.repositories.set('Efficient-Large-Model/SANA1.5_1.6B_1024px_diffusers', sana);
    hub.repositories.set('csuhan/TA-Tok', await part('TA-Tok'));
    hub.repositories.set('google/siglip2-so400m-patch14-384', await part('siglip2'));
    return hub;
  }

  get host(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get url(): string {
    return `http://${this.host}`;
  }

  /** Requests for a file, or part of a path. */
  asked(part: string): Seen[] {
    return this.seen.filter(({ path }) => path.includes(part));
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { pathname, searchParams } = new URL(request.url ?? '/', this.url);
    if (pathname.startsWith(STORE)) {
      this.#answerStore(request, response, pathname.slice(STORE.length));
      return;
    }
    const path = decodeURIComponent(pathname);
    const { range, authorization } = request.headers;
    this.seen.push({ path, range, authorization });
    const about = /^\/api\/models\/([^/]+\/[^/]+)\/(revision|tree)\//.exec(path);
    const file = /^\/([^/]+\/[^/]+)\/resolve\/[0-9a-f]{40}\/(.+)$/.exec(path);
    const files = this.repositories.get(about?.[1] ?? file?.[1] ?? '');
    const repository = about?.[1] ?? file?.[1] ?? '';
    const bytes = files?.get(file?.[2] ?? '');
    if (this.#isForbidden(response, authorization, repository, file !== null)) return;
    if (files && about) {
      const cardData = { license: 'other', license_name: 'test-terms' };
      const revision = { sha: COMMIT, id: repository, gated: this.gated.has(repository), cardData };
      response.setHeader('content-type', 'application/json; charset=utf-8');
      if (about[2] === 'revision') response.end(JSON.stringify(revision));
      else this.#sendPage(response, path, files, Number(searchParams.get('cursor') ?? 0));
    } else if (bytes) {
      this.#send(request, response, file?.[2] ?? '', bytes);
    } else {
      refuse(response, 404, 'EntryNotFound', 'Entry not found');
    }
  }

  /** Refuses as the real server does: what it does not show to a stranger it denies to have. */
  #isForbidden(
    response: ServerResponse,
    authorization: string | undefined,
    repository: string,
    isFile: boolean,
  ): boolean {
    const token = authorization?.replace('Bearer ', '');
    const members = this.gated.get(repository);
    if (token !== undefined && this.tokens?.includes(token) === false) {
      refuse(response, 401, undefined, 'Invalid credentials in Authorization header');
    } else if (!this.repositories.has(repository)) {
      refuse(response, token === undefined ? 401 : 404, 'RepoNotFound', 'Repository not found');
    } else if (
      isFile &&
      members !== undefined &&
      (token === undefined || !members.includes(token))
    ) {
      const words = `Access to model ${repository} is restricted.`;
      refuse(response, token === undefined ? 401 : 403, 'GatedRepo', words);
    } else return false;
    return true;
  }

  #sendPage(response: ServerResponse, path: string, files: Files, from: number): void {
    const entries = this.#listing(files);
    const next = from + this.pageSize;
    if (next < entries.length) {
      // The address is the public server's own, whatever it was reached by.
      const url = `https://huggingface.co${path}?recursive=true&limit=${this.pageSize}&cursor=${next}`;
      response.setHeader('link', `<${url}>; rel="next"`);
    }
    response.end(JSON.stringify(entries.slice(from, next)));
  }

  #listing(files: Files): unknown[] {
    const folders = new Set([...files.keys()].flatMap((path) => path.split('/').slice(0, -1)));
    const directory = (path: string): unknown => {
      return { type: 'directory', oid: COMMIT, size: 0, path };
    };
    const listed = [...files].map(([path, bytes]) => {
      const [size, large] = [bytes.length, LARGE.test(path)];
      const oid = createHash('sha1').update(`blob ${size}\0`).update(bytes).digest('hex');
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      const xetHash = sha256.split('').reverse().join('');
      const lfs = large ? { lfs: { oid: sha256, size, pointerSize: 130 }, xetHash } : {};
      return this.list({ type: 'file', oid, size, path, ...lfs });
    });
    return [...[...folders].map(directory), ...listed];
  }

  #send(request: IncomingMessage, response: ServerResponse, name: string, bytes: Buffer): void {
    const from = rangeStart(request);
    if (this.misbehave(request, response, { name, bytes, from })) return;
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    response.setHeader('x-repo-commit', COMMIT);
    response.setHeader('accept-ranges', 'bytes');
    if (LARGE.test(name)) {
      const store = this.store ?? this;
      store.#held.set(sha256, bytes);
      // One on this server is told without its address, which may be another before a tunnel's end.
      const place = `${STORE}${sha256}?Expires=1&Signature=a~b_c&Key-Pair-Id=K`;
      const location = `${this.store?.url ?? ''}${place}`;
      response.setHeader('x-linked-size', bytes.length);
      response.setHeader('x-linked-etag', `"${sha256}"`);
      response.setHeader('x-xet-hash', sha256.split('').reverse().join(''));
      response.setHeader('link', `<${this.url}/api/xet-read-token>; rel="xet-auth"`);
      response.writeHead(302, { location }).end(`Found. Redirecting to ${location}`);
      return;
    }
    const oid = createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
    response.setHeader('etag', `"${oid}"`);
    this.#sendFrom(response, bytes, from);
  }

  #answerStore(request: IncomingMessage, response: ServerResponse, sha256: string): void {
    const { range, authorization } = request.headers;
    this.seen.push({ path: STORE + sha256, range, authorization });
    if (this.misbehaveStore(request, response)) return;
    const bytes = this.#held.get(sha256);
    if (bytes) this.#sendFrom(response, bytes, rangeStart(request));
    else response.writeHead(403).end('<Error><Code>AccessDenied</Code></Error>');
  }

  #sendFrom(response: ServerResponse, bytes: Buffer, from: number): void {
    if (from > 0) {
      response.statusCode = 206;
      response.setHeader('content-range', `bytes ${from}-${bytes.length - 1}/${bytes.length}`);
    }
    response.setHeader('content-length', bytes.length - from);
    if (this.slow) void trickle(response, bytes.subarray(from), this.slow);
    else response.end(bytes.subarray(from));
  }
}

function rangeStart({ headers }: IncomingMessage): number {
  return Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1] ?? 0);
}

function refuse(
  response: ServerResponse,
  status: number,
  code: string | undefined,
  words: string,
): void {
  if (code !== undefined) response.setHeader('x-error-code', code);
  response.setHeader('x-error-message', words);
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' });
  response.end(JSON.stringify({ error: words }));
}

async function trickle(
  response: ServerResponse,
  bytes: Buffer,
  { piece, pause }: { readonly piece: number; readonly pause: number },
): Promise<void> {
  for (let at = 0; at < bytes.length && !response.destroyed; at += piece) {
    response.write(bytes.subarray(at, at + piece));
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
  response.end();
}

async function filesOf(folder: string): Promise<Map<string, Buffer>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((e) => join(e.parentPath, e.name));
  const named = paths.map(async (path): Promise<[string, Buffer]> => {
    return [relative(folder, path).split(sep).join('/'), await readFile(path)];
  });
  return new Map(await Promise.all(named));
}
