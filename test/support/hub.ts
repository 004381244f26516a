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

export class Hub {
  readonly seen: Seen[] = [];
  readonly repositories = new Map<string, Files>();
  misbehave: Misbehaviour = () => false;
  /** Changes what a listing says of a file. */
  list: (entry: Record<string, unknown>) => Record<string, unknown> = (entry) => entry;
  /** Pieces and the pause between them, for what has to be caught on its way. */
  slow: { readonly piece: number; readonly pause: number } | undefined;
  readonly #server: Server;

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
    const { pathname } = new URL(request.url ?? '/', this.url);
    const path = decodeURIComponent(pathname);
    const { range, authorization } = request.headers;
    this.seen.push({ path, range, authorization });
    const about = /^\/api\/models\/([^/]+\/[^/]+)\/(revision|tree)\//.exec(path);
    const file = /^\/([^/]+\/[^/]+)\/resolve\/[0-9a-f]{40}\/(.+)$/.exec(path);
    const files = this.repositories.get(about?.[1] ?? file?.[1] ?? '');
    const bytes = files?.get(file?.[2] ?? '');
    if (files && about) {
      const revision = { sha: COMMIT, cardData: { license: 'other', license_name: 'test-terms' } };
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(about[2] === 'revision' ? revision : this.#listing(files)));
    } else if (bytes) {
      this.#send(request, response, file?.[2] ?? '', bytes);
    } else {
      response.writeHead(404).end();
    }
  }

  #listing(files: Files): unknown[] {
    return [...files].map(([path, bytes]) => {
      const [size, large] = [bytes.length, /\.(safetensors|pth)$/.test(path)];
      const oid = createHash('sha1').update(`blob ${size}\0`).update(bytes).digest('hex');
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      const lfs = large ? { lfs: { oid: sha256, size, pointerSize: 130 } } : {};
      return this.list({ type: 'file', oid, size, path, ...lfs });
    });
  }

  #send(request: IncomingMessage, response: ServerResponse, name: string, bytes: Buffer): void {
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    if (this.misbehave(request, response, { name, bytes, from })) return;
    if (from > 0) {
      response.statusCode = 206;
      response.setHeader('content-range', `bytes ${from}-${bytes.length - 1}/${bytes.length}`);
    }
    response.setHeader('content-length', bytes.length - from);
    if (this.slow) void trickle(response, bytes.subarray(from), this.slow);
    else response.end(bytes.subarray(from));
  }
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
