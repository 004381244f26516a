/** A package index on this machine, with wheels that are small, which can be told to misbehave. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { ZipWriter } from '../../main/services/documents/zip/write.js';
import { WANTED, type WantedWheel } from '../../main/services/gpu/wheels.js';

/** An archive whose entries have these contents, deflated. */
export async function zipOf(entries: Readonly<Record<string, Uint8Array>>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  const zip = new ZipWriter((bytes) => {
    parts.push(Buffer.from(bytes));
    return Promise.resolve();
  });
  for (const [name, bytes] of Object.entries(entries)) await zip.deflate(name, bytes);
  await zip.finish();
  return Buffer.concat(parts);
}

/** What a library of that name is filled with: no library, but bytes of one. */
export function libraryOf(name: string): Buffer {
  return name.endsWith('_cuda.so') ? Buffer.alloc(3_000_000, 'cuda ') : Buffer.from(`${name}\n`);
}

/** A wheel as it should be, with things in it that are left alone. */
export function goodWheel({ folder, libraries, licence }: WantedWheel): Promise<Buffer> {
  const inside = libraries.map((name) => [`${folder}/${name}`, libraryOf(name)]);
  return zipOf({
    'nvidia/__init__.py': Buffer.from('left alone\n'),
    [licence]: Buffer.from('terms\n'),
    ...(Object.fromEntries(inside) as Record<string, Buffer>),
  });
}

export class PackageIndex {
  /** Path and range of each request. */
  readonly seen: string[] = [];
  /** Bytes of the wheels by project. */
  readonly wheels = new Map<string, Buffer>();
  /** Those that size and hash are told of, where they are others. */
  readonly promised = new Map<string, Buffer>();
  /** Bytes of the first wheel asked for that are sent before the connection is cut, once. */
  cutAfter: number | undefined;
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      this.#answer(request, response);
    });
  }

  /** An index that has all that is wanted. */
  static async start(): Promise<PackageIndex> {
    const index = new PackageIndex();
    for (const wanted of WANTED) index.wheels.set(wanted.project, await goodWheel(wanted));
    index.#server.listen(0, '127.0.0.1');
    await once(index.#server, 'listening');
    return index;
  }

  get address(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/simple`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #answer({ url = '', headers }: IncomingMessage, response: ServerResponse): void {
    this.seen.push(`${url} ${headers.range ?? ''}`.trim());
    const [, folder = '', project = ''] = url.split('/');
    const wheel = this.wheels.get(project);
    if (folder === 'simple' && wheel && headers.accept?.includes('simple.v1+json')) {
      response.setHeader('content-type', 'application/vnd.pypi.simple.v1+json');
      response.end(JSON.stringify({ name: project, files: this.#files(project, wheel) }));
    } else if (folder === 'files' && wheel) this.#send(wheel, headers.range, response);
    else {
      response.statusCode = 404;
      response.end();
    }
  }

  /** The one that is meant, among others of its version and another. */
  #files(project: string, wheel: Buffer): object[] {
    const version = WANTED.find((wanted) => wanted.project === project)?.version ?? '';
    const bytes = this.promised.get(project) ?? wheel;
    const about = {
      url: `/files/${project}/it.whl`,
      size: bytes.length,
      hashes: { sha256: createHash('sha256').update(bytes).digest('hex') },
    };
    const name = project.replaceAll('-', '_');
    const other = { ...about, url: '/files/none/other.whl', hashes: {} };
    return [
      { ...other, filename: `${name}-0.1-py3-none-manylinux_2_27_x86_64.whl` },
      { ...other, filename: `${name}-${version}-py3-none-win_amd64.whl` },
      { ...other, filename: `${name}-${version}-py3-none-manylinux_2_27_aarch64.whl` },
      { ...about, filename: `${name}-${version}-py3-none-manylinux_2_27_x86_64.whl` },
    ];
  }

  #send(bytes: Buffer, range: string | undefined, response: ServerResponse): void {
    const from = Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0);
    const { length } = bytes;
    response.statusCode = range === undefined ? 200 : 206;
    response.setHeader('content-length', length - from);
    if (range !== undefined) {
      response.setHeader('content-range', `bytes ${from}-${length - 1}/${length}`);
    }
    const cut = this.cutAfter;
    if (cut === undefined) {
      response.end(bytes.subarray(from));
      return;
    }
    this.cutAfter = undefined;
    response.write(bytes.subarray(from, from + cut), () => response.destroy());
  }
}
